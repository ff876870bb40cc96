package room

import "strings"

// Earlier versions had a row for each account, and one for the public feed, of one Health
// event. Their keys are in journals and hold the event's ARN, so that what people did about
// any of those rows is about the one row of today:
//
//	health/prod/arn:aws:health:us-east-1::event/EC2/CODE/CODE_7f35c8ae
//	feed/arn:aws:health:us-east-1::event/EC2/CODE/CODE_7f35c8ae
//	health/arn:aws:health:us-east-1::event/CODE_7f35c8ae

// keyOfToday is a key as this version has it.
func keyOfToday(key string) string {
	if !strings.HasPrefix(key, healthPrefix) && !strings.HasPrefix(key, "feed/") {
		return key
	}
	if at := strings.Index(key, "/arn:"); at >= 0 {
		return HealthKey(key[at+1:])
	}
	return key
}

// ofToday is an event with the keys of this version.
func (e *Event) ofToday() *Event {
	if key := keyOfToday(e.Key); key != e.Key {
		renamed := *e
		renamed.Key = key
		e = &renamed
	}
	if e.Signal == nil {
		return e
	}
	if signal := e.Signal.ofToday(); signal != e.Signal {
		renamed := *e
		renamed.Signal = signal
		e = &renamed
	}
	return e
}

// ofToday is a signal with its key of this version. The signal may be nil.
func (s *Signal) ofToday() *Signal {
	if s == nil {
		return nil
	}
	key := keyOfToday(s.Key)
	if key == s.Key {
		return s
	}
	renamed := *s
	renamed.Key = key
	return &renamed
}

// row is where a word about a signal is folded that came under the given key: the fact itself,
// or, where earlier versions had several rows of the signal, what is known of that row. The
// row of today is one of them.
func (f *fact) row(key, ofToday string) *fact {
	if f.seldom().rows == nil {
		if key == ofToday {
			return f
		}
		own := *f
		own.more = &more{gone: f.seldom().gone}
		f.extra().rows = map[string]*fact{ofToday: &own}
	}
	rows := f.more.rows
	if rows[key] == nil {
		rows[key] = new(fact)
	}
	return rows[key]
}

// sumUp makes of the rows of earlier versions what they come to. That a row was gone, or
// closed, says nothing of the others: those whose trouble goes on count first, then those
// that are there. A later word of today's row is about all of them.
func (f *fact) sumUp(ofToday string) {
	rows := f.seldom().rows
	if rows == nil {
		return
	}
	var old fact
	counts := 0
	for key, row := range rows {
		f.goneAt(row.seldom().gone)
		switch n := row.counts(); {
		case key == ofToday || n < counts:
		case n > counts:
			old, counts = *row, n
		default:
			old.and(row)
		}
	}
	if own := rows[ofToday]; own != nil {
		old.and(own)
	}
	f.stamp, f.signal, f.raised, f.cleared = old.stamp, old.signal, old.raised, old.cleared
}

// counts is how much a row of an earlier version has to say beside others.
func (f *fact) counts() int {
	switch {
	case isLater(f.raised, f.cleared):
		return 3
	case f.signal != nil:
		return 2
	}
	return 1
}

// and takes in another row of the same signal: the last word stands.
func (f *fact) and(o *fact) {
	if isLater(o.stamp, f.stamp) {
		f.stamp, f.signal = o.stamp, o.signal
	}
	f.raised, f.cleared = later(f.raised, o.raised), later(f.cleared, o.cleared)
}

// restore takes in what a Checkpoint says of a signal, which may be of an earlier version.
func (t *truth) restore(f *Fact) {
	f.Signal = f.Signal.ofToday()
	key, kept := keyOfToday(f.Key), f.fact()
	known := t.factOf(key)
	row := known.row(f.Key, key)
	row.stamp, row.signal, row.raised, row.cleared = kept.stamp, kept.signal, kept.raised, kept.cleared
	if kept.more != nil {
		if !kept.more.gone.IsZero() {
			row.extra().gone = kept.more.gone
		}
		known.actedOn(kept.more)
	}
	known.sumUp(key)
}

// actedOn takes in what people did about a row.
func (f *fact) actedOn(row *more) {
	if row.ack != nil {
		supersede(&f.extra().ack, row.ack)
	}
	if row.claim != nil {
		supersede(&f.extra().claim, row.claim)
	}
}
