package ui

import (
	"warroom/internal/room"
	"warroom/theme"
)

// flags are what one viewer has of his own beside the rows: which he has marked, and
// which trouble he has not looked at yet.
type flags struct {
	marked  [paneCount]map[string]bool // by pane, by item key
	unseen  map[string]bool            // by signal key
	trouble map[string]room.State      // what was in trouble in the last Snapshot
	version uint64                     // changes whenever a flag does
}

func newFlags() *flags {
	return &flags{unseen: map[string]bool{}, trouble: map[string]room.State{}}
}

// toggle marks an item of a pane, or takes the mark away.
func (f *flags) toggle(pane int, key string) {
	if f.marked[pane] == nil {
		f.marked[pane] = map[string]bool{}
	}
	if f.marked[pane][key] {
		delete(f.marked[pane], key)
	} else {
		f.marked[pane][key] = true
	}
	f.version++
}

// unmark takes the marks of a pane away.
func (f *flags) unmark(pane int) {
	clear(f.marked[pane])
	f.version++
}

// see takes note that rows were on the screen while somebody pressed a key.
func (f *flags) see(items []item) {
	for _, it := range items {
		if it.signal != nil && f.unseen[it.signal.Key] {
			delete(f.unseen, it.signal.Key)
			f.version++
		}
	}
}

// take compares a Snapshot with the one before and gives what is newly in trouble, or
// in worse trouble. Lists are sorted worst first, so only trouble is walked over. What
// was in trouble when its scope was first looked at is not news, and neither is what a
// message tells hours late.
func (f *flags) take(before, s *room.Snapshot) []*room.Signal {
	var news []*room.Signal
	known := settled(before)
	for _, kind := range room.Kinds {
		list, old := s.Of(kind), before.Of(kind)
		if old.Version == list.Version {
			continue
		}
		now := map[string]bool{}
		for _, signal := range list.Signals {
			if !bad(signal) {
				break
			}
			now[signal.Key] = true
			if signal.Word == room.Unconfirmed || signal.Word == room.Maintenance {
				continue // it is news once it is borne out, and no longer expected
			}
			if known[signal.Scope] && !signal.Late() && f.trouble[signal.Key].Urgency() < signal.State.Urgency() {
				news = append(news, signal)
				f.unseen[signal.Key] = true
				f.version++
			}
			f.trouble[signal.Key] = signal.State
		}
		for _, signal := range old.Signals {
			if !bad(signal) {
				break
			}
			if !now[signal.Key] {
				f.over(signal.Key)
			}
		}
	}
	return news
}

// restart takes a Snapshot that does not follow from the last one: what is in trouble in
// it is no news.
func (f *flags) restart(s *room.Snapshot) {
	clear(f.unseen)
	clear(f.trouble)
	f.take(new(room.Snapshot), s)
	f.version++
}

// bad says whether a signal is in trouble.
func bad(s *room.Signal) bool { return s.State == room.Critical || s.State == room.Warning }

// over forgets trouble that has ended.
func (f *flags) over(key string) {
	delete(f.trouble, key)
	if f.unseen[key] {
		delete(f.unseen, key)
		f.version++
	}
}

// settled is the scopes that have been looked at once, wholly.
func settled(s *room.Snapshot) map[room.Scope]bool {
	known := make(map[room.Scope]bool, len(s.Scopes.List))
	for _, status := range s.Scopes.List {
		known[status.Scope] = !status.Seen.IsZero() && !status.Loading && status.Waiting == 0
	}
	return known
}

// gutter is what stands before a row in the pane's margin.
func (p *pen) gutter(s *room.Snapshot, f *flags, pane int, it item) string {
	switch {
	case f.marked[pane][it.key()]:
		return p.theme.Paint(theme.Accent, p.marks.Marked)
	case it.signal != nil && f.unseen[it.signal.Key] && bad(it.signal): // a frozen view may show it as it was before
		return p.theme.Paint(theme.Unseen, p.marks.Unseen)
	}
	if p.looked[rowName(it.key())] {
		return p.theme.Paint(theme.Accent, p.marks.Looker)
	}
	for _, e := range it.events() {
		if s.Timeline.Pinned[e.ID] != nil {
			return p.theme.Paint(theme.Accent, p.marks.Pin)
		}
	}
	return " "
}
