package room

import "slices"

// timelineLimit is how many lines the timeline keeps: a 14-hour outage of a large
// fleet makes some ten thousand, and each costs a few hundred bytes.
const timelineLimit = 20_000

// truth is what all events together say. fold is the only function that changes
// it, and the order in which events arrive makes no difference to the outcome:
// of two events about one thing the later Stamp wins, whichever came first.
type truth struct {
	applied  applied
	signals  map[string]*fact
	scopes   map[Scope]*scopeFact
	arrived  []*Event // not yet in the timeline
	timeline Timeline
}

// fact is the last word about one signal.
type fact struct {
	stamp  Stamp
	signal *Signal // nil once it is gone
	pass   uint32  // the pass that last showed it; a reading, not folded
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
	}
}

// fold takes one event into the truth and reports whether it was the last word
// about its subject. An event that was folded before changes nothing.
func (t *truth) fold(e *Event) bool {
	if !t.applied.add(e.ID) {
		return false
	}
	if e.Worth() {
		t.arrived = append(t.arrived, e)
	}
	switch e.Type {
	case EventSignal:
		return t.foldSignal(e)
	case EventScope:
		return t.foldScope(e)
	}
	return true
}

func (t *truth) foldSignal(e *Event) bool {
	known := t.signals[e.Signal.Key]
	if known == nil {
		known = new(fact)
		t.signals[e.Signal.Key] = known
	} else if known.stamp.Compare(e.Stamp) > 0 {
		return false
	}
	known.stamp, known.signal = e.Stamp, e.Signal
	if e.Gone {
		known.signal = nil
	}
	return true
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
	if len(t.arrived) == 0 {
		return
	}
	slices.SortFunc(t.arrived, (*Event).before)
	events := t.timeline.Events
	if len(events) == 0 || events[len(events)-1].before(t.arrived[0]) < 0 {
		events = append(events, t.arrived...)
	} else {
		events = slices.Concat(events, t.arrived)
		slices.SortStableFunc(events, (*Event).before)
	}
	if over := len(events) - timelineLimit; over > 0 {
		events = events[over:]
	}
	t.timeline = Timeline{
		Version: t.timeline.Version + 1,
		Events:  events,
		Total:   t.timeline.Total + len(t.arrived),
	}
	t.arrived = nil
}

// Fold builds the Snapshot that the given events make, in any order, without any
// readings: every scope is as if never seen.
func Fold(events []Event) *Snapshot {
	r := New(Options{Node: "fold"})
	r.Apply(events...)
	r.publish()
	return r.Snapshot()
}
