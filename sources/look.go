package sources

import (
	"context"
	"runtime/debug"
	"sync"
	"time"

	"warroom/internal/room"
)

// look is one look under way.
type look struct {
	watch   Watch
	late    time.Duration // from when it was due to when it began, in room time
	skipped int           // slots that have passed without a look before it
	deliver func(func())  // does what tells of it, unless nobody watches any more

	mu     sync.Mutex
	over   bool // what it still reports is dropped
	hanged bool // it was given up, and has not ended
}

// look makes a look. It returns when the source does; settled is called once, with why
// it failed, when it is over or, a grace after its time is up, given up.
func (r *Runner) look(ctx context.Context, l *look, settled func(*Failure)) {
	deadline, cancel := context.WithTimeout(ctx, l.watch.Timeout)
	defer cancel()
	ended := make(chan struct{})
	stop := context.AfterFunc(deadline, func() {
		grace := time.NewTimer(stopGrace)
		defer grace.Stop()
		select {
		case <-ended:
		case <-grace.C:
			if l.close(true) {
				settled(hung(l.watch))
			}
		}
	})
	defer stop()
	err := r.call(deadline, l)
	close(ended)
	if l.close(false) {
		settled(asFailure(l.watch, err))
	}
}

// call calls the source. A panic becomes an error: one broken source must not take
// the room with it.
func (r *Runner) call(ctx context.Context, l *look) (err error) {
	defer func() {
		if defect := recover(); defect != nil {
			r.log.Error("look panicked", "watch", l.watch.Name, "defect", defect, "stack", string(debug.Stack()))
			err = panicked(l.watch, defect)
		}
	}()
	return l.watch.Look(ctx, func(signals []room.Signal) {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.over || len(signals) == 0 {
			return
		}
		l.mark(signals)
		l.deliver(func() {
			r.sink.Observe(room.Observation{
				Scope: l.watch.Scope, Watch: l.watch.Name, At: r.clock.Now(), Interval: l.watch.Interval, Signals: signals,
			})
		})
	})
}

// mark writes on the readings of a look how late it began.
func (l *look) mark(signals []room.Signal) {
	for i := range signals {
		for j := range signals[i].Samples {
			signals[i].Samples[j].Late, signals[i].Samples[j].Skipped = l.late, l.skipped
		}
	}
}

// close ends a look, or gives it up if it hangs. False: that has been done before.
func (l *look) close(hangs bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	first := !l.over
	if first {
		l.over, l.hanged = true, hangs
	}
	return first
}

// hangs says whether the look was given up.
func (l *look) hangs() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.hanged
}
