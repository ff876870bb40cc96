package history

import (
	"errors"
	"log/slog"
	"math/rand/v2"
	"testing"
	"time"

	"warroom/internal/journal"
	"warroom/internal/room"
)

func TestAPastWhoseBeginningWasLetGoStartsAtItsSeal(t *testing.T) {
	n, place, j := kept(t, rand.New(rand.NewPCG(13, 1)))
	n.pass(3*time.Hour, func(time.Time) {})
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	end := n.clock.Now()
	again, err := journal.Open(place, journal.Options{Log: slog.New(slog.DiscardHandler), Retain: journal.Retention{Events: 30 * time.Minute}})
	if err != nil {
		t.Fatal(err)
	}
	report := journal.Report{}
	for deadline := time.Now().Add(20 * time.Second); report.Removed == 0; { // the journal does that on its own
		if report, err = journal.Verify(place.Path()); err != nil || len(report.Damage) > 0 || time.Now().After(deadline) {
			t.Fatalf("%v\n%s", err, report)
		}
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
	past := pastOf(t, place.Path())
	if _, err := past.At(t.Context(), dusk.Add(time.Minute)); !errors.Is(err, room.ErrBeforeSpan) {
		t.Errorf("before the seal: %v", err)
	}
	seen, err := past.At(t.Context(), end)
	if err != nil {
		t.Fatal(err)
	}
	if len(seen.Timeline.Events) == 0 || len(seen.Timeline.Events) >= len(n.room.Snapshot().Timeline.Events) {
		t.Errorf("%d lines of %d", len(seen.Timeline.Events), len(n.room.Snapshot().Timeline.Events))
	}
	for i, signal := range n.room.Snapshot().Of(room.KindAlarm).Signals {
		if got := seen.Of(room.KindAlarm).Signals[i]; got.Key != signal.Key || got.State != signal.State || got.Standing != signal.Standing {
			t.Errorf("%s is %v", signal.Key, got)
		}
	}
	at, steps := end, 0
	for ; err == nil; steps++ {
		at, err = past.Step(t.Context(), at, -1)
	}
	if !errors.Is(err, room.ErrNoStep) || steps < 2 {
		t.Errorf("%d steps back: %v", steps, err)
	}
}
