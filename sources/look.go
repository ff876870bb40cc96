package sources

import (
	"context"
	"errors"
	"fmt"
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
	cancel   context.CancelFunc
	finished chan struct{}
	err      error // valid once finished is closed

	mu     sync.Mutex
	closed bool // given up: what it still reports is dropped
}

// start begins a look as soon as a slot is free; nil means that the context ended.
func (r *Runner) start(ctx context.Context, w Watch) *look {
	select {
	case r.slots <- struct{}{}:
	case <-ctx.Done():
		return nil
	}
	l := &look{watch: w, finished: make(chan struct{})}
	l.deadline, l.cancel = context.WithTimeout(ctx, w.Timeout)
	go func() {
		defer func() { <-r.slots }()
		defer close(l.finished)
		defer l.cancel()
		l.err = r.call(l)
	}()
	return l
}

// call calls the source. A panic becomes an error: one broken source must not take
// the room with it.
func (r *Runner) call(l *look) (err error) {
	defer func() {
		if defect := recover(); defect != nil {
			r.log.Error("look panicked", "watch", l.watch.Name, "defect", defect, "stack", string(debug.Stack()))
			err = &Failure{Trouble: room.Trouble{
				What: l.watch.Scope.String() + " could not be looked at", Why: "a defect in this program",
				Next: "the log has the details (--log FILE); please report them",
			}, Err: fmt.Errorf("panic: %v", defect)}
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

// wait waits for the look's end, or gives it up some time after its own is up.
func (l *look) wait() *Failure {
	select {
	case <-l.finished:
		return l.failure()
	case <-l.deadline.Done():
	}
	grace := time.NewTimer(stopGrace)
	defer grace.Stop()
	select {
	case <-l.finished:
		return l.failure()
	case <-grace.C:
	}
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	return &Failure{Trouble: room.Trouble{
		What: l.watch.Scope.String() + " could not be looked at", Why: "the look did not stop when its time was up",
		Next: "it is not looked at again before it stops",
	}, Err: errors.New("look does not obey its context")}
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

// join waits for the look's goroutine.
func (l *look) join() { <-l.finished }

// failure is the look's error in words for people.
func (l *look) failure() *Failure {
	var failure *Failure
	switch {
	case l.err == nil:
		return nil
	case errors.As(l.err, &failure):
		return failure
	case errors.Is(l.err, context.DeadlineExceeded):
		return &Failure{Trouble: room.Trouble{
			What: l.watch.Scope.String() + " could not be looked at", Why: fmt.Sprintf("there was no answer within %s", l.watch.Timeout),
		}, Err: l.err}
	}
	return &Failure{Trouble: room.Trouble{
		What: l.watch.Scope.String() + " could not be looked at", Why: "of an error that has no words yet",
		Next: "the log has it (--log FILE)",
	}, Err: l.err}
}
