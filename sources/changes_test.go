package sources

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"warroom/internal/room"
)

func TestALookAtChangesOnlyTakesNothingAwayAndIsNoTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		looks := 0
		ends := run(t, 3*time.Minute, every(time.Minute, func(context.Context, Report) error {
			if looks++; looks > 1 {
				return OnlyChanges
			}
			return nil
		}))
		if len(ends) < 3 || !ends[0].Complete {
			t.Fatalf("%d looks, the first %+v", len(ends), ends)
		}
		for _, end := range ends[1:] {
			if end.Complete || end.Trouble != nil || !end.Done {
				t.Errorf("a look at changes ended with %+v", end)
			}
		}
	})
}

func TestAPersonWhoAsksAgainIsToldToTheWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		w := every(time.Hour, func(context.Context, Report) error { return nil })
		w.Asked = func() { asked++ }
		ctx, cancel := context.WithCancel(t.Context())
		r := NewRunner(room.Wall{}, &ledger{}, slog.New(slog.DiscardHandler))
		done := make(chan struct{})
		go func() {
			r.Run(ctx, []Watch{w})
			close(done)
		}()
		time.Sleep(time.Minute)
		r.Again()
		r.AgainAt("w")
		time.Sleep(time.Minute)
		synctest.Wait()
		if asked != 2 {
			t.Errorf("the watch heard it %d times, want twice", asked)
		}
		cancel()
		<-done
	})
}
