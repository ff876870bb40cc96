package room

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// TestPercentilesAreWithinTwoPerCentOfTheExactOnes (M5), over a million looks.
func TestPercentilesAreWithinTwoPerCentOfTheExactOnes(t *testing.T) {
	const count = 1_000_000
	random := rand.New(rand.NewPCG(1, 2))
	at := time.Date(2025, 10, 20, 6, 0, 0, 0, time.UTC)
	open, exact := Stretch{}, make([]time.Duration, 0, count)
	took := map[uint16]uint16{}
	for range count {
		d := time.Duration(math.Exp(random.NormFloat64()*1.5+math.Log(80e6))) * time.Nanosecond // around 80 ms, with a long tail
		exact = append(exact, d)
		took[bucketOf(d)]++
	}
	for bucket, n := range took {
		open.Took = append(open.Took, Count{bucket, n})
	}
	open.From, open.Looks, open.Good = at, count, count
	w := (&Looks{Minute: open}).Over(at.Add(30*time.Second), time.Hour)
	slices.Sort(exact)
	for _, one := range []struct {
		percent int
		got     time.Duration
	}{{50, w.P50}, {90, w.P90}, {99, w.P99}, {100, w.Slowest}} {
		want := exact[count*one.percent/100-1]
		if off := math.Abs(float64(one.got-want)) / float64(want); off > 0.02 {
			t.Errorf("p%d is %s and should be %s: %.1f%% off", one.percent, one.got, want, 100*off)
		}
	}
}

func TestABucketHoldsItsMiddle(t *testing.T) {
	for us := time.Duration(0); us < 1<<22; us += 1 + us/50 {
		bucket := bucketOf(us * time.Microsecond)
		if again := bucketOf(middle(bucket)); again != bucket {
			t.Fatalf("%dµs is in bucket %d, whose middle %s is in %d", us, bucket, middle(bucket), again)
		}
	}
	if bucketOf(math.MaxInt64) >= octave*40 {
		t.Error("the largest bucket does not fit")
	}
}

// TestWindowsAndBudgetsAgreeWithAListOfAllLooks (S14) compares with counting one by one,
// over random histories with gaps.
func TestWindowsAndBudgetsAgreeWithAListOfAllLooks(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 7))
		now := time.Date(2025, 10, 20, 6, 0, 0, 0, time.UTC)
		var looks *Looks
		var all []Sample
		var speaks []time.Duration // for how long each does
		const every = time.Minute
		for range 3000 {
			now = now.Add(time.Duration(random.IntN(120)) * time.Second)
			if random.IntN(200) == 0 {
				now = now.Add(time.Duration(random.IntN(20)) * time.Hour)
			}
			s := Sample{At: now, State: State(random.IntN(4)), Total: time.Duration(random.IntN(5000)) * time.Millisecond}
			since := every
			if len(all) > 0 {
				since = min(now.Sub(all[len(all)-1].At), 2*every)
			}
			if known := slices.ContainsFunc(all, func(s Sample) bool { return s.State != Unknown }); !known {
				since = every // what found nothing out before the first one that did is not remembered
			}
			all, speaks = append(all, s), append(speaks, since)
			looks = looks.with(&s, every)
			if random.IntN(100) > 0 {
				continue
			}
			for _, length := range []time.Duration{5 * time.Minute, 30 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour, 72 * time.Hour} {
				unit := time.Minute
				if length > time.Hour {
					unit = time.Hour
				}
				seen, good := 0, 0
				var up, down time.Duration
				for i, s := range all {
					if s.State == Unknown || !s.At.Truncate(unit).After(now.Add(-length)) {
						continue
					}
					seen++
					if s.State != Critical {
						good++
						up += speaks[i]
					} else {
						down += speaks[i]
					}
				}
				w := looks.Over(now, length)
				if w.Looks != seen || w.Good != good {
					t.Fatalf("seed %d, over %s: %d of %d good, want %d of %d", seed, length, w.Good, w.Looks, good, seen)
				}
				if w.Up != up || w.Down != down || seen > 0 && up+down > 0 && w.Uptime() != float64(up)/float64(up+down) {
					t.Fatalf("seed %d, over %s: up for %s and down for %s, want %s and %s", seed, length, w.Up, w.Down, up, down)
				}
			}
		}
	}
}

// TestUptimeIsByTimeAndNotByLooks (S14): an endpoint that fails is looked at more often, and
// nobody looks while it is paused.
func TestUptimeIsByTimeAndNotByLooks(t *testing.T) {
	const every = 10 * time.Second
	now := time.Date(2025, 10, 20, 6, 0, 0, 0, time.UTC)
	var looks *Looks
	take := func(n int, state State, after time.Duration) {
		for range n {
			now = now.Add(after)
			looks = looks.with(&Sample{At: now, State: state, Total: time.Millisecond}, every)
		}
	}
	take(9, OK, every)              // 90 s up
	take(15, Critical, 2*every/10)  // 30 s down, a look every two
	take(6, Warning, every)         // 60 s up, slow
	take(1, OK, 20*time.Minute)     // after a pause it speaks for 20 s
	take(3, Unknown, every)         // our own trouble: nothing is known
	take(1, Critical, every)        // 10 s down
	take(1, Critical, -time.Minute) // the clock is put back
	w := looks.Over(now, time.Hour)
	if w.Up != 170*time.Second || w.Down != 40*time.Second || w.Looks != 33 || w.Good != 16 {
		t.Errorf("up for %s, down for %s, %d of %d good", w.Up, w.Down, w.Good, w.Looks)
	}
	if up, share := w.Uptime(), w.Share(); math.Abs(up-170.0/210) > 1e-9 || up <= share {
		t.Errorf("up %f of the time, and %f of the looks were good", up, share)
	}
	if up := (Window{Looks: 4, Good: 3}).Uptime(); up != 0.75 {
		t.Errorf("of looks whose time is not known it makes %f", up)
	}
}

// TestUptimeIsToldOnlyOfTimesOfWhichAllOfItIsKnown: the stretches of earlier versions do not
// have it.
func TestUptimeIsToldOnlyOfTimesOfWhichAllOfItIsKnown(t *testing.T) {
	now := time.Date(2025, 10, 20, 6, 0, 0, 0, time.UTC)
	var looks *Looks
	take := func(n int, state State) {
		for range n {
			now = now.Add(time.Minute)
			looks = looks.with(&Sample{At: now, State: state, Total: time.Millisecond}, time.Minute)
		}
	}
	take(150, OK)
	before := Looks{Minutes: slices.Clone(looks.Minutes), Hours: slices.Clone(looks.Hours), Minute: looks.Minute, Hour: looks.Hour, Last: looks.Last}
	for _, stretches := range [][]Stretch{before.Minutes, before.Hours} {
		for i := range stretches {
			stretches[i].Up, stretches[i].Down = 0, 0
		}
	}
	before.Minute.Up, before.Hour.Up = 0, 0
	looks = &before
	told := func(length time.Duration) Window { return looks.Over(now, length) }
	for _, step := range []struct{ down, up int }{{0, 0}, {5, 5}} {
		take(step.down, Critical)
		take(step.up, OK)
		for _, length := range []time.Duration{time.Hour, 24 * time.Hour, 72 * time.Hour} {
			if w := told(length); w.Up != 0 || w.Down != 0 || w.Uptime() != w.Share() || w.Looks < 60 {
				t.Errorf("after %d down, over %s: up for %s, down for %s of %d looks", step.down, length, w.Up, w.Down, w.Looks)
			}
		}
	}
	take(120, OK)
	if hour, day := told(time.Hour), told(24*time.Hour); hour.Up != time.Hour || day.Up != 0 {
		t.Errorf("two hours on: up for %s of the last hour and %s of the last day", hour.Up, day.Up)
	}
	take(73*60, OK)
	if w := told(72 * time.Hour); w.Up+w.Down == 0 || w.Uptime() != 1 {
		t.Errorf("after three days: up for %s, down for %s", w.Up, w.Down)
	}
}

func TestHowFastABudgetGoes(t *testing.T) {
	at := time.Date(2025, 10, 20, 6, 0, 30, 0, time.UTC)
	var looks *Looks
	for minute := range 60 { // two looks a minute; all fail in the last quarter of an hour
		for range 2 {
			state := OK
			if minute >= 45 {
				state = Critical
			}
			looks = looks.with(&Sample{At: at.Add(time.Duration(minute) * time.Minute), State: state, Total: time.Millisecond}, time.Minute)
		}
	}
	now := at.Add(59 * time.Minute)
	burns := looks.Burns(now, 99)
	if got := burns[0]; math.Abs(got.LongRate-25) > 1e-9 || math.Abs(got.ShortRate-100) > 1e-9 || !got.Exceeded() {
		t.Errorf("over an hour and five minutes: %+v", got)
	}
	later := now.Add(10 * time.Minute)
	for minute := range 10 {
		looks = looks.with(&Sample{At: now.Add(time.Duration(minute+1) * time.Minute), State: OK, Total: time.Millisecond}, time.Minute)
	}
	if got := looks.Burns(later, 99)[0]; got.Exceeded() || got.ShortRate != 0 {
		t.Errorf("once it is over the short window says so: %+v", got)
	}
	if got := (*Looks)(nil).Burns(now, 99.9)[2]; got.Exceeded() || got.LongRate != 0 {
		t.Errorf("without a look: %+v", got)
	}
}

func TestWhatWasTakenKeepsStandingWhenLooksGoOn(t *testing.T) {
	at := time.Date(2025, 10, 20, 6, 0, 0, 0, time.UTC)
	var looks *Looks
	var taken []*Looks
	var said []Window
	for i := range 500 {
		now := at.Add(time.Duration(i) * 17 * time.Second)
		looks = looks.with(&Sample{At: now, State: OK, Total: time.Duration(i) * time.Millisecond}, time.Minute)
		taken, said = append(taken, looks), append(said, looks.Over(now, time.Hour))
	}
	for i, l := range taken {
		if again := l.Over(at.Add(time.Duration(i)*17*time.Second), time.Hour); again != said[i] {
			t.Fatalf("after %d looks it said %+v, and now %+v", i, said[i], again)
		}
	}
}
