package room

import "time"

// Kind says what sort of thing a Signal is.
type Kind string

// The kinds of signal. Their order here is the order of the panes.
const (
	KindHealth Kind = "health" // an AWS Health event
	KindAlarm  Kind = "alarm"  // a CloudWatch alarm
	KindProbe  Kind = "probe"  // one of our own endpoint probes
	KindGroup  Kind = "group"  // probes that are judged together; made of them, and counted beside them
)

// Kinds lists every kind in the order in which they are shown.
var Kinds = []Kind{KindHealth, KindAlarm, KindProbe, KindGroup}

// kindCount is how many there are.
const kindCount = 4

// State is how bad a signal is in the world. The zero value is Unknown, so that
// what was never looked at can never be mistaken for good.
type State uint8

// The states, from "we do not know" to "act now".
const (
	Unknown State = iota
	OK
	Warning
	Critical
)

// String gives the word that scripts read: unknown, ok, warning or critical.
func (s State) String() string {
	switch s {
	case OK:
		return "ok"
	case Warning:
		return "warning"
	case Critical:
		return "critical"
	}
	return "unknown"
}

// Unconfirmed is the word of a probe whose last look failed and has yet to be borne out.
// Its state is Warning, and it calls nobody: most single failures pass.
const Unconfirmed = "DOWN?"

// Maintenance is the word of a probe that fails, or is slow, in a time that was announced.
// Its state is Warning, and it calls nobody.
const Maintenance = "MAINT"

// Paused is the word of a probe that is not looked at because somebody wants it so. Its
// state is Unknown, and that is no blindness.
const Paused = "PAUSED"

// Urgency orders states for people: critical, then warning, then unknown (blind
// is worse than good), then ok. A higher number is more urgent.
func (s State) Urgency() int {
	switch s {
	case Critical:
		return 3
	case Warning:
		return 2
	case Unknown:
		return 1
	}
	return 0
}

// Visibility is whether we can still see a signal. It is never merged with
// State: a signal that cannot be seen any more keeps its last state and is Stale.
type Visibility uint8

// The visibilities. Lost means that nothing was ever seen, or not for so long
// that the last state says nothing any more.
const (
	Fresh Visibility = iota
	Stale
	Lost
)

// String gives the word that scripts read: fresh, stale or lost.
func (v Visibility) String() string {
	switch v {
	case Fresh:
		return "fresh"
	case Stale:
		return "stale"
	}
	return "lost"
}

// Scope is where an observation comes from: one source, looking at one account
// in one region. It is comparable and used as a map key.
type Scope struct {
	Source  string // "health", "cloudwatch", "probe"
	Account string // the twelve digits, a profile's name, or "" where there is none
	Region  string // "us-east-1", "global", or ""
}

// String is "source account region" without the empty parts.
func (s Scope) String() string {
	out := s.Source
	for _, part := range []string{s.Account, s.Region} {
		if part != "" {
			out += " " + part
		}
	}
	return out
}

// Signal is anything watched that can be good or bad: a Health event, an alarm,
// a probe. A *Signal in a Snapshot or an Event is immutable.
//
// All text has passed internal/clean before it gets here.
type Signal struct {
	Key     string    // unique in the room and stable for the signal's life
	Kind    Kind      //
	Scope   Scope     // through which scope we see it
	State   State     // how bad it is in the world
	Word    string    // the field's own word for that state: ALARM, NO DATA, DOWN, OPEN …
	Title   string    // its name
	Reason  string    // why it is in this state, one line; holds nothing that differs from reading to reading
	Came    string    // what came at the look that made it known, where Reason says only what was expected; no part of the truth
	Service string    // the AWS service, or our own from the catalogue; "" if none matched
	Account string    //
	Region  string    // the region concerned, which need not be the scope's
	Since   time.Time // when State last changed, by the world's own clock
	Detail  Detail    // what only this kind knows; never nil for a signal from a source
	// Lasted is how long State had lasted when the world said so last, by its own clock; 0 if
	// it does not say. It stands only on what a source has seen.
	Lasted time.Duration
	Heard  time.Time // room time at which a message said that it is so; zero if a look showed it. No part of the truth

	// What people made of it. It is folded from their acts and stands only on the
	// signals of a Snapshot, never on those of an Event.
	Standing Standing
	Ack      *Event // the acknowledgement that is in force, or nil
	Claim    *Event // the claim that is in force, or nil

	// Samples are what one look read, and stand only on what a source has seen, never on
	// the signals of a Snapshot. They are readings, not facts: never folded and never a
	// reason for an Event.
	Samples []Sample

	// Series is the newest readings; nil before the first. Like Looks it stands only on
	// the signals of a Snapshot.
	Series *Series

	// Looks is what its readings came to over hours and days; nil before the first.
	Looks *Looks
}

// Why is the reason, with what came in place of what was expected.
func (s *Signal) Why() string {
	if s.Reason == "" || s.Came == "" {
		return s.Reason
	}
	return s.Reason + " (" + s.Came + ")"
}

// SameTruth reports whether two signals state the same facts. Readings and acts do not count.
func (s *Signal) SameTruth(o *Signal) bool {
	same := s.Key == o.Key && s.Kind == o.Kind && s.Scope == o.Scope && s.State == o.State &&
		s.Word == o.Word && s.Title == o.Title && s.Reason == o.Reason && s.Service == o.Service &&
		s.Account == o.Account && s.Region == o.Region && s.Since.Equal(o.Since)
	if !same || s.Detail == nil || o.Detail == nil {
		return same && s.Detail == nil && o.Detail == nil
	}
	return s.Detail.Equal(o.Detail)
}

// Absent is the duration of a phase that did not take place (an IP literal has no
// name to resolve). It is drawn as "–" and written as null, never as 0.
const Absent time.Duration = -1

// Sample is one reading of a signal.
type Sample struct {
	At      time.Time     // room time
	State   State         //
	Address string        // what was connected to, as 192.0.2.1:443; "" if nothing was
	Total   time.Duration // how long the look took in real time, or Absent
	Phases  Phases        //
	Text    string        // one line for people: "503 in 1.2s"
	Class   string        // for a failure: dns, connect, tls, cert, timeout, protocol, redirect, status, assert, body, error; else ""
	Phase   string        // for a failure: the phase in which it happened; else ""
	Status  int           // HTTP status, 0 if there was none
	Late    time.Duration // from when the look was due to when it began, in room time: our own slowness, in no phase and not in Total
	Skipped int           // slots that had passed without a look before this one
	Hops    *Hops         // of a look that was redirected; nil without a redirect. A Series keeps those of the newest reading alone
}

// OwnTrouble is the class of a look that failed because of this machine.
const OwnTrouble = "error"

// Right says whether the endpoint answered as it should. The time of such a look alone is a
// latency: how fast an endpoint fails says nothing.
func (s *Sample) Right() bool { return s.State == OK || s.State == Warning }

// Failed says whether the endpoint failed, also where that does not count: in a time of
// maintenance, or before it has come.
func (s *Sample) Failed() bool {
	return !s.Right() && s.Class != "" && s.Class != OwnTrouble || s.State == Critical
}

// Hops are the requests of a look that was redirected, in their order. Immutable.
type Hops []Hop

// All gives the requests; none without a redirect.
func (h *Hops) All() []Hop {
	if h == nil {
		return nil
	}
	return *h
}

// Hop is one request of a look that was redirected. Its phases add up to its total, and
// the totals of all hops to that of the look.
type Hop struct {
	Target  string        // what was asked, without user information and what its query keeps secret
	Address string        // what was connected to, or tried; "" if nothing was
	Status  int           // HTTP status, 0 if there was none
	Total   time.Duration //
	Phases  Phases        //
}

// Phases are the parts of one probe, in real time; they add up to its total. A
// phase that did not take place is Absent.
type Phases struct {
	Resolve, Connect, TLS, FirstByte, Transfer time.Duration
}

// NoPhases is the value in which every phase is Absent.
var NoPhases = Phases{Absent, Absent, Absent, Absent, Absent}
