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
	// atOnce bounds how many looks of one kind of source are in flight: when 500
	// endpoints all hang for five seconds, each still has its turn every ten, and
	// a kind that hangs does not hold up the others.
	atOnce = 256
	// recheck is the part of an interval after which a look that asks for it is borne
	// out, and leastRecheck the least of it: what passes within a second is no outage.
	recheck      = 5
	leastRecheck = time.Second
	// justAhead is the part of an interval within which a slot ahead counts as the one
	// that has just been.
	justAhead = 16
	// unsaidInterval is for a watch that does not say how often it wants to look.
	unsaidInterval = time.Minute
)

// Sink takes what sources see. *room.Room is one. Safe for concurrent use.
type Sink interface{ Observe(room.Observation) }

// Runner looks at watches again and again: one look in flight per watch, each on a
// fixed grid of due times, so that a late look never causes a burst. The first look does
// not wait for its slot, so that a screen fills at once; the slot may follow soon after.
// A Runner runs once. Again may be called from anywhere.
type Runner struct {
	clock room.Clock
	sink  Sink
	log   *slog.Logger

	mu       sync.Mutex
	slots    map[string]chan struct{}     // by Scope.Source; as many as looks may be in flight
	sleepers map[*rota]context.CancelFunc // wakes the ones that wait
}

// rota is when one watch is looked at.
type rota struct {
	watch   Watch
	grid    time.Time // a due time; the others are whole intervals away
	breaker breaker
}

// NewRunner makes a runner. Intervals and back-off are in the clock's room time;
// timeouts are real. What goes wrong is logged with its cause, which people are
// not shown.
func NewRunner(clock room.Clock, sink Sink, log *slog.Logger) *Runner {
	return &Runner{
		clock: clock, sink: sink, log: log,
		slots: make(map[string]chan struct{}), sleepers: make(map[*rota]context.CancelFunc),
	}
}

// Run looks at every watch until the context ends, and returns when every look
// has. It does not wait for one that goes on for longer than a grace of two
// seconds; that one is logged. The room is told of every watch before the first
// look, so that a source which never answers is missed.
func (r *Runner) Run(ctx context.Context, watches []Watch) {
	var all sync.WaitGroup
	for _, w := range watches {
		r.sink.Observe(room.Observation{Scope: w.Scope, Watch: w.Name, At: r.clock.Now(), Interval: w.Interval, Begins: true})
		all.Go(func() { r.keep(ctx, w) })
	}
	all.Wait()
}

// Once makes one look at every watch, all together, and returns when they are done.
// A watch whose turn did not come before the context ended is told as trouble.
func (r *Runner) Once(ctx context.Context, watches []Watch) {
	var all sync.WaitGroup
	for _, w := range watches {
		all.Go(func() {
			if l := r.start(ctx, w); l != nil {
				r.tell(w, l.wait(), time.Time{})
				return
			}
			r.tell(w, missed(w, ctx.Err()), time.Time{})
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
	if !r.stagger(ctx, w) {
		return
	}
	t := &rota{watch: w, grid: gridOf(w)}
	for r.turn(ctx, t) {
	}
}

// turn makes one look and waits until the next one is due. It says whether to go on.
func (r *Runner) turn(ctx context.Context, t *rota) bool {
	l := r.start(ctx, t.watch)
	if l == nil {
		return false
	}
	failure := l.wait()
	hangs := !l.ended()
	if ctx.Err() != nil {
		if hangs {
			r.log.Error("look left behind: it does not stop", "watch", t.watch.Name)
		}
		return false
	}
	if before := t.breaker.record(failure == nil || failure.Partial); before > 0 && t.breaker.failures == 0 {
		r.log.Info("look works again", "watch", t.watch.Name, "failures", before)
	}
	if hangs { // no second one beside it
		r.tell(t.watch, failure, time.Time{})
		if !l.join(ctx) {
			return false
		}
		return r.sleep(ctx, t, r.next(t))
	}
	next := r.next(t)
	r.tell(t.watch, failure, next)
	return r.sleep(ctx, t, next)
}

// next is the room time of the watch's next look.
func (r *Runner) next(t *rota) time.Time {
	now := r.clock.Now()
	due := t.breaker.next(now, nextOnGrid(t.grid, now, t.watch.Interval), t.watch.Interval)
	if sooner := now.Add(max(t.watch.Interval/recheck, leastRecheck)); t.watch.Soon != nil && t.watch.Soon() && sooner.Before(due) {
		return sooner
	}
	return due
}

// sleep waits for a room time, for Again, or for the end. It says whether to go on.
func (r *Runner) sleep(ctx context.Context, t *rota, until time.Time) bool {
	waiting, wake := context.WithCancel(ctx)
	defer wake()
	r.mu.Lock()
	r.sleepers[t] = wake
	r.mu.Unlock()
	_ = r.clock.Sleep(waiting, until) // woken early is as good as in time
	r.mu.Lock()
	delete(r.sleepers, t)
	r.mu.Unlock()
	return ctx.Err() == nil
}

// stagger waits for a watch's turn among the first looks: its share of the interval
// in room time, or of firstWithin in real time, whichever is over first. A drill
// whose simulated minute lasts a blink so loses none of them. False means that the
// context ended.
func (r *Runner) stagger(ctx context.Context, w Watch) bool {
	turn := share(w.Name)
	soon, cancel := context.WithTimeout(ctx, time.Duration(turn*float64(firstWithin)))
	defer cancel()
	_ = r.clock.Sleep(soon, r.clock.Now().Add(time.Duration(turn*float64(w.Interval))))
	return ctx.Err() == nil
}

// share is a watch's place between 0 and 1 among the first looks, the same after
// every start. Names that differ in one digit do not land together.
func share(name string) float64 {
	hash := sha256.Sum256([]byte(name))
	return float64(binary.BigEndian.Uint32(hash[:])) / (1 << 32)
}

// gridOf is a due time of a watch. Due times are spread over the whole interval and hang
// on the watch's name alone: a restart does not move them, and a thousand watches of one
// interval are never due together.
func gridOf(w Watch) time.Time {
	return time.Unix(0, 0).UTC().Add(time.Duration(share(w.Name) * float64(w.Interval)))
}

// nextOnGrid is the first due time that is not only just ahead: a clock that wakes a
// little early would else be due twice. Slots that have passed are skipped.
func nextOnGrid(grid, now time.Time, interval time.Duration) time.Time {
	if interval <= 0 {
		return now.Add(unsaidInterval)
	}
	into := now.Sub(grid) % interval
	if into < 0 {
		into += interval
	}
	ahead := interval - into
	if ahead < interval/justAhead {
		ahead += interval
	}
	return now.Add(ahead)
}
