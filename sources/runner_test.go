package sources

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"warroom/internal/failuremodes"
	"warroom/internal/room"
)

// ledger is a sink that remembers what it was told.
type ledger struct {
	mu   sync.Mutex
	seen []room.Observation
}

func (l *ledger) Observe(o room.Observation) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seen = append(l.seen, o)
}

func (l *ledger) all() []room.Observation {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]room.Observation(nil), l.seen...)
}

// ends are the observations that end a pass.
func (l *ledger) ends() []room.Observation {
	return slices.DeleteFunc(l.all(), func(o room.Observation) bool { return !o.Done })
}

// run plays watches for a while of fake time and returns how the passes ended.
func run(t *testing.T, d time.Duration, watches ...Watch) []room.Observation {
	t.Helper()
	told := &ledger{}
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	NewRunner(room.Wall{}, told, slog.New(slog.DiscardHandler)).Run(ctx, watches)
	return told.ends()
}

func every(interval time.Duration, look Look) Watch {
	return Watch{Scope: room.Scope{Source: "test"}, Name: "w", Interval: interval, Timeout: 5 * time.Second, Whole: true, Look: look}
}

func TestLooksKeepAFixedGridHoweverLongTheyTake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var starts []time.Time
		run(t, 10*time.Minute, every(30*time.Second, func(context.Context, Report) error {
			starts = append(starts, time.Now())
			time.Sleep(time.Duration(len(starts)%4) * time.Second)
			return nil
		}))
		if len(starts) != 21 { // the first one comes at once, the others at their slots
			t.Errorf("%d looks in ten minutes of one every 30 s", len(starts))
		}
		for i := 2; i < len(starts); i++ {
			if gap := starts[i].Sub(starts[i-1]); gap != 30*time.Second {
				t.Fatalf("look %d came %s after the one before", i, gap)
			}
		}
	})
}

func TestALookThatOverrunsSkipsSlotsAndNeverOverlaps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var starts []time.Time
		flying := 0
		w := every(10*time.Second, func(context.Context, Report) error {
			if flying++; flying > 1 {
				t.Error("two looks in flight")
			}
			starts = append(starts, time.Now())
			time.Sleep(25 * time.Second)
			flying--
			return nil
		})
		w.Timeout = time.Minute
		run(t, 2*time.Minute, w)
		for i := 2; i < len(starts); i++ {
			if gap := starts[i].Sub(starts[i-1]); gap != 30*time.Second {
				t.Fatalf("look %d came %s after the one before, want the next free slot", i, gap)
			}
		}
	})
}

// TestFirstLooksAreSpreadAndSoon (S5): of a thousand endpoints, each of which takes 300 ms,
// all have answered within two seconds, and they were not asked in bursts.
func TestFirstLooksAreSpreadAndSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var mu sync.Mutex
		var begun, answered []time.Duration
		flying, most := 0, 0
		var watches []Watch
		for i := range 1000 {
			first := true
			w := every(time.Hour, func(context.Context, Report) error {
				mu.Lock()
				if first {
					begun = append(begun, time.Since(start))
				}
				flying++
				most = max(most, flying)
				mu.Unlock()
				time.Sleep(300 * time.Millisecond)
				mu.Lock()
				defer mu.Unlock()
				if flying--; first {
					answered = append(answered, time.Since(start))
				}
				first = false
				return nil
			})
			w.Name = fmt.Sprint("endpoint-", i)
			watches = append(watches, w)
		}
		run(t, time.Minute, watches...)
		hundredths, moments := map[time.Duration]int{}, map[time.Duration]int{}
		for _, d := range begun {
			if d > firstWithin {
				t.Errorf("a first look came after %s", d)
			}
			hundredths[d/(10*time.Millisecond)]++
			moments[d]++
		}
		for _, d := range answered {
			if d > 2*time.Second {
				t.Errorf("a first answer came after %s", d)
			}
		}
		for hundredth, n := range hundredths {
			if n > 20 { // seven on the average
				t.Errorf("%d of 1000 first looks begin in hundredth %d of a second", n, hundredth)
			}
		}
		for moment, n := range moments {
			if n > startsAtOnce {
				t.Errorf("%d first looks begin after %s exactly", n, moment)
			}
		}
		if len(begun) != 1000 || len(answered) != 1000 || most > 240 {
			t.Errorf("%d first looks, %d answers, %d at once", len(begun), len(answered), most)
		}
	})
}

func TestFailuresBackOffButNeverPastTheInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var starts []time.Time
		w := every(time.Minute, func(context.Context, Report) error {
			starts = append(starts, time.Now())
			return &Failure{Trouble: room.Trouble{What: "what", Why: "why", Next: "wait"}}
		})
		w.Name = "w52" // whose slot is late in the minute, so that it cuts no try short
		told := run(t, 10*time.Minute, w)
		var gaps []time.Duration
		for i := 1; i < len(starts); i++ {
			gaps = append(gaps, starts[i].Sub(starts[i-1]))
		}
		for i, gap := range gaps {
			if gap > time.Minute {
				t.Errorf("gap %d is %s, longer than the interval", i, gap)
			}
			if i >= openAfter+1 && gap != time.Minute {
				t.Errorf("gap %d is %s; the breaker is open and tries once an interval", i, gap)
			}
		}
		if gaps[0] > 6*time.Second || gaps[1] < gaps[0] || gaps[2] < gaps[1] {
			t.Errorf("the back-off went %v", gaps[:4])
		}
		o := told[0]
		if o.Complete || !o.Done || o.Trouble == nil || !strings.HasPrefix(o.Trouble.Next, "trying again at ") || !strings.HasSuffix(o.Trouble.Next, "; wait") {
			t.Errorf("the room was told %+v", o)
		}
	})
}

func TestTheBreakerClosesOnTheFirstSuccess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		looks := 0
		told := run(t, 20*time.Minute, every(time.Minute, func(context.Context, Report) error {
			if looks++; looks <= openAfter+3 || looks == openAfter+6 {
				return &Failure{Trouble: room.Trouble{What: "what", Why: "why"}}
			}
			return nil
		}))
		recovered, again := told[openAfter+3], told[openAfter+5]
		if recovered.Trouble != nil || !recovered.Complete {
			t.Errorf("after recovery the room was told %+v", recovered)
		}
		if wait := again.Next.Sub(again.At); again.Trouble == nil || wait > 6*time.Second {
			t.Errorf("a new failure after recovery is tried again after %s", wait)
		}
	})
}

func TestAPartialFailureCountsAsSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := every(time.Minute, func(context.Context, Report) error {
			return &Failure{Trouble: room.Trouble{What: "half"}, Partial: true}
		})
		told := run(t, time.Minute, w)
		if o := told[0]; !o.Complete || o.Trouble == nil || !o.Next.Equal(nextOnGrid(gridOf(w), o.At, time.Minute)) {
			t.Errorf("the room was told %+v", o)
		}
	})
}

func TestALookThatHangsIsGivenUpAndNotRepeatedBesideItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		release := make(chan struct{})
		var late Report
		told := &ledger{}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			NewRunner(room.Wall{}, told, slog.New(slog.DiscardHandler)).Run(ctx, []Watch{every(10*time.Second, func(_ context.Context, report Report) error {
				calls++
				late = report
				<-release
				return nil
			})})
			close(done)
		}()
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		late([]room.Signal{{Key: "late"}})
		if seen := told.all(); len(seen) != 2 {
			t.Errorf("the late report got through: %+v", seen)
		}
		seen := told.ends()
		if calls != 1 || len(seen) != 1 || !strings.Contains(seen[0].Trouble.Why, "did not stop") || !seen[0].Next.IsZero() {
			t.Errorf("%d calls; the room was told %+v", calls, seen)
		}
		close(release)
		time.Sleep(time.Minute)
		synctest.Wait()
		if calls < 2 {
			t.Error("it was not looked at again after it had stopped")
		}
		if healed := told.ends(); healed[len(healed)-1].Trouble != nil || seen[0].Complete {
			t.Errorf("the room was told %+v", healed)
		}
		failuremodes.Check(t, failuremodes.Row{Fault: "a look that does not stop when its time is up", Says: strings.Replace(seen[0].Trouble.String(), "w could", "alarms in eu-west-1 could", 1), Age: failuremodes.AgeCounts,
			Meanwhile: "the others go on; it is not repeated beside itself", Over: "when it has stopped"})
		cancel()
		<-done
	})
}

func TestAPanicAndAWordlessErrorBecomeSentences(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, look := range map[string]Look{
			"panic":    func(context.Context, Report) error { panic("oh no \x1b[31m") },
			"wordless": func(context.Context, Report) error { return errors.New("dial tcp 10.0.0.1:443: i/o timeout") },
			"deadline": func(ctx context.Context, _ Report) error { <-ctx.Done(); return ctx.Err() },
		} {
			told := run(t, 20*time.Second, every(time.Minute, look))
			text := told[0].Trouble.String()
			if strings.Contains(text, "oh no") || strings.Contains(text, "dial tcp") || strings.Contains(text, "context") || told[0].Trouble.What == "" {
				t.Errorf("%s: people are shown %q", name, text)
			}
		}
	})
}

func TestAgainLooksNowAndOnlyOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		looks := 0
		ctx, cancel := context.WithCancel(t.Context())
		r := NewRunner(room.Wall{}, &ledger{}, slog.New(slog.DiscardHandler))
		done := make(chan struct{})
		go func() {
			r.Run(ctx, []Watch{every(time.Hour, func(context.Context, Report) error { looks++; time.Sleep(time.Second); return nil })})
			close(done)
		}()
		time.Sleep(time.Minute)
		r.Again()
		r.Again()
		time.Sleep(time.Minute)
		synctest.Wait()
		if looks != 2 {
			t.Errorf("%d looks, want the first and one more", looks)
		}
		cancel()
		<-done
	})
}

func TestOnceLooksAtEverythingTogetherAndReturns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		told := &ledger{}
		start := time.Now()
		var watches []Watch
		for i := range 20 {
			w := every(time.Hour, func(_ context.Context, report Report) error {
				time.Sleep(time.Second)
				report([]room.Signal{{Key: fmt.Sprint(i)}})
				return nil
			})
			w.Name = fmt.Sprint(i)
			watches = append(watches, w)
		}
		NewRunner(room.Wall{}, told, slog.New(slog.DiscardHandler)).Once(t.Context(), watches)
		if took := time.Since(start); took != time.Second || len(told.all()) != 40 {
			t.Errorf("it took %s and told %d things", took, len(told.all()))
		}
	})
}

func TestWhatOnceHasNoTimeForIsToldAndNotLeftOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		told := &ledger{}
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		var watches []Watch
		for i := range atOnce + 10 {
			w := every(time.Hour, func(ctx context.Context, _ Report) error { <-ctx.Done(); return ctx.Err() })
			w.Name = fmt.Sprint(i)
			watches = append(watches, w)
		}
		NewRunner(room.Wall{}, told, slog.New(slog.DiscardHandler)).Once(ctx, watches)
		for _, o := range told.all() {
			if o.Trouble == nil || o.Trouble.What == "" || o.Trouble.Why == "" || o.Trouble.Next == "" {
				t.Errorf("%s is told with %+v", o.Watch, o.Trouble)
			}
		}
		if len(told.all()) != len(watches) {
			t.Errorf("%d of %d are told", len(told.all()), len(watches))
		}
	})
}

func TestALookThatAsksForItIsBorneOutSoonAndTheGridStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var starts []time.Time
		w := every(30*time.Second, func(context.Context, Report) error {
			starts = append(starts, time.Now())
			return nil
		})
		w.Soon = func() bool { return len(starts) == 3 }
		run(t, 100*time.Second, w)
		var gaps []time.Duration
		for i := 2; i < len(starts); i++ {
			gaps = append(gaps, starts[i].Sub(starts[i-1]))
		}
		if want := []time.Duration{30 * time.Second, 6 * time.Second, 24 * time.Second}; len(gaps) < 3 || !slices.Equal(gaps[:3], want) {
			t.Errorf("looks came after %v, want %v first", gaps, want)
		}
	})
}

func TestATryThatIsPutOffIsToldAsTheNextOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		again := time.Now().Add(time.Hour).Round(0)
		for _, end := range run(t, 3*time.Minute, every(time.Minute, func(context.Context, Report) error {
			return &Failure{Trouble: room.Trouble{What: "w", Why: "y", Next: "n"}, Partial: true, Again: again}
		})) {
			if !end.Next.Equal(again) || end.Trouble.Next != "trying again at 01:00:00Z; n" {
				t.Errorf("the next try is %s: %s", end.Next, end.Trouble.Next)
			}
		}
	})
}

func TestALookThatWaitsForNewsIsFollowedByTheNextAtOnceUnlessItFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const poll = 20 * time.Second
		var began []time.Time
		w := every(30*time.Second, func(ctx context.Context, _ Report) error {
			began = append(began, time.Now())
			if len(began) == 5 {
				return &Failure{Trouble: room.Trouble{What: "what", Why: "why", Next: "next"}}
			}
			return room.Wall{}.Sleep(ctx, time.Now().Add(poll))
		})
		w.Unbroken, w.Timeout = true, time.Minute
		run(t, 3*time.Minute, w)
		for i := 1; i < 5; i++ {
			if gap := began[i].Sub(began[i-1]); gap != poll {
				t.Errorf("look %d begins %s after the one before, want %s", i, gap, poll)
			}
		}
		if len(began) < 7 || !began[5].After(began[4]) || began[6].Sub(began[5]) != poll {
			t.Errorf("after a failure the looks begin at %v", began)
		}
	})
}
