package ui

import (
	"time"

	"warroom/internal/room"
)

const (
	// foldLeast is how many lines make a run: two are read as fast as one that tells of two.
	foldLeast = 3
	// foldWithin is how soon after each other the lines of a run happened.
	foldWithin = time.Minute
)

// fold parts the lines of the timeline into rows and says of how many lines each is
// made: of one, or of a run of foldLeast and more that tell the same of different
// signals, with nothing else between them:
//
//	14:01:03 ✖ alarm checkout-5xx OK → ALARM    ┐
//	14:01:04 ✖ alarm cart-errors OK → ALARM     ├ 14:01:03 ✖ 3 alarms in us-east-1 → ALARM
//	14:01:09 ✖ alarm orders-5xx OK → ALARM      ┘
//	14:01:40 ✎ ana: failing over                  14:01:40 ✎ ana: failing over
func fold(events []*room.Event) []int {
	rows := make([]int, 0, len(events))
	for from := 0; from < len(events); {
		to := from + 1
		for to < len(events) && runsOn(events[to-1], events[to]) {
			to++
		}
		if to-from < foldLeast {
			for range to - from {
				rows = append(rows, 1)
			}
		} else {
			rows = append(rows, to-from)
		}
		from = to
	}
	return rows
}

// runsOn says whether a line goes on with what the one before it tells.
func runsOn(before, e *room.Event) bool {
	if before.Type != e.Type || e.At.Sub(before.At) > foldWithin {
		return false
	}
	switch e.Type {
	case room.EventSignal:
		a, b := before.Signal, e.Signal
		return before.Gone == e.Gone && (e.Gone || a.Word == b.Word && turned(before) && turned(e)) &&
			a.Kind == b.Kind && a.Region == b.Region && a.Account == b.Account
	case room.EventScope, room.EventMark:
		return false // each says something of its own
	}
	return before.Actor == e.Actor && before.Text == e.Text
}
