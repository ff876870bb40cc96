package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"warroom/internal/clean"
)

// asking is what the line at the foot of the screen is being typed for.
type asking int

const (
	askingNothing asking = iota
	askingFilter
	askingCommand
	askingNote
	askingAck
)

// inputLimit bounds what can be typed or pasted into the one line.
const inputLimit = 2000

var prompts = map[asking]string{askingFilter: "/", askingCommand: ":", askingNote: "note: ", askingAck: "acknowledge: "}

// ask opens the input line.
func (m *Model) ask(what asking, text string) tea.Cmd {
	m.asking, m.choice, m.dirty = what, 0, true
	m.input.Prompt = prompts[what]
	m.input.CharLimit = inputLimit
	m.input.SetValue(text)
	m.input.CursorEnd()
	return m.input.Focus()
}

// askAbout opens the input line for words about what is chosen now: rows may move while
// they are typed.
func (m *Model) askAbout(what asking) tea.Cmd {
	m.asked = m.subject()
	if what == askingAck && !m.hasSignals(m.asked) {
		return nil
	}
	return m.ask(what, "")
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
		return m.note(m.asked, text)
	case askingAck:
		return m.ack(m.asked, text)
	case askingCommand:
		return m.run(text)
	}
	return nil
}
