package room

import (
	"maps"
	"slices"
	"time"
)

// timelineLimit is how many lines the timeline keeps: a 14-hour outage of a large
// fleet makes some ten thousand, and each costs a few hundred bytes.
const timelineLimit = 20_000

// truth is what all events together say. fold is the only function that changes
// it, and the order in which events arrive makes no difference to the outcome:
// of two events about one thing the later Stamp wins, whichever came first.
type truth struct {
	applied   applied
	signals   map[string]*fact
	scopes    map[Scope]*scopeFact
	pins      map[EventID]*Event // the last word about each line that was ever pinned
	pinned    map[EventID]*Event // those of them that are; Snapshots share it, so it is never changed
	retracted map[EventID]*Event // notes and marks that were taken back, and by what; shared as well
	acts      []*Event           // the newest acts of people
	visits    []*Event           // the newest comings and goings, in order; shared with Snapshots
	arrived   []*Event           // not yet in the timeline
	relined   bool               // what is pinned or taken back has changed since the last Snapshot
	timeline  Timeline
}

// fact is the last word about one signal, in each respect. There are as many as signals, so
// what few of them have is kept apart, and a Stamp that says several things is there once.
type fact struct {
	stamp   *Stamp  // of that word; nil as long as only acts about it are known
	signal  *Signal // nil once it is gone, or as long as only acts about it are known
	raised  *Stamp  // when trouble began last; nil if it never did
	cleared *Stamp  // when it was OK, or gone, last; nil if it never was
	more    *more   // nil if there is nothing in it
	pass    uint32  // the pass that last showed it; a reading, not folded
}

// more is what is known of few signals.
type more struct {
	gone   time.Time        // when it was taken away last, by the world's own clock
	ack    *Event           // the last EventAck or EventUnack
	claim  *Event           // the last EventClaim or EventRelease
	passes map[Scope]uint32 // of a Health event: the pass that last showed it, by the scope that does
	listed *Signal          // of one closed since no list had it: what a look that goes on shows of it; a reading
	rows   map[string]*fact // where earlier versions had several rows of it: what is known of each, and of today's, by its key
}

// seldom is what of more is known, which may be nothing.
func (f *fact) seldom() more {
	if f.more == nil {
		return more{}
	}
	return *f.more
}

// extra is where more is written.
func (f *fact) extra() *more {
	if f.more == nil {
		f.more = new(more)
	}
	return f.more
}

// scopeFact is the last word about one scope's trouble.
type scopeFact struct {
	stamp Stamp
	event *Event
}

func newTruth() *truth {
	return &truth{
		applied: make(applied),
		signals: make(map[string]*fact),
		scopes:  make(map[Scope]*scopeFact),
		pins:    make(map[EventID]*Event),
	}
}

// fold takes one event into the truth and reports whether it was the last word
// about its subject. An event that was folded before changes nothing. row is the key of
// its signal as the event was recorded with it.
func (t *truth) fold(e *Event, row string) bool {
	if !t.applied.add(e.ID) {
		return false
	}
	if e.Worth() {
		t.arrived = append(t.arrived, e)
	}
	switch e.Type {
	case EventSignal:
		return t.foldSignal(e, row)
	case EventScope:
		return t.foldScope(e)
	case EventJoin, EventLeave:
		t.foldVisit(e)
		return true
	}
	return t.foldAct(e)
}

// visitsLimit is how many comings and goings are kept at hand: those of a day with fifty
// people. The journal has all.
const visitsLimit = 500

// foldVisit makes a new list, since Snapshots share the old one.
func (t *truth) foldVisit(e *Event) {
	visits := append(slices.Clone(t.visits), e)
	SortLines(visits)
	t.visits = visits[max(0, len(visits)-visitsLimit):]
}

// factOf is what is known about a signal, made if it is the first.
func (t *truth) factOf(key string) *fact {
	known := t.signals[key]
	if known == nil {
		known = new(fact)
		t.signals[key] = known
	}
	return known
}

func (t *truth) foldSignal(e *Event, row string) bool {
	if e.Past {
		return false
	}
	known := t.factOf(e.Signal.Key)
	last := known.row(row, e.Signal.Key).foldSignal(e)
	if key := e.Signal.ownKey(); e.Gone && key != e.Signal.Key {
		t.factOf(key).goneAt(e.At)
	}
	if known.seldom().rows == nil {
		return last
	}
	known.sumUp(e.Signal.Key)
	return true
}

func (f *fact) foldSignal(e *Event) bool {
	stamp := new(e.Stamp) // the event itself is not kept
	if e.Raises {
		f.raised = later(f.raised, stamp)
	}
	if e.Gone || e.Signal.State == OK {
		f.cleared = later(f.cleared, stamp)
	}
	if e.Gone {
		f.goneAt(e.At)
	}
	if isLater(f.stamp, stamp) {
		return e.Raises || e.Gone || e.Signal.State == OK // it may stand elsewhere now
	}
	f.stamp, f.signal = stamp, e.Signal
	if e.Gone {
		f.signal = nil
	}
	return true
}

// goneAt notes that a signal was taken away.
func (f *fact) goneAt(at time.Time) {
	if at.After(f.seldom().gone) {
		f.extra().gone = at
	}
}

// isLater says whether one moment is later than another. None is before all.
func isLater(a, b *Stamp) bool { return a != nil && (b == nil || a.Compare(*b) > 0) }

// later is the later one of two.
func later(a, b *Stamp) *Stamp {
	if isLater(a, b) {
		return a
	}
	return b
}

func (t *truth) foldAct(e *Event) bool {
	if e.announced() {
		return true // nobody can take it back
	}
	t.acts = append(t.acts, e)
	if len(t.acts) > 2*actLimit {
		t.acts = append([]*Event(nil), t.acts[actLimit:]...)
	}
	switch e.Type {
	case EventAck, EventUnack:
		known := t.factOf(e.Key)
		return supersede(&known.extra().ack, e)
	case EventClaim, EventRelease:
		known := t.factOf(e.Key)
		return supersede(&known.extra().claim, e)
	case EventPin, EventUnpin:
		known := t.pins[e.Of]
		if !supersede(&known, e) {
			return false
		}
		t.pins[e.Of] = known
		t.pinned, t.relined = maps.Clone(t.pinned), true
		if t.pinned == nil {
			t.pinned = make(map[EventID]*Event)
		}
		if t.pinned[e.Of] = e; e.Type == EventUnpin {
			delete(t.pinned, e.Of)
		}
	case EventRetract:
		t.retracted, t.relined = maps.Clone(t.retracted), true
		if t.retracted == nil {
			t.retracted = make(map[EventID]*Event)
		}
		known := t.retracted[e.Of]
		supersede(&known, e)
		t.retracted[e.Of] = known
	}
	return true
}

// supersede puts an event in the place of an earlier one, and reports whether it was.
func supersede(known **Event, e *Event) bool {
	if *known != nil && (*known).Stamp.Compare(e.Stamp) > 0 {
		return false
	}
	*known = e
	return true
}

// holds says whether an act is still in force.
func (t *truth) holds(e *Event) bool {
	switch e.Type {
	case EventAck:
		known := t.signals[e.Key]
		return known != nil && known.acknowledged() && known.more.ack.ID == e.ID
	case EventClaim:
		known := t.signals[e.Key]
		if known == nil {
			return false
		}
		claim := known.seldom().claim
		return claim != nil && claim.ID == e.ID
	case EventPin:
		pin := t.pinned[e.Of]
		return pin != nil && pin.ID == e.ID
	}
	return t.retracted[e.ID] == nil
}

// line finds an event of the timeline, or nil.
func (t *truth) line(id EventID) *Event {
	for _, events := range [][]*Event{t.arrived, t.timeline.Events} {
		for _, e := range slices.Backward(events) {
			if e.ID == id {
				return e
			}
		}
	}
	return nil
}

func (t *truth) foldScope(e *Event) bool {
	known := t.scopes[e.Scope]
	if known == nil {
		known = new(scopeFact)
		t.scopes[e.Scope] = known
	} else if known.stamp.Compare(e.Stamp) > 0 {
		return false
	}
	known.stamp, known.event = e.Stamp, e
	return true
}

// settle puts the events that have come since the last Snapshot in their places.
// Snapshots that were handed out share the array up to their own length, so
// appending is safe and anything else copies.
func (t *truth) settle() {
	if len(t.arrived) == 0 && !t.relined {
		return
	}
	SortLines(t.arrived)
	events := t.timeline.Events
	if len(events) == 0 || len(t.arrived) == 0 || events[len(events)-1].before(t.arrived[0]) < 0 {
		events = append(events, t.arrived...)
	} else {
		events = slices.Concat(events, t.arrived)
		slices.SortStableFunc(events, (*Event).before)
	}
	if over := len(events) - timelineLimit; over > 0 {
		events = events[over:]
	}
	t.timeline = Timeline{
		Version:   newVersion(),
		Events:    events,
		Total:     t.timeline.Total + len(t.arrived),
		Pinned:    t.pinned,
		Retracted: t.retracted,
	}
	t.arrived, t.relined = nil, false
}

// SortLines puts lines of the timeline in its order.
func SortLines(lines []*Event) { slices.SortFunc(lines, (*Event).before) }

// Fold builds the Snapshot that the given events make, in any order, without any
// readings: every scope is as if never seen.
func Fold(events []Event) *Snapshot {
	r := New(Options{Node: "fold"})
	r.Apply(events...)
	r.publish()
	return r.Snapshot()
}
