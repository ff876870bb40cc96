package room

import (
	"maps"
	"slices"
	"time"
)

// Checkpoint is all that a room knows at one moment, but for the timeline: its events are
// the timeline. A room made by Restore from it goes on exactly as the first one would
// have. Immutable; exported for those who store it.
type Checkpoint struct {
	At       time.Time // room time of the last record in it
	Number   uint64    // of the last event of this room's own
	Stamp    Stamp     // the last that was given
	Total    int       // lines that the timeline ever had
	Folded   []Folded
	Facts    []Fact
	Scopes   []Event // the last EventScope of each
	Lines    []Event // the last EventPin or EventUnpin of each line, and every EventRetract
	Acts     []Event // the newest acts of people, that can still be taken back
	Visits   []Event // the newest comings and goings
	Readings []ScopeState
	Series   map[string]*Series // by the signal's key, as Looks are
	Measured []Measured         // what earlier versions wrote in the place of Series
	Looks    map[string]*Looks  // by the signal's key
	Hops     map[string][]Hop   // of the newest reading, where it has any, by the signal's key
}

// Folded is which events of a node are in a Checkpoint: all from 1 to UpTo, and Early.
type Folded struct {
	Node  string
	UpTo  uint64
	Early []uint64
}

// Fact is the last word about one signal.
type Fact struct {
	Key             string
	Stamp           Stamp
	Signal          *Signal // nil if it is gone
	Raised, Cleared Stamp
	Gone            time.Time // when it was taken away last
	Ack, Claim      *Event
}

// ScopeState is what was read of a scope.
type ScopeState struct {
	Status  ScopeStatus
	Watches []WatchState
}

// WatchState is what was read of one of its watches.
type WatchState struct {
	Name    string
	InPass  bool
	Looked  bool
	Loaded  int
	Trouble *Trouble
}

// checkpointLeast is how many events and readings lie at least between two
// checkpoints; where the room knew more than that at the last one, as many as a quarter
// of it. Either way writing checkpoints costs less than writing what they sum up.
const checkpointLeast = 1000

// checkpoint hands all that is known to the Keeper when one is due.
func (r *Room) checkpoint() {
	if r.keeper == nil || r.work < max(checkpointLeast, r.known/4) {
		return
	}
	sum := r.sum()
	r.work, r.known = 0, len(sum.Facts)
	for _, series := range sum.Series {
		r.known += series.Len()
	}
	r.keeper.Checkpoint(sum)
}

// sum is the room as it is. The caller holds the lock. What is immutable is shared.
func (r *Room) sum() *Checkpoint {
	s := &Checkpoint{At: r.stamps.last.Time(), Number: r.number, Stamp: r.stamps.last, Total: r.truth.timeline.Total + len(r.truth.arrived)}
	for node, f := range r.truth.applied {
		s.Folded = append(s.Folded, Folded{node, f.upTo, slices.Collect(maps.Keys(f.early))})
	}
	for key, f := range r.truth.signals {
		more := f.seldom()
		for name, row := range more.rows {
			if name != key {
				s.Facts = append(s.Facts, row.kept(name, row.seldom()))
			}
		}
		s.Facts = append(s.Facts, f.row(key, key).kept(key, more))
	}
	for _, f := range r.truth.scopes {
		s.Scopes = append(s.Scopes, *f.event)
	}
	for _, e := range r.truth.pins {
		s.Lines = append(s.Lines, *e)
	}
	for _, e := range r.truth.retracted {
		s.Lines = append(s.Lines, *e)
	}
	for _, e := range r.truth.acts[max(0, len(r.truth.acts)-actLimit):] {
		s.Acts = append(s.Acts, *e)
	}
	for _, e := range r.truth.visits {
		s.Visits = append(s.Visits, *e)
	}
	for _, reading := range r.watched {
		kept := ScopeState{Status: reading.status}
		for name, w := range reading.watches {
			kept.Watches = append(kept.Watches, WatchState{name, w.inPass, w.looked, w.loaded, w.trouble})
		}
		s.Readings = append(s.Readings, kept)
	}
	s.Series, s.Looks = maps.Clone(r.series), maps.Clone(r.looks)
	s.Hops = make(map[string][]Hop)
	for key, series := range r.series {
		if last, _ := series.Last(); last.Hops != nil {
			s.Hops[key] = *last.Hops
		}
	}
	return s
}

// stampOf is a Stamp as a Fact has it: the zero one if there is none.
func stampOf(s *Stamp) Stamp {
	if s == nil {
		return Stamp{}
	}
	return *s
}

// kept is a fact as a Checkpoint has it.
func (f *fact) kept(key string, more more) Fact {
	return Fact{key, stampOf(f.stamp), f.signal, stampOf(f.raised), stampOf(f.cleared), more.gone, more.ack, more.claim}
}

// fact is what the room makes of a Fact.
func (f *Fact) fact() *fact {
	known := &fact{signal: f.Signal}
	for _, s := range []struct {
		from Stamp
		to   **Stamp
	}{{f.Stamp, &known.stamp}, {f.Raised, &known.raised}, {f.Cleared, &known.cleared}} {
		switch {
		case s.from == Stamp{}:
		case known.stamp != nil && s.from == *known.stamp:
			*s.to = known.stamp
		default:
			*s.to = new(s.from)
		}
	}
	if !f.Gone.IsZero() || f.Ack != nil || f.Claim != nil {
		known.more = &more{gone: f.Gone, ack: f.Ack, claim: f.Claim}
	}
	return known
}

// Restore makes a room that knows what a Checkpoint says, and the lines of the timeline
// until then, in any order. A nil Checkpoint is an empty room's.
func Restore(o Options, s *Checkpoint, lines []*Event) *Room {
	r := New(o)
	if s == nil {
		return r
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.number, r.keeping.UpTo = s.Number, s.Number
	r.stamps.Witness(s.Stamp)
	t := r.truth
	for _, f := range s.Folded {
		known := &folded{upTo: f.UpTo, early: make(map[uint64]struct{})}
		for _, number := range f.Early {
			known.early[number] = struct{}{}
		}
		t.applied[f.Node] = known
	}
	for _, f := range s.Facts {
		t.restore(&f)
	}
	for i := range s.Scopes {
		t.scopes[s.Scopes[i].Scope] = &scopeFact{s.Scopes[i].Stamp, &s.Scopes[i]}
	}
	for i := range s.Lines {
		t.foldAct(&s.Lines[i])
	}
	t.acts = nil
	for i := range s.Acts {
		t.acts = append(t.acts, s.Acts[i].ofToday())
	}
	for i := range s.Visits {
		t.visits = append(t.visits, &s.Visits[i])
	}
	r.restoreReadings(s)
	t.arrived = slices.Clone(lines)
	for i, line := range lines {
		t.arrived[i] = line.ofToday()
	}
	t.timeline.Total = s.Total - len(lines)
	for key, f := range t.signals {
		if f.signal != nil {
			r.show(key)
		}
	}
	r.scopesDue, r.due = true, true
	r.publishLocked()
	return r
}

func (r *Room) restoreReadings(s *Checkpoint) {
	for _, kept := range s.Readings {
		reading := &scopeReading{status: kept.Status, watches: make(map[string]*watchReading)}
		for _, w := range kept.Watches {
			reading.watches[w.Name] = &watchReading{inPass: w.InPass, looked: w.Looked, loaded: w.Loaded, trouble: w.Trouble}
		}
		r.watched[kept.Status.Scope] = reading
	}
	for _, m := range s.Measured {
		for i := range m.Samples {
			r.series[m.Key] = r.series[m.Key].with(&m.Samples[i])
		}
	}
	maps.Copy(r.series, s.Series)
	maps.Copy(r.looks, s.Looks)
	for key, hops := range s.Hops {
		if series := r.series[key]; series != nil {
			r.series[key] = series.redirected(hops)
		}
	}
}
