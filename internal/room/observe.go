package room

import (
	"slices"
	"time"
)

// Observe takes in what a source saw. Facts that differ from what is known become
// events; readings are kept without one. It never blocks on a viewer.
func (r *Room) Observe(o Observation) {
	r.mu.Lock()
	defer r.mu.Unlock()
	reading := r.readingOf(&o)
	known := r.beginsAgain(reading)
	pass, turned := r.read(reading)
	if r.keeper != nil && !known {
		r.keeper.Reading(reading)
		r.work++
	}
	var wholes []string // probes that have, or had until now, a signal for each address
	for i := range o.Signals {
		seen := &o.Signals[i]
		seen.complete()
		if detail := healthDetail(seen); detail != nil {
			seen.Key = r.keyOf(seen, detail, o.all)
		}
		known := r.truth.signals[seen.Key]
		if hasParts(seen) || known != nil && hasParts(known.signal) {
			wholes = append(wholes, seen.Key)
		}
		r.see(seen, pass, o.At)
	}
	for _, whole := range wholes {
		r.sweepParts(whole, pass, o.At)
	}
	if o.Done && o.Complete && !o.Lacks {
		r.sweep(&o, pass)
	}
	if turned {
		r.record(Event{Type: EventScope, At: o.At, Scope: o.Scope, Trouble: r.watched[o.Scope].status.Trouble})
	}
	r.checkpoint()
	r.schedule()
}

// see compares one signal with what is known of it.
func (r *Room) see(seen *Signal, pass uint32, at time.Time) {
	known, scope := r.truth.signals[seen.Key], seen.Scope
	isNew := known == nil || known.signal == nil
	switch {
	case healthDetail(seen) != nil:
		known.listAgain(seen)
		seen = together(known.last(), seen)
	case isNew:
	case known.signal.outdates(seen):
		seen = known.signal.despite(seen, at)
	}
	seen.Lasted = 0
	if !isNew {
		known.signal.goOn(seen)
	}
	if ours := seen.Kind == KindProbe || seen.Kind == KindGroup; !isNew && ours && known.signal.State == seen.State && known.signal.Word == seen.Word {
		seen.Since = known.signal.Since // its watch may be a new one, after a reload; we have seen every look
	}
	raises := known.raises(seen) && seen.Word != Unconfirmed && seen.Word != Maintenance
	switch {
	case isNew:
		r.record(Event{Type: EventSignal, At: happened(seen, at), Signal: alone(seen), WasNew: true, Raises: raises})
	case !known.signal.SameTruth(seen):
		was := known.signal
		e := Event{Type: EventSignal, At: at, Signal: alone(seen), Was: was.State, WasTo: was.Word, Raises: raises}
		newest, wrote := written(was, seen)
		e.Wrote, e.WasBy = wrote, replaced(was, seen)
		switch {
		case was.State != seen.State || was.Word != seen.Word:
			e.At = happened(seen, at)
		case wrote && newest.Before(at) && !newest.IsZero():
			e.At = newest
		}
		r.record(e)
	}
	r.truth.signals[seen.Key].shownIn(scope, pass)
}

// complete gives an alarm that says nothing of how it judges a Judging that says so.
func (s *Signal) complete() {
	if alarm, ok := s.Detail.(*AlarmDetail); ok && alarm.Judging == nil {
		alarm.Judging = new(Judging)
	}
}

// shownIn notes the pass of a scope that showed a signal last.
func (f *fact) shownIn(scope Scope, pass uint32) {
	if healthDetail(f.signal) == nil {
		f.pass = pass
		return
	}
	if f.extra().passes == nil {
		f.more.passes = make(map[Scope]uint32)
	}
	f.more.passes[scope] = pass
}

// passIn is the pass of a scope that showed a signal last.
func (f *fact) passIn(scope Scope) uint32 {
	if healthDetail(f.signal) == nil {
		return f.pass
	}
	return f.seldom().passes[scope]
}

// alone is a copy of a signal that does not keep the page it came with in memory:
// of a hundred alarms on a page mostly one has changed, or none.
func alone(s *Signal) *Signal {
	kept := *s
	return &kept
}

// written says whether there is something new to read although the state is the same: a
// text of AWS, and when it was written, the certificate of an endpoint, or what a name
// server answers.
func written(was, now *Signal) (at time.Time, wrote bool) {
	if now.Kind == KindProbe {
		return time.Time{}, replaced(was, now) != "" || answersOtherwise(was, now)
	}
	before, ok := was.Detail.(*HealthDetail)
	after, ok2 := now.Detail.(*HealthDetail)
	if !ok || !ok2 || len(after.Updates) == 0 {
		return time.Time{}, false
	}
	newest := after.Updates[0]
	return newest.At, !before.has(newest.Text)
}

// replaced is the fingerprint of the certificate that an endpoint showed before, if it
// shows another one now; else "".
func replaced(was, now *Signal) string {
	before, ok := was.Detail.(*ProbeDetail)
	after, ok2 := now.Detail.(*ProbeDetail)
	if !ok || !ok2 || before.Certificate == nil || after.Certificate == nil || before.Certificate.Fingerprint == after.Certificate.Fingerprint {
		return ""
	}
	return before.Certificate.Fingerprint
}

// answersOtherwise says whether a name server answers something else than before.
func answersOtherwise(was, now *Signal) bool {
	before, ok := was.Detail.(*ProbeDetail)
	after, ok2 := now.Detail.(*ProbeDetail)
	return ok && ok2 && before.Answers != nil && after.Answers != nil && !slices.Equal(before.Answers, after.Answers)
}

// happened is the world's own time of a change, unless the world claims that it
// lies in our future.
func happened(s *Signal, seen time.Time) time.Time {
	if s.Since.IsZero() || s.Since.After(seen) {
		return seen
	}
	return s.Since
}

// sweep takes away what a complete pass did not show.
func (r *Room) sweep(o *Observation, pass uint32) {
	for _, known := range r.truth.signals {
		if known.signal != nil && known.passIn(o.Scope) == pass {
			r.reopen(known, o)
			continue
		}
		if known.signal == nil || known.signal.heardLately(o.At) || known.signal.toldLately(o.At) {
			continue
		}
		accounts, why := o.denials(known.signal)
		if known.signal.seenThrough(o.Scope) {
			r.leave(known, o.Scope, o.At)
		}
		r.deny(known, accounts, why, o.At)
	}
}

// hasParts says whether each address of a probe is a signal of its own. The signal may be nil.
func hasParts(s *Signal) bool {
	if s == nil {
		return false
	}
	detail, ok := s.Detail.(*ProbeDetail)
	return ok && detail.Every
}

// sweepParts takes away the addresses of a probe that were not seen together with it.
func (r *Room) sweepParts(whole string, pass uint32, at time.Time) {
	for _, known := range r.truth.signals {
		if known.signal == nil || known.pass == pass {
			continue
		}
		if detail, ok := known.signal.Detail.(*ProbeDetail); ok && detail.Part == whole {
			r.retire(known.signal, at)
		}
	}
}

// retire records that a signal is not there any more.
func (r *Room) retire(s *Signal, at time.Time) {
	r.record(Event{Type: EventSignal, At: at, Signal: s, Was: s.State, WasTo: s.Word, Gone: true})
}

// Retire takes away every signal and watch that is not to be kept, and scopes without
// a watch, after the config no longer asks for them. keepSignal is asked about a signal
// once for each scope through which it is known.
func (r *Room) Retire(keepSignal func(*Signal) bool, keepWatch func(scope Scope, name string) bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.clock.Now()
	for _, known := range r.truth.signals {
		if known.signal == nil {
			continue
		}
		for _, scope := range known.signal.scopes() {
			if !keepSignal(known.signal.in(scope)) {
				r.leave(known, scope, now)
			}
		}
	}
	for scope, reading := range r.watched {
		had := reading.status.Trouble != nil
		for name := range reading.watches {
			if !keepWatch(scope, name) {
				r.stopWatching(scope, name)
			}
		}
		switch known := r.truth.scopes[scope]; {
		case len(reading.watches) == 0:
			if known != nil && !known.event.Gone {
				r.record(Event{Type: EventScope, At: now, Scope: scope, Gone: true})
			}
		case had && reading.status.Trouble == nil:
			r.record(Event{Type: EventScope, At: now, Scope: scope})
		}
	}
	r.schedule()
}

func (r *Room) stopWatching(scope Scope, name string) {
	gone := &Reading{At: r.stamps.Next().Time(), Scope: scope, Watch: name, Gone: true}
	r.read(gone)
	if r.keeper != nil {
		r.keeper.Reading(gone)
	}
}
