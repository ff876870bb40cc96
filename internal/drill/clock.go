package drill

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// The speeds a drill can be played at, in times faster than real time. Beyond the
// fastest, a simulated minute is shorter than the looks that have to fit into it.
const (
	Slowest = 1
	Fastest = 3000
)

// Clock is the one clock that rules a drill: room time that runs faster than real
// time, can be paused, and can leap forward. It implements room.Clock and
// room.Drill. Safe for concurrent use.
type Clock struct {
	name string
	end  time.Time

	mu      sync.Mutex
	room    time.Time // room time at the moment real
	real    time.Time
	speed   float64
	paused  bool
	changed chan struct{} // closed and replaced when the pace changes
}

func newClock(name string, from, end time.Time, speed float64) *Clock {
	c := &Clock{name: name, end: end, room: from, real: time.Now(), changed: make(chan struct{})}
	c.speed = min(max(speed, Slowest), Fastest)
	return c
}

// Scenario implements room.Drill.
func (c *Clock) Scenario() string { return c.name }

// Now implements room.Clock. After the scenario's end time stands still.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

// Over implements room.Drill.
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

// Pause implements room.Drill.
func (c *Clock) Pause() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.repace(c.now())
	c.paused = !c.paused
	return c.paused
}

// Paused implements room.Drill.
func (c *Clock) Paused() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.paused
}

// Speed implements room.Drill.
func (c *Clock) Speed() float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.speed
}

// SetSpeed implements room.Drill.
func (c *Clock) SetSpeed(speed float64) float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.repace(c.now())
	c.speed = min(max(speed, Slowest), Fastest)
	return c.speed
}

// Jump implements room.Drill.
func (c *Clock) Jump(to time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	switch {
	case to.Before(now):
		return fmt.Errorf("a drill goes forward only, and it is %s already; leave and start again with --from %s", now.Format("15:04"), to.Format("15:04"))
	case to.After(c.end):
		return fmt.Errorf("the drill ends at %s; jump to a time before that", c.end.Format("15:04"))
	}
	c.repace(to)
	return nil
}

// Sleep implements room.Clock. It wakes at the given room time through any pause,
// change of speed or jump; past the scenario's end only the context wakes it.
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
