package ui

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// find is where a text stands on the screen, in cells.
func find(t *testing.T, m *Model, text string) (x, y int) {
	t.Helper()
	for y, line := range strings.Split(plainFrame(m), "\n") {
		if before, _, ok := strings.Cut(line, text); ok {
			return len([]rune(before)), y
		}
	}
	t.Fatalf("%q is not on the screen:\n%s", text, plainFrame(m))
	return 0, 0
}

func click(t *testing.T, m *Model, text string) {
	t.Helper()
	x, y := find(t, m, text)
	m.Update(tea.MouseClickMsg{X: x, Y: y, Button: tea.MouseLeft})
}

func TestAClickSelectsAndASecondOneOpens(t *testing.T) {
	clock := &standing{now: noon}
	for _, size := range [][2]int{{130, 40}, {80, 24}, {40, 12}} {
		m := screen(t, world(clock), clock, size[0], size[1])
		if m.View().MouseMode != tea.MouseModeNone {
			t.Fatal("the mouse is on unasked")
		}
		press(m, "M", "2")
		if m.View().MouseMode != tea.MouseModeCellMotion {
			t.Fatal("M does not turn it on")
		}
		click(t, m, "queue-depth")
		if got := titleUnderCursor(m); got != "queue-depth" || m.detail {
			t.Errorf("%v: a click selects %q, open %v", size, got, m.detail)
		}
		click(t, m, "queue-depth")
		if !m.detail {
			t.Errorf("%v: a second click does not open", size)
		}
	}
	m := screen(t, world(clock), clock, 80, 24)
	click(t, m, "3 Probes")
	if m.focus != 2 {
		t.Errorf("a click on a summary focuses pane %d", m.focus+1)
	}
	for y := range 30 {
		for x := range 100 {
			m.Update(tea.MouseClickMsg{X: x, Y: y, Button: tea.MouseLeft}) // outside, borders: nothing breaks
		}
	}
}

func TestTheWheelScrollsWhatIsUnderIt(t *testing.T) {
	clock := &standing{now: noon}
	m := screen(t, world(clock), clock, 130, 24)
	x, y := find(t, m, "queue-depth")
	m.Update(tea.MouseWheelMsg{X: x, Y: y, Button: tea.MouseWheelDown})
	if m.panes[1].cursor != wheelRows || m.focus != 0 {
		t.Errorf("the cursor is on %d, the focus on %d", m.panes[1].cursor, m.focus)
	}
	press(m, "2", "enter")
	m.View()
	m.Update(tea.MouseWheelMsg{X: 125, Y: 10, Button: tea.MouseWheelDown})
	if m.scroll != wheelRows {
		t.Errorf("the detail is scrolled by %d", m.scroll)
	}
}

func TestTheMouseLeavesTheListOfThemesAlone(t *testing.T) {
	clock := &standing{now: noon}
	m := screen(t, world(clock), clock, 130, 40)
	press(m, "2", "T")
	click(t, m, "queue-depth")
	click(t, m, "queue-depth")
	if m.detail || !m.pick.open {
		t.Error("a click opened a row behind the list of themes")
	}
}
