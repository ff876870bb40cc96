package ui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"warroom/theme"
)

// doSelect selects the row for the next act, and goes on to the next one.
func (m *Model) doSelect(string) tea.Cmd {
	p := m.panes[m.focus]
	it, ok := p.selected()
	if !ok {
		m.say(theme.Muted, "there is no row to select")
		return nil
	}
	m.flags.toggle(m.focus, it.key())
	p.move(1)
	if n := len(m.flags.marked[m.focus]); n > 0 {
		m.say(theme.Muted, fmt.Sprintf("%s selected; %s acknowledges, %s claims, %s notes, %s copies; %s lets go", plural(n, "row"), m.keyOf("ack"), m.keyOf("claim"), m.keyOf("note"), m.keyOf("copy"), m.keyOf("back")))
	}
	return nil
}

// chosen is the marked rows of the focused pane, in their order, or else the one under
// the cursor. Rows that a filter leaves out are not acted on, and stay marked.
func (m *Model) chosen() []item {
	p := m.panes[m.focus]
	var marked []item
	for i := range p.rows.len() {
		if len(m.flags.marked[m.focus]) == 0 {
			break
		}
		if it := p.rows.at(i); m.flags.marked[m.focus][it.key()] {
			marked = append(marked, it)
		}
	}
	if len(marked) > 0 {
		return marked
	}
	if len(m.flags.marked[m.focus]) > 0 {
		return nil // all of them are left out by the filter: the row under the cursor is not meant
	}
	if it, ok := p.selected(); ok {
		return []item{it}
	}
	return nil
}

// served takes the marks away from rows that an act has taken.
func (m *Model) served(items []item) {
	for _, it := range items {
		if m.flags.marked[m.focus][it.key()] {
			m.flags.toggle(m.focus, it.key())
		}
	}
}
