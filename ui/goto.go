package ui

import (
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"warroom/internal/room"
	"warroom/theme"
)

// doSignal goes from a line of the timeline to the signal that it is about, which may
// take the filter away. Of a run it is the first one that is still there.
func (m *Model) doSignal(string) tea.Cmd {
	it, ok := m.panes[m.focus].selected()
	switch {
	case !ok:
		m.say(theme.Muted, "there is no row to go from")
	case it.signal != nil:
		m.say(theme.Muted, "this is the row of the signal itself")
	case len(it.abouts()) == 0:
		m.say(theme.Muted, "this line is about no signal")
	default:
		m.goToSignal(it)
	}
	return nil
}

func (m *Model) goToSignal(from item) {
	now := &sight{Snapshot: m.shown}
	for _, key := range from.abouts() {
		signal := now.signal(key)
		if signal == nil {
			continue
		}
		i := slices.IndexFunc(m.panes[:], func(p *pane) bool { return p.shows(signal.Kind) })
		p := m.panes[i]
		if !p.goTo(key) {
			hid := m.filter.text
			m.setFilter("")
			p.goTo(key)
			m.say(theme.Muted, fmt.Sprintf("the filter %q hid %s and is cleared", hid, signal.Title))
		}
		m.focus, m.scroll, m.overlay = i, 0, overlayNothing
		return
	}
	m.say(theme.Warning, titleOf(from.event)+" is not there any more: nothing that is watched has it")
}

// name is what a row is called.
func (it item) name() string {
	if it.signal != nil {
		return it.signal.Title
	}
	return "this line of the timeline"
}

// titleOf is what the signal is called that an event is about.
func titleOf(e *room.Event) string {
	if e.Signal != nil {
		return e.Signal.Title
	}
	return e.Subject
}
