package ui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"warroom/theme"
)

// picker is the list of themes while one is being chosen: the screen wears the one
// under its cursor.
type picker struct {
	open   bool
	at     int
	before string // the theme to go back to
}

// pickerRows is how many themes are listed at once.
const pickerRows = 10

func (m *Model) doTheme(name string) tea.Cmd {
	if name == "" {
		m.pick.before, m.pick.at = m.themeName, max(0, slices.Index(m.themeNames(), m.themeName))
		m.pick.open, m.overlay = true, overlayNothing
		return nil
	}
	if !m.themeKnown(name) {
		m.say(theme.Warning, m.noTheme(name))
		return nil
	}
	m.choose(name)
	return nil
}

// choose puts a theme on to stay.
func (m *Model) choose(name string) {
	m.wearTheme(name)
	m.memory.Theme, m.memory.ThemeOver = name, m.wished
}

// wearTheme puts a theme on.
func (m *Model) wearTheme(name string) {
	m.themeName, m.dirty = name, true
	m.dress()
}

// pickKey takes a key while the list of themes is open.
func (m *Model) pickKey(name string) tea.Cmd {
	names := m.themeNames()
	switch name {
	case "down", "j", "tab":
		m.pick.at++
	case "up", "k", "shift+tab":
		m.pick.at--
	case "enter":
		m.pick.open = false
		m.choose(m.themeName)
		return nil
	case "ctrl+c":
		return tea.Quit
	case "esc", "q", "T":
		m.pick.open = false
		m.wearTheme(m.pick.before)
		return nil
	default:
		return nil
	}
	m.pick.at = (m.pick.at + len(names)) % len(names)
	m.wearTheme(names[m.pick.at])
	return nil
}

// pickSheet lists the themes over the lower end of the body, so that the rest of it
// shows how the one under the cursor looks.
func (m *Model) pickSheet(width, height int) []string {
	names := m.themeNames()
	rows := min(pickerRows, height-2, len(names))
	first := clamp(m.pick.at-rows+1, 0, len(names)-rows)
	var lines []string
	for i := first; i < first+rows; i++ {
		text := ""
		if names[i] == m.pick.before {
			text = "before"
		}
		lines = append(lines, m.pen.row(width-4, i == m.pick.at, false,
			cell{token: theme.Text, text: names[i], width: flex},
			cell{token: theme.Muted, text: text, width: 8, rank: 1}))
	}
	box := frame{labels: []label{{token: theme.Strong, text: "themes"}, {token: theme.Muted, text: "j k show, enter keeps, esc goes back"}}, lines: lines, focused: true}
	return box.draw(&m.pen, width)
}

// themeNames, themeKnown and noTheme are about the themes that can be asked for.
func (m *Model) themeNames() []string { return m.themes.Names() }

func (m *Model) themeKnown(name string) bool { return m.themes.Known(name) }

func (m *Model) noTheme(name string) string {
	return fmt.Sprintf("there is no theme %q; there are %s", name, strings.Join(m.themeNames(), ", "))
}
