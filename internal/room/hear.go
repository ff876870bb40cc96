package room

import (
	"context"
	"errors"
	"slices"
	"time"
)

// Message is a word about one signal that came by itself: how it was at a moment. It may
// come late, more than once, and in any order.
type Message struct {
	Signal Signal
	At     time.Time // when it was so, by the world's own clock
	Was    State     // its state before, if WasTo is given
	WasTo  string    // its word before; "" if the message does not say
	Gone   bool      // at that moment it was taken away
}

const (
	// heardLate is how long after its moment a message may come and still call people:
	// what took longer was held up on its way, as on 2025-10-20, and is no news.
	heardLate = time.Hour
	// heardHolds is for how long what a message said stands against a look that does not
	// show it at all: CloudWatch's and Health's own answers may lag by some seconds.
	heardHolds = 2 * time.Minute
	// arrivedLimit is how many lines may wait for their place in the timeline while it is
	// searched.
	arrivedLimit = 256
)

// ErrNoKeeper is that nothing is kept of what happens in a room.
var ErrNoKeeper = errors.New("nothing is kept in this room")

// Hear takes in messages, which came through the given scope and whose order makes no
// difference. Of what is known of a signal the newest by the world's own time stands,
// whoever told it; what is older becomes a line of the timeline at its own time, and
// nothing else. A message that was heard before changes nothing.
//
// kept returns once all that was heard until now is on disk, or says why it is not: with
// the context's error, *NotKept, or ErrNoKeeper.
func (r *Room) Hear(scope Scope, messages []Message) (kept func(context.Context) error) {
	messages = slices.Clone(messages)
	// The newest first: what is over by now is never shown as if it went on.
	slices.SortStableFunc(messages, func(a, b Message) int { return b.At.Compare(a.At) })
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.clock.Now()
	if len(messages) > 0 {
		reading := &Reading{At: r.stamps.Next().Time(), Scope: scope, Heard: len(messages)}
		r.read(reading)
		if r.keeper != nil {
			r.keeper.Reading(reading)
			r.work++
		}
	}
	for i := range messages {
		messages[i].Signal.heardThrough(scope)
	}
	all := func(yield func(*Signal) bool) {
		for i := range messages {
			if !yield(&messages[i].Signal) {
				return
			}
		}
	}
	for i := range messages {
		m := &messages[i]
		if detail := healthDetail(&m.Signal); detail != nil {
			m.Signal.Key = r.keyOf(&m.Signal, detail, all)
		}
		r.hear(m, now)
	}
	r.checkpoint()
	r.schedule()
	return r.untilAllKept()
}

// Unkept says why what happens now would not be kept: ErrNoKeeper, or *NotKept while
// keeping is in trouble. It is nil while all is kept.
func (r *Room) Unkept() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.keeper == nil:
		return ErrNoKeeper
	case r.keeping.Trouble != nil:
		return &NotKept{r.keeping.Trouble}
	}
	return nil
}

// hear takes in one message.
func (r *Room) hear(m *Message, now time.Time) {
	m.Signal.Heard = now
	m.Signal.complete()
	known := r.truth.signals[m.Signal.Key]
	m.of(known)
	switch order := known.compareTo(m); {
	case order >= 0:
		if order > 0 || !m.At.After(now) { // what is dated ahead and known has its line, which is not dated so
			r.hearPast(m, known, now)
		}
		r.fillIn(m, known, now, order == 0)
	case m.Gone:
		r.hearGone(m, known, now)
	default:
		e := r.lineOf(m, known, now, false)
		switch {
		case healthDetail(e.Signal) != nil:
			e.Signal = withWord(known.last(), e.Signal)
		case known.there():
			e.Signal.Detail = undisputed(joined(known.signal, e.Signal, true))
		}
		e.Raises = known.raises(&m.Signal) || m.WasTo != "" && m.Was == OK && m.Signal.State.bad()
		r.record(e)
	}
}

// hearGone takes a signal away, also one that nobody knew of: what is told of it later
// may be older.
func (r *Room) hearGone(m *Message, known *fact, now time.Time) {
	gone := alone(&m.Signal)
	if known.there() {
		gone = known.signal
	}
	r.record(Event{Type: EventSignal, At: notAfter(m.At, now), Signal: gone, Was: gone.State, WasTo: gone.Word, Gone: true})
}

// hearPast makes a line of the timeline of a message about a moment of which something
// newer is known, unless it is there already.
func (r *Room) hearPast(m *Message, known *fact, now time.Time) {
	if m.Gone {
		return // what was there again later has left no trouble behind
	}
	e := r.lineOf(m, known, now, true)
	e.Past = true
	if text := textOf(&m.Signal); text != nil && (e.Wrote || r.truth.has(&e)) { // its turn is told already, its text may be new
		e.Was, e.WasTo, e.WasNew = m.Signal.State, m.Signal.Word, false
		e.At, e.Wrote = notAfter(m.At, now), !known.hasText(text)
	}
	if e.Worth() && !r.truth.has(&e) {
		r.record(e)
	}
}

// fillIn completes what is known of a signal by a message that changes nothing of how it
// stands. same says that both are of the same moment.
func (r *Room) fillIn(m *Message, known *fact, now time.Time, same bool) {
	if m.Gone || !known.there() {
		return
	}
	was, filled := known.signal, alone(known.signal)
	if healthDetail(&m.Signal) != nil {
		filled = withWord(was, &m.Signal)
	} else {
		filled.Detail = joined(was, &m.Signal, same)
	}
	if filled.Detail.Equal(was.Detail) {
		return
	}
	r.record(Event{Type: EventSignal, At: now, Signal: filled, Was: was.State, WasTo: was.Word, Raises: known.raises(filled)})
}

// lineOf is what a message says, as an event. past says that it is not the newest word.
func (r *Room) lineOf(m *Message, known *fact, now time.Time, past bool) Event {
	seen := alone(&m.Signal)
	e := Event{Type: EventSignal, At: happened(seen, now), Signal: seen, Was: m.Was, WasTo: m.WasTo, WasNew: m.WasTo == "" && !known.there()}
	if !known.there() {
		return e
	}
	was, told := known.signal, m.WasTo != ""
	switch {
	case was.State == seen.State && was.Word == seen.Word && was.Since.Equal(seen.Since) && !(past && told):
		e.Was, e.WasTo, e.At = was.State, was.Word, now
		if newest, wrote := written(was, seen); wrote {
			e.Wrote, e.At = true, notAfter(newest, now)
		}
	case !told:
		e.Was, e.WasTo = was.State, was.Word
	}
	return e
}

// there says whether a signal is known, and not gone. The fact may be nil.
func (f *fact) there() bool { return f.last() != nil }

// last is how a signal stands; nil if it is not known, or gone. The fact may be nil.
func (f *fact) last() *Signal {
	if f == nil {
		return nil
	}
	return f.signal
}

// compareTo says whether what is known of a signal is newer than a message.
func (f *fact) compareTo(m *Message) int {
	switch {
	case f == nil:
		return -1
	case f.signal == nil:
		return f.seldom().gone.Compare(m.At)
	case said(f.signal).Equal(m.At):
		return 0
	}
	return f.signal.counts().Compare(m.At)
}

// textOf is the newest text about a Health event, or nil.
func textOf(s *Signal) *Update {
	if detail, ok := s.Detail.(*HealthDetail); ok && len(detail.Updates) > 0 {
		return &detail.Updates[0]
	}
	return nil
}

// hasText says whether a text about a Health event is known. The fact may be nil.
func (f *fact) hasText(text *Update) bool {
	if !f.there() {
		return false
	}
	detail, ok := f.signal.Detail.(*HealthDetail)
	return ok && detail.has(text.Text)
}

// has says whether the timeline has a line that tells the same as an event, whoever told
// it first.
func (t *truth) has(e *Event) bool {
	same := func(o *Event) bool {
		return o.Type == EventSignal && !o.Gone && o.Signal.Key == e.Signal.Key && o.Signal.Word == e.Signal.Word &&
			(o.At.Equal(e.At) || e.Signal.sameTurn(o.Signal, e.At, o.At)) && (!e.Wrote || o.Signal.Reason == e.Signal.Reason)
	}
	if len(t.arrived) > arrivedLimit {
		t.settle() // else a backlog would be looked through for each of its messages
	}
	if slices.ContainsFunc(t.arrived, same) {
		return true
	}
	lines := t.timeline.Events
	from, _ := slices.BinarySearchFunc(lines, e.At.Add(-turnWithin), func(o *Event, at time.Time) int { return o.At.Compare(at) })
	for ; from < len(lines) && !lines[from].At.After(e.At.Add(turnWithin)); from++ {
		if same(lines[from]) {
			return true
		}
	}
	return false
}

// untilAllKept gives what waits for all that happened until now to be kept. The caller
// holds the lock.
func (r *Room) untilAllKept() func(context.Context) error {
	switch {
	case r.keeper == nil:
		return func(context.Context) error { return ErrNoKeeper }
	case r.keeping.UpTo >= r.number:
		return func(context.Context) error { return nil }
	case r.keeping.Trouble != nil:
		trouble := r.keeping.Trouble
		return func(context.Context) error { return &NotKept{trouble} }
	}
	answer := make(chan error, 1)
	r.waiters = append(r.waiters, waiter{r.number, answer})
	return func(ctx context.Context) error {
		select {
		case err := <-answer:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func notAfter(t, now time.Time) time.Time {
	if t.After(now) {
		return now
	}
	return t
}
