package sources

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/quick"
	"testing/synctest"
	"time"

	"warroom/internal/room"
)

func TestTheNextSlotIsOnTheGridAndAboutAnIntervalAwayAtTheMost(t *testing.T) {
	grid := time.Date(2025, 10, 20, 6, 48, 0, 0, time.UTC)
	holds := func(into int64, every uint32) bool {
		now := grid.Add(time.Duration(into % int64(1000*time.Hour)))
		interval := time.Duration(every) + 1
		next := nextOnGrid(grid, now, interval)
		return next.After(now) && !next.After(now.Add(interval+interval/justAhead)) && !next.Before(now.Add(interval/justAhead)) && next.Sub(grid)%interval == 0
	}
	if err := quick.Check(holds, &quick.Config{MaxCount: 20_000}); err != nil {
		t.Error(err)
	}
}

func TestAWatchWithoutAnIntervalDoesNotSpin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if told := run(t, 10*time.Minute, every(0, func(context.Context, Report) error { return nil })); len(told) > 11 {
			t.Errorf("%d looks in ten minutes", len(told))
		}
	})
}

func TestTheNextTryIsLaterThanNowAndNeverAfterTheSlot(t *testing.T) {
	now := time.Date(2025, 10, 20, 6, 48, 0, 0, time.UTC)
	holds := func(failures uint8, every, into uint32) bool {
		interval := time.Duration(every) + time.Second
		due := now.Add(time.Duration(into)%interval + 1)
		b := breaker{failures: int(failures)}
		next := b.next(now, due, interval)
		return next.After(now) && !next.After(due) && (!b.open() || next.Equal(due))
	}
	if err := quick.Check(holds, &quick.Config{MaxCount: 20_000}); err != nil {
		t.Error(err)
	}
}

// quickened is room time that runs many times faster than real time.
type quickened struct {
	epoch time.Time
	speed time.Duration
}

func (c quickened) Now() time.Time { return c.epoch.Add(time.Since(c.epoch) * c.speed) }

func (c quickened) Sleep(ctx context.Context, until time.Time) error {
	return room.Wall{}.Sleep(ctx, time.Now().Add(until.Sub(c.Now())/c.speed))
}

func TestInADrillEveryWatchIsLookedAtEverySimulatedMinuteFromTheFirstOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := quickened{time.Now(), 2000}
		ctx, cancel := context.WithTimeout(t.Context(), 60*time.Millisecond) // two simulated minutes
		defer cancel()
		var mu sync.Mutex
		looks := map[string]int{}
		var watches []Watch
		for i := range 30 {
			name := fmt.Sprint("endpoint-", i)
			w := every(time.Minute, func(context.Context, Report) error {
				mu.Lock()
				defer mu.Unlock()
				looks[name]++
				return nil
			})
			w.Name = name
			watches = append(watches, w)
		}
		NewRunner(clock, &ledger{}, silent).Run(ctx, watches)
		for _, w := range watches {
			if looks[w.Name] < 1 {
				t.Errorf("%s was looked at %d times in two simulated minutes", w.Name, looks[w.Name])
			}
		}
	})
}

// TestDueTimesAreSpreadEvenlyAndARestartDoesNotMoveThem (S1, S7): a thousand watches of
// one interval, started twice at different moments of fake time.
func TestDueTimesAreSpreadEvenlyAndARestartDoesNotMoveThem(t *testing.T) {
	const count, interval = 1000, 10 * time.Second
	synctest.Test(t, func(t *testing.T) {
		dueTimes := func() map[string]time.Duration {
			var mu sync.Mutex
			looks, into := map[string]int{}, map[string]time.Duration{}
			var watches []Watch
			for i := range count {
				name := fmt.Sprint("endpoint-", i)
				w := every(interval, func(context.Context, Report) error {
					mu.Lock()
					defer mu.Unlock()
					looks[name]++
					at := time.Duration(time.Now().UnixNano()) % interval
					if before, again := into[name]; again && looks[name] > 2 && before != at {
						t.Errorf("%s drifts from %s to %s into its interval", name, before, at)
					}
					into[name] = at
					return nil
				})
				w.Name = name
				watches = append(watches, w)
			}
			run(t, time.Minute, watches...)
			for name, n := range looks {
				if n < 6 || n > 7 {
					t.Errorf("%s was looked at %d times in six intervals", name, n)
				}
			}
			return into
		}
		first := dueTimes()
		time.Sleep(12345678 * time.Microsecond)
		slots := map[time.Duration]int{}
		for name, into := range dueTimes() {
			if into != first[name] {
				t.Errorf("%s was due %s into its interval, and is %s after a restart", name, first[name], into)
			}
			slots[into/(interval/100)]++
		}
		for slot, n := range slots {
			if n > 30 {
				t.Errorf("%d of %d are due in hundredth %d of the interval", n, count, slot)
			}
		}
		if len(slots) != 100 {
			t.Errorf("only %d hundredths of the interval are used", len(slots))
		}
	})
}
