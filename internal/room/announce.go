package room

import (
	"slices"
	"time"
)

// Change is something that was changed in the world, as a record of the world tells it:
// a deploy, a new version, a rule of a firewall.
type Change struct {
	Key  string    // names it for ever, so that it is told once
	At   time.Time // when it was made, by the world's own clock
	By   string    // the record that tells it, as "CloudTrail"
	Text string    // who changed what, in one line
}

// Announce puts changes into the timeline, each at its own time, and leaves out those
// that are there already. They are marks that no person of the room has made.
func (r *Room) Announce(changes []Change) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range changes {
		if !r.truth.announced(c) {
			r.record(Event{Type: EventMark, At: c.At, Actor: c.By, Key: c.Key, Text: c.Text})
		}
	}
	r.checkpoint()
	r.schedule()
}

// announced says whether a change has its line in the timeline.
func (t *truth) announced(c Change) bool {
	same := func(e *Event) bool { return e.Type == EventMark && e.Key == c.Key && e.At.Equal(c.At) }
	lines := t.timeline.Events
	at, _ := slices.BinarySearchFunc(lines, c.At, func(e *Event, at time.Time) int { return e.At.Compare(at) })
	for ; at < len(lines) && lines[at].At.Equal(c.At); at++ {
		if same(lines[at]) {
			return true
		}
	}
	return slices.ContainsFunc(t.arrived, same)
}
