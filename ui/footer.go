package ui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"warroom/theme"
)

// footer is the last line: the open input, else a message, else trouble that no
// pane shows, else what can be pressed.
func (m *Model) footer(width int) string {
	if m.asking != askingNothing {
		m.input.SetWidth(max(1, width-len(m.input.Prompt)-3))
		return pad(" "+m.input.View(), width)
	}
	if m.message.text != "" {
		return pad(" "+m.pen.theme.Paint(m.message.token, m.pen.plain(m.pen.fit(m.message.text, max(0, width-1), false))), width)
	}
	for _, status := range m.shown.Scopes.List {
		if status.Trouble != nil && !m.hasPane(status.Scope.Source) {
			text := m.pen.marks.Warning + " " + m.pen.plain(status.Trouble.String())
			return pad(" "+m.pen.theme.Paint(theme.Warning, m.pen.fit(text, max(0, width-1), false)), width)
		}
	}
	return m.hints(width)
}

func (m *Model) hasPane(source string) bool {
	for _, p := range m.panes {
		for _, s := range p.sources {
			if s == source {
				return true
			}
		}
	}
	return false
}

// hints lists the keys that matter most here.
func (m *Model) hints(width int) string {
	var out strings.Builder
	used := 1
	out.WriteByte(' ')
	for _, a := range m.actions {
		if a.hint == "" || !m.possible(a) || len(a.keys) == 0 {
			continue
		}
		wide := ansi.StringWidth(a.keys[0]) + 1 + ansi.StringWidth(a.hint) + 3
		if used+wide > width {
			continue
		}
		used += wide
		out.WriteString(m.pen.theme.Paint(theme.Accent, a.keys[0]) + " " + m.pen.theme.Paint(theme.Muted, a.hint) + "   ")
	}
	return pad(out.String(), width)
}
