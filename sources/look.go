package sources

import (
	"context"
	"runtime/debug"
	"sync"
	"time"

	"warroom/internal/room"
)

// look is one look under way. It runs in a goroutine of its own, so that one which
// does not obey its context can be given up.
type look struct {
	watch    Watch
	deadline context.Context
	release  func() // gives the slot back; the first call counts
	finished chan struct{}
	err      error // valid once finished is closed

	mu     sync.Mutex
	closed bool // over or given up: what it still reports is dropped
}

// start begins a look as soon as a slot is free; nil means that the context ended.
func (r *Runner) start(ctx context.Context, w Watch) *look {
	if ctx.Err() != nil {
		return nil
	}
	slots := r.slotsOf(w.Scope.Source)
	select {
	case slots <- struct{}{}:
	case <-ctx.Done():
		return nil
	}
	l := &look{watch: w, finished: make(chan struct{}), release: sync.OnceFunc(func() { <-slots })}
	deadline, cancel := context.WithTimeout(ctx, w.Timeout)
	l.deadline = deadline
	go func() {
		defer l.release()
		defer close(l.finished)
		defer cancel()
		defer l.close()
		l.err = r.call(l)
	}()
	return l
}

func (r *Runner) slotsOf(source string) chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	slots := r.slots[source]
	if slots == nil {
		slots = make(chan struct{}, atOnce)
		r.slots[source] = slots
	}
	return slots
}

// call calls the source. A panic becomes an error: one broken source must not take
// the room with it.
func (r *Runner) call(l *look) (err error) {
	defer func() {
		if defect := recover(); defect != nil {
			r.log.Error("look panicked", "watch", l.watch.Name, "defect", defect, "stack", string(debug.Stack()))
			err = panicked(l.watch, defect)
		}
	}()
	return l.watch.Look(l.deadline, func(signals []room.Signal) {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.closed || len(signals) == 0 {
			return
		}
		r.sink.Observe(room.Observation{
			Scope: l.watch.Scope, Watch: l.watch.Name, At: r.clock.Now(), Interval: l.watch.Interval, Signals: signals,
		})
	})
}

// close drops whatever is reported from now on.
func (l *look) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
}

// wait waits for the look's end, or gives it up some time after its own is up. One
// that is given up makes room for others.
func (l *look) wait() *Failure {
	select {
	case <-l.finished:
		return asFailure(l.watch, l.err)
	case <-l.deadline.Done():
	}
	grace := time.NewTimer(stopGrace)
	defer grace.Stop()
	select {
	case <-l.finished:
		return asFailure(l.watch, l.err)
	case <-grace.C:
	}
	l.close()
	l.release()
	return hung(l.watch)
}

// ended says whether the look's goroutine is gone.
func (l *look) ended() bool {
	select {
	case <-l.finished:
		return true
	default:
		return false
	}
}

// join waits for the look's goroutine; false means that the context ended first.
func (l *look) join(ctx context.Context) bool {
	select {
	case <-l.finished:
		return true
	case <-ctx.Done():
		return false
	}
}
