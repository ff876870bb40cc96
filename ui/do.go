package ui

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/theme"
)

func (m *Model) doOpen(string) tea.Cmd {
	m.help = false
	if _, ok := m.panes[m.focus].selected(); !ok {
		m.say(theme.Muted, "there is no row to open")
		return nil
	}
	m.detail, m.scroll = true, 0
	return nil
}

// doBack is always one step out, and never out of the program.
func (m *Model) doBack(string) tea.Cmd {
	switch {
	case m.help:
		m.help = false
	case m.detail:
		m.detail = false
	case m.zoom:
		m.zoom = false
	case m.frozen():
		return m.doFreeze("")
	case m.filter.text != "":
		m.setFilter("")
	default:
		m.say(theme.Muted, "nothing to leave; q quits")
	}
	return nil
}

func moveBy(rows int) func(*Model, string) tea.Cmd {
	return func(m *Model, _ string) tea.Cmd {
		m.panes[m.focus].move(rows)
		m.scroll = 0
		return nil
	}
}

func movePage(pages int) func(*Model, string) tea.Cmd {
	return func(m *Model, _ string) tea.Cmd {
		l := m.arranged()
		if l.panes[m.focus].height == 0 {
			m.scrollDetail(pages * max(1, l.detail.height-3))
			return nil
		}
		m.panes[m.focus].move(pages * max(1, l.panes[m.focus].height-3))
		m.scroll = 0
		return nil
	}
}

func moveTo(top bool) func(*Model, string) tea.Cmd {
	return func(m *Model, _ string) tea.Cmd {
		m.panes[m.focus].home(top)
		m.scroll = 0
		return nil
	}
}

func scrollBy(direction int) func(*Model, string) tea.Cmd {
	return func(m *Model, _ string) tea.Cmd {
		m.scrollDetail(direction * max(1, m.arranged().detail.height/2))
		return nil
	}
}

// scrollDetail moves the text of an open detail; drawing keeps it within bounds.
func (m *Model) scrollDetail(by int) { m.scroll = max(0, m.scroll+by) }

func focusOn(pane int) func(*Model, string) tea.Cmd {
	return func(m *Model, _ string) tea.Cmd {
		m.help, m.focus, m.scroll = false, pane, 0
		return nil
	}
}

func focusBy(by int) func(*Model, string) tea.Cmd {
	return func(m *Model, _ string) tea.Cmd {
		m.help, m.focus, m.scroll = false, (m.focus+by+paneCount)%paneCount, 0
		return nil
	}
}

func (m *Model) doFilter(words string) tea.Cmd {
	if words != "" {
		m.setFilter(words)
		return nil
	}
	return m.ask(askingFilter, m.filter.text)
}

func (m *Model) setFilter(text string) {
	f, problem := parseFilter(text)
	m.filter, m.dirty = f, true
	if problem != "" {
		m.say(theme.Warning, problem)
	}
	m.syncPanes()
}

func (m *Model) doZoom(string) tea.Cmd {
	m.zoom = !m.zoom
	return nil
}

func (m *Model) doFreeze(string) tea.Cmd {
	if !m.frozen() {
		m.frozenT = m.pen.now
		return nil
	}
	m.frozenT = time.Time{}
	m.take(m.live)
	return nil
}

func (m *Model) doNote(text string) tea.Cmd {
	if m.desk == nil {
		m.say(theme.Warning, "you are here to look; notes need the role responder")
		return nil
	}
	if text == "" {
		return m.ask(askingNote, "")
	}
	m.note(text)
	return nil
}

func (m *Model) doRefresh(string) tea.Cmd {
	if m.refresh == nil {
		m.say(theme.Muted, "nothing here can be looked at again")
		return nil
	}
	m.refresh()
	m.say(theme.Muted, "looking again now")
	return nil
}

func (m *Model) doTime(string) tea.Cmd {
	m.pen.local = !m.pen.local
	zone := "UTC"
	if m.pen.local {
		zone, _ = time.Now().Zone()
		zone = "local (" + zone + ")"
	}
	m.say(theme.Muted, "times are "+zone)
	return nil
}

func (m *Model) doPause(string) tea.Cmd {
	if m.drill.Pause() {
		m.say(theme.Muted, "paused; p goes on")
	}
	return nil
}

func changeSpeed(by float64) func(*Model, string) tea.Cmd {
	return func(m *Model, _ string) tea.Cmd {
		m.saySpeed(m.drill.SetSpeed(m.drill.Speed() * by))
		return nil
	}
}

func (m *Model) saySpeed(speed float64) {
	m.say(theme.Muted, fmt.Sprintf("%.0f times as fast as real time", speed))
}

func (m *Model) doSpeed(arg string) tea.Cmd {
	speed, err := strconv.ParseFloat(strings.Trim(arg, "x× "), 64)
	if err != nil || speed <= 0 {
		m.say(theme.Warning, fmt.Sprintf("speed: %q is not a number above 0; try :speed 60", arg))
		return nil
	}
	m.saySpeed(m.drill.SetSpeed(speed))
	return nil
}

func (m *Model) doJump(arg string) tea.Cmd {
	at, err := time.Parse("15:04", strings.TrimSpace(arg))
	if err != nil {
		m.say(theme.Warning, fmt.Sprintf("jump: %q is not a time of day; try :jump 09:20", arg))
		return nil
	}
	now := m.reader.Now()
	to := time.Date(now.Year(), now.Month(), now.Day(), at.Hour(), at.Minute(), 0, 0, time.UTC)
	if err := m.drill.Jump(to); err != nil {
		m.say(theme.Warning, err.Error())
	}
	return nil
}

func (m *Model) doReload(string) tea.Cmd {
	if m.reload == nil {
		m.say(theme.Muted, "there is no config to read again")
		return nil
	}
	if err := m.reload(); err != nil {
		m.say(theme.Warning, err.Error())
		return nil
	}
	m.say(theme.Muted, "the config was read again")
	return nil
}

func (m *Model) doTheme(name string) tea.Cmd {
	if !m.themes.Known(name) {
		m.say(theme.Warning, fmt.Sprintf("there is no theme %q; there are %s", name, strings.Join(m.themes.Names(), ", ")))
		return nil
	}
	m.themeName = name
	m.dress()
	return nil
}

func (m *Model) doCommands(string) tea.Cmd { return m.ask(askingCommand, "") }

func (m *Model) doHelp(string) tea.Cmd {
	m.help = !m.help
	return nil
}

func (m *Model) doQuit(string) tea.Cmd { return tea.Quit }
