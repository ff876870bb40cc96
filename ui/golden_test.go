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
	} {
		for _, size := range [][2]int{{130, 34}, {80, 24}} {
			t.Run(fmt.Sprintf("%s/%dx%d", strings.ReplaceAll(c.name, " ", "-"), size[0], size[1]), func(t *testing.T) {
				m := screen(t, r, clock, size[0], size[1])
				c.do(m)
				golden.RequireEqual(t, plainFrame(m))
			})
		}
	}
}

func TestStyledScreenInDarkLightAndASCII(t *testing.T) {
	clock := &standing{now: noon}
	r := world(clock)
	for _, name := range []string{"dark", "light"} {
		t.Run(name, func(t *testing.T) {
			m := screen(t, r, clock, 130, 24, func(o *Options) { o.Theme = name })
			golden.RequireEqual(t, m.View().Content)
		})
	}
	t.Run("ascii", func(t *testing.T) {
		m := screen(t, r, clock, 130, 24, func(o *Options) { o.ASCII = true })
		press(m, "3", "enter")
		frame := plainFrame(m)
		golden.RequireEqual(t, frame)
		for i, b := range []byte(frame) {
			if b > 0x7e {
				t.Fatalf("byte %#x at %d is not ASCII: …%s", b, i, frame[max(0, i-30):i+3])
			}
		}
	})
}

// TestEverySizeDrawsWithinBounds walks every size up to 130x50 in every mode that
// changes the layout. A frame may never be taller or wider than its window.
func TestEverySizeDrawsWithinBounds(t *testing.T) {
	clock := &standing{now: noon}
	r := world(clock)
	// The screen at rest is drawn at every size, the rest at enough of them to meet
	// every layout at both its edges.
	step := map[string]int{"at rest": 0, "zoomed": 2, "detail": 2, "help": 2, "palette": 2, "filter": 2, "frozen": 2}
	modes := map[string]func(m *Model){
		"at rest": func(*Model) {},
		"zoomed":  func(m *Model) { press(m, "2", "z") },
		"detail":  func(m *Model) { press(m, "3", "enter") },
		"help":    func(m *Model) { press(m, "?") },
		"palette": func(m *Model) { press(m, ":") },
		"filter":  func(m *Model) { press(m, "/"); typeIn(m, "checkout") },
		"frozen":  func(m *Model) { press(m, "f", "4") },
	}
	for name, enter := range modes {
		t.Run(strings.ReplaceAll(name, " ", "-"), func(t *testing.T) {
			m := screen(t, r, clock, 130, 50)
			enter(m)
			for height := 0; height <= 50; height += step[name] + 1 {
				for width := 0; width <= 130; width += step[name] + 1 {
					m.Update(tea.WindowSizeMsg{Width: width, Height: height})
					checkBounds(t, m.View(), width, height)
				}
			}
		})
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
