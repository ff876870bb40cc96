package sources

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"warroom/internal/room"
)

// looked reports a reading, as a probe does.
func looked(report Report) { report([]room.Signal{{Key: "k", Samples: make([]room.Sample, 1)}}) }

// readings are what a ledger has of samples.
func (l *ledger) readings() []room.Sample {
	var all []room.Sample
	for _, o := range l.all() {
		for _, s := range o.Signals {
			all = append(all, s.Samples...)
		}
	}
	return all
}

// start runs watches until stop is called.
func start(t *testing.T, clock room.Clock, told Sink, watches ...Watch) (r *Runner, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r = NewRunner(clock, told, silent)
	done := make(chan struct{})
	go func() { r.Run(ctx, watches); close(done) }()
	return r, func() { cancel(); <-done }
}

// TestASlotThatPassesIsSkippedAndCounted (S2): a look of 25 s every 10 s passes two slots.
func TestASlotThatPassesIsSkippedAndCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		told := &ledger{}
		w := every(10*time.Second, func(_ context.Context, report Report) error {
			looked(report)
			time.Sleep(25 * time.Second)
			return nil
		})
		w.Timeout = time.Minute
		_, stop := start(t, room.Wall{}, told, w)
		time.Sleep(5 * time.Minute)
		stop()
		readings := told.readings()
		for i, s := range readings[2:] {
			if s.Skipped != 2 || s.Late != 0 {
				t.Errorf("look %d came %s late after %d skipped slots", i+2, s.Late, s.Skipped)
			}
		}
		if len(readings) < 9 {
			t.Errorf("%d looks in five minutes", len(readings))
		}
	})
}

// TestWaitingForOthersIsTheLooksLatenessAndInNoPhase (M6).
func TestWaitingForOthersIsTheLooksLatenessAndInNoPhase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		told := &ledger{}
		var watches []Watch
		for i := range atOnce {
			w := every(time.Hour, func(context.Context, Report) error { time.Sleep(4 * time.Second); return nil })
			w.Name = fmt.Sprint("slow-", i)
			watches = append(watches, w)
		}
		r, stop := start(t, room.Wall{}, told, watches...)
		time.Sleep(3 * time.Second) // all of them are in flight
		behind := every(time.Hour, func(_ context.Context, report Report) error { looked(report); return nil })
		behind.Name = "behind"
		r.Add(behind)
		r.AgainAt("behind")
		time.Sleep(4 * time.Second)
		stop()
		if got := told.readings(); len(got) != 1 || got[0].Late == 0 || got[0].Late > 4*time.Second {
			t.Errorf("it came with %+v", got)
		}
	})
}

// TestManyThatAreDueTogetherAreBegunAFewAtATime: each of a thousand that begin in one
// moment would measure the others.
func TestManyThatAreDueTogetherAreBegunAFewAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		begun := map[time.Time]int{}
		var watches []Watch
		for i := range 200 {
			w := every(time.Hour, func(context.Context, Report) error {
				mu.Lock()
				defer mu.Unlock()
				begun[time.Now()]++
				return nil
			})
			w.Name = fmt.Sprint(i)
			watches = append(watches, w)
		}
		r, stop := start(t, room.Wall{}, &ledger{}, watches...)
		time.Sleep(3 * time.Second)
		mu.Lock()
		clear(begun)
		mu.Unlock()
		r.Again()
		time.Sleep(time.Second)
		stop()
		all := 0
		for at, n := range begun {
			if all += n; n > startsAtOnce {
				t.Errorf("%d looks began at %s", n, at)
			}
		}
		if all != 200 {
			t.Errorf("%d of 200 looked again", all)
		}
	})
}

// stepped is a clock that somebody sets.
type stepped struct {
	room.Wall
	by *atomic.Int64
}

func (c stepped) Now() time.Time { return c.Wall.Now().Add(time.Duration(c.by.Load())) }

func (c stepped) Sleep(ctx context.Context, until time.Time) error {
	return c.Wall.Sleep(ctx, until.Add(-time.Duration(c.by.Load())))
}

// TestAClockThatIsSetLosesNoLookAndMakesNoBurst (S4): an hour forward, as after a sleep
// of the machine, and an hour back.
func TestAClockThatIsSetLosesNoLookAndMakesNoBurst(t *testing.T) {
	for name, step := range map[string]time.Duration{"forward": time.Hour, "back": -time.Hour} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var by atomic.Int64
				var mu sync.Mutex
				var at []time.Time
				told := &ledger{}
				_, stop := start(t, stepped{by: &by}, told, every(10*time.Second, func(_ context.Context, report Report) error {
					mu.Lock()
					defer mu.Unlock()
					at = append(at, time.Now())
					looked(report)
					return nil
				}))
				time.Sleep(5 * time.Minute)
				by.Store(int64(step))
				before := time.Now()
				time.Sleep(5 * time.Minute)
				stop()
				since := slices.DeleteFunc(slices.Clone(at), func(t time.Time) bool { return t.Before(before) })
				if len(since) < 28 || len(since) > 32 {
					t.Errorf("%d looks in the five minutes after the step, of one every ten seconds", len(since))
				}
				for i, one := range since[1:] {
					if gap := one.Sub(since[i]); gap > 21*time.Second {
						t.Errorf("nobody looked for %s", gap)
					}
				}
				skipped := 0
				for _, s := range told.readings() {
					skipped += s.Skipped
				}
				if want := map[string]int{"forward": 360, "back": 0}[name]; skipped < want-1 || skipped > want+1 {
					t.Errorf("%d slots count as skipped, want about %d", skipped, want)
				}
			})
		})
	}
}

// TestAClockThatIsPutBackALittleLosesNoSlotThatWasNearlyDue (S4): by 1.2 s, again and
// again, two seconds before each slot.
func TestAClockThatIsPutBackALittleLosesNoSlotThatWasNearlyDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var by, looks atomic.Int64
		clock := stepped{by: &by}
		w := every(time.Minute, func(context.Context, Report) error { looks.Add(1); return nil })
		r, stop := start(t, clock, &ledger{}, w)
		time.Sleep(firstWithin)
		for range 20 {
			_ = clock.Sleep(t.Context(), nextOnGrid(gridOf(w), clock.Now().Add(10*time.Second), w.Interval).Add(-2*time.Second))
			for _, step := range []time.Duration{0, -1200 * time.Millisecond} {
				by.Add(int64(step))
				other := every(time.Hour, func(context.Context, Report) error { return nil })
				other.Name = "other"
				r.Add(other) // has the runner look at the clock
				synctest.Wait()
				r.Remove("other")
			}
			time.Sleep(10 * time.Second)
		}
		stop()
		if n := looks.Load(); n < 20 {
			t.Errorf("%d looks at twenty slots", n)
		}
	})
}

// TestWatchesComeAndGoWhileTheRunnerRuns (S13).
func TestWatchesComeAndGoWhileTheRunnerRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		told := &ledger{}
		var looks atomic.Int64
		slow := every(time.Hour, func(_ context.Context, report Report) error {
			looks.Add(1)
			time.Sleep(time.Second)
			looked(report)
			return nil
		})
		r, stop := start(t, room.Wall{}, told)
		defer stop()
		time.Sleep(time.Minute)
		r.Add(slow)
		time.Sleep(firstWithin + time.Second)
		if looks.Load() != 1 || len(told.readings()) != 1 {
			t.Fatalf("%d looks, %d readings of a watch that was added", looks.Load(), len(told.readings()))
		}
		if !r.AgainAt("w") || r.AgainAt("another") {
			t.Error("it is not known by its name, or another is")
		}
		time.Sleep(time.Second / 2)
		if !r.AgainAt("w") || looks.Load() != 2 {
			t.Errorf("%d looks; a second one beside the one in flight, or none", looks.Load())
		}
		r.Remove("w") // in the middle of its look
		time.Sleep(3 * time.Hour)
		if looks.Load() != 2 || len(told.readings()) != 1 || r.AgainAt("w") {
			t.Errorf("%d looks, %d readings of a watch that was taken away", looks.Load(), len(told.readings()))
		}
		r.Add(slow)
		time.Sleep(10 * time.Second)
		if len(told.readings()) != 2 {
			t.Errorf("%d readings once it was added again", len(told.readings()))
		}
	})
}

// TestTwoHundredThatHangDelayNobody (S3).
func TestTwoHundredThatHangDelayNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		told := &ledger{}
		var watches []Watch
		for i := range 200 {
			w := every(10*time.Second, func(ctx context.Context, _ Report) error { <-ctx.Done(); return ctx.Err() })
			w.Name = fmt.Sprint("hanging-", i)
			watches = append(watches, w)
		}
		well := every(10*time.Second, func(_ context.Context, report Report) error { looked(report); return nil })
		well.Name = "well"
		_, stop := start(t, room.Wall{}, told, append(watches, well)...)
		time.Sleep(10 * time.Minute)
		stop()
		readings := told.readings()
		for _, s := range readings {
			if s.Late > 100*time.Millisecond || s.Skipped > 0 {
				t.Errorf("a look began %s late, after %d skipped", s.Late, s.Skipped)
			}
		}
		if len(readings) < 60 {
			t.Errorf("%d looks of one every ten seconds in ten minutes", len(readings))
		}
	})
}
