package room

import "time"

// Keeper keeps what happens in a room beyond the life of the process. The room calls
// it while it holds its lock, in the order in which things happen, and hands over
// what never changes again; no method may wait. What came of it the Keeper tells by
// Room.Kept.
type Keeper interface {
	// Event is a new event of this room's own.
	Event(*Event)
	// Reading is what was read beside the events.
	Reading(*Reading)
	// Checkpoint is all that the events and readings before it amount to.
	Checkpoint(*Checkpoint)
}

// Keeping is how far what is known is on disk. The zero Keeping is that of a room
// that has no disk.
type Keeping struct {
	Node    string    // of this room's own events; "" if none are kept
	UpTo    uint64    // its events up to this number are on disk
	Waiting int       // events that are not yet
	Lost    int       // readings that were given up and never will be
	Trouble *Trouble  // why they are not being kept; nil while they are
	Since   time.Time // room time since when they are not; zero while they are
}

// Pending says whether an event is known here and not on disk yet.
func (s *Snapshot) Pending(e *Event) bool {
	return s.Keeping.Node != "" && e.ID.Node == s.Keeping.Node && e.ID.Number > s.Keeping.UpTo
}

// NotKept is the error of an act that stands in the room and is not on disk.
type NotKept struct{ Trouble *Trouble }

func (e *NotKept) Error() string {
	return "everybody here sees it, but it is not kept on disk: " + e.Trouble.Why
}

// patience is how long in real time a Snapshot may wait for the disk, so that what is
// kept at once is never shown as pending. A commit takes about a millisecond.
const patience = 40 * time.Millisecond

// waiter is somebody who waits until an event is kept.
type waiter struct {
	number uint64
	answer chan error // of one slot
}

// Kept takes in how the Keeper is doing: UpTo, Lost and Trouble. The others are the
// room's own business.
func (r *Room) Kept(k Keeping) {
	r.mu.Lock()
	defer r.mu.Unlock()
	k.Node = r.node
	k.Waiting = int(r.number - min(r.number, k.UpTo))
	troubled := (k.Trouble == nil) != (r.keeping.Trouble == nil)
	if k.Trouble != nil {
		if k.Since = r.keeping.Since; r.keeping.Trouble == nil {
			k.Since = r.clock.Now()
		}
	}
	r.keeping = k
	waiting := r.waiters[:0]
	for _, w := range r.waiters {
		switch {
		case w.number <= k.UpTo:
			w.answer <- nil
		case k.Trouble != nil:
			w.answer <- &NotKept{k.Trouble}
		default:
			waiting = append(waiting, w)
		}
	}
	clear(r.waiters[len(waiting):])
	r.waiters = waiting
	if troubled || r.showsPending {
		r.due = true
	}
	r.schedule()
}

// pending says whether something that is due has to wait for the disk.
func (r *Room) pending() bool {
	return r.keeper != nil && r.keeping.Trouble == nil && r.keeping.UpTo < r.number
}

// untilKept gives what waits for the newest event to be kept. The caller holds the lock.
func (r *Room) untilKept() func() error {
	if r.keeper == nil {
		return func() error { return nil }
	}
	if trouble := r.keeping.Trouble; trouble != nil {
		return func() error { return &NotKept{trouble} }
	}
	answer := make(chan error, 1)
	r.waiters = append(r.waiters, waiter{r.number, answer})
	return func() error { return <-answer }
}
