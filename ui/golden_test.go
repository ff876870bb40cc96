package ui

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"
)

// plainFrame is the screen as text.
func plainFrame(m *Model) string { return ansi.Strip(m.View().Content) }

func TestWholeScreenAtEverySizeOfTheLadder(t *testing.T) {
	clock := &standing{now: noon}
	r := world(clock)
	for _, size := range [][2]int{{80, 24}, {120, 40}, {130, 24}, {200, 60}, {40, 12}, {59, 20}, {100, 15}, {19, 4}, {0, 0}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			golden.RequireEqual(t, plainFrame(screen(t, r, clock, size[0], size[1])))
		})
	}
}

func TestEveryPaneAtEveryWidthOfTheLadder(t *testing.T) {
	clock := &standing{now: noon}
	r := world(clock)
	for focus, name := range []string{"health", "alarms", "probes", "timeline"} {
		for _, width := range []int{20, 40, 60, 80, 120, 200} {
			t.Run(fmt.Sprintf("%s/%d", name, width), func(t *testing.T) {
				m := screen(t, r, clock, width, 20)
				press(m, fmt.Sprint(focus+1), "z")
				golden.RequireEqual(t, plainFrame(m))
			})
		}
	}
}

func TestOverlaysAndDetails(t *testing.T) {
	clock := &standing{now: noon}
	r := world(clock)
	for _, c := range []struct {
		name string
		do   func(m *Model)
	}{
		{"health detail", func(m *Model) { press(m, "1", "enter") }},
		{"alarm detail", func(m *Model) { play(t, m, press(m, "2", "enter")) }},
		{"alarm detail without a chart", func(m *Model) { play(t, m, press(m, "2", "j", "j", "enter")) }},
		{"probe detail", func(m *Model) { press(m, "3", "enter") }},
		{"event detail", func(m *Model) { press(m, "4", "g", "enter") }},
		{"help", func(m *Model) { press(m, "?") }},
		{"palette", func(m *Model) { press(m, ":"); typeIn(m, "th") }},
		{"filter", func(m *Model) { press(m, "/"); typeIn(m, "checkout !state:ok") }},
		{"filter without a match", func(m *Model) { press(m, "/"); typeIn(m, "nosuchthing"); press(m, "enter") }},
		{"frozen", func(m *Model) { press(m, "f") }},
		{"log", func(m *Model) { press(m, "L") }},
		{"links", func(m *Model) { press(m, "2", "o") }},
		{"themes", func(m *Model) { press(m, "T", "j") }},
		{"marked and sorted", func(m *Model) { press(m, "2", "S", "space", "space") }},
		{"note", func(m *Model) { press(m, "2", "n"); typeIn(m, "looking") }},
		{"arguments", func(m *Model) { press(m, "2", ":"); typeIn(m, "sort ") }},
		{"first visit", func(m *Model) { m.welcome = true }},
	} {
		for _, size := range [][2]int{{200, 60}, {130, 34}, {80, 24}, {40, 12}} {
			t.Run(fmt.Sprintf("%s/%dx%d", strings.ReplaceAll(c.name, " ", "-"), size[0], size[1]), func(t *testing.T) {
				m := screen(t, r, clock, size[0], size[1])
				c.do(m)
				golden.RequireEqual(t, plainFrame(m))
			})
		}
	}
}

func TestStyledScreenInEveryTheme(t *testing.T) {
	clock := &standing{now: noon}
	r := world(clock)
	for _, name := range (&Model{}).themeNames() {
		for _, width := range []int{80, 130} {
			t.Run(fmt.Sprintf("%s/%d", name, width), func(t *testing.T) {
				m := screen(t, r, clock, width, 24, func(o *Options) { o.Theme = name })
				golden.RequireEqual(t, m.View().Content)
			})
		}
	}
}

func TestASCIIScreenHoldsNothingElse(t *testing.T) {
	clock := &standing{now: noon}
	r := world(clock)
	m := screen(t, r, clock, 130, 24, func(o *Options) { o.ASCII = true })
	press(m, "3", "enter")
	golden.RequireEqual(t, plainFrame(m))
	press(m, "esc")
	for name, enter := range modes(t) {
		m := screen(t, r, clock, 130, 40, func(o *Options) { o.ASCII = true })
		enter(m)
		frame := plainFrame(m)
		for i, b := range []byte(frame) {
			if b > 0x7e {
				t.Fatalf("%s: byte %#x at %d is not ASCII: …%s", name, b, i, frame[max(0, i-30):i+3])
			}
		}
	}
}

// modes are every state of the screen that changes what is drawn.
func modes(t *testing.T) map[string]func(m *Model) {
	return map[string]func(m *Model){
		"at rest":       func(*Model) {},
		"zoomed":        func(m *Model) { press(m, "2", "z") },
		"health detail": func(m *Model) { press(m, "1", "enter") },
		"alarm detail":  func(m *Model) { play(t, m, press(m, "2", "enter")) },
		"probe detail":  func(m *Model) { press(m, "3", "enter") },
		"event detail":  func(m *Model) { press(m, "4", "g", "enter") },
		"help":          func(m *Model) { press(m, "?") },
		"log":           func(m *Model) { press(m, "L") },
		"links":         func(m *Model) { press(m, "2", "o") },
		"themes":        func(m *Model) { press(m, "T") },
		"palette":       func(m *Model) { press(m, ":") },
		"arguments":     func(m *Model) { press(m, ":"); typeIn(m, "sort ") },
		"filter":        func(m *Model) { press(m, "/"); typeIn(m, "checkout") },
		"no match":      func(m *Model) { press(m, "/"); typeIn(m, "nosuchthing"); press(m, "enter") },
		"note":          func(m *Model) { press(m, "n"); typeIn(m, "looking at it") },
		"marked":        func(m *Model) { press(m, "2", "S", "space", "space") },
		"frozen":        func(m *Model) { press(m, "f", "4") },
		"past":          func(m *Model) { m.showMoment(noon.AddDate(0, 0, -1), m.live) },
		"not kept":      func(m *Model) { m.noJournal, m.dirty = "its disk is full – really", true; press(m, "L") },
		"first visit":   func(m *Model) { m.welcome = true },
		"local time":    func(m *Model) { press(m, "t") },
	}
}

// TestEverySizeDrawsWithinBounds walks every size up to 130x50 in every mode that
// changes what is drawn. A frame may never be taller or wider than its window.
func TestEverySizeDrawsWithinBounds(t *testing.T) {
	clock := &standing{now: noon}
	r := world(clock)
	for name, enter := range modes(t) {
		t.Run(strings.ReplaceAll(name, " ", "-"), func(t *testing.T) {
			// The screen at rest is drawn at every size, the rest at enough of them to
			// meet every layout at both its edges.
			step := 3
			if name == "at rest" {
				step = 1
			}
			m := screen(t, r, clock, 130, 50)
			enter(m)
			for height := 0; height <= 50; height += step {
				for width := 0; width <= 130; width += step {
					m.Update(tea.WindowSizeMsg{Width: width, Height: height})
					checkBounds(t, m.View(), width, height)
				}
			}
		})
	}
}

// TestEveryThemeDrawsTheSameText holds that a theme changes looks only: at every size
// of the ladder, in every mode, the text is that of any other theme, and within bounds.
func TestEveryThemeDrawsTheSameText(t *testing.T) {
	clock := &standing{now: noon}
	r := world(clock)
	for name, enter := range modes(t) {
		if name == "themes" {
			continue // it shows which theme is worn
		}
		for _, size := range [][2]int{{200, 60}, {130, 40}, {80, 24}, {59, 20}, {40, 12}, {19, 4}} {
			want := ""
			for _, look := range (&Model{}).themeNames() {
				m := screen(t, r, clock, size[0], size[1], func(o *Options) { o.Theme = look })
				enter(m)
				v := m.View()
				checkBounds(t, v, size[0], size[1])
				switch got := ansi.Strip(v.Content); {
				case want == "":
					want = got
				case got != want:
					t.Errorf("%s at %v: %s says something else:\n%s\nthan\n%s", name, size, look, got, want)
				}
			}
		}
	}
}

func checkBounds(t *testing.T, v tea.View, width, height int) {
	t.Helper()
	if v.Content == "" {
		return
	}
	lines := strings.Split(v.Content, "\n")
	if len(lines) > height {
		t.Fatalf("%dx%d: %d lines", width, height, len(lines))
	}
	for i, line := range lines {
		if got := ansi.StringWidth(line); got > width {
			t.Fatalf("%dx%d: line %d has %d cells: %q", width, height, i, got, ansi.Strip(line))
		}
	}
	if c := v.Cursor; c != nil && (c.X >= width || c.Y >= height) {
		t.Fatalf("%dx%d: the cursor is at %d,%d", width, height, c.X, c.Y)
	}
}
