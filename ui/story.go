package ui

import (
	"slices"

	"warroom/internal/room"
)

// story is how one viewer reads the timeline: what his filter leaves of it, with its
// runs folded or line by line.
//
// A timeline has up to twenty thousand lines, and most of the time it only grows. What
// was told before is not looked at again then: rows come to the end, and those go from
// the beginning of which the room has let go.
type story struct {
	unfolded bool                  // runs are shown line by line
	except   map[room.EventID]bool // the runs, by their first line, with which it is the other way round

	lines  []*room.Event // the timeline that the rows were made of
	left   []*room.Event // what the filter left of it
	filter string
}

// tell gives the rows of a timeline. old is what it gave the last time, whose place the
// rows take; anew says that runs were expanded or folded since.
func (s *story) tell(old []item, lines []*room.Event, f filter, anew bool) []item {
	gone, grown := grownFrom(s.lines, lines)
	if anew || !grown || f.text != s.filter || f.looksUp() {
		s.lines, s.left, s.filter = lines, f.lines(lines), f.text
		return s.add(slices.Grow(old[:0], len(s.left)+1), s.left)
	}
	rows := s.letGo(old, s.lines[:gone])
	from := lastStretch(s.left) // it may go on
	if from < len(s.left) {
		rows = rows[:rowFrom(rows, s.left[from])]
	}
	if len(f.terms) == 0 {
		s.left = lines
	} else {
		s.left = append(s.left, f.lines(lines[len(s.lines)-gone:])...)
	}
	s.lines = lines
	return s.add(rows, s.left[from:])
}

// grownFrom says whether a timeline is an earlier one with lines added at the end, and
// how many are gone from the beginning of that.
func grownFrom(old, lines []*room.Event) (gone int, ok bool) {
	if len(old) == 0 || len(lines) == 0 {
		return 0, false
	}
	gone = slices.Index(old, lines[0])
	if gone < 0 || len(old)-gone > len(lines) {
		return 0, false
	}
	return gone, slices.Equal(old[gone:], lines[:len(old)-gone])
}

// lastStretch is where the last lines that tell the same begin.
func lastStretch(lines []*room.Event) int {
	from := max(0, len(lines)-1)
	for from > 0 && runsOn(lines[from-1], lines[from]) {
		from--
	}
	return from
}

// rowFrom is the last row that begins with a line.
func rowFrom(rows []item, e *room.Event) int {
	i := len(rows) - 1
	for i > 0 && rows[i].event != e {
		i--
	}
	return max(0, i)
}

// letGo takes away the rows of lines that the room has let go of. The run that the cut
// goes through is told anew.
func (s *story) letGo(rows []item, gone []*room.Event) []item {
	n := 0
	for _, e := range gone {
		if n < len(s.left) && s.left[n] == e {
			n++
		}
	}
	if n == 0 {
		return rows
	}
	s.left = s.left[n:]
	to := min(1, len(s.left))
	for to > 0 && to < len(s.left) && runsOn(s.left[to-1], s.left[to]) {
		to++
	}
	first := s.add(nil, s.left[:to])
	rest := len(rows)
	if to < len(s.left) {
		rest = slices.IndexFunc(rows, func(it item) bool { return it.event == s.left[to] })
	}
	if rest < len(first) {
		return slices.Concat(first, rows[rest:])
	}
	rows = rows[rest-len(first):]
	copy(rows, first)
	return rows
}

// add puts lines behind rows as rows of their own.
func (s *story) add(rows []item, lines []*room.Event) []item {
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
