package room

import "time"

// Reader looks at a room. It has no way to change anything, which is what makes
// a viewer harmless. Safe for concurrent use.
type Reader interface {
	// Name is the room's name.
	Name() string
	// Now is room time.
	Now() time.Time
	// Snapshot is the newest published truth. Never nil.
	Snapshot() *Snapshot
	// Join returns a bell of one slot that rings when there is a newer Snapshot,
	// and leave, which must be called once. A slow viewer misses rings, never the
	// newest truth, and nobody waits for it.
	Join() (bell <-chan struct{}, leave func())
}

// Desk is a Reader that may also act, under the name it was made for.
type Desk interface {
	Reader
	// Note writes a line of text into the timeline. key names the signal it is
	// about, or is "". An empty note is refused.
	Note(key, text string) error
}

// Drill steers the clock of a simulated world. Only a drill has one. Safe for
// concurrent use.
type Drill interface {
	// Scenario is the name of what is being played.
	Scenario() string
	// Pause stops room time, or lets it go on; it returns whether it now stands.
	Pause() bool
	// Paused says whether room time stands still.
	Paused() bool
	// Over says whether the scenario has been told to its end, where time stands still.
	Over() bool
	// Speed is how many times faster than real time the room goes.
	Speed() float64
	// SetSpeed changes it within what the world can keep up with, and returns what it became.
	SetSpeed(float64) float64
	// Jump moves room time forward to the given time. Going back, or past the end,
	// is refused with a reason.
	Jump(to time.Time) error
}
