package ui

import "warroom/internal/room"

// item is one row of a pane: a signal, or an event of the timeline.
type item struct {
	signal *room.Signal
	event  *room.Event
}

// key names an item across Snapshots.
func (it item) key() string {
	if it.signal != nil {
		return it.signal.Key
	}
	return it.event.ID.String()
}

// about is the key of the signal that an item is about, or "".
func (it item) about() string {
	switch {
	case it.signal != nil:
		return it.signal.Key
	case it.event.Signal != nil:
		return it.event.Signal.Key
	}
	return it.event.Key
}
