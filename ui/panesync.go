package ui

import "warroom/internal/room"

// sync takes in a Snapshot. The cursor stays with its row, and the row where it is
// on the screen; a cursor that was never moved stays with the worst or the newest.
func (p *pane) sync(s *room.Snapshot, f filter) {
	version := s.Timeline.Version
	if !p.tail {
		version = max(s.Of(p.kind).Version, s.Of(p.made).Version) // no two lists ever have the same
	}
	kept := keptMark(s)
	if p.version == version && p.filter.text == f.text && p.sorted == p.order && !p.again && (p.kept == kept || !f.asks(fieldIs)) {
		return
	}
	var was item
	follows := p.moved && p.cursor < p.rows.len()
	if follows {
		was = p.rows.at(p.cursor)
		if p.missing() {
			was = p.missed
		}
	}
	p.version, p.filter, p.sorted, p.kept = version, f, p.order, kept
	p.filter.sight = &sight{Snapshot: s}
	if p.tail {
		p.rows.items = p.story.tell(p.rows.items, s.Timeline.Events, p.filter, p.again)
	} else {
		p.gather(s)
	}
	p.again = false
	switch {
	case follows:
		p.missed = item{}
		if !p.follow(was) && p.past {
			p.missed = was
		}
	case p.tail:
		p.cursor = p.rows.len() - 1
	default:
		p.cursor, p.top = 0, 0
	}
	p.cursor = clamp(p.cursor, 0, p.rows.len()-1)
}

// gather takes the signals that the filter leaves, and what their columns have to show.
func (p *pane) gather(s *room.Snapshot) {
	lists := []room.List{s.Of(p.made), s.Of(p.kind)}
	signals := among(lists[0].Signals, lists[1].Signals)
	p.people, p.longWords = false, false
	if len(p.filter.terms) == 0 {
		p.left = leftovers{}
		for _, list := range lists {
			p.people = p.people || list.Acted > 0
			p.longWords = p.longWords || list.Cleared > 0 || list.Counts[room.Paused] > 0
		}
	} else {
		signals = p.left.by(p.filter, p.version, signals)
		p.people, p.longWords = peopled(signals)
	}
	p.public = p.kind == room.KindHealth && fedOtherwise(signals)
	p.rows.signals = orders[p.order].sorted(signals)
}

// shows says whether signals of a kind are rows of the pane.
func (p *pane) shows(kind room.Kind) bool { return p.kind == kind || p.made == kind && kind != "" }

// missing says whether the row that the cursor was put on is not there at the moment that
// is shown. Another moment may have it again.
func (p *pane) missing() bool { return p.missed.signal != nil || p.missed.event != nil }

// follow puts the cursor on the row of what it was on, on the same line of the screen;
// false if there is no such row.
func (p *pane) follow(was item) bool {
	i := p.rows.find(was, p.cursor)
	if i < 0 {
		return false
	}
	p.top += i - p.cursor
	p.cursor = i
	return true
}

// keptMark changes whenever something that was pending is on disk.
func keptMark(s *room.Snapshot) uint64 {
	if s.Keeping.Waiting == 0 {
		return 0
	}
	return s.Keeping.UpTo + 1
}

// goTo puts the cursor on the row of an item with the given name, where it stays with it;
// false if there is none.
func (p *pane) goTo(key string) bool {
	for i := range p.rows.len() {
		if rowName(p.rows.at(i).key()) == rowName(key) {
			p.cursor, p.moved, p.missed = i, true, item{}
			return true
		}
	}
	return false
}
