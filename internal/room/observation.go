package room

import "time"

// Observation is what a source saw in one look, or in one page of it, at one
// scope. The Room owns it after Observe; the source must not touch it again.
//
// One pass over a scope is any number of observations, the last of which has
// Done set. If it is also Complete, signals of the scope that the pass did not
// show are gone. A pass that fails part-way ends with Done, Trouble set and
// Complete not set: what it showed is kept, and nothing is taken away.
type Observation struct {
	Scope    Scope
	Watch    string        // which of the scope's watches looked; passes and trouble are kept apart by it
	At       time.Time     // room time of the look
	Signals  []Signal      // what was seen; Samples hold at most the readings of this look
	Begins   bool          // a pass begins; one that was left open is forgotten
	Done     bool          // the pass is over
	Complete bool          // the pass showed all there is; only with Done
	Lacks    bool          // with Complete: the data is as good as all, but what was not shown may be there and is kept
	Trouble  *Trouble      // why the pass failed, or, beside data, what was wrong with it
	Interval time.Duration // room time after which this scope is looked at again
	Next     time.Time     // room time of the next try; zero if not known

	// Denies, with Complete and without Lacks, says why a Health event that messages tell of
	// does not go on for an account, since the pass would have shown it; "" if it says nothing
	// of that. It is called before Observe returns. nil denies nothing.
	Denies func(event *Signal, account string) (why string)
}

// all gives the signals of an observation.
func (o *Observation) all(yield func(*Signal) bool) {
	for i := range o.Signals {
		if !yield(&o.Signals[i]) {
			return
		}
	}
}

// Trouble is something that went wrong on our side of the glass, in words for a
// tired person: what, why, and what to do or what happens next.
type Trouble struct {
	What string // "CloudWatch alarms in us-east-1 could not be read"
	Why  string // "the API answered 503 Service Unavailable"
	Next string // "trying again in 20 s; nothing to do"
}

// String is the whole of it on one line.
func (t *Trouble) String() string { return t.What + ": " + t.Why + "; " + t.Next }

// Pass outcomes as scripts read them.
const (
	ScopeFresh  = "fresh"
	ScopeStale  = "stale"
	ScopeFailed = "failed"
	ScopeOff    = "off"
)

// ConnectionSource is the source of the one scope that says whether our own connection
// works. Trouble there means that what cannot be reached says nothing of the world.
const ConnectionSource = "connection"

// NameSource is the source of the one scope that says whether our own name server finds any
// name. What is probed by its address is believed whatever it says.
const NameSource = "names"

// PushSource is the source of the scope through which messages come by themselves. That it
// is quiet proves nothing.
const PushSource = "push"

// ScopeStatus is how one scope is doing. Immutable once published.
type ScopeStatus struct {
	Scope    Scope
	Trouble  *Trouble  // nil while all is well; that it came or went is folded, its wording is a reading
	Changed  time.Time // when Trouble last came or went
	Seen     time.Time // a reading: the last look that showed the scope as it is; zero if never
	Tried    time.Time // a reading: the last look
	Next     time.Time // a reading: the next try
	Interval time.Duration
	Loading  bool      // the first pass is under way
	Loaded   int       // signals seen so far in the pass under way, or in the last one
	Heard    time.Time // a reading: when a message came through it last; zero if none ever did
	Waiting  int       // a reading: watches whose first look has not come back, so that nothing is known of what they watch
}

// staleAfter is how many intervals old data may be before it is called stale, and
// lostAfter before it is called lost.
const (
	staleAfter = 2
	lostAfter  = 20
)

// Visibility judges data last seen at the given time, in room time.
func visibility(seen, now time.Time, interval time.Duration) Visibility {
	age := now.Sub(seen)
	switch {
	case seen.IsZero():
		return Lost
	case interval <= 0 || age <= staleAfter*interval:
		return Fresh
	case age <= lostAfter*interval:
		return Stale
	}
	return Lost
}

// Visibility says whether this scope's data can still be believed at room time now.
func (s *ScopeStatus) Visibility(now time.Time) Visibility {
	return visibility(s.Seen, now, s.Interval)
}

// Word is fresh, stale, failed or off: what scripts read.
func (s *ScopeStatus) Word(now time.Time) string {
	switch {
	case s.Trouble != nil && s.Visibility(now) != Fresh:
		return ScopeFailed
	case s.Visibility(now) == Fresh:
		return ScopeFresh
	case s.Seen.IsZero() && s.Trouble == nil:
		return ScopeOff
	}
	return ScopeStale
}
