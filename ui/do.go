package ui

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/theme"
)

func (m *Model) doOpen(string) tea.Cmd {
	m.overlay = overlayNothing
	if _, ok := m.panes[m.focus].selected(); !ok {
		m.say(theme.Muted, "there is no row to open")
		return nil
	}
	m.panes[m.focus].moved = true // what is open stays open, whatever gets worse
	m.detail, m.scroll = true, 0
	return nil
}

// doBack is always one step out, and never out of the program.
func (m *Model) doBack(string) tea.Cmd {
	switch {
	case m.overlay != overlayNothing:
		m.overlay = overlayNothing
	case m.crowd.following.id != 0:
		name := m.crowd.following.name
		m.stopFollowing()
		m.say(theme.Muted, "you look for yourself now, no longer at what "+name+" sees")
	case m.past.travels() || m.past.busy:
		m.present()
	case m.detail:
		m.detail = false
	case m.zoom:
		m.zoom = false
	case m.frozen:
		return m.doFreeze("")
	case len(m.flags.marked[m.focus]) > 0:
		m.flags.unmark(m.focus)
	case m.filter.text != "":
		m.setFilter("")
	default:
		m.say(theme.Muted, "nothing to leave; "+m.keyOf("quit")+" quits")
	}
	return nil
}

func moveBy(rows int) func(*Model, string) tea.Cmd {
	return func(m *Model, _ string) tea.Cmd {
		if m.overlay != overlayNothing {
			m.overlayScroll += rows
			return nil
		}
		m.panes[m.focus].move(rows)
		m.scroll = 0
		return nil
	}
}

func movePage(pages int) func(*Model, string) tea.Cmd {
	return func(m *Model, _ string) tea.Cmd {
		l := m.arranged()
		if m.overlay != overlayNothing {
			m.overlayScroll += pages * max(1, l.body.height-3)
			return nil
		}
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
		if m.overlay != overlayNothing {
			m.overlayScroll = 0
			if !top {
				m.overlayScroll = overlayEnd
			}
			return nil
		}
		m.panes[m.focus].home(top)
		m.scroll = 0
		return nil
	}
}

func scrollBy(direction int) func(*Model, string) tea.Cmd {
	return func(m *Model, _ string) tea.Cmd {
		if m.overlay != overlayNothing {
			m.overlayScroll += direction * max(1, m.arranged().body.height/2)
			return nil
		}
		m.scrollDetail(direction * max(1, m.arranged().detail.height/2))
		return nil
	}
}

// scrollDetail moves the text of an open detail; drawing keeps it within bounds.
func (m *Model) scrollDetail(by int) { m.scroll = max(0, m.scroll+by) }

func focusOn(pane int) func(*Model, string) tea.Cmd {
	return func(m *Model, _ string) tea.Cmd {
		m.overlay, m.focus, m.scroll = overlayNothing, pane, 0
		return nil
	}
}

func focusBy(by int) func(*Model, string) tea.Cmd {
	return func(m *Model, _ string) tea.Cmd {
		m.overlay, m.focus, m.scroll = overlayNothing, (m.focus+by+paneCount)%paneCount, 0
		return nil
	}
}

func (m *Model) doFilter(words string) tea.Cmd {
	if words != "" {
		m.setFilter(words)
		return nil
	}
	return m.ask(askingFilter, "")
}

func (m *Model) setFilter(text string) {
	f, problem := parseFilter(text)
	m.filter, m.dirty, m.message = f, true, label{}
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
	if m.past.travels() {
		m.say(theme.Muted, "the past stands still by itself; "+m.keyOf("live")+" goes back to now")
		return nil
	}
	if !m.frozen {
		m.frozen = true
		return nil
	}
	m.frozen = false
	m.take(m.live)
	return nil
}

func (m *Model) doRefresh(string) tea.Cmd {
	if m.refresh == nil {
		m.say(theme.Muted, "nothing here can be looked at again")
		return nil
	}
	m.refresh()
	if m.past.travels() {
		m.say(theme.Muted, "looking again now; "+m.keyOf("live")+" goes back to it")
		return nil
	}
	if m.frozen {
		m.say(theme.Muted, "looking again now; the view stays frozen until "+m.keyOf("freeze"))
		return nil
	}
	m.say(theme.Muted, "looking again now")
	return nil
}

func (m *Model) doTime(string) tea.Cmd {
	m.pen.local = !m.pen.local
	zone := "UTC"
	if m.pen.local {
		zone, _ = m.pen.there(time.Now()).Zone()
		zone = "local (" + zone + ")"
	}
	m.say(theme.Muted, "times are "+zone)
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

func (m *Model) doCommands(string) tea.Cmd { return m.ask(askingCommand, "") }

func (m *Model) doHelp(string) tea.Cmd {
	m.cover(overlayHelp)
	return nil
}

func (m *Model) doLog(string) tea.Cmd {
	m.cover(overlayLog)
	return nil
}

func (m *Model) doCalls(string) tea.Cmd {
	m.cover(overlayCalls)
	return nil
}

func (m *Model) doLinks(string) tea.Cmd {
	if len(m.linksOf()) == 0 {
		m.say(theme.Muted, "this row has no page to open")
		return nil
	}
	m.cover(overlayLinks)
	return nil
}

// doSort sorts the focused pane by the named order, or by the next one. The cursor
// stays with its row.
func (m *Model) doSort(name string) tea.Cmd {
	p := m.panes[m.focus]
	if p.tail {
		m.say(theme.Muted, "the timeline is in the order of time")
		return nil
	}
	next := (p.order + 1) % len(orders)
	if name != "" {
		if next = slices.Index(orderNames(), name); next < 0 {
			m.say(theme.Warning, fmt.Sprintf("sort: there is no order %q; there are %s", name, strings.Join(orderNames(), ", ")))
			return nil
		}
	}
	p.order, p.moved = next, true
	m.syncPanes()
	m.say(theme.Muted, "sorted by "+orders[next].name)
	return nil
}

// doRow puts the cursor on a row by its number, counted from 1.
func (m *Model) doRow(arg string) tea.Cmd {
	p := m.panes[m.focus]
	number, err := strconv.Atoi(strings.TrimSpace(arg))
	if err != nil || number < 1 || number > p.rows.len() {
		m.say(theme.Warning, fmt.Sprintf("row: %q is not one of the rows 1 to %d of this pane; try :12", arg, p.rows.len()))
		return nil
	}
	p.move(number - 1 - p.cursor)
	m.scroll = 0
	return nil
}

// doQuit leaves, and asks first where that closes the room for others.
func (m *Model) doQuit(string) tea.Cmd {
	others := len(m.crowd.here.Members) - 1
	if !m.crowd.hosts || others < 1 || m.crowd.warned {
		return tea.Quit
	}
	m.crowd.warned = true
	m.say(theme.Warning, plural(others, "other")+" would be shown out, since the room is served from here; once more closes it")
	return nil
}
