package main

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/probe"
)

// capacity is what many endpoints cost a process that does nothing else.
type capacity struct {
	Endpoints int
	Before    float64       // resident at the start, in MB
	Resident  float64       // the same at the end
	Heap      float64       // MB after a collection
	Built     time.Duration // until every target had been made ready
	Begun     time.Duration // until the room had been told of every one, just before the first look
	Looked    time.Duration // until every target had been looked at once
}

// history is how much of it is kept by the endpoints whose memory is measured: ten minutes,
// and half of what a room lets go at once, so that it is neither at its least nor at its most.
const history = 10*time.Minute + 15*time.Second

// remember fills a room with ten minutes of looks at every target, a second of room time
// apart and as fast as it goes. Each target is really probed once; what that look reported
// is reported again with another time and another latency.
func remember(t task) (capacity, error) {
	result := capacity{Endpoints: t.Rate, Before: resident()}
	env, err := environmentOf(t.Serving)
	if err != nil {
		return result, err
	}
	clock := &setClock{now: time.Now().UTC().Round(0)}
	env.Clock = clock
	r := room.New(room.Options{Name: "benchmark", Clock: clock, OnFlush: true})
	watches, seen := make([]sources.Watch, t.Rate), make([]room.Signal, t.Rate)
	for i := range watches {
		if watches[i], err = probe.New(specOf(t.Protocol, t.Serving, i), env); err != nil {
			return result, err
		}
		err = watches[i].Look(context.Background(), func(signals []room.Signal) {
			_, err = verdict(signals)
			seen[i] = signals[0]
		})
		if err != nil {
			return result, err
		}
		r.Observe(room.Observation{Scope: watches[i].Scope, Watch: watches[i].Name, At: clock.Now(), Interval: time.Second, Begins: true})
	}
	for range int(history / time.Second) {
		clock.now = clock.now.Add(time.Second)
		for i := range watches {
			r.Observe(again(watches[i], seen[i], clock.now))
		}
		r.Flush()
	}
	result.Heap, result.Resident = kept(), resident()
	runtime.KeepAlive(watches)
	if n := len(r.Snapshot().Of(room.KindProbe).Signals); n != t.Rate {
		return result, fmt.Errorf("the room has %d endpoints instead of %d", n, t.Rate)
	}
	return result, nil
}

// again is another look at a target, with a latency and a lateness of its own.
func again(w sources.Watch, s room.Signal, at time.Time) room.Observation {
	sample := s.Samples[0]
	longer := rand.N(time.Millisecond)
	sample.Total += longer
	sample.Phases.FirstByte += longer
	sample.Late = rand.N(time.Millisecond)
	sample.At = at.Add(sample.Late)
	sample.Text = "200 in " + probe.Latency(sample.Total)
	s.Samples = []room.Sample{sample}
	return room.Observation{
		Scope: w.Scope, Watch: w.Name, At: sample.At, Interval: w.Interval, Next: at.Add(w.Interval), Done: true, Signals: []room.Signal{s},
	}
}

// setClock is room time that stands until it is set.
type setClock struct{ now time.Time }

func (c *setClock) Now() time.Time { return c.now }

func (c *setClock) Sleep(context.Context, time.Time) error { return nil }

// milestones is a room that says when it was told of every watch, and when of an end of a
// look at every one.
type milestones struct {
	*room.Room
	beginnings, ends  atomic.Int64 // still to come
	begun, lookedOnce chan struct{}
}

func (m *milestones) Observe(o room.Observation) {
	m.Room.Observe(o)
	if o.Begins && m.beginnings.Add(-1) == 0 {
		close(m.begun)
	}
	if o.Done && m.ends.Add(-1) == 0 {
		close(m.lookedOnce)
	}
}

// configure makes the watches of many targets and lets the runner begin with them.
func configure(t task) (capacity, error) {
	result := capacity{Endpoints: t.Rate, Before: resident()}
	env, err := environmentOf(t.Serving)
	if err != nil {
		return result, err
	}
	began := time.Now()
	watches := make([]sources.Watch, t.Rate)
	for i := range watches {
		spec := specOf(t.Protocol, t.Serving, i)
		spec.Interval = time.Hour // one look each
		if watches[i], err = probe.New(spec, env); err != nil {
			return result, err
		}
	}
	result.Built = time.Since(began)
	m := &milestones{Room: room.New(room.Options{Name: "benchmark"}), begun: make(chan struct{}), lookedOnce: make(chan struct{})}
	m.beginnings.Store(int64(t.Rate))
	m.ends.Store(int64(t.Rate))
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { sources.NewRunner(room.Wall{}, m, slog.New(slog.DiscardHandler)).Run(ctx, watches) })
	<-m.begun
	result.Begun = time.Since(began)
	<-m.lookedOnce
	result.Looked = time.Since(began)
	result.Heap, result.Resident = kept(), resident()
	cancel()
	running.Wait()
	return result, nil
}
