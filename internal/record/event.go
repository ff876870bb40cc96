package record

import (
	"errors"
	"fmt"
	"time"

	"warroom/internal/room"
)

// event is a room.Event as it is written.
type event struct {
	Node    string    `json:"node"`
	Number  uint64    `json:"number"`
	Wall    int64     `json:"wall"` // microseconds since 1970
	Count   uint32    `json:"count,omitempty"`
	At      time.Time `json:"at,omitzero"`
	Type    string    `json:"type"`
	Actor   string    `json:"actor,omitempty"`
	ByKey   string    `json:"actor_key,omitempty"`
	Signal  *signal   `json:"signal,omitempty"`
	Was     word      `json:"was,omitempty"`
	WasTo   string    `json:"was_word,omitempty"`
	WasBy   string    `json:"was_fingerprint,omitempty"`
	New     bool      `json:"new,omitempty"`
	Wrote   bool      `json:"wrote,omitempty"`
	Raises  bool      `json:"raises,omitempty"`
	Gone    bool      `json:"gone,omitempty"`
	Past    bool      `json:"past,omitempty"`
	Scope   *scope    `json:"scope,omitempty"`
	Trouble *trouble  `json:"trouble,omitempty"`
	Key     string    `json:"key,omitempty"`
	Subject string    `json:"subject,omitempty"`
	Text    string    `json:"text,omitempty"`
	Of      *eventID  `json:"of,omitempty"`
}

type eventID struct {
	Node   string `json:"node"`
	Number uint64 `json:"number"`
}

type scope struct {
	Source  string `json:"source"`
	Account string `json:"account,omitempty"`
	Region  string `json:"region,omitempty"`
}

type trouble struct {
	What string `json:"what"`
	Why  string `json:"why"`
	Next string `json:"next"`
}

func eventOf(e *room.Event) *event {
	w := &event{
		Node: e.ID.Node, Number: e.ID.Number, Wall: e.Stamp.Wall, Count: e.Stamp.Count, At: writable(e.At), Type: string(e.Type), Actor: e.Actor, ByKey: e.ActorKey,
		Was: word(e.Was), WasTo: e.WasTo, WasBy: e.WasBy, New: e.WasNew, Wrote: e.Wrote, Raises: e.Raises, Gone: e.Gone, Past: e.Past,
		Trouble: troubleOf(e.Trouble), Key: e.Key, Subject: e.Subject, Text: e.Text,
	}
	if e.Signal != nil {
		w.Signal = signalOf(e.Signal)
	}
	if e.Scope != (room.Scope{}) {
		w.Scope = scopeOf(e.Scope)
	}
	if e.Of != (room.EventID{}) {
		w.Of = &eventID{e.Of.Node, e.Of.Number}
	}
	return w
}

// types are the types of event that this version knows.
var types = map[room.EventType]bool{
	room.EventSignal: true, room.EventScope: true, room.EventNote: true, room.EventMark: true, room.EventAck: true, room.EventUnack: true,
	room.EventClaim: true, room.EventRelease: true, room.EventPin: true, room.EventUnpin: true, room.EventRetract: true,
	room.EventJoin: true, room.EventLeave: true,
}

func (w *event) room() (*room.Event, error) {
	switch {
	case !types[room.EventType(w.Type)]:
		return nil, fmt.Errorf("there is no event of the type %q", w.Type)
	case w.Node == "" || w.Number == 0:
		return nil, errors.New("an event needs a node, and a number above 0")
	case (w.Type == string(room.EventSignal)) != (w.Signal != nil):
		return nil, errors.New("an event of the type signal has a signal, and no other has one")
	case w.Type == string(room.EventScope) && w.Scope == nil:
		return nil, errors.New("an event of the type scope has a scope")
	}
	e := &room.Event{
		ID: room.EventID{Node: w.Node, Number: w.Number}, Stamp: room.Stamp{Wall: w.Wall, Count: w.Count, Node: w.Node},
		At: w.At, Type: room.EventType(w.Type), Actor: w.Actor, ActorKey: w.ByKey, Was: room.State(w.Was), WasTo: w.WasTo, WasBy: w.WasBy, WasNew: w.New,
		Wrote: w.Wrote, Raises: w.Raises, Gone: w.Gone, Past: w.Past, Trouble: w.Trouble.room(), Key: w.Key, Subject: w.Subject, Text: w.Text,
	}
	if w.Scope != nil {
		e.Scope = w.Scope.room()
	}
	if w.Of != nil {
		e.Of = room.EventID{Node: w.Of.Node, Number: w.Of.Number}
	}
	if w.Signal == nil {
		return e, nil
	}
	var err error
	e.Signal, err = w.Signal.room()
	return e, err
}

func scopeOf(s room.Scope) *scope { return &scope{s.Source, s.Account, s.Region} }

func (w *scope) room() room.Scope {
	return room.Scope{Source: w.Source, Account: w.Account, Region: w.Region}
}

func troubleOf(t *room.Trouble) *trouble {
	if t == nil {
		return nil
	}
	return &trouble{t.What, t.Why, t.Next}
}

func (w *trouble) room() *room.Trouble {
	if w == nil {
		return nil
	}
	return &room.Trouble{What: w.What, Why: w.Why, Next: w.Next}
}

// word is a state as scripts read it.
type word room.State

func (w word) MarshalText() ([]byte, error) { return []byte(room.State(w).String()), nil }

func (w *word) UnmarshalText(text []byte) error {
	for _, state := range []room.State{room.Unknown, room.OK, room.Warning, room.Critical} {
		if string(text) == state.String() {
			*w = word(state)
			return nil
		}
	}
	return fmt.Errorf("there is no state %q", text)
}

// writable is a time as JSON can hold it, in UTC, or the zero time. Nothing is lost by
// it but times that no clock shows.
func writable(t time.Time) time.Time {
	if t = t.UTC(); t.Year() < 0 || t.Year() > 9999 {
		return time.Time{}
	}
	return t
}
