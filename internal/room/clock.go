package room

import (
	"context"
	"time"
)

// Clock is room time. Intervals, ages and windows are room time; latencies and
// timeouts are real time. On a live room the two are the same; a drill runs its
// own, faster one. Implementations are safe for concurrent use.
type Clock interface {
	// Now is the present in room time, in UTC.
	Now() time.Time
	// Sleep waits until the given room time, or returns the context's error. It
	// returns at once for a time that has passed.
	Sleep(ctx context.Context, until time.Time) error
}

// Wall is the clock of a live room: real time.
type Wall struct{}

// Now implements Clock. It has no monotonic reading: that one stands still while a
// laptop sleeps, and what was read before would look fresh after.
func (Wall) Now() time.Time { return time.Now().UTC().Round(0) }

// Sleep implements Clock.
func (Wall) Sleep(ctx context.Context, until time.Time) error {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
