package room

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Limits of what one act may carry.
const (
	textLimit = 4096 // bytes: room for a pasted stack trace
	keysLimit = 1000 // signals: more than anybody can have looked at
	actLimit  = 1000 // acts that can still be taken back
)

// Act is something that a person does. Do says what; what else is needed follows
// from it:
//
//	EventNote              Text, and Keys of the signals it is about, if any
//	EventMark              Text
//	EventAck, EventClaim   Keys; Text if there is more to say
//	EventUnack, EventRelease  Keys
//	EventPin, EventUnpin   Of, an event that is worth a line
//	EventRetract           Of, a note or a mark
type Act struct {
	Do   EventType
	Keys []string
	Of   EventID
	Text string
}

// desk acts on a room as one person.
type desk struct {
	*Room
	person Person
}

// Desk makes a Desk for the person at this machine, whose acts carry the given name.
func (r *Room) Desk(name string) Desk { return desk{r, Person{Name: name, Role: Admin}} }

// DeskOf makes a Desk for a person, or nil if the person's role may not act.
func (r *Room) DeskOf(p Person) Desk {
	if !p.Role.May(MayAct) {
		return nil
	}
	return desk{r, p}
}

// Person implements Desk.
func (d desk) Person() Person { return d.person }

// Act implements Desk.
func (d desk) Act(a Act) error {
	wait, err := d.begin(a)
	if err != nil {
		return err
	}
	return wait()
}

// begin records an act; wait returns when it has been kept.
func (d desk) begin(a Act) (wait func() error, err error) {
	a.Text = strings.TrimSpace(a.Text)
	d.mu.Lock()
	defer d.mu.Unlock()
	events, err := d.eventsOf(a)
	if err != nil {
		return nil, err
	}
	var first EventID
	for i, e := range events {
		e.Type, e.Actor, e.ActorKey, e.Text = a.Do, d.person.Name, d.person.Key, a.Text
		if i > 0 {
			e.Of = first
		}
		if id := d.record(e); i == 0 {
			first = id
		}
	}
	d.schedule()
	return d.untilKept(), nil
}

// eventsOf is what an act records, or why it cannot be done.
func (d desk) eventsOf(a Act) ([]Event, error) {
	switch {
	case len(a.Text) > textLimit:
		return nil, fmt.Errorf("the text has %d bytes and %d are allowed; shorten it, or link to it", len(a.Text), textLimit)
	case len(a.Keys) > keysLimit:
		return nil, fmt.Errorf("%d signals at once are more than the %d that are allowed; take fewer", len(a.Keys), keysLimit)
	}
	switch a.Do {
	case EventNote, EventMark:
		if a.Text == "" {
			return nil, fmt.Errorf("an empty %s says nothing; write a few words", a.Do)
		}
		if len(a.Keys) == 0 || a.Do == EventMark {
			return []Event{{}}, nil
		}
		return d.about(a)
	case EventAck, EventUnack, EventClaim, EventRelease:
		if len(a.Keys) == 0 {
			return nil, fmt.Errorf("%s needs a signal; choose one", a.Do)
		}
		return d.about(a)
	case EventPin, EventUnpin, EventRetract:
		return d.ofLine(a)
	}
	return nil, fmt.Errorf("nobody can do %q in a room", a.Do)
}

// about is an event for each signal that an act names, those left out on which it
// would change nothing.
func (d desk) about(a Act) ([]Event, error) {
	var events []Event
	var problem error
	for _, key := range a.Keys {
		known := d.truth.signals[key]
		if known == nil || known.signal == nil {
			if a.Do == EventNote {
				events = append(events, Event{Key: key})
				continue
			}
			problem = fmt.Errorf("nothing here has the key %q; it may be gone by now", key)
			continue
		}
		if err := d.allowed(a, known); err != nil {
			problem = err
			continue
		}
		events = append(events, Event{Key: key, Subject: known.signal.Title})
	}
	if len(events) == 0 {
		return nil, problem
	}
	return events, nil
}

// allowed says why an act would change nothing about a signal.
func (d desk) allowed(a Act, known *fact) error {
	title, standing := known.signal.Title, known.standing()
	claimed := known.claimed()
	switch {
	case a.Do == EventAck && standing == Normal:
		return fmt.Errorf("%s is fine, so there is nothing to acknowledge", title)
	case a.Do == EventAck && standing == Acknowledged && d.person.Is(known.seldom().ack) && a.Text == "":
		return fmt.Errorf("you have acknowledged %s already", title)
	case a.Do == EventUnack && standing != Acknowledged:
		return fmt.Errorf("%s is not acknowledged", title)
	case a.Do == EventClaim && claimed && d.person.Is(known.more.claim) && a.Text == "":
		return fmt.Errorf("you are on %s already", title)
	case a.Do == EventRelease && !claimed:
		return fmt.Errorf("nobody is on %s", title)
	}
	return nil
}

// ofLine is the event of an act about a line of the timeline.
func (d desk) ofLine(a Act) ([]Event, error) {
	of := d.truth.line(a.Of)
	if of == nil {
		return nil, errors.New("that line is not in the timeline any more")
	}
	_, pinned := d.truth.pinned[a.Of]
	switch {
	case a.Do == EventPin && pinned:
		return nil, errors.New("this line is pinned already")
	case a.Do == EventUnpin && !pinned:
		return nil, errors.New("this line is not pinned")
	case a.Do == EventRetract && (of.Type != EventNote && of.Type != EventMark || of.announced()):
		return nil, errors.New("only a note or a mark can be taken back")
	case a.Do == EventRetract && d.truth.retracted[a.Of] != nil:
		return nil, errors.New("that was taken back already")
	}
	return []Event{{Of: a.Of, Key: of.Key, Subject: of.title()}}, nil
}

// title is what an event is about, in few words.
func (e *Event) title() string {
	if e.Signal != nil {
		return e.Signal.Title
	}
	if e.Text != "" {
		return e.Text
	}
	return e.Subject
}

// inverse is the act that takes back another; what is not here cannot be.
var inverse = map[EventType]EventType{
	EventNote: EventRetract, EventMark: EventRetract, EventAck: EventUnack, EventClaim: EventRelease, EventPin: EventUnpin,
}

// Undo implements Desk.
func (d desk) Undo() (what EventType, err error) {
	wait, what, err := d.beginUndo()
	if err != nil {
		return "", err
	}
	return what, wait()
}

func (d desk) beginUndo() (wait func() error, what EventType, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	undone := d.lastAct()
	if len(undone) == 0 {
		return nil, "", errors.New("you have done nothing here that could be taken back")
	}
	for _, e := range undone {
		of := e.ID
		if e.Type == EventPin {
			of = e.Of
		}
		d.record(Event{Type: inverse[e.Type], Actor: d.person.Name, ActorKey: d.person.Key, Key: e.Key, Subject: cmp.Or(e.Subject, e.title()), Of: of})
	}
	d.schedule()
	return d.untilKept(), undone[0].Type, nil
}

// lastAct is the events of this person's newest act that still hold.
func (d desk) lastAct() []*Event {
	var found []*Event
	var first EventID
	for _, e := range slices.Backward(d.truth.acts) {
		switch {
		case !d.person.Is(e) || inverse[e.Type] == "" || !d.truth.holds(e):
		case len(found) == 0:
			first = e.first()
			found = append(found, e)
		case e.first() == first:
			found = append(found, e)
		}
	}
	return found
}

// first names the first event of the act that an event belongs to.
func (e *Event) first() EventID {
	if e.Type != EventPin && e.Of != (EventID{}) {
		return e.Of
	}
	return e.ID
}

// Came records that a person came into the room, as text says.
func (r *Room) Came(p Person, text string) { r.visit(EventJoin, p, text) }

// Left records that a person left, and why; "" if by the person's own wish.
func (r *Room) Left(p Person, why string) { r.visit(EventLeave, p, why) }

func (r *Room) visit(what EventType, p Person, text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.record(Event{Type: what, Actor: p.Name, ActorKey: p.Key, Text: text})
	r.schedule()
}
