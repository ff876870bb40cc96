// Package playback has the clock of a room that is played: a drill's, or a replay's.
package playback

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// The speeds at which a room can be played, in times faster than real time. Beyond the
// fastest, a minute is shorter than the looks that have to fit into it.
const (
	Slowest = 1
	Fastest = 3000
)

// Clock is room time that runs faster than real time, can be paused, and can leap. It
// implements room.Clock and room.Steering. Safe for concurrent use.
type Clock struct {
	begin, end time.Time
	back       bool

	mu      sync.Mutex
	room    time.Time // room time at the moment real
	real    time.Time
	speed   float64
	paused  bool
	changed chan struct{} // closed and replaced when the pace changes
}

// New makes a clock that runs from a time to an end, where it stands still. It leaps
// forward only.
func New(from, end time.Time, speed float64) *Clock {
	c := &Clock{begin: from, end: end, room: from, real: time.Now(), changed: make(chan struct{})}
	c.speed = min(max(speed, Slowest), Fastest)
	return c
}

// NewRewindable makes a clock that starts at from and leaps anywhere between begin and end.
func NewRewindable(begin, from, end time.Time, speed float64) *Clock {
	c := New(from, end, speed)
	c.begin, c.back = begin, true
	return c
}

// Now implements room.Clock. At the end time stands still.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

// Over implements room.Steering.
func (c *Clock) Over() bool { return !c.Now().Before(c.end) }

func (c *Clock) now() time.Time {
	at := c.room
	if !c.paused {
		at = at.Add(time.Duration(float64(time.Since(c.real)) * c.speed))
	}
	if at.After(c.end) {
		return c.end
	}
	return at
}

// repace anchors the clock at the present and wakes everyone who sleeps, so that
// they reckon anew. The caller holds the lock.
func (c *Clock) repace(at time.Time) {
	c.room, c.real = at, time.Now()
	close(c.changed)
	c.changed = make(chan struct{})
}

// Changed gives a channel that is closed at the next pause, change of speed or leap.
func (c *Clock) Changed() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.changed
}

// Pause implements room.Steering.
func (c *Clock) Pause() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.repace(c.now())
	c.paused = !c.paused
	return c.paused
}

// Paused implements room.Steering.
func (c *Clock) Paused() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.paused
}

// Speed implements room.Steering.
func (c *Clock) Speed() float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.speed
}

// SetSpeed implements room.Steering.
func (c *Clock) SetSpeed(speed float64) float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.repace(c.now())
	c.speed = min(max(speed, Slowest), Fastest)
	return c.speed
}

// Jump implements room.Steering.
func (c *Clock) Jump(to time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	switch {
	case !c.back && to.Before(now):
		return fmt.Errorf("a drill goes forward only, and it is %s already; leave and start again with --from %s", now.Format("15:04"), to.Format("15:04"))
	case to.Before(c.begin):
		return fmt.Errorf("it begins at %s; jump to a time after that", c.begin.Format("2006-01-02 15:04"))
	case to.After(c.end):
		return fmt.Errorf("it ends at %s; jump to a time before that", c.end.Format("2006-01-02 15:04"))
	}
	c.repace(to)
	return nil
}

// Sleep implements room.Clock. It wakes at the given room time through any pause,
// change of speed or jump; past the end only the context wakes it.
func (c *Clock) Sleep(ctx context.Context, until time.Time) error {
	for {
		c.mu.Lock()
		left, changed := until.Sub(c.now()), c.changed
		wait := time.Duration(float64(left) / c.speed)
		never := c.paused || until.After(c.end)
		c.mu.Unlock()
		if left <= 0 {
			return ctx.Err()
		}
		if never {
			wait = time.Hour
		}
		timer := time.NewTimer(max(wait, time.Microsecond))
		select {
		case <-timer.C:
		case <-changed:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
		timer.Stop()
	}
}
