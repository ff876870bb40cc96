package ui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"warroom/theme"
)

// paletteRows is how many commands are listed at once.
const paletteRows = 10

// commands are the actions whose name or title has every word typed so far; one
// whose name begins with the first word comes first.
func (m *Model) commands() []action {
	name, _, _ := strings.Cut(strings.TrimSpace(m.input.Value()), " ")
	name = strings.ToLower(name)
	var first, rest []action
	for _, a := range m.actions {
		switch {
		case a.when == underCover || !m.possible(a):
		case strings.HasPrefix(a.id, name):
			first = append(first, a)
		case strings.Contains(a.id, name) || strings.Contains(a.title, name):
			rest = append(rest, a)
		}
	}
	return append(first, rest...)
}

// complete puts the marked command's name into the line.
func (m *Model) complete() {
	found := m.commands()
	if len(found) == 0 {
		return
	}
	a := found[clamp(m.choice, 0, len(found)-1)]
	text := a.id
	if a.arg != "" {
		text += " "
	}
	m.input.SetValue(text)
	m.input.CursorEnd()
	m.choice = 0
}

// run does what the palette's line says: the action of that name, or the marked one.
func (m *Model) run(text string) tea.Cmd {
	name, arg, _ := strings.Cut(text, " ")
	if i := actionIndex(m.actions, name); i >= 0 && m.possible(m.actions[i]) {
		return m.actions[i].do(m, strings.TrimSpace(arg))
	}
	found := m.commands()
	if len(found) == 0 {
		m.say(theme.Warning, fmt.Sprintf("there is no command %q; : lists them", name))
		return nil
	}
	a := found[clamp(m.choice, 0, len(found)-1)]
	if a.arg != "" && strings.TrimSpace(arg) == "" {
		cmd := m.ask(askingCommand, a.id+" ")
		return cmd
	}
	return a.do(m, strings.TrimSpace(arg))
}

// palette is the list of commands above the input line.
func (m *Model) palette(width, height int) []string {
	found := m.commands()
	m.choice = clamp(m.choice, 0, max(0, len(found)-1))
	rows := min(paletteRows, height-2)
	first := clamp(m.choice-rows+1, 0, max(0, len(found)-rows))
	var lines []string
	for i := first; i < min(first+rows, len(found)); i++ {
		a := found[i]
		lines = append(lines, m.pen.row(width-4, i == m.choice, false,
			cell{token: theme.Accent, text: strings.TrimSpace(a.id + " " + a.arg), width: 16},
			cell{token: theme.Text, text: a.title, width: flex},
			cell{token: theme.Muted, text: strings.Join(a.keys, " "), width: 12, right: true, rank: 1}))
	}
	if len(found) == 0 {
		lines = append(lines, m.pen.row(width-4, false, false, cell{token: theme.Muted, text: "no command has that in its name", width: flex}))
	}
	return frame(&m.pen, []label{{theme.Strong, "commands"}, {theme.Muted, "tab completes, enter runs, esc leaves"}}, lines, width, true)
}
