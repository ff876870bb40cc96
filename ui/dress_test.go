package ui

import (
	"image/color"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
)

func TestTheThemeFitsTheTerminal(t *testing.T) {
	clock := &standing{now: noon}
	m := screen(t, world(clock), clock, 130, 24, func(o *Options) { o.Theme = "auto" })
	for _, c := range []struct {
		message  tea.Msg
		has, not string
	}{
		{nil, "\x1b[1;38;2;255;123;114m", "38;5;"},
		{tea.BackgroundColorMsg{Color: color.White}, "\x1b[1;38;2;207;34;46m", "255;123;114m"},
		{tea.ColorProfileMsg{Profile: colorprofile.ANSI256}, "\x1b[1;38;5;160m", "38;2;"},
		{tea.ColorProfileMsg{Profile: colorprofile.ANSI}, "\x1b[1;31m", "38;"},
		{tea.ColorProfileMsg{Profile: colorprofile.ASCII}, "\x1b[1m", ";31m"},
		{tea.ColorProfileMsg{Profile: colorprofile.TrueColor}, "\x1b[1;38;2;207;34;46m", "38;5;"},
	} {
		m.Update(c.message)
		press(m, ":")
		frame := m.View().Content
		press(m, "esc")
		if !strings.Contains(frame, c.has) || strings.Contains(frame, c.not) {
			t.Errorf("after %T %v the screen has no %q, or has %q", c.message, c.message, c.has, c.not)
		}
	}
}
