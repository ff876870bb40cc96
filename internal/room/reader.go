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

// Desk is a Reader that may also act, as the person it was made for.
type Desk interface {
	Reader
	// Person is who acts.
	Person() Person
	// Act does something in the room. Everybody sees it at once; Act returns when it
	// is on disk as well, where the room has a disk. A *NotKept error says that it is
	// not, and that it stands in the room nevertheless; after any other error, whose
	// text is for people, nothing was done.
	Act(Act) error
	// Undo takes back this person's newest act that still holds, with a new event, and
	// says what it was; it knows the newest thousand acts. Errors are those of Act.
	Undo() (EventType, error)
}

// Pace is how the clock of a room runs that is played. Safe for concurrent use.
type Pace interface {
	// Paused says whether room time stands still.
	Paused() bool
	// Over says whether everything has been told, and time stands still.
	Over() bool
	// Speed is how many times faster than real time the room goes.
	Speed() float64
}

// Steering steers the clock of a room that is played. Safe for concurrent use.
type Steering interface {
	Pace
	// Pause stops room time, or lets it go on; it returns whether it now stands.
	Pause() bool
	// SetSpeed changes it within what can be kept up with, and returns what it became.
	SetSpeed(float64) float64
	// Jump moves room time to the given time. Where that cannot be is refused with a
	// reason: a drill goes only forward.
	Jump(to time.Time) error
}

// Drill steers the clock of a simulated world. Only a drill has one. Safe for
// concurrent use.
type Drill interface {
	Steering
	// Scenario is the name of what is being played.
	Scenario() string
}
