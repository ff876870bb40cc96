package ui

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"warroom/theme"
)

// TestALongMessageIsToldToItsEnd: what to do stands at the end of a refusal.
func TestALongMessageIsToldToItsEnd(t *testing.T) {
	clock := &standing{now: time.Date(2025, 10, 20, 7, 30, 0, 0, time.UTC)}
	r := grouped(clock)
	text := "the probe shop was written into a config file that people who join cannot change, and from here it can be paused only; have it changed by somebody at the terminal of this room, or write additions: {replace: true} there, or pause it with :probe pause shop"
	for _, size := range [][2]int{{200, 60}, {120, 40}, {80, 24}, {60, 16}, {40, 12}, {20, 6}} {
		m := screen(t, r, clock, size[0], size[1])
		before := m.lines()
		m.say(theme.Warning, text)
		lines := m.lines()
		shown := strings.Join(strings.Fields(ansi.Strip(strings.Join(lines[len(lines)-min(len(lines), saidRows):], " "))), " ")
		if len(lines) != len(before) {
			t.Errorf("%v: there are %d lines and not %d", size, len(lines), len(before))
		}
		for _, line := range lines {
			if ansi.StringWidth(line) > size[0] {
				t.Errorf("%v: a line is too wide: %q", size, line)
			}
		}
		if whole := strings.Contains(shown, text); whole != (size[0] >= 80) {
			t.Errorf("%v: it says %q", size, shown)
		}
		press(m, "j")
		press(m, "k")
		if after := m.lines(); strings.Contains(ansi.Strip(strings.Join(after, " ")), "have it changed") {
			t.Errorf("%v: the next key does not take it away", size)
		}
	}
}
