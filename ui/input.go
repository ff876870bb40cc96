package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"warroom/internal/clean"
	"warroom/internal/room"
	"warroom/theme"
)

// asking is what the line at the foot of the screen is being typed for.
type asking int

const (
	askingNothing asking = iota
	askingFilter
	askingCommand
	askingNote
)

// inputLimit bounds what can be typed or pasted into the one line.
const inputLimit = 2000

var prompts = map[asking]string{askingFilter: "/", askingCommand: ":", askingNote: "note: "}

// ask opens the input line.
func (m *Model) ask(what asking, text string) tea.Cmd {
	m.asking, m.choice, m.dirty = what, 0, true
	m.input.Prompt = prompts[what]
	m.input.CharLimit = inputLimit
	m.input.SetValue(text)
	m.input.CursorEnd()
	return m.input.Focus()
}

func (m *Model) stopAsking() {
	m.asking, m.dirty = askingNothing, true
	m.input.Blur()
}

// answer takes a key while the input line is open.
func (m *Model) answer(key tea.KeyPressMsg) tea.Cmd {
	switch key.String() {
	case "ctrl+c":
		return tea.Quit
	case "esc":
		if m.asking == askingFilter {
			m.setFilter("")
		}
		m.stopAsking()
		return nil
	case "enter":
		return m.submit()
	}
	if m.asking == askingCommand {
		switch key.String() {
		case "up":
			m.choice--
			return nil
		case "down":
			m.choice++
			return nil
		case "tab":
			m.complete()
			return nil
		}
	}
	return m.typed(key)
}

// typed hands a key or a paste to the input line.
func (m *Model) typed(message tea.Msg) tea.Cmd {
	if m.asking == askingNothing {
		return nil
	}
	m.dirty = true
	if paste, ok := message.(tea.PasteMsg); ok {
		message = tea.PasteMsg{Content: clean.Line(paste.Content, inputLimit)}
	}
	before := m.input.Value()
	var command tea.Cmd
	m.input, command = m.input.Update(message)
	if m.input.Value() != before {
		m.choice = 0
		if m.asking == askingFilter {
			m.setFilter(m.input.Value())
		}
	}
	return command
}

// submit acts on what was typed.
func (m *Model) submit() tea.Cmd {
	text, what := strings.TrimSpace(m.input.Value()), m.asking
	m.stopAsking()
	switch what {
	case askingFilter:
		m.setFilter(text)
	case askingNote:
		m.note(text)
	case askingCommand:
		return m.run(text)
	}
	return nil
}

// note writes a line about the marked rows, or the one under the cursor. The marks
// have served then.
func (m *Model) note(text string) {
	items := m.chosen()
	if len(items) == 0 && len(m.flags.marked[m.focus]) > 0 {
		m.say(theme.Warning, "no marked row is left by the filter; "+m.keyOf("back")+" clears the marks, then the filter")
		return
	}
	keys := []string{}
	for _, it := range items {
		keys = append(keys, it.about())
	}
	if len(keys) == 0 {
		keys = append(keys, "") // about nothing in particular
	}
	for _, key := range keys {
		if err := m.desk.Act(room.Act{Do: room.EventNote, Keys: []string{key}, Text: clean.Line(text, inputLimit)}); err != nil {
			m.say(theme.Warning, err.Error())
			return
		}
	}
	m.say(theme.Muted, "noted on "+plural(len(keys), "row"))
	m.served(items)
}
