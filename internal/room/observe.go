package room

import "time"

// sampleLimit is how many readings of one signal are kept: an hour at one every
// fifteen seconds, and more than any row or first chart can draw.
const sampleLimit = 240

// scopeReading is what was read of a scope, apart from what is folded about it.
type scopeReading struct {
	status  ScopeStatus
	watches map[string]*watchReading
}

// watchReading is one watch of a scope; an alarm scope has one, a probe scope has
// as many as it has endpoints.
type watchReading struct {
	pass    uint32
	inPass  bool
	looked  bool // a pass has ended, well or not
	loaded  int
	trouble *Trouble
}

// Observe takes in what a source saw. Facts that differ from what is known become
// events; readings are kept without one. It never blocks on a viewer.
func (r *Room) Observe(o Observation) {
	r.mu.Lock()
	defer r.mu.Unlock()
	scope, watch := r.reading(o.Scope, o.Watch)
	if !watch.inPass || o.Begins {
		watch.inPass, watch.loaded = true, 0
		watch.pass++
	}
	for i := range o.Signals {
		r.see(&o.Signals[i], watch.pass, o.At)
	}
	watch.loaded += len(o.Signals)
	scope.status.Interval = o.Interval
	scope.status.Loaded = watch.loaded
	if o.Done {
		r.endPass(scope, watch, &o)
	} else if scope.status.Seen.IsZero() {
		scope.status.Loading = true
	}
	r.scopesDue, r.due = true, true
	r.schedule()
}

func (r *Room) reading(scope Scope, name string) (*scopeReading, *watchReading) {
	reading := r.watched[scope]
	if reading == nil {
		reading = &scopeReading{status: ScopeStatus{Scope: scope}, watches: make(map[string]*watchReading)}
		r.watched[scope] = reading
	}
	watch := reading.watches[name]
	if watch == nil {
		watch = new(watchReading)
		reading.watches[name] = watch
		reading.status.Waiting++
	}
	return reading, watch
}

// see compares one signal with what is known of it.
func (r *Room) see(seen *Signal, pass uint32, at time.Time) {
	if len(seen.Samples) > 0 {
		r.sample(seen.Key, seen.Samples)
		seen.Samples = nil
	}
	known := r.truth.signals[seen.Key]
	isNew := known == nil || known.signal == nil
	if !isNew && seen.Kind == KindProbe && known.signal.State == seen.State && known.signal.Word == seen.Word {
		seen.Since = known.signal.Since // its watch may be a new one, after a reload; we have seen every look
	}
	switch {
	case isNew:
		r.record(Event{Type: EventSignal, At: happened(seen, at), Signal: alone(seen), WasNew: true})
	case !known.signal.SameTruth(seen):
		was := known.signal
		e := Event{Type: EventSignal, At: at, Signal: alone(seen), Was: was.State, WasTo: was.Word}
		newest, wrote := written(was, seen)
		e.Wrote = wrote
		switch {
		case was.State != seen.State || was.Word != seen.Word:
			e.At = happened(seen, at)
		case wrote && newest.Before(at) && !newest.IsZero():
			e.At = newest
		}
		r.record(e)
	default:
		if len(r.samples[seen.Key]) > 0 {
			r.show(seen.Key, seen.Kind)
		}
	}
	r.truth.signals[seen.Key].pass = pass
}

// alone is a copy of a signal that does not keep the page it came with in memory:
// of a hundred alarms on a page mostly one has changed, or none.
func alone(s *Signal) *Signal {
	kept := *s
	return &kept
}

// written says whether AWS has written a text that was not there before, and when.
func written(was, now *Signal) (at time.Time, wrote bool) {
	before, ok := was.Detail.(*HealthDetail)
	after, ok2 := now.Detail.(*HealthDetail)
	if !ok || !ok2 || len(after.Updates) == 0 {
		return time.Time{}, false
	}
	newest := after.Updates[0]
	return newest.At, len(before.Updates) == 0 || before.Updates[0].Text != newest.Text
}

// happened is the world's own time of a change, unless the world claims that it
// lies in our future.
func happened(s *Signal, seen time.Time) time.Time {
	if s.Since.IsZero() || s.Since.After(seen) {
		return seen
	}
	return s.Since
}

// sample appends readings. Snapshots share the array up to their own length, so
// only the turn at the limit copies.
func (r *Room) sample(key string, readings []Sample) {
	samples := append(r.samples[key], readings...)
	if len(samples) > 2*sampleLimit {
		samples = append(make([]Sample, 0, 2*sampleLimit+1), samples[len(samples)-sampleLimit:]...)
	}
	r.samples[key] = samples
}

// endPass closes a watch's pass: what a complete one did not show is gone, and
// trouble that came or went is an event.
func (r *Room) endPass(scope *scopeReading, watch *watchReading, o *Observation) {
	watch.inPass = false
	if !watch.looked {
		watch.looked = true
		scope.status.Waiting--
	}
	if o.Complete {
		r.sweep(o.Scope, watch.pass, o.At)
	}
	status := &scope.status
	status.Loading = false
	status.Tried = o.At
	status.Next = o.Next
	if o.Complete || o.Trouble == nil {
		status.Seen = o.At
	}
	had := status.Trouble != nil
	watch.trouble, status.Trouble = o.Trouble, o.Trouble
	if o.Trouble == nil {
		status.Trouble = scope.remaining()
	}
	if has := status.Trouble != nil; has != had {
		r.record(Event{Type: EventScope, At: o.At, Scope: o.Scope, Trouble: status.Trouble})
	}
}

// remaining is the trouble of the first watch, by name, that still has any.
func (s *scopeReading) remaining() *Trouble {
	first, trouble := "", (*Trouble)(nil)
	for name, watch := range s.watches {
		if watch.trouble != nil && (trouble == nil || name < first) {
			first, trouble = name, watch.trouble
		}
	}
	return trouble
}

func (r *Room) sweep(scope Scope, pass uint32, at time.Time) {
	for _, known := range r.truth.signals {
		if known.signal != nil && known.signal.Scope == scope && known.pass != pass {
			r.retire(known.signal, at)
		}
	}
}

// retire records that a signal is not there any more.
func (r *Room) retire(s *Signal, at time.Time) {
	r.record(Event{Type: EventSignal, At: at, Signal: s, Was: s.State, WasTo: s.Word, Gone: true})
}

// Retire takes away every signal and watch that is not to be kept, and scopes without
// a watch, after the config no longer asks for them.
func (r *Room) Retire(keepSignal func(*Signal) bool, keepWatch func(scope Scope, name string) bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.clock.Now()
	for _, known := range r.truth.signals {
		if known.signal != nil && !keepSignal(known.signal) {
			r.retire(known.signal, now)
		}
	}
	for scope, reading := range r.watched {
		had := reading.status.Trouble != nil
		reading.keep(func(name string) bool { return keepWatch(scope, name) })
		r.scopesDue, r.due = true, true
		switch known := r.truth.scopes[scope]; {
		case len(reading.watches) == 0:
			delete(r.watched, scope)
			if known != nil && !known.event.Gone {
				r.record(Event{Type: EventScope, At: now, Scope: scope, Gone: true})
			}
		case had && reading.status.Trouble == nil:
			r.record(Event{Type: EventScope, At: now, Scope: scope})
		}
	}
	r.schedule()
}

// keep forgets the other watches of a scope, their trouble, and that they are waited for.
func (s *scopeReading) keep(wanted func(name string) bool) {
	for name, watch := range s.watches {
		if wanted(name) {
			continue
		}
		delete(s.watches, name)
		if !watch.looked {
			s.status.Waiting--
		}
	}
	s.status.Trouble = s.remaining()
}
