package sources

import (
	"context"
	"sync"
	"time"
)

// Once makes one look at every watch, all together, and returns when they are done.
// A watch whose turn did not come before the context ended is told as trouble.
func (r *Runner) Once(ctx context.Context, watches []Watch) {
	lanes := make(map[string]chan struct{})
	var all sync.WaitGroup
	for _, w := range watches {
		lane := lanes[w.Scope.Source]
		if lane == nil {
			lane = make(chan struct{}, atOnce)
			lanes[w.Scope.Source] = lane
		}
		all.Add(1)
		go func() {
			settled := func(failure *Failure) {
				r.tell(w, failure, time.Time{})
				w.close()
				all.Done()
			}
			select {
			case lane <- struct{}{}:
			case <-ctx.Done():
				settled(missed(w, ctx.Err()))
				return
			}
			if ctx.Err() != nil {
				settled(missed(w, ctx.Err()))
				return
			}
			r.look(ctx, &look{watch: w, deliver: func(tell func()) { tell() }}, func(failure *Failure) {
				<-lane
				settled(failure)
			})
		}()
	}
	all.Wait()
}
