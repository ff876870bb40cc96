package ui

import (
	"strings"
	"testing"
)

func TestThemesAreShownWhileChoosingAndKeptOnlyByEnter(t *testing.T) {
	clock := &standing{now: noon}
	m := screen(t, world(clock), clock, 130, 40)
	press(m, "T")
	if frame := plainFrame(m); !strings.Contains(frame, "j k show, enter keeps, esc goes back") || !strings.Contains(frame, "before") {
		t.Fatalf("there is no list of themes:\n%s", frame)
	}
	press(m, "j")
	if m.pen.theme.Name == "dark" {
		t.Error("the theme under the cursor is not shown")
	}
	press(m, "esc")
	if m.pen.theme.Name != "dark" || m.memory.Theme != "" {
		t.Errorf("esc left %s, remembered %q", m.pen.theme.Name, m.memory.Theme)
	}
	press(m, "T", "j")
	shown := m.pen.theme.Name
	press(m, "enter", "j", "q")
	if m.pen.theme.Name != shown || m.memory.Theme == "" || m.memory.ThemeOver != "dark" {
		t.Errorf("enter kept %s, remembered %+v", m.pen.theme.Name, m.memory)
	}
}

func TestThePaletteCompletesNamesAndArguments(t *testing.T) {
	clock := &standing{now: noon}
	m := screen(t, world(clock), clock, 130, 40)
	press(m, "2", ":")
	typeIn(m, "so")
	press(m, "tab")
	if got := m.input.Value(); got != "sort " {
		t.Fatalf("tab completes so to %q", got)
	}
	if frame := plainFrame(m); !strings.Contains(frame, "│ newest") {
		t.Errorf("the orders are not listed:\n%s", frame)
	}
	typeIn(m, "ne")
	press(m, "enter")
	if got := orders[m.panes[1].order].name; got != "newest" {
		t.Errorf("sorted by %s", got)
	}
	press(m, ":")
	typeIn(m, "3")
	press(m, "enter")
	if m.panes[1].cursor != 2 {
		t.Errorf(":3 goes to row %d", m.panes[1].cursor+1)
	}
	for line, want := range map[string]string{
		"99":         `row: "99" is not one of the rows 1 to 5 of this pane; try :12`,
		"sort wurst": `sort: there is no order "wurst"; there are worst, name, newest, region, service`,
	} {
		press(m, ":")
		typeIn(m, line)
		press(m, "enter")
		if m.message.text != want {
			t.Errorf(":%s says %q, want %q", line, m.message.text, want)
		}
	}
}

func TestSortingNeverMovesTheRowUnderTheCursor(t *testing.T) {
	clock := &standing{now: noon}
	m := screen(t, world(clock), clock, 130, 40)
	press(m, "2")
	for range len(orders) + 1 {
		before := titleUnderCursor(m)
		press(m, "S")
		if got := titleUnderCursor(m); got != before {
			t.Errorf("sorted by %s the cursor is on %s, was on %s", orders[m.panes[1].order].name, got, before)
		}
	}
}

func TestWhatIsOpenStaysOpenWhenSomethingWorseComes(t *testing.T) {
	clock := &standing{now: noon}
	m := screen(t, world(clock), clock, 130, 40)
	press(m, "2", "enter")
	before := titleUnderCursor(m)
	trouble(t, m, clock, "worse")
	if got := titleUnderCursor(m); got != before {
		t.Errorf("%s is open now, was %s", got, before)
	}
}
