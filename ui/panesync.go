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
	if p.items != nil && p.version == version && p.filter.text == f.text && p.sorted == p.order && !p.again && (p.kept == kept || !f.asks(fieldIs)) {
		return
	}
	var was item
	follows := p.moved && p.cursor < len(p.items)
	if follows {
		was = p.items[p.cursor]
		if p.missing() {
			was = p.missed
		}
	}
	p.version, p.filter, p.sorted, p.kept = version, f, p.order, kept
	p.filter.sight = &sight{Snapshot: s}
	p.items = p.gather(s, p.filter)
	p.people, p.longWords = peopled(p.items)
	p.public = fedOtherwise(p.items)
	p.again = false
	switch {
	case follows:
		p.missed = item{}
		if !p.follow(was) && p.past {
			p.missed = was
		}
	case p.tail:
		p.cursor = len(p.items) - 1
	default:
		p.cursor, p.top = 0, 0
	}
	p.cursor = clamp(p.cursor, 0, len(p.items)-1)
}

func (p *pane) gather(s *room.Snapshot, f filter) []item {
	if p.tail {
		return p.story.tell(p.items, s.Timeline.Events, f, p.again)
	}
	signals := among(s.Of(p.made).Signals, s.Of(p.kind).Signals)
	items := make([]item, 0, len(signals))
	for _, signal := range signals {
		if f.signal(signal) {
			items = append(items, item{signal: signal})
		}
	}
	orders[p.order].sort(items)
	return items
}

// shows says whether signals of a kind are rows of the pane.
func (p *pane) shows(kind room.Kind) bool { return p.kind == kind || p.made == kind && kind != "" }

// missing says whether the row that the cursor was put on is not there at the moment that
// is shown. Another moment may have it again.
func (p *pane) missing() bool { return p.missed.signal != nil || p.missed.event != nil }

// follow puts the cursor on the row of what it was on, on the same line of the screen;
// false if there is no such row.
func (p *pane) follow(was item) bool {
	for i, it := range p.items {
		if it.is(was) {
			p.top += i - p.cursor
			p.cursor = i
			return true
		}
	}
	return false
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
	for i, it := range p.items {
		if rowName(it.key()) == rowName(key) {
			p.cursor, p.moved, p.missed = i, true, item{}
			return true
		}
	}
	return false
}
