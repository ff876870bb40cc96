package journal

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"slices"

	"warroom/internal/record"
	"warroom/internal/room"
)

// openLimit is how many events in a row that do not fit are still compared with what
// comes after them.
const openLimit = 64

// oddLimit is how many events that do not fit are looked at one by one. Where there are
// more, the journal is not damaged in a few places but gone.
const oddLimit = 1000

// row is an event as it is stored.
type row struct {
	n       int64
	payload []byte
	stored  hash // as much of it as there is
}

// odd is an event that does not follow the one before it. What comes after it, or is
// found elsewhere, tells what was changed.
type odd struct {
	row
	computed hash // of its content, after what should be before it
	after    sound
	next     sound // the first event behind that fits again; n is 0 if there is none
	verdict  verdict
	belongs  int64 // the order number under which it was written, if the verdict is moved
	record   room.Record
	readable bool
}

// sound is an event of which nothing is wrong.
type sound struct {
	head
	number uint64 // if it is of the room's own
	joined bool   // it follows the one before it
}

// verdict is what is known of an odd event.
type verdict int

const (
	unknown   verdict = iota
	changed           // what follows goes on from its hash: its content, or what was before it, is another
	rehashed          // what follows goes on from its content: only the hash beside it is another
	stranger          // what follows goes on from what is before it
	moved             // it is what was written, at another place
	inPlace           // it is what was written, and what should be before it was moved
	afterLoss         // the ones before it are missing, so that its hash proves nothing
)

// chain is the walk along the events.
type chain struct {
	good func(int64, room.Record)
	last sound // the last that fits
	open []*odd
	odds []*odd
	more int // beyond oddLimit
	seen map[room.EventID]int64
	own  []sound // of the room's own, as they were met
}

// events follows the chain from an order number on, and judges what does not fit.
func (v *verifier) events(ctx context.Context, from int64, good func(int64, room.Record)) {
	c := &v.chain
	c.good, c.seen, v.last = good, make(map[room.EventID]int64), c.last.head
	upTo := v.walk(ctx, "SELECT n, payload, hash FROM events WHERE n > ? ORDER BY n", from, v.event)
	if upTo >= 0 {
		// The table breaks off after upTo. What lies behind the break is read from its end.
		var behind []row
		v.walk(ctx, "SELECT n, payload, hash FROM events WHERE n > ? ORDER BY n DESC", upTo, func(each row) {
			each.payload = bytes.Clone(each.payload)
			behind = append(behind, each)
		})
		if len(behind) == 0 {
			v.damage("the events after %s cannot be read", v.lastName())
		} else {
			v.damage("events between %s and record %d cannot be read", v.lastName(), behind[len(behind)-1].n)
		}
		for _, each := range slices.Backward(behind) {
			v.event(each)
		}
	}
	v.end()
	v.judge()
}

// walk goes over rows; it returns the last that could be read if the table breaks off,
// else -1.
func (v *verifier) walk(ctx context.Context, query string, from int64, each func(row)) (brokenAfter int64) {
	rows, err := v.db.QueryContext(ctx, query, from)
	if err != nil {
		return from
	}
	defer rows.Close()
	last := from
	for rows.Next() {
		var next row
		var payload, stored sql.RawBytes
		if err := rows.Scan(&next.n, &payload, &stored); err != nil {
			return last
		}
		next.payload = payload
		copy(next.stored[:], stored)
		if len(stored) != len(next.stored) {
			next.stored = hash{} // which no event has
		}
		each(next)
		last = next.n
	}
	if rows.Err() != nil {
		return last
	}
	return -1
}

// event checks one link of the chain.
func (v *verifier) event(r row) {
	c := &v.chain
	if c.follows(func(before hash) bool { return link(before, r.n, r.payload) == r.stored }) {
		next := v.take(r)
		v.last = next.head
		c.close(next)
		return
	}
	before := c.last.hash
	if len(c.open) > 0 {
		before = c.open[len(c.open)-1].computed
	}
	if len(c.odds) >= oddLimit {
		c.more++
		v.broken = append(v.broken, r.n)
		return
	}
	o := &odd{row: row{r.n, bytes.Clone(r.payload), r.stored}, computed: link(before, r.n, r.payload), after: c.last}
	var err error
	o.record, err = record.Decode(o.payload)
	o.readable = err == nil && o.record.Event != nil
	c.open, c.odds = append(c.open, o), append(c.odds, o)
}

// follows says whether something follows the last event that fits, or one of those
// since that do not; and notes what that tells of them.
func (c *chain) follows(fits func(before hash) bool) bool {
	if len(c.open) == 0 {
		return fits(c.last.hash)
	}
	newest := c.open[len(c.open)-1]
	switch {
	case fits(newest.stored):
		newest.verdict = changed
		return true
	case fits(newest.computed):
		for _, each := range c.open {
			each.verdict = rehashed
		}
		return true
	case fits(c.last.hash):
		for _, each := range c.open {
			each.verdict = stranger
		}
		return true
	}
	for i := len(c.open) - 2; i >= max(0, len(c.open)-openLimit); i-- {
		if fits(c.open[i].stored) {
			return true
		}
	}
	return false
}

// close ends a run of events that do not fit, before one that does.
func (c *chain) close(next sound) {
	for _, each := range c.open {
		each.next = next
	}
	c.open, c.last = nil, next
}

// end lets the head, which is kept apart, judge the last events.
func (v *verifier) end() {
	if v.apart.err == nil && v.apart.exists && len(v.chain.open) > 0 {
		v.chain.follows(func(before hash) bool { return before == v.apart.hash })
	}
}

// take takes in an event that is what was written.
func (v *verifier) take(r row) sound {
	found := sound{head: head{r.n, r.stored}}
	decoded, err := record.Decode(r.payload)
	if err != nil || decoded.Event == nil {
		v.damage("record %d is chained well and cannot be understood", r.n)
		return found
	}
	found.number = v.takeRecord(r.n, decoded, len(v.chain.open) == 0)
	return found
}

// takeRecord takes in an event under the order number it was written with; it returns
// its number if it is of the room's own.
func (v *verifier) takeRecord(n int64, r room.Record, joined bool) (number uint64) {
	c, e := &v.chain, r.Event
	if other, again := c.seen[e.ID]; again {
		v.damage("event %s is there twice, as record %d and record %d", e.ID, other, n)
	}
	c.seen[e.ID] = n
	if e.ID.Node == v.Meta.Node {
		number = e.ID.Number
		c.own = append(c.own, sound{head{n: n}, number, joined})
	}
	if at := e.Stamp.Time(); v.Events == 0 || at.Before(v.First) {
		v.First = at
	}
	if at := e.Stamp.Time(); at.After(v.Last) {
		v.Last = at
	}
	v.Events++
	v.there = append(v.there, n)
	c.good(n, r)
	return number
}

// name is how an odd event is called in a sentence.
func (o *odd) name() string {
	if !o.readable {
		return fmt.Sprintf("record %d, an event that cannot be understood any more", o.n)
	}
	e := o.record.Event
	return fmt.Sprintf("event %s (record %d, %s, %s)", e.ID, o.n, e.Type, e.Stamp.Time().Format("2006-01-02 15:04:05Z"))
}

func (v *verifier) lastName() string {
	if v.Events == 0 {
		return "the beginning"
	}
	return fmt.Sprintf("record %d of %s", v.last.n, v.Last.Format("2006-01-02 15:04:05Z"))
}
