package ui

import (
	"charm.land/bubbles/v2/textinput"

	"warroom/theme"
)

// wear takes over what a config says of the screen, or says what of it cannot be.
func (m *Model) wear(look *Look) error {
	table, byKey, err := bind(look.Keys)
	if err != nil {
		return err
	}
	m.actions, m.byKey, m.wished, m.themes, m.dirty = table, byKey, look.Theme, look.Themes, true
	m.services, m.wish, m.detailLines = look.Services, look.Attention, nil
	m.themeName, m.pick.open = look.Theme, false
	if m.memory.Theme != "" && m.memory.ThemeOver == look.Theme && m.themeKnown(m.memory.Theme) {
		m.themeName = m.memory.Theme
	}
	m.pen.back = m.keyOf("back")
	m.pen.ascii, m.pen.marks = look.ASCII, &theme.Unicode
	if look.ASCII {
		m.pen.marks = &theme.ASCII
	}
	m.dress()
	return nil
}

// dress puts on the theme that was asked for.
func (m *Model) dress() {
	m.pen.theme = m.themes.New(m.themeName, m.terminal)
	muted := m.pen.theme.Style(theme.Muted)
	state := textinput.StyleState{Prompt: muted, Placeholder: muted, Suggestion: muted}
	m.input.SetStyles(textinput.Styles{Focused: state, Blurred: state, Cursor: textinput.CursorStyle{Blink: true}})
}
