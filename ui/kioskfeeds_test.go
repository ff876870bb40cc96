package ui

import (
	"strings"
	"testing"
	"time"

	"warroom/internal/room"
)

// TestTheLastGreenIsNeverShownAsIfItWereNow lets a calm room fall silent, source by source.
// Probes are looked at every 15 s, alarms every 30 s, AWS Health every minute.
func TestTheLastGreenIsNeverShownAsIfItWereNow(t *testing.T) {
	for _, c := range []struct {
		late   time.Duration
		word   string
		number string // of the probes
		mark   string
		band   bool
		said   string // at 40x12
	}{
		{10 * time.Second, "CALM", "0", "●", false, "● CALM"},
		{33 * time.Second, "BLIND", "0", "◌", false, "◌ probes STALE 35s"}, // more than two intervals
		{50 * time.Second, "BLIND", "?", "◌", true, "╱╱╱ STALE 52s"},       // more than three
		{3 * time.Minute, "NO DATA", "?", "◌", true, "NO DATA SINCE 14:03Z"},
	} {
		clock := &standing{now: noon}
		r := calm(clock)
		clock.now = clock.now.Add(c.late)
		k := wallOf(t, r, clock, 40, 12)
		w := k.wall()
		probes := w.tallyOf(room.KindProbe)
		if v := w.verdict(); v.word != c.word || probes.number != c.number || probes.mark != c.mark || len(w.band(80, 20)) > 0 != c.band {
			t.Errorf("after %s it is %s, probes %s %s", c.late, v.word, probes.mark, probes.number)
		}
		frame := plainWall(k)
		if !strings.Contains(frame, c.said) || c.word != "CALM" && strings.Contains(frame, "CALM") {
			t.Errorf("after %s there is no %q:\n%s", c.late, c.said, frame)
		}
	}
}

// TestWhatIsSeenOnlyInPartIsNotCounted holds that a region nobody can see is no region
// without trouble.
func TestWhatIsSeenOnlyInPartIsNotCounted(t *testing.T) {
	clock := &standing{now: noon}
	r := calm(clock)
	clock.now = clock.now.Add(80 * time.Second)
	east := scope("cloudwatch", "prod", "us-east-1")
	observed(r, room.Observation{Scope: east, Watch: "a", At: clock.now, Done: true}, 30)
	k := wallOf(t, r, clock, 160, 48)
	if got := k.wall().tallyOf(room.KindAlarm); got.number != "?" || got.word != "not all can be seen" {
		t.Errorf("alarms of which a half is seen are %+v", got)
	}
}
