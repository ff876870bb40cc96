package ui

import (
	"time"

	"warroom/internal/room"
)

// kioskTurn is how long a page stays while all is calm. It divides the clock, so that
// all walls that look at one room show the same page.
const kioskTurn = 15 * time.Second

// kioskPage is one page of the wall: a part of the room, in so many lines of a width.
type kioskPage struct {
	name string
	kind room.Kind // "" if it is about everything
	draw func(w *wall, width, height int) []string
}

// pages are what the wall turns through: an overview, the kinds that are in trouble, and
// what happened last. They are five at the most.
func (w *wall) pages() []kioskPage {
	pages := []kioskPage{{name: "overview", draw: (*wall).overview}}
	for _, kind := range leading {
		if states := w.s.Of(kind).States; states[room.Critical]+states[room.Warning] > 0 {
			pages = append(pages, kioskPage{name: w.paneOf(kind).name, kind: kind, draw: func(w *wall, width, height int) []string {
				return w.worstOf(kind, width, height)
			}})
		}
	}
	if len(w.s.Timeline.Events) > 0 {
		pages = append(pages, kioskPage{name: "timeline", draw: (*wall).timeline})
	}
	return pages
}

// paneOf is the pane in which the screen shows a kind.
func (w *wall) paneOf(kind room.Kind) *pane {
	for _, p := range newPanes() {
		if p.kind == kind {
			return p
		}
	}
	return nil
}

// showing is the page of this moment. One stays for as long as nobody has acknowledged
// what is critical: that of what became critical last. Else they turn by the clock.
func (w *wall) showing(pages []kioskPage) (at int, pinned bool) {
	if newest := w.newest(); newest != nil {
		for i, page := range pages {
			if page.kind == newest.Kind {
				return i, true
			}
		}
	}
	return int(w.real.Unix() / int64(kioskTurn/time.Second) % int64(len(pages))), false
}

// newest is what became critical last, by when the room learned of it, of all that is
// critical and that nobody has acknowledged, but for what was told hours late; nil if
// there is none. The world's own time
// is no use here: AWS posts its events with a beginning in the past.
func (w *wall) newest() *room.Signal {
	open := map[string]*room.Signal{}
	var newest *room.Signal
	for _, kind := range leading {
		for _, signal := range w.s.Of(kind).Signals {
			if signal.State != room.Critical || signal.Standing != room.Unacknowledged {
				break // both come first in a list
			}
			if signal.Late() {
				continue
			}
			open[signal.Key] = signal
			if newest == nil || signal.Since.After(newest.Since) {
				newest = signal // unless the timeline knows better
			}
		}
	}
	var learned room.Stamp
	for i := len(w.s.Timeline.Events) - 1; i >= 0 && len(open) > 0; i-- {
		e := w.s.Timeline.Events[i]
		if e.Type != room.EventSignal || e.Past || open[e.Signal.Key] == nil || e.Signal.State != room.Critical || !e.WasNew && e.Was == room.Critical {
			continue
		}
		if e.Stamp.Compare(learned) > 0 {
			learned, newest = e.Stamp, open[e.Signal.Key]
		}
		delete(open, e.Signal.Key)
	}
	return newest
}

// left is how much of its time a page has left, in whole seconds.
func (w *wall) left() int {
	turn := int64(kioskTurn / time.Second)
	return int(turn - w.real.Unix()%turn)
}
