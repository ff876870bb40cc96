package history

import (
	"math/rand/v2"
	"testing"
	"time"

	"warroom/internal/playback"
)

// TestAReplayIsShownToItsEnd: also where the end comes while the moment just before it is
// being read.
func TestAReplayIsShownToItsEnd(t *testing.T) {
	n, place, j := kept(t, rand.New(rand.NewPCG(7, 2)))
	n.pass(time.Hour, func(time.Time) {})
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	past := pastOf(t, place.Path())
	_, last := past.Span()
	whole, err := past.At(t.Context(), last)
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		clock := playback.New(last.Add(-6*time.Second), last, 3000) // two milliseconds
		player, err := Play(t.Context(), past, clock, func(err error) { t.Error(err) })
		if err != nil {
			t.Fatal(err)
		}
		bell, leave := player.Join()
		limit := time.After(20 * time.Second)
		for player.Snapshot().At.Before(whole.At) {
			select {
			case <-bell:
			case <-limit:
				t.Fatalf("at its end, %s, it shows %s", whole.At, player.Snapshot().At)
			}
		}
		leave()
	}
}
