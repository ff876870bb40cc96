package journal

import (
	"cmp"
	"fmt"
	"slices"
)

// judge says what is wrong with the events that do not fit, and takes in those that are
// what was written all the same.
func (v *verifier) judge() {
	c := &v.chain
	v.findPlaces()
	for _, o := range c.odds {
		if o.verdict == changed && v.lostBefore(o) {
			o.verdict = afterLoss
		}
		name := o.name()
		switch {
		case o.verdict == inPlace && o.readable, o.verdict == afterLoss:
			// What is wrong is said of the others.
		case o.verdict == moved && o.readable:
			v.damage("%s: its place was changed; it was written as record %d", name, o.belongs)
		case o.verdict == rehashed && o.readable:
			v.damage("%s: its hash was changed; what it says is what was written", name)
		case o.verdict == stranger:
			v.damage("%s: it does not belong there; it was put there, or changed and moved", name)
		case o.verdict == changed:
			v.damage("%s: its content was changed", name)
		default:
			v.damage("%s: its content, its hash or its place was changed, or events before it are missing", name)
		}
	}
	if c.more > 0 {
		v.damage("so it is with %d events more", c.more)
	}
	for _, o := range c.odds {
		switch o.verdict {
		case moved:
			v.takeOdd(o, o.belongs)
		case inPlace, rehashed, afterLoss:
			v.takeOdd(o, o.n)
		default:
			v.broken = append(v.broken, o.n)
		}
	}
	v.gaps()
}

func (v *verifier) takeOdd(o *odd, n int64) {
	if n > v.last.n {
		v.last = head{n, o.stored}
		if o.verdict == rehashed {
			v.last.hash = o.computed
		}
	}
	if o.readable {
		v.takeRecord(n, o.record, false)
	}
}

// placeLimit bounds how many places are tried for one event.
const placeLimit = 10_000

// findPlaces finds where odd events belong: behind an event that is known, or behind
// another odd one, at a place where the chain is broken. Hashes cover the place.
func (v *verifier) findPlaces() {
	odds := v.chain.odds
	if len(odds) > openLimit { // all are tried with all
		return
	}
	known := make([]hash, 0, 2*len(odds)+1)
	for _, o := range odds {
		known = append(known, o.after.hash, o.stored)
	}
	if v.written != nil {
		known = append(known, *v.written)
	}
	for _, o := range odds {
		if o.verdict == rehashed {
			continue
		}
		for _, before := range known {
			if link(before, o.n, o.payload) == o.stored {
				o.verdict = inPlace
			} else if n := placeOf(o, before, odds); n > 0 {
				o.verdict, o.belongs = moved, n
			}
		}
	}
}

// placeOf tries an event at every place of the breaks in the chain.
func placeOf(o *odd, before hash, breaks []*odd) int64 {
	tried := 0
	for _, each := range breaks {
		end := each.next.n
		if end == 0 {
			end = each.n + openLimit
		}
		for n := each.after.n + 1; n < end && tried < placeLimit; n++ {
			if tried++; link(before, n, o.payload) == o.stored {
				return n
			}
		}
	}
	return 0
}

// lostBefore says whether an event is odd only because those before it are missing: the
// events of the room's own are numbered without a gap.
func (v *verifier) lostBefore(o *odd) bool {
	if !o.readable || o.record.Event.ID.Node != v.Meta.Node {
		return false
	}
	number := o.record.Event.ID.Number
	before := uint64(0)
	for _, each := range v.chain.own {
		if each.n < o.n {
			before = max(before, each.number)
		}
	}
	if before == 0 && (v.known || v.Removed > 0) {
		return false
	}
	return number > before+1 && (o.next.number == 0 || o.next.number == number+1)
}

// gaps finds which events of the room's own are missing, and which records are.
func (v *verifier) gaps() {
	own := slices.Clone(v.chain.own)
	for _, o := range v.chain.odds {
		if !o.readable || o.record.Event.ID.Node != v.Meta.Node || o.verdict != changed && o.verdict != unknown {
			continue
		}
		if number := o.record.Event.ID.Number; number > o.after.number && (number < o.next.number || o.next.number == 0 && number <= o.after.number+openLimit) {
			own = append(own, sound{head{n: o.n}, number, false}) // damaged, and said to be so
		}
	}
	slices.SortFunc(own, func(a, b sound) int { return cmp.Compare(a.number, b.number) })
	var before sound
	for i, each := range own {
		if each.number > before.number+1 && (i > 0 || !v.known && v.Removed == 0) {
			unproven := ""
			for _, o := range v.chain.odds {
				if o.verdict == afterLoss && o.n == each.n {
					unproven = "; the one after them is taken as it stands, since nothing proves it any more"
				}
			}
			text := missing(v.Meta.Node, before.number+1, each.number-1)
			if each.joined { // the chain holds: it never had them
				v.Remarks = append(v.Remarks, fmt.Sprintf("before record %d %s: this journal was made without", each.n, text))
			} else {
				v.damage("before record %d %s%s", each.n, text, unproven)
			}
		}
		before = each
	}
}

// missing is that events are not there.
func missing(node string, from, to uint64) string {
	if from == to {
		return fmt.Sprintf("the event %s-%d is missing", node, from)
	}
	return fmt.Sprintf("the %d events from %s-%d to %s-%d are missing", to-from+1, node, from, node, to)
}
