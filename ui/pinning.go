package ui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"warroom/internal/room"
	"warroom/theme"
)

// doPin pins the line under the cursor, or takes the pin out. On the row of a signal it
// is the newest line about it that is meant.
func (m *Model) doPin(string) tea.Cmd {
	if !m.mayAct() {
		return nil
	}
	it, ok := m.panes[m.focus].selected()
	if !ok {
		m.say(theme.Muted, "there is no row to pin")
		return nil
	}
	pinned := m.reader.Snapshot().Timeline.Pinned
	lines := it.events()
	if it.signal != nil {
		lines = m.newestAbout(it.signal.Key)
	}
	if len(lines) == 0 {
		m.say(theme.Warning, "the timeline has no line about "+it.signal.Title+" that could be pinned")
		return nil
	}
	if i := slices.IndexFunc(lines, func(e *room.Event) bool { return pinned[e.ID] != nil }); i >= 0 {
		return m.act("took the pin out: "+m.pen.eventText(lines[i]), room.Act{Do: room.EventUnpin, Of: lines[i].ID})
	}
	return m.act("pinned: "+m.pen.eventText(lines[0]), room.Act{Do: room.EventPin, Of: lines[0].ID})
}

// newestAbout is the newest line about a signal, if there is one.
func (m *Model) newestAbout(key string) []*room.Event {
	for _, e := range slices.Backward(m.reader.Snapshot().Timeline.Events) {
		if aboutOf(e) == key {
			return []*room.Event{e}
		}
	}
	return nil
}
