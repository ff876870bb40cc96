package room

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Snapshot is the whole truth at one moment. It is immutable and shared by every
// viewer; it shares with the one before whatever did not change.
type Snapshot struct {
	Version  uint64          // grows by one with each Snapshot of a room
	At       time.Time       // room time of publication
	Timeline Timeline        //
	Scopes   Scopes          //
	Keeping  Keeping         //
	Visits   []*Event        // the newest comings and goings of people, oldest first
	lists    [kindCount]List // in the order of Kinds
	believed freshness
}

// freshness is until when everything that has to be fresh for a calm room is. Every frame
// asks for it several times, of every probe, and it does not change with the time.
type freshness struct {
	once    sync.Once
	until   time.Time
	forever bool // nothing is there that grows old
}

// versions counts up for all rooms of the process together: what was drawn from one
// moment, or one room, is never taken for another's.
var versions atomic.Uint64

// newVersion gives a number that no Snapshot, nor a part of one, had before. Later
// ones are higher.
func newVersion() uint64 { return versions.Add(1) }

// List is the signals of one kind, worst first. Its Version changes whenever
// anything in it does, so that what is drawn from it can be cached.
type List struct {
	Version uint64
	Signals []*Signal
	Counts  map[string]int // signals by Word
	States  [4]int         // signals by State
	Cleared int            // signals that were over before anybody acknowledged them
	Acted   int            // signals that somebody has acknowledged, or is on

	suppressors *suppressors // nil in the zero List
}

// Timeline is what happened, oldest first.
type Timeline struct {
	Version uint64
	Events  []*Event
	Total   int // all that ever happened, of which Events holds the newest

	Pinned    map[EventID]*Event // the lines that somebody has pinned, and by what
	Retracted map[EventID]*Event // the notes and marks that were taken back, and by what
}

// Scopes is how every scope is doing, in the order of Scope.String.
type Scopes struct {
	Version uint64
	List    []*ScopeStatus
}

// Of gives the list of one kind. The zero List is returned for an unknown kind.
func (s *Snapshot) Of(kind Kind) List {
	if i := slices.Index(Kinds, kind); i >= 0 {
		return s.lists[i]
	}
	return List{}
}

// Scope gives the status of one scope, or nil.
func (s *Snapshot) Scope(scope Scope) *ScopeStatus {
	for _, status := range s.Scopes.List {
		if status.Scope == scope {
			return status
		}
	}
	return nil
}

// Disconnected says why our own connection is held to be down; nil while it works, or
// while nobody looks at it.
func (s *Snapshot) Disconnected() *Trouble {
	for _, status := range s.Scopes.List {
		if status.Scope.Source == ConnectionSource {
			return status.Trouble
		}
	}
	return nil
}

// Seen says when a signal was last seen and how often it is looked at: a probe has
// its own readings unless it is paused, everything else is as fresh as the freshest scope
// that shows it, or as the message that told of it.
func (s *Snapshot) Seen(signal *Signal) (seen time.Time, every time.Duration) {
	if probe, ok := signal.Detail.(*ProbeDetail); ok && signal.Word != Paused {
		if last, ok := signal.Series.Last(); ok {
			return last.At, probe.Interval
		}
	}
	if status := s.Scope(signal.Scope); status != nil {
		seen, every = status.Seen, status.Interval
		if signal.Heard.After(seen) {
			seen = signal.Heard
		}
	}
	if detail := healthDetail(signal); detail != nil {
		for i := range detail.Sightings {
			if detail.Sightings[i].Scope.Source == PushSource {
				continue // that nothing is pushed does not make what a look has shown any fresher
			}
			if status := s.Scope(detail.Sightings[i].Scope); status != nil && status.Seen.After(seen) {
				seen, every = status.Seen, status.Interval
			}
		}
	}
	return seen, every
}

// Visibility says whether a signal can still be believed at room time now.
func (s *Snapshot) Visibility(signal *Signal, now time.Time) Visibility {
	seen, every := s.Seen(signal)
	return visibility(seen, now, every)
}

// Oldest is the age of the oldest data that is still relied on: the scope that was
// seen longest ago. ok is false while no scope was ever seen.
func (s *Snapshot) Oldest(now time.Time) (age time.Duration, ok bool) {
	for _, status := range s.Scopes.List {
		if !status.Seen.IsZero() && status.Interval > 0 { // what is never looked at again does not grow old
			age, ok = max(age, now.Sub(status.Seen)), true
		}
	}
	return age, ok
}

// compareSignals is the one order of signals: most urgent first, of those what nobody
// has acknowledged, then one's own before the front doors of AWS, of which one bad region
// has as many as there are services, then the newest trouble, then by title, region and
// key. It depends on facts and acts only, so that rows move only when one of them changes.
func compareSignals(a, b *Signal) int {
	if order := cmp.Compare(b.State.Urgency(), a.State.Urgency()); order != 0 {
		return order
	}
	if order := cmp.Compare(a.Standing.settled(), b.Standing.settled()); order != 0 {
		return order
	}
	if order := cmp.Compare(a.foreign(), b.foreign()); order != 0 {
		return order
	}
	if a.State == Critical || a.State == Warning {
		if order := b.Since.Compare(a.Since); order != 0 {
			return order
		}
	}
	return cmp.Or(cmp.Compare(a.Title, b.Title), cmp.Compare(a.Region, b.Region), cmp.Compare(a.Key, b.Key))
}

// foreign orders signals of one state: front doors of AWS after what is one's own.
func (s *Signal) foreign() int {
	if detail, ok := s.Detail.(*ProbeDetail); ok && detail.Canary {
		return 1
	}
	return 0
}

// Condition is one word for a whole room.
type Condition string

// The conditions. Trouble wins over blind: what is known to be bad is acted on first.
const (
	InTrouble Condition = "trouble" // a signal is critical
	Blind     Condition = "blind"   // nothing bad is known, but not everything can be seen
	Calm      Condition = "calm"    // everything was seen lately, and nothing is critical
)

// Condition judges the room at room time now, by what each signal says alone; package
// triage goes further. A room that watches nothing is blind.
func (s *Snapshot) Condition(now time.Time) Condition {
	for i := range s.lists {
		if s.lists[i].States[Critical] > 0 {
			return InTrouble
		}
	}
	if len(s.Scopes.List) == 0 || len(s.Unseen(now)) > 0 || s.Disconnected() != nil {
		return Blind
	}
	for _, status := range s.Scopes.List {
		if status.Waiting > 0 {
			return Blind // of what those watches look at nothing is known yet
		}
	}
	// Probes and Health events are fresh and good or bad by themselves; an alarm
	// without data is an everyday thing, and as fresh as its scope. One that CloudWatch
	// fails to evaluate is not: it would be silent whatever happened.
	for _, signal := range s.Of(KindAlarm).Signals {
		if alarm, ok := signal.Detail.(*AlarmDetail); ok && signal.State == Unknown && alarm.Evaluation == EvaluationFailure {
			return Blind
		}
		if signal.State == OK {
			break
		}
	}
	for _, kind := range []Kind{KindHealth, KindProbe} {
		list := s.Of(kind)
		if list.States[Unknown] > list.Counts[Paused] {
			return Blind
		}
	}
	s.believed.once.Do(s.judgeFreshness)
	if !s.believed.forever && now.After(s.believed.until) {
		return Blind
	}
	return Calm
}

// judgeFreshness finds the Health event or probe that is the first to grow old.
func (s *Snapshot) judgeFreshness() {
	s.believed.forever = true
	for _, kind := range []Kind{KindHealth, KindProbe} {
		for _, signal := range s.Of(kind).Signals {
			seen, every := s.Seen(signal)
			if every <= 0 && !seen.IsZero() {
				continue
			}
			until := seen // what was never seen is not fresh at any time
			if !seen.IsZero() {
				until = seen.Add(staleAfter * every)
			}
			if s.believed.forever || until.Before(s.believed.until) {
				s.believed.until, s.believed.forever = until, false
			}
		}
	}
}

// Unseen lists the scopes whose data cannot be believed at room time now.
func (s *Snapshot) Unseen(now time.Time) []*ScopeStatus {
	var unseen []*ScopeStatus
	for _, status := range s.Scopes.List {
		if status.Visibility(now) != Fresh {
			unseen = append(unseen, status)
		}
	}
	return unseen
}
