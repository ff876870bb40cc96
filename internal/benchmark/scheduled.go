package main

import (
	"context"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/probe"
)

// scheduled is the contestant that is all of warroom: its own runner, and a room that is
// told of every look.
const scheduled = "warroom's runner"

// settling is how long warroom spreads out the first looks, and a second more.
const settling = 3 * time.Second

// observed is what is written down of the looks that a runner makes.
type observed struct {
	mu        sync.Mutex
	made      int
	measuring bool
	over      bool          // no more looks are made
	starts    [][]time.Time // by target, while measuring
	readings  readings      // latencies while measuring
}

// schedule lets warroom's runner look at its watches as it does in a room.
func schedule(t task) (figures, error) {
	env, err := environmentOf(t.Serving)
	if err != nil {
		return figures{}, err
	}
	o := &observed{starts: make([][]time.Time, t.Rate)}
	watches := make([]sources.Watch, t.Rate)
	for i := range watches {
		if watches[i], err = probe.New(specOf(t.Protocol, t.Serving, i), env); err != nil {
			return figures{}, err
		}
		watches[i].Look = o.around(i, watches[i].Look)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		r := room.New(room.Options{Name: "benchmark"})
		sources.NewRunner(room.Wall{}, r, slog.New(slog.DiscardHandler)).Run(ctx, watches)
	})
	time.Sleep(settling)
	runtime.GC()
	before := spentSoFar()
	o.set(&o.measuring, true)
	time.Sleep(time.Duration(t.Seconds) * time.Second)
	o.set(&o.measuring, false)
	f := figures{Resident: resident()}
	f.since(before, o.measured())
	o.set(&o.over, true)
	time.Sleep(time.Second) // those under way come to their end
	cancel()
	running.Wait()
	f.Made = o.made
	f.times(&readings{latencies: o.readings.latencies, lags: lagsOf(o.starts)})
	return f, o.readings.err()
}

func (o *observed) set(what *bool, to bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	*what = to
}

func (o *observed) measured() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	count := 0
	for _, starts := range o.starts {
		count += len(starts)
	}
	return count
}

// begins says whether a look may be made.
func (o *observed) begins(target int) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.over {
		return false
	}
	o.made++
	if o.measuring {
		o.starts[target] = append(o.starts[target], time.Now())
	}
	return true
}

func (o *observed) ends(latency time.Duration, err error) {
	if err != nil {
		o.readings.fail(err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.measuring {
		o.readings.latencies = append(o.readings.latencies, latency)
	}
}

// around is a look that is written down.
func (o *observed) around(target int, look sources.Look) sources.Look {
	return func(ctx context.Context, report sources.Report) error {
		if !o.begins(target) {
			return nil
		}
		return look(ctx, func(signals []room.Signal) {
			o.ends(verdict(signals))
			report(signals)
		})
	}
}

// lagsOf compares each start with the earliest of the same target, to whole seconds: a
// runner does not say when a look was due.
func lagsOf(targets [][]time.Time) []time.Duration {
	var lags []time.Duration
	for _, starts := range targets {
		least, own := time.Duration(0), len(lags)
		for _, at := range starts {
			off := at.Sub(starts[0])
			off -= off.Round(time.Second)
			lags, least = append(lags, off), min(least, off)
		}
		for i := range lags[own:] {
			lags[own+i] -= least
		}
	}
	return lags
}
