package ui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"warroom/theme"
)

// footer is the last line: the open input, else a message, else trouble that no
// pane shows, else what can be pressed.
func (m *Model) footer(width int) string {
	if m.pick.open || m.crowd.listed {
		return pad("", width) // its keys stand in its frame
	}
	if m.asking != askingNothing {
		said := ""
		if m.asking == askingFilter && m.message.text != "" {
			said = m.pen.theme.Paint(m.message.token, m.pen.plain(m.message.text))
		}
		room := width - len(m.input.Prompt) - 3
		if spare := room - ansi.StringWidth(said) - 2; said != "" && spare > ansi.StringWidth(m.input.Value()) {
			m.input.SetWidth(spare)
			return pad(" "+m.input.View()+"  "+said, width)
		}
		m.input.SetWidth(max(1, room))
		return pad(" "+m.input.View(), width)
	}
	if banner, ok := m.banner(); ok {
		return pad(" "+m.pen.theme.Paint(banner.token, m.pen.plain(m.pen.fit(banner.text, max(0, width-1), false))), width)
	}
	if lines := m.said(width); len(lines) > 0 {
		return lines[len(lines)-1]
	}
	for _, status := range m.shown.Scopes.List {
		if status.Trouble != nil && !m.hasPane(status.Scope.Source) {
			text := m.pen.marks.Warning + " " + m.pen.plain(status.Trouble.String())
			return pad(" "+m.pen.theme.Paint(theme.Warning, m.pen.fit(text, max(0, width-1), false)), width)
		}
	}
	return m.hints(width)
}

// saidRows is how many lines a message may take: what to do stands at its end.
const saidRows = 4

// said is the message, in as many lines as it needs. The last one is the footer, and those
// before it cover the end of the body.
func (m *Model) said(width int) []string {
	if m.message.text == "" {
		return nil
	}
	limit := 1
	if l := m.arranged(); l.body.height >= sheetLeast && width >= lineColumns {
		limit = saidRows
	}
	var lines []string
	for _, line := range wrap(m.pen.plain(m.message.text), max(1, width-1), limit) {
		lines = append(lines, pad(" "+m.pen.theme.Paint(m.message.token, m.pen.fit(line, max(0, width-1), false)), width))
	}
	return lines
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

// hints lists the keys that matter most here. The way to all the others is always
// among them.
func (m *Model) hints(width int) string {
	here := inLists
	if m.detail || m.overlay != overlayNothing {
		here = inDetail
	}
	used := 1
	for _, a := range m.actions {
		if a.pinned && m.possible(a) {
			used += hintWidth(a)
		}
	}
	var out strings.Builder
	out.WriteByte(' ')
	for _, a := range m.actions {
		if !m.offered(a) || a.in != anywhere && a.in != here || a.past && !m.past.travels() {
			continue
		}
		if !a.pinned {
			if used+hintWidth(a) > width {
				continue
			}
			used += hintWidth(a)
		}
		out.WriteString(m.pen.theme.Paint(theme.Accent, a.keys[0]) + " " + m.pen.theme.Paint(theme.Muted, a.hint) + "   ")
	}
	return pad(out.String(), width)
}

func hintWidth(a action) int {
	if len(a.keys) == 0 {
		return 0
	}
	return ansi.StringWidth(a.keys[0]) + 1 + ansi.StringWidth(a.hint) + 3
}
