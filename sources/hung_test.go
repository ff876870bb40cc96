package sources

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"warroom/internal/room"
)

var silent = slog.New(slog.DiscardHandler)

func TestTheRoomKnowsOfAWatchBeforeItsFirstAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := room.New(room.Options{})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		w := every(time.Minute, func(ctx context.Context, _ Report) error { <-ctx.Done(); return ctx.Err() })
		go func() { NewRunner(room.Wall{}, r, silent).Run(ctx, []Watch{w}); close(done) }()
		synctest.Wait()
		if status := r.Snapshot().Scope(w.Scope); status == nil || !status.Loading || !status.Seen.IsZero() {
			t.Errorf("the room shows %+v", status)
		}
		cancel()
		<-done
	})
}

func TestHungLooksTakeNobodysTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		var healthy, elsewhere atomic.Int64
		var watches []Watch
		for i := range atOnce {
			w := every(time.Hour, func(context.Context, Report) error { <-release; return nil })
			w.Name = fmt.Sprint("hung-", i)
			watches = append(watches, w)
		}
		same := every(time.Minute, func(context.Context, Report) error { healthy.Add(1); return nil })
		same.Name = "healthy"
		other := every(time.Second, func(context.Context, Report) error { elsewhere.Add(1); return nil })
		other.Name, other.Scope.Source = "elsewhere", "another"
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			NewRunner(room.Wall{}, &ledger{}, silent).Run(ctx, append(watches, same, other))
			close(done)
		}()
		time.Sleep(6 * time.Second) // all that hang have begun, and none was given up yet
		if n := elsewhere.Load(); n < 4 {
			t.Errorf("another kind of source was looked at %d times in six seconds beside one that hangs", n)
		}
		time.Sleep(watches[0].Timeout + stopGrace + 10*time.Minute)
		if healthy.Load() < 9 {
			t.Errorf("a healthy watch was looked at %d times in ten minutes beside ones that hang", healthy.Load())
		}
		close(release)
		cancel()
		<-done
	})
}

func TestRunDoesNotWaitForeverForALookThatNeverStops(t *testing.T) {
	for name, before := range map[string]time.Duration{"while it looks": 3 * time.Second, "after it was given up": time.Hour} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				release := make(chan struct{})
				ctx, cancel := context.WithTimeout(t.Context(), before)
				defer cancel()
				start := time.Now()
				NewRunner(room.Wall{}, &ledger{}, silent).Run(ctx, []Watch{every(time.Minute, func(context.Context, Report) error { <-release; return nil })})
				if late := time.Since(start) - before; late > stopGrace {
					t.Errorf("Run returned %s after its context had ended", late)
				}
				close(release)
			})
		})
	}
}

func TestWhatIsReportedAfterTheLookIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		told := &ledger{}
		var late Report
		NewRunner(room.Wall{}, told, silent).Once(t.Context(), []Watch{every(time.Minute, func(_ context.Context, report Report) error {
			late = report
			return nil
		})})
		late([]room.Signal{{Key: "late"}})
		if seen := told.all(); len(seen) != 1 {
			t.Errorf("the room was told %+v", seen)
		}
	})
}

func TestTheLogHasTheCauseAndTheScreenDoesNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		told := &ledger{}
		looks := 0
		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
		defer cancel()
		NewRunner(room.Wall{}, told, slog.New(slog.NewTextHandler(&log, nil))).Run(ctx, []Watch{every(time.Minute, func(context.Context, Report) error {
			if looks++; looks > 1 {
				return nil
			}
			return &Failure{Trouble: room.Trouble{What: "what\x1b[31m", Why: "why\nwhy"}, Err: errors.New("dial tcp 10.0.0.1:443")}
		})})
		if text := told.ends()[0].Trouble.String(); strings.Contains(text, "dial tcp") || strings.ContainsAny(text, "\x1b\n") {
			t.Errorf("people are shown %q", text)
		}
		if n := strings.Count(log.String(), "look failed"); n != 1 || !strings.Contains(log.String(), "dial tcp 10.0.0.1:443") {
			t.Errorf("the log has %d failures:\n%s", n, &log)
		}
		if !strings.Contains(log.String(), "look works again") {
			t.Errorf("the log does not tell of the recovery:\n%s", &log)
		}
	})
}
