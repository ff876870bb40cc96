package ui

import (
	"slices"

	"warroom/internal/room"
)

// item is one row of a pane: a signal, an event of the timeline, or a run of them.
type item struct {
	signal *room.Signal
	event  *room.Event   // the first one of a run that is folded
	run    []*room.Event // the run that the event belongs to, or nil
	folded bool          // the row stands for the whole run
}

// key names an item across Snapshots.
func (it item) key() string {
	switch {
	case it.signal != nil:
		return it.signal.Key
	case it.folded:
		return it.event.ID.String() + "+"
	}
	return it.event.ID.String()
}

// is says whether an item is the row of what was once another item: also where a run
// was folded or unfolded since.
func (it item) is(was item) bool {
	switch {
	case it.signal != nil || was.signal != nil:
		return it.signal != nil && was.signal != nil && it.signal.Key == was.signal.Key
	case it.folded:
		return slices.ContainsFunc(it.run, func(e *room.Event) bool { return e.ID == was.event.ID })
	}
	return it.event.ID == was.event.ID
}

// events is the lines of the timeline that an item stands for.
func (it item) events() []*room.Event {
	switch {
	case it.folded:
		return it.run
	case it.event != nil:
		return []*room.Event{it.event}
	}
	return nil
}

// abouts is the keys of all the signals that an item is about, each once.
func (it item) abouts() []string {
	if it.signal != nil {
		return []string{it.signal.Key}
	}
	var keys []string
	for _, e := range it.events() {
		if key := aboutOf(e); key != "" && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	return keys
}

// aboutOf is the key of the signal that an event is about, or "".
func aboutOf(e *room.Event) string {
	if e.Signal != nil {
		return e.Signal.Key
	}
	return e.Key
}
