package sources

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"log/slog"
	"sync"
	"time"

	"warroom/internal/room"
)

const (
	// firstWithin bounds, in real time, how long the first looks are spread out, so
	// that a screen fills at once and the world is not asked everything at once.
	firstWithin = 2 * time.Second
	// stopGrace is how long, in real time, a look may go on after its time is up
	// before it is given up.
	stopGrace = 2 * time.Second
	// atOnce bounds how many looks are in flight. Most of a look is waiting; beyond
	// this, looks delay each other and measure their own delay.
	atOnce = 64
)

// Sink takes what sources see. *room.Room is one. Safe for concurrent use.
type Sink interface{ Observe(room.Observation) }

// Runner looks at watches again and again: one look in flight per watch, each on a
// fixed grid of due times, so that a late look never causes a burst. A Runner runs
// once. Again may be called from anywhere.
type Runner struct {
	clock room.Clock
	sink  Sink
	log   *slog.Logger
	slots chan struct{}

	mu       sync.Mutex
	sleepers map[string]context.CancelFunc // by watch; wakes the ones that wait
}

// NewRunner makes a runner. Intervals and back-off are in the clock's room time;
// timeouts are real. What goes wrong is logged with its cause, which people are
// not shown.
func NewRunner(clock room.Clock, sink Sink, log *slog.Logger) *Runner {
	return &Runner{clock: clock, sink: sink, log: log, slots: make(chan struct{}, atOnce), sleepers: make(map[string]context.CancelFunc)}
}

// Run looks at every watch until the context ends, and returns when every look has.
func (r *Runner) Run(ctx context.Context, watches []Watch) {
	var all sync.WaitGroup
	for _, w := range watches {
		all.Go(func() { r.keep(ctx, w) })
	}
	all.Wait()
}

// Once makes one look at every watch, all together, and returns when they are done.
func (r *Runner) Once(ctx context.Context, watches []Watch) {
	var all sync.WaitGroup
	for _, w := range watches {
		all.Go(func() {
			if l := r.start(ctx, w); l != nil {
				r.tell(w, l.wait(), time.Time{})
				return
			}
			r.tell(w, &Failure{Trouble: room.Trouble{
				What: w.Scope.String() + " could not be looked at", Why: "the time was up before its turn came", Next: "give it more time",
			}}, time.Time{})
		})
	}
	all.Wait()
}

// Again makes every watch that is waiting look now. One that is being looked at
// already is left alone.
func (r *Runner) Again() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, wake := range r.sleepers {
		wake()
	}
}

// keep looks at one watch for as long as the context lasts.
func (r *Runner) keep(ctx context.Context, w Watch) {
	if !pause(ctx, offset(w)) {
		return
	}
	grid := r.clock.Now()
	var breaker breaker
	for {
		l := r.start(ctx, w)
		if l == nil {
			return
		}
		failure := l.wait()
		if ctx.Err() != nil {
			l.join()
			return
		}
		breaker.record(failure == nil || failure.Partial)
		now := r.clock.Now()
		due := nextOnGrid(grid, now, w.Interval)
		next := breaker.next(now, due, w)
		r.tell(w, failure, next)
		if !r.sleep(ctx, w.Name, next) {
			return
		}
		if !l.ended() { // it still hangs: no second one beside it
			l.join()
		}
	}
}

// sleep waits for a room time, for Again, or for the end. It says whether to go on.
func (r *Runner) sleep(ctx context.Context, name string, until time.Time) bool {
	waiting, wake := context.WithCancel(ctx)
	defer wake()
	r.mu.Lock()
	r.sleepers[name] = wake
	r.mu.Unlock()
	_ = r.clock.Sleep(waiting, until) // woken early is as good as in time
	r.mu.Lock()
	delete(r.sleepers, name)
	r.mu.Unlock()
	return ctx.Err() == nil
}

// offset spreads first looks by the watch's name, the same after every start.
func offset(w Watch) time.Duration {
	within := firstWithin
	if w.Interval > 0 {
		within = min(within, w.Interval)
	}
	hash := sha256.Sum256([]byte(w.Name)) // names that differ in one digit must not land together
	return time.Duration(uint64(within) * uint64(binary.BigEndian.Uint32(hash[:])) >> 32)
}

// pause waits in real time; false means that the context ended first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// nextOnGrid is the first due time after now. Slots that have passed are skipped.
func nextOnGrid(grid, now time.Time, interval time.Duration) time.Time {
	if interval <= 0 {
		return now
	}
	return grid.Add((now.Sub(grid)/interval + 1) * interval)
}

// tell ends the pass in the room, and logs the cause of a failure.
func (r *Runner) tell(w Watch, failure *Failure, next time.Time) {
	o := room.Observation{
		Scope: w.Scope, Watch: w.Name, At: r.clock.Now(), Interval: w.Interval, Next: next,
		Done: true, Complete: w.Whole && (failure == nil || failure.Partial),
	}
	if failure != nil {
		trouble := failure.Trouble
		if !next.IsZero() {
			trouble.Next = "trying again at " + next.UTC().Format("15:04:05Z") + also(trouble.Next)
		}
		o.Trouble = &trouble
		r.log.Warn("look failed", "watch", w.Name, "scope", w.Scope.String(), "what", trouble.What, "why", trouble.Why, "cause", failure.Err)
	}
	r.sink.Observe(o)
}

func also(next string) string {
	if next == "" {
		return ""
	}
	return "; " + next
}
