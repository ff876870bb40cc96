package room

import (
	"cmp"
	"strconv"
	"sync"
	"time"
)

// Stamp is a hybrid-clock time: wall time that never goes back, made unique by a
// counter and the node's name. Events are ordered by it, whatever order they
// arrive in. Source: Kulkarni et al., "Logical Physical Clocks", 2014.
type Stamp struct {
	Wall  int64  // microseconds since 1970, room time
	Count uint32 // tells apart what one node stamped in the same microsecond
	Node  string
}

// Compare orders stamps: by wall time, then count, then node.
func (s Stamp) Compare(o Stamp) int {
	return cmp.Or(cmp.Compare(s.Wall, o.Wall), cmp.Compare(s.Count, o.Count), cmp.Compare(s.Node, o.Node))
}

// Time is the wall part.
func (s Stamp) Time() time.Time { return time.UnixMicro(s.Wall).UTC() }

// HybridClock issues Stamps for one node. Safe for concurrent use.
type HybridClock struct {
	node string
	now  func() time.Time
	mu   sync.Mutex
	last Stamp
}

// NewHybridClock makes the clock of a node over the given room time.
func NewHybridClock(node string, now func() time.Time) *HybridClock {
	return &HybridClock{node: node, now: now, last: Stamp{Node: node}}
}

// Next issues a stamp later than every one issued or witnessed before.
func (c *HybridClock) Next() Stamp {
	c.mu.Lock()
	defer c.mu.Unlock()
	if wall := c.now().UnixMicro(); wall > c.last.Wall {
		c.last.Wall, c.last.Count = wall, 0
	} else {
		c.last.Count++
	}
	return c.last
}

// Witness takes note of another node's stamp, so that the next one is later.
func (c *HybridClock) Witness(s Stamp) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s.Wall > c.last.Wall || s.Wall == c.last.Wall && s.Count > c.last.Count {
		c.last.Wall, c.last.Count = s.Wall, s.Count
	}
}

// EventID names an event for ever: the node that recorded it, and its number there,
// from 1 on without a gap.
type EventID struct {
	Node   string
	Number uint64
}

// String is node-number.
func (id EventID) String() string { return id.Node + "-" + strconv.FormatUint(id.Number, 10) }

// EventType says what an Event is about.
type EventType string

// The types of event.
const (
	EventSignal EventType = "signal" // a signal appeared, changed or is gone
	EventScope  EventType = "scope"  // a scope ran into trouble, came out of it, or is no longer looked at

	// What people do.
	EventNote    EventType = "note"    // wrote a line
	EventMark    EventType = "mark"    // announced a change: a deploy, a flag, a failover
	EventAck     EventType = "ack"     // acknowledged a signal
	EventUnack   EventType = "unack"   // took that back
	EventClaim   EventType = "claim"   // is on a signal
	EventRelease EventType = "release" // is not on it any more
	EventPin     EventType = "pin"     // pinned an event of the timeline
	EventUnpin   EventType = "unpin"   // took that back
	EventRetract EventType = "retract" // took back a note or a mark

	// The comings and goings of people, which are no acts.
	EventJoin  EventType = "join"  // came into the room; Text says as what, and from where
	EventLeave EventType = "leave" // left it; Text says why, if it was not by the person's own wish
)

// Event is one thing that happened. Events are immutable, and the Snapshot
// depends only on which events there are, not on the order they arrived in.
type Event struct {
	ID    EventID
	Stamp Stamp     // when it was recorded, and its place in the order
	At    time.Time // when it happened, by the world's own clock
	Type  EventType
	Actor string // the person; "" for what the program saw by itself
	// ActorKey is the fingerprint of the SSH key that the act came with; "" for the person
	// at the machine that keeps the room.
	ActorKey string

	Signal *Signal // EventSignal: the signal as it is after the event, without samples
	Was    State   // EventSignal: its state before; Unknown if it is new
	WasNew bool    // EventSignal: it was not known before
	Wrote  bool    // EventSignal: there is something new to read: a text of AWS, or another certificate
	WasTo  string  // EventSignal: its word before; "" if it is new
	WasBy  string  // EventSignal: the fingerprint of the certificate that it showed before, if it shows another; else ""
	Raises bool    // EventSignal: new trouble begins, which nobody has acknowledged yet
	Gone   bool    // EventSignal, EventScope: it is not there any more
	Past   bool    // EventSignal: a line only, of a moment of which something newer was known when it was told

	Scope   Scope    // EventScope
	Trouble *Trouble // EventScope: nil when the trouble is over

	Key     string  // of an act: the signal it is about, or ""; of a Change: its own
	Subject string  // of an act: what that signal, or the line it is Of, was called
	Text    string  // of an act: what the person wrote, or ""
	Of      EventID // of an act: the line it is about, the act that it takes back, or the first of the events that make one act
}

// Act says whether the event is something that a person of the room did.
func (e *Event) Act() bool {
	return e.Type != EventSignal && e.Type != EventScope && !e.Visit() && !e.announced()
}

// announced says whether the event is a change that a record of the world tells; see Change.
func (e *Event) announced() bool { return e.Type == EventMark && e.Key != "" }

// Visit says whether the event is a person's coming or going.
func (e *Event) Visit() bool { return e.Type == EventJoin || e.Type == EventLeave }

// Worth says whether an event earns a line in the timeline: every change of
// state, every act of a person but a pin, every trouble of a scope. First sight of
// something that is fine does not, and neither does a change of wording, nor that
// the config no longer asks for a scope.
func (e *Event) Worth() bool {
	switch e.Type {
	case EventSignal:
	case EventScope:
		return !e.Gone
	case EventJoin, EventLeave:
		return false // Snapshot.Visits has them
	default:
		return e.Type != EventPin && e.Type != EventUnpin // the pinned line itself shows it
	}
	if e.WasNew {
		return e.Signal.State == Critical || e.Signal.State == Warning
	}
	if e.Wrote {
		return true
	}
	return e.Gone && e.Signal.State != OK || !e.Gone && (e.Was != e.Signal.State || e.WasTo != e.Signal.Word)
}

// before is the timeline's order: when it happened, then when it was recorded.
func (e *Event) before(o *Event) int {
	return cmp.Or(e.At.Compare(o.At), e.Stamp.Compare(o.Stamp), cmp.Compare(e.ID.Number, o.ID.Number))
}
