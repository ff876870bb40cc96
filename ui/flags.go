package ui

import (
	"warroom/internal/room"
	"warroom/theme"
)

// flags are what one viewer has of his own beside the rows: which he has marked, and
// which trouble he has not looked at yet.
type flags struct {
	marked  map[string]bool       // by item key
	unseen  map[string]bool       // by signal key
	trouble map[string]room.State // what was in trouble in the last Snapshot
	settled [3]bool               // the first look at a kind is over, so that trouble is news from now on
	version uint64                // changes whenever a flag does
}

func newFlags() *flags {
	return &flags{marked: map[string]bool{}, unseen: map[string]bool{}, trouble: map[string]room.State{}}
}

// toggle marks an item, or takes the mark away.
func (f *flags) toggle(key string) {
	if f.marked[key] {
		delete(f.marked, key)
	} else {
		f.marked[key] = true
	}
	f.version++
}

func (f *flags) unmark() {
	clear(f.marked)
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
// in worse trouble, worst kinds first. Lists are sorted worst first, so only trouble
// is walked over. What was in trouble when the room was entered is not news.
func (f *flags) take(before, s *room.Snapshot) []*room.Signal {
	var news []*room.Signal
	for i, kind := range room.Kinds {
		list := s.Of(kind)
		if f.settled[i] && before.Of(kind).Version == list.Version {
			continue
		}
		now := map[string]room.State{}
		for _, signal := range list.Signals {
			if signal.State != room.Critical && signal.State != room.Warning {
				break
			}
			now[signal.Key] = signal.State
			if f.settled[i] && f.trouble[signal.Key].Urgency() < signal.State.Urgency() {
				news = append(news, signal)
				f.unseen[signal.Key] = true
				f.version++
			}
		}
		for _, signal := range before.Of(kind).Signals {
			if signal.State != room.Critical && signal.State != room.Warning {
				break
			}
			if _, still := now[signal.Key]; !still {
				f.over(signal.Key)
			}
		}
		for key, state := range now {
			f.trouble[key] = state
		}
		f.settled[i] = f.settled[i] || settled(s, kind)
	}
	return news
}

// over forgets trouble that has ended.
func (f *flags) over(key string) {
	delete(f.trouble, key)
	if f.unseen[key] {
		delete(f.unseen, key)
		f.version++
	}
}

// settled says whether a kind has been looked at once, wholly.
func settled(s *room.Snapshot, kind room.Kind) bool {
	looked := false
	for _, status := range s.Scopes.List {
		if sourceOf[kind] == status.Scope.Source {
			if status.Loading || status.Tried.IsZero() {
				return false
			}
			looked = true
		}
	}
	return looked
}

// sourceOf is which source's scopes feed a kind.
var sourceOf = map[room.Kind]string{room.KindHealth: "health", room.KindAlarm: "cloudwatch", room.KindProbe: "probe"}

// gutter is what stands before a row in the pane's margin.
func (p *pen) gutter(f *flags, it item) string {
	switch {
	case f.marked[it.key()]:
		return p.theme.Paint(theme.Accent, p.marks.Marked)
	case it.signal != nil && f.unseen[it.signal.Key]:
		return p.theme.Paint(theme.Unseen, p.marks.Unseen)
	}
	return " "
}
