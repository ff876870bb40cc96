package main

import (
	"context"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
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

// observed is a room that writes down what looks report while it measures.
type observed struct {
	*room.Room
	mu        sync.Mutex
	measuring bool
	readings  readings
	skipped   int
}

// Observe implements sources.Sink.
func (o *observed) Observe(seen room.Observation) {
	if len(seen.Signals) > 0 {
		o.note(seen.Signals)
	}
	o.Room.Observe(seen)
}

func (o *observed) note(signals []room.Signal) {
	latency, err := verdict(signals)
	if err != nil {
		o.readings.fail(err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.measuring {
		sample := &signals[0].Samples[0]
		o.readings.latencies = append(o.readings.latencies, latency)
		o.readings.lags = append(o.readings.lags, sample.Late)
		o.skipped += sample.Skipped
	}
}

// measure begins or ends measuring, and gives how many looks were measured so far.
func (o *observed) measure(on bool) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.measuring = on
	return len(o.readings.lags)
}

// schedule lets warroom's runner look at its watches as it does in a room.
func schedule(t task) (figures, error) {
	env, err := environmentOf(t.Serving)
	if err != nil {
		return figures{}, err
	}
	var made atomic.Int64
	watches := make([]sources.Watch, t.Rate)
	for i := range watches {
		if watches[i], err = probe.New(specOf(t.Protocol, t.Serving, i), env); err != nil {
			return figures{}, err
		}
		look := watches[i].Look
		watches[i].Look = func(ctx context.Context, report sources.Report) error {
			made.Add(1)
			return look(ctx, report)
		}
	}
	o := &observed{Room: room.New(room.Options{Name: "benchmark"})}
	runner := sources.NewRunner(room.Wall{}, o, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { runner.Run(ctx, watches) })
	time.Sleep(settling)
	runtime.GC()
	before := spentSoFar()
	o.measure(true)
	time.Sleep(time.Duration(t.Seconds) * time.Second)
	f := figures{}
	f.since(before, o.measure(false))
	f.Resident = resident()
	for _, w := range watches {
		runner.Remove(w.Name)
	}
	time.Sleep(time.Second) // looks under way come to their end
	cancel()
	running.Wait()
	f.Made, f.Skipped = int(made.Load()), o.skipped
	f.times(&o.readings)
	return f, o.readings.err()
}
