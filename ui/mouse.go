package ui

import (
	tea "charm.land/bubbletea/v2"

	"warroom/theme"
)

// wheelRows is how far one notch of the wheel scrolls.
const wheelRows = 3

func (m *Model) doMouse(string) tea.Cmd {
	m.mouse = !m.mouse
	text := "the mouse is off, so the terminal selects text with it"
	if m.mouse {
		text = "the mouse is on: click to select, again to open, wheel to scroll; " + m.keyOf("mouse") + " turns it off"
	}
	m.say(theme.Muted, text)
	return nil
}

// wheel scrolls what is under the pointer.
func (m *Model) wheel(at tea.Mouse) {
	by := wheelRows
	switch at.Button {
	case tea.MouseWheelUp:
		by = -wheelRows
	case tea.MouseWheelDown:
	default:
		return
	}
	m.dirty = true
	l := m.arranged()
	switch {
	case m.overlay != overlayNothing:
		m.overlayScroll += by
	case l.detail.holds(at.X, at.Y):
		m.scrollDetail(by)
	default:
		if i := l.paneAt(at.X, at.Y); i >= 0 {
			m.panes[i].move(by)
			m.scroll = 0
		}
	}
}

// click focuses the pane under the pointer and selects its row; a click on the row
// under the cursor opens it.
func (m *Model) click(at tea.Mouse) tea.Cmd {
	if at.Button != tea.MouseLeft || m.overlay != overlayNothing || m.asking != askingNothing || m.pick.open {
		return nil
	}
	m.seeRows()
	m.dirty, m.welcome = true, false
	l := m.arranged()
	for i, line := range l.summaries {
		if line == at.Y {
			m.focus, m.scroll = i, 0
			return nil
		}
	}
	i := l.paneAt(at.X, at.Y)
	if i < 0 {
		return nil
	}
	p := m.panes[i]
	again := m.focus == i
	m.focus = i
	row := at.Y - l.panes[i].y - p.begin
	if row < 0 || row >= p.visible {
		return nil
	}
	if again && p.top+row == p.cursor {
		return m.doOpen("")
	}
	p.move(p.top + row - p.cursor)
	m.scroll = 0
	return nil
}

// holds says whether a cell lies within.
func (r rect) holds(x, y int) bool {
	return x >= r.x && x < r.x+r.width && y >= r.y && y < r.y+r.height
}

// paneAt is the pane that is drawn on a cell, or -1.
func (l *layout) paneAt(x, y int) int {
	for i := range l.panes {
		if l.panes[i].holds(x, y) {
			return i
		}
	}
	return -1
}
