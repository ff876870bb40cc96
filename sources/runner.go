package sources

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"warroom/internal/room"
)

const (
	// firstWithin bounds how long the first looks are spread out, so that a screen
	// fills at once and the world is not asked everything at once. A thousand are
	// two every three milliseconds, and all have answered within two seconds.
	firstWithin = 1500 * time.Millisecond
	// stopGrace is how long, in real time, a look may go on after its time is up
	// before it is given up.
	stopGrace = 2 * time.Second
	// atOnce bounds how many looks of one kind of source are in flight: when 500
	// endpoints all hang for five seconds, each still has its turn every ten, and
	// a kind that hangs does not hold up the others.
	atOnce = 256
	// startsAtOnce is how many looks are begun together, and pace what is waited, in
	// real time, before the next: a thousand that begin in one moment measure each
	// other and not the world.
	startsAtOnce = 4
	pace         = time.Millisecond
	// longestSleep is how long, in room time, a runner waits without looking at the
	// clock: timers stand still while a laptop sleeps.
	longestSleep = 15 * time.Second
	// leastSleep is waited for longer, in room time, by a clock that wakes early: one
	// that runs thousands of times faster than the world cannot wait for less.
	leastSleep = 10 * time.Microsecond
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
// A Runner runs once. Everything but Run and Once may be called from anywhere.
type Runner struct {
	clock room.Clock
	sink  Sink
	log   *slog.Logger

	mu      sync.Mutex
	known   map[string]*rota // by the watch's name
	waiting queue
	lanes   map[string]*lane // by Scope.Source
	wake    context.CancelFunc
	flying  sync.WaitGroup // looks in flight, but not those given up
}

// lane is what is in flight of one kind of source.
type lane struct {
	flying int
	behind []*rota // due, and waiting for one that flies to be over; the first is next
}

// NewRunner makes a runner. Intervals and back-off are in the clock's room time;
// timeouts are real. What goes wrong is logged with its cause, which people are
// not shown.
func NewRunner(clock room.Clock, sink Sink, log *slog.Logger) *Runner {
	return &Runner{clock: clock, sink: sink, log: log, known: make(map[string]*rota), lanes: make(map[string]*lane), wake: func() {}}
}

// Run looks at every watch until the context ends, and returns when every look
// has. It does not wait for one that goes on for longer than a grace of two
// seconds; that one is logged. The room is told of every watch before the first
// look, so that a source which never answers is missed.
func (r *Runner) Run(ctx context.Context, watches []Watch) {
	for _, w := range watches {
		r.Add(w)
	}
	started, before := 0, time.Time{}
	for ctx.Err() == nil {
		now := r.clock.Now()
		r.mu.Lock()
		if now.Before(before) { // somebody has put the clock back, and would be waited for
			r.waiting.replan(func(t *rota) time.Time {
				if t.due.Sub(now) <= t.watch.Interval {
					return t.due // soon enough, whatever it waits for
				}
				return nextOnGrid(t.grid, now, t.watch.Interval)
			})
		}
		before = now
		due, until := r.waiting.first(now)
		if due != nil {
			r.launch(ctx, due)
			r.mu.Unlock()
			if started++; started%startsAtOnce == 0 {
				_ = room.Wall{}.Sleep(ctx, time.Now().Add(pace))
			}
			continue
		}
		started = 0
		sleeping, wake := context.WithCancel(ctx)
		r.wake = wake
		r.mu.Unlock()
		if r.clock.Sleep(sleeping, until) == nil && r.clock.Now().Before(until) {
			_ = r.clock.Sleep(sleeping, r.clock.Now().Add(leastSleep))
		}
		wake()
	}
	r.flying.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, t := range r.known {
		t.watch.close()
	}
}

// Add begins to look at a watch, at once if the Runner runs. One of the same name is
// replaced, and its look in flight is not reported any more.
func (r *Runner) Add(w Watch) {
	now := r.clock.Now()
	r.sink.Observe(room.Observation{Scope: w.Scope, Watch: w.Name, At: now, Interval: w.Interval, Begins: true})
	r.mu.Lock()
	defer r.mu.Unlock()
	r.remove(w.Name)
	t := newRota(w, now)
	r.known[w.Name] = t
	r.waiting.add(t)
	r.wake()
}

// Remove stops looking at the watch of a name, if there is one. What its look in flight
// still finds is not reported.
func (r *Runner) Remove(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.remove(name)
}

func (r *Runner) remove(name string) {
	if t := r.known[name]; t != nil {
		t.removed = true
		t.watch.close()
		r.waiting.remove(t)
		delete(r.known, name)
	}
}

// Again makes every watch that is waiting look now. One that is being looked at
// already is left alone.
func (r *Runner) Again() {
	now := r.clock.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, t := range r.known {
		t.asked()
	}
	r.waiting.replan(func(*rota) time.Time { return now })
	r.wake()
}

// AgainAt makes one watch look now, unless it is being looked at already, because a
// person asks for it. It says whether there is a watch of that name.
func (r *Runner) AgainAt(name string) bool { return r.hasten(name, true) }

// Nudge makes one watch look now, as AgainAt does, because there is something to see: a
// look like any other.
func (r *Runner) Nudge(name string) { r.hasten(name, false) }

func (r *Runner) hasten(name string, asked bool) bool {
	now := r.clock.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.known[name]
	if t != nil && asked {
		t.asked()
	}
	if t != nil && t.place != away {
		r.waiting.remove(t)
		t.due = now
		r.waiting.add(t)
		r.wake()
	}
	return t != nil
}

// launch begins a look that is due, or has it wait until others of its kind are over.
// The lock is held.
func (r *Runner) launch(ctx context.Context, t *rota) {
	l := r.lanes[t.watch.Scope.Source]
	if l == nil {
		l = new(lane)
		r.lanes[t.watch.Scope.Source] = l
	}
	if l.flying == atOnce {
		l.behind = append(l.behind, t)
		return
	}
	l.flying++
	r.flying.Add(1)
	go r.fly(ctx, t)
}

// land gives a look's place in flight to the next of its kind.
func (r *Runner) land(ctx context.Context, t *rota) {
	r.flying.Done()
	l := r.lanes[t.watch.Scope.Source]
	l.flying--
	for len(l.behind) > 0 && l.flying < atOnce && ctx.Err() == nil {
		next := l.behind[0]
		l.behind = l.behind[1:]
		if !next.removed {
			r.launch(ctx, next)
		}
	}
}

// fly makes one look at a watch and plans the next.
func (r *Runner) fly(ctx context.Context, t *rota) {
	r.mu.Lock()
	l := &look{watch: t.watch, late: max(0, r.clock.Now().Sub(t.due)), skipped: t.skipped, deliver: func(tell func()) { r.deliver(t, tell) }}
	t.skipped = 0
	r.mu.Unlock()
	r.look(ctx, l, func(failure *Failure) { r.settle(ctx, t, failure, l.hangs()) })
	if l.hangs() && ctx.Err() == nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		t.next(r.clock.Now())
		r.queue(t)
	}
}

// deliver tells what a look has found, unless its watch was removed: whoever has removed
// it is told of nothing afterwards.
func (r *Runner) deliver(t *rota, tell func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !t.removed {
		tell()
	}
}

// settle takes in how a look ended: it is told, and the next one planned, unless it
// hangs, since there is no second one beside it.
func (r *Runner) settle(ctx context.Context, t *rota, failure *Failure, hangs bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	defer r.land(ctx, t)
	if ctx.Err() != nil {
		if hangs {
			r.log.Error("look left behind: it does not stop", "watch", t.watch.Name)
		}
		return
	}
	if t.removed {
		return
	}
	if before := t.breaker.record(failure == nil || failure.Partial); before > 0 && t.breaker.failures == 0 {
		r.log.Info("look works again", "watch", t.watch.Name, "failures", before)
	}
	if hangs {
		r.tell(t.watch, failure, time.Time{})
		return
	}
	r.tell(t.watch, failure, t.next(r.clock.Now()))
	r.queue(t)
}

// queue has a rota wait for its next turn. The lock is held.
func (r *Runner) queue(t *rota) {
	if t.removed {
		return
	}
	r.waiting.add(t)
	if t.place == 0 {
		r.wake()
	}
}
