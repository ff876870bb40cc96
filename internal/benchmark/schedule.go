package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// workers make the looks of every contestant. There are many more than looks in flight.
const workers = 64

// readings are what a schedule came to, a look each.
type readings struct {
	lags      []time.Duration // from due to start
	latencies []time.Duration
	failed    atomic.Int64
	first     atomic.Pointer[error] // of those that failed
}

// due is one look's turn.
type due struct {
	number int
	at     time.Time
}

// drive looks at every target once a second, the starts spread evenly over it. It is one
// goroutine that waits for the next due time and a fixed set that makes the looks.
func drive(looks []look, seconds int) *readings {
	count := len(looks) * seconds
	r := &readings{lags: make([]time.Duration, count), latencies: make([]time.Duration, count)}
	turns := make(chan due, len(looks))
	busy := make([]sync.Mutex, len(looks)) // a target's looks do not overlap, however late they are
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for turn := range turns {
				target := turn.number % len(looks)
				busy[target].Lock()
				r.take(looks[target], turn)
				busy[target].Unlock()
			}
		})
	}
	begin := time.Now()
	for number := range count {
		at := begin.Add(time.Duration(number) * time.Second / time.Duration(len(looks)))
		if wait := time.Until(at); wait > 0 {
			time.Sleep(wait)
		}
		turns <- due{number, at}
	}
	close(turns)
	all.Wait()
	return r
}

// take makes one look within its time, as warroom's runner does.
func (r *readings) take(look look, turn due) {
	r.lags[turn.number] = time.Since(turn.at)
	ctx, cancel := context.WithTimeout(context.Background(), timeout+time.Second)
	defer cancel()
	latency, err := look(ctx)
	if err != nil {
		r.fail(err)
	}
	r.latencies[turn.number] = latency
}

func (r *readings) fail(err error) {
	r.failed.Add(1)
	r.first.CompareAndSwap(nil, &err)
}

// err is nil if every look found what it should.
func (r *readings) err() error {
	if n := r.failed.Load(); n > 0 {
		return fmt.Errorf("%d of %d probes failed, the first: %w", n, len(r.lags), *r.first.Load())
	}
	return nil
}

// percentile is the value below which a share of the durations lies; they are sorted by it.
func percentile(all []time.Duration, share float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[min(int(float64(len(all))*share), len(all)-1)]
}
