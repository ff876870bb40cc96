package ui

import (
	"slices"

	"warroom/internal/room"
)

// rowset is the rows of a pane: signals, or what is told of the timeline. Signals are as
// the Snapshot lists them wherever that is what is shown, so that fifty thousand of them
// cost a pane nothing; they are never changed in place.
type rowset struct {
	signals []*room.Signal
	items   []item // of the timeline; nil for signals
}

func (r rowset) len() int { return len(r.signals) + len(r.items) }

// at is one row.
func (r rowset) at(i int) item {
	if r.items != nil {
		return r.items[i]
	}
	return item{signal: r.signals[i]}
}

// between is some of the rows.
func (r rowset) between(from, to int) []item {
	if r.items != nil {
		return r.items[from:to]
	}
	some := make([]item, 0, to-from)
	for _, signal := range r.signals[from:to] {
		some = append(some, item{signal: signal})
	}
	return some
}

// find is the row of what was once another item, looked for from where that was; -1 if
// there is none.
func (r rowset) find(was item, near int) int {
	near = clamp(near, 0, r.len())
	for i := near; i < r.len(); i++ {
		if r.at(i).is(was) {
			return i
		}
	}
	for i := near - 1; i >= 0; i-- {
		if r.at(i).is(was) {
			return i
		}
	}
	return -1
}

// copy is the same rows for another pane: those of the timeline change in place as it grows.
func (r rowset) copy() rowset { return rowset{r.signals, slices.Clone(r.items)} }
