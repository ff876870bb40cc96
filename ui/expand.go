package ui

import (
	tea "charm.land/bubbletea/v2"

	"warroom/internal/room"
	"warroom/theme"
)

// doExpand shows the run under the cursor line by line, in its place, or as one row again.
func (m *Model) doExpand(string) tea.Cmd {
	p := m.panes[m.focus]
	it, ok := p.selected()
	switch {
	case !p.tail:
		m.say(theme.Muted, "only the timeline has runs of lines to expand")
		return nil
	case !ok || it.run == nil:
		m.say(theme.Muted, "this line is no run, and no part of one")
		return nil
	}
	p.story.toggle(it.run[0].ID)
	m.refold(p)
	return nil
}

// doExpandAll shows all runs line by line, or as one row each again.
func (m *Model) doExpandAll(string) tea.Cmd {
	p := m.panes[paneCount-1]
	p.story.unfolded, p.story.except = !p.story.unfolded, nil
	m.refold(p)
	if p.story.unfolded {
		m.say(theme.Muted, "every line of the timeline has a row of its own")
	} else {
		m.say(theme.Muted, "lines of the timeline that tell the same are folded into one row")
	}
	return nil
}

// refold makes the rows of the timeline anew. The cursor stays with its line, unless it
// follows the newest.
func (m *Model) refold(p *pane) {
	p.again = true
	p.sync(m.shown, m.filter)
}

// toggle expands or folds one run.
func (s *story) toggle(first room.EventID) {
	if s.except == nil {
		s.except = map[room.EventID]bool{}
	}
	s.except[first] = !s.except[first]
}
