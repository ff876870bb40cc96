package history

import (
	"log/slog"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"time"

	"warroom/internal/journal"
	"warroom/internal/room"
)

// bigNight is the journal of a night of fourteen hours, made once for all benchmarks.
type bigNight struct {
	often int
	once  sync.Once
	path  string
	err   error
}

// The nights: as they are, and one with ten times the events: of the same length, with
// everything turning ten times as often.
var (
	usualNight = &bigNight{often: 1}
	wildNight  = &bigNight{often: 10}
)

func TestMain(m *testing.M) {
	code := m.Run()
	for _, each := range []*bigNight{usualNight, wildNight} {
		if each.path != "" {
			_ = os.RemoveAll(each.path)
		}
	}
	os.Exit(code)
}

func (b *bigNight) make() {
	if b.path, b.err = os.MkdirTemp("", "warroom-test-"); b.err != nil {
		return
	}
	j, err := journal.Open(journal.PlaceOf(b.path, "night"), journal.Options{Room: "night", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.err = err
		return
	}
	n := newNight(rand.New(rand.NewPCG(11, 1)), room.Options{Node: j.Node(), Keeper: j})
	n.often = b.often
	j.Tell(func(k room.Keeping) {
		n.room.Kept(k)
		select {
		case n.told <- struct{}{}:
		default:
		}
	})
	n.pass(14*time.Hour, func(time.Time) {})
	b.err = j.Close()
}

func (b *bigNight) place(t *testing.B) journal.Place {
	t.Helper()
	if b.once.Do(b.make); b.err != nil {
		t.Fatal(b.err)
	}
	return journal.PlaceOf(b.path, "night")
}

// nights runs a benchmark on both nights.
func nights(b *testing.B, run func(b *testing.B, place journal.Place)) {
	for _, each := range []struct {
		name  string
		night *bigNight
	}{{"14 hours", usualNight}, {"ten times the events", wildNight}} {
		b.Run(each.name, func(b *testing.B) {
			place := each.night.place(b)
			b.ResetTimer()
			run(b, place)
		})
	}
}

func BenchmarkARoomIsOpenedAgainUntilItsFirstSnapshot(b *testing.B) {
	nights(b, func(b *testing.B, place journal.Place) {
		for b.Loop() {
			j, err := journal.Open(place, journal.Options{Room: "night", Log: slog.New(slog.DiscardHandler)})
			if err != nil {
				b.Fatal(err)
			}
			loaded, err := j.Load()
			if err != nil {
				b.Fatal(err)
			}
			r := room.Restore(room.Options{Name: "night", Node: j.Node(), OnFlush: true, Keeper: j}, loaded.Checkpoint, loaded.Lines)
			r.Replay(loaded.Tail...)
			r.Flush()
			if len(r.Snapshot().Timeline.Events) == 0 {
				b.Fatal("nothing is there")
			}
			b.StopTimer() // what closing it takes, nobody waits for
			if err := j.Close(); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
		}
		report, err := journal.Verify(place.Path())
		if err != nil || len(report.Damage) > 0 {
			b.Fatalf("%v\n%s", err, report)
		}
		b.ReportMetric(float64(report.Events), "events")
		b.ReportMetric(float64(report.Readings), "readings")
	})
}

func BenchmarkAPastIsOpenedUntilItsFirstSnapshot(b *testing.B) {
	nights(b, func(b *testing.B, place journal.Place) {
		for b.Loop() {
			past := pastOf(b, place.Path())
			_, last := past.Span()
			if _, err := past.At(b.Context(), last); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkAStepToTheNextLine(b *testing.B) {
	nights(b, func(b *testing.B, place journal.Place) {
		past := pastOf(b, place.Path())
		first, last := past.Span()
		at := first.Add(last.Sub(first) / 2)
		if _, err := past.At(b.Context(), at); err != nil {
			b.Fatal(err)
		}
		slowest := time.Duration(0)
		direction := 1
		for b.Loop() {
			begin := time.Now()
			next, err := past.Step(b.Context(), at, direction)
			if err == room.ErrNoStep {
				direction = -direction
				continue
			}
			if err == nil {
				_, err = past.At(b.Context(), next)
			}
			if err != nil {
				b.Fatal(err)
			}
			at, slowest = next, max(slowest, time.Since(begin))
		}
		b.ReportMetric(float64(slowest.Microseconds())/1000, "slowest-ms")
	})
}

func BenchmarkAStepToTheLineBefore(b *testing.B) {
	nights(b, func(b *testing.B, place journal.Place) {
		past := pastOf(b, place.Path())
		_, last := past.Span()
		at := last
		if _, err := past.At(b.Context(), at); err != nil {
			b.Fatal(err)
		}
		slowest := time.Duration(0)
		for b.Loop() {
			begin := time.Now()
			next, err := past.Step(b.Context(), at, -1)
			if err == room.ErrNoStep {
				at = last
				continue
			}
			if err == nil {
				_, err = past.At(b.Context(), next)
			}
			if err != nil {
				b.Fatal(err)
			}
			at, slowest = next, max(slowest, time.Since(begin))
		}
		b.ReportMetric(float64(slowest.Microseconds())/1000, "slowest-ms")
	})
}

func BenchmarkAJumpToAnyMoment(b *testing.B) {
	for _, cold := range []bool{true, false} {
		name := map[bool]string{true: "nothing read before", false: "going on"}[cold]
		b.Run(name, func(b *testing.B) {
			nights(b, func(b *testing.B, place journal.Place) {
				past := pastOf(b, place.Path())
				first, last := past.Span()
				random := rand.New(rand.NewPCG(1, 1))
				slowest := time.Duration(0)
				for b.Loop() {
					moment := first.Add(time.Duration(random.Int64N(int64(last.Sub(first)))))
					begin := time.Now()
					if cold {
						past = New(past.reader)
					}
					if _, err := past.At(b.Context(), moment); err != nil {
						b.Fatal(err)
					}
					slowest = max(slowest, time.Since(begin))
				}
				b.ReportMetric(float64(slowest.Microseconds())/1000, "slowest-ms")
			})
		})
	}
}
