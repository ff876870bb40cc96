package room

import "time"

// Reading is what one Observation said beside facts: that its scope was looked at,
// how that went, and what was measured. Readings in their order, together with the
// events, make the same room again. Immutable.
type Reading struct {
	At       time.Time // room time at which the room took it in; never before that of an earlier record
	Scope    Scope
	Watch    string
	Looked   time.Time // room time of the look
	Begins   bool
	Done     bool
	Complete bool
	Gone     bool // this watch is not there any more; nothing else is set but At
	Signals  int  // how many were seen
	Heard    int  // how many messages came by themselves; then nothing else is set but At and Scope
	Trouble  *Trouble
	Interval time.Duration
	Next     time.Time
	Measured []Measured
}

// Measured is the samples of one signal.
type Measured struct {
	Key     string
	Samples []Sample
}

// Record is one entry of a room's log: exactly one of the three.
type Record struct {
	Event   *Event
	Reading *Reading
	Chart   *Chart // one that somebody had on a screen; beside the room, and of no weight in it
}

// At is the room time at which the room took it in.
func (r Record) At() time.Time {
	switch {
	case r.Event != nil:
		return r.Event.Stamp.Time()
	case r.Reading != nil:
		return r.Reading.At
	}
	return r.Chart.To
}

// readingOf is what an Observation says beside facts. The samples are taken out of its
// signals.
func (r *Room) readingOf(o *Observation) *Reading {
	reading := &Reading{
		At: r.stamps.Next().Time(), Scope: o.Scope, Watch: o.Watch, Looked: o.At, Begins: o.Begins, Done: o.Done, Complete: o.Complete,
		Signals: len(o.Signals), Trouble: o.Trouble, Interval: o.Interval, Next: o.Next,
	}
	for i := range o.Signals {
		signal := &o.Signals[i]
		if len(signal.Samples) > 0 {
			reading.Measured = append(reading.Measured, Measured{signal.Key, signal.Samples})
			signal.Samples = nil
		}
	}
	return reading
}

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

// watch finds a watch of a scope, or makes it.
func (r *Room) watch(scope Scope, name string) (*scopeReading, *watchReading) {
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

// beginsAgain says whether a reading tells only that a scope, of which everything has
// been seen before, is looked at once more. The reading that ends the look implies it,
// so that it need not be kept: half of all readings are such.
func (r *Room) beginsAgain(reading *Reading) bool {
	if !reading.Begins || reading.Done || reading.Signals > 0 || reading.Trouble != nil {
		return false
	}
	scope := r.watched[reading.Scope]
	if scope == nil || scope.status.Seen.IsZero() || scope.status.Interval != reading.Interval {
		return false
	}
	watch := scope.watches[reading.Watch]
	return watch != nil && watch.looked && !watch.inPass
}

// read takes in a reading; live and in a replay it is the same. It returns the watch's
// pass, and whether trouble came to its scope or left it.
func (r *Room) read(reading *Reading) (pass uint32, turned bool) {
	r.scopesDue, r.due = true, true
	if reading.Gone {
		r.unwatch(reading.Scope, reading.Watch)
		return 0, false
	}
	if reading.Heard > 0 {
		if known := r.watched[reading.Scope]; known != nil {
			known.status.Heard = reading.At
		}
		return 0, false
	}
	scope, watch := r.watch(reading.Scope, reading.Watch)
	if !watch.inPass || reading.Begins {
		watch.inPass, watch.loaded = true, 0
		watch.pass++
	}
	for _, m := range reading.Measured {
		r.sample(m.Key, m.Samples, reading.Interval)
		if known := r.truth.signals[m.Key]; known != nil && known.signal != nil {
			r.show(m.Key)
		}
	}
	watch.loaded += reading.Signals
	scope.status.Interval = reading.Interval
	scope.status.Loaded = watch.loaded
	if reading.Done {
		turned = scope.end(watch, reading)
	} else if scope.status.Seen.IsZero() {
		scope.status.Loading = true
	}
	return watch.pass, turned
}

// end closes a watch's pass, and reports whether trouble came or went.
func (s *scopeReading) end(watch *watchReading, reading *Reading) (turned bool) {
	watch.inPass = false
	if !watch.looked {
		watch.looked = true
		s.status.Waiting--
	}
	status := &s.status
	status.Loading = false
	status.Tried = reading.Looked
	status.Next = reading.Next
	if reading.Complete || reading.Trouble == nil {
		status.Seen = reading.Looked
	}
	had := status.Trouble != nil
	watch.trouble, status.Trouble = reading.Trouble, reading.Trouble
	if reading.Trouble == nil && had { // without any before no other watch has it either
		status.Trouble = s.remaining()
	}
	return (status.Trouble != nil) != had
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

// unwatch forgets a watch, its trouble, and that it is waited for; with its last watch
// a scope is forgotten.
func (r *Room) unwatch(scope Scope, name string) {
	reading := r.watched[scope]
	if reading == nil {
		return
	}
	if watch := reading.watches[name]; watch != nil && !watch.looked {
		reading.status.Waiting--
	}
	delete(reading.watches, name)
	reading.status.Trouble = reading.remaining()
	if len(reading.watches) == 0 {
		delete(r.watched, scope)
	}
}

// sample takes in what was measured of one signal, which is looked at every interval.
func (r *Room) sample(key string, readings []Sample, every time.Duration) {
	series, looks := r.series[key], r.looks[key]
	for i := range readings {
		series, looks = series.with(&readings[i]), looks.with(&readings[i], every)
	}
	if series != nil { // a Checkpoint has no place for what is nil
		r.series[key] = series
	}
	if looks != nil { // nothing came of any look
		r.looks[key] = looks
	}
}
