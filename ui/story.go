package ui

import (
	"slices"

	"warroom/internal/room"
)

// story is how one viewer reads the timeline: with its runs folded, or line by line.
type story struct {
	unfolded bool                  // runs are shown line by line
	except   map[room.EventID]bool // the runs, by their first line, with which it is the other way round
}

// rows gives lines of the timeline as the rows of a pane, in the place of old ones.
func (s *story) rows(old []item, lines []*room.Event) []item {
	rows := slices.Grow(old[:0], len(lines)+1)
	at := 0
	for _, n := range fold(lines) {
		run := lines[at : at+n]
		at += n
		switch {
		case n == 1:
			rows = append(rows, item{event: run[0]})
		case s.unfolded == s.except[run[0].ID]:
			rows = append(rows, item{event: run[0], run: run, folded: true})
		default:
			for _, e := range run {
				rows = append(rows, item{event: e, run: run})
			}
		}
	}
	return rows
}
