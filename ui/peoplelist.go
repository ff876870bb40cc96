package ui

import (
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"warroom/internal/presence"
	"warroom/internal/room"
	"warroom/theme"
)

// peopleRows is how many people are listed at once.
const peopleRows = 12

// listKey takes a key while the list of people is open.
func (m *Model) listKey(name string) tea.Cmd {
	c := &m.crowd
	switch name {
	case "down", "j", "tab":
		c.at++
	case "up", "k", "shift+tab":
		c.at--
	case "enter":
		c.listed = false
		if member := m.listedMember(); member != nil {
			return m.follow(member)
		}
	case "ctrl+c":
		return tea.Quit
	default:
		c.listed = name != "esc" && name != "q" && name != m.keyOf("follow") && c.listed
	}
	c.at = clamp(c.at, 0, max(0, len(c.here.Members)-1))
	return nil
}

func (m *Model) listedMember() *presence.Member {
	members := m.crowd.here.Members
	if len(members) == 0 {
		return nil
	}
	return members[clamp(m.crowd.at, 0, len(members)-1)]
}

// peopleSheet is who is here, as what, since when, and what they look at:
//
//	╭ 4 here ─ enter follows, esc leaves ─────────────────────────────────────╮
//	│ ana    responder  42m  alarms, checkout-5xx                  2 follow   │
//	╰─────────────────────────────────────────────────────────────────────────╯
func (m *Model) peopleSheet(width, height int) []string {
	c := &m.crowd
	c.at = clamp(c.at, 0, max(0, len(c.here.Members)-1))
	rows := min(peopleRows, height-2)
	first := clamp(c.at-rows+1, 0, max(0, len(c.here.Members)-rows))
	var lines []string
	for i := first; i < min(first+rows, len(c.here.Members)); i++ {
		lines = append(lines, m.memberLine(c.here.Members[i], i == c.at, width-4))
	}
	if len(lines) == 0 {
		lines = append(lines, m.pen.row(width-4, false, false, cell{token: theme.Muted, text: "nobody is here", width: flex}))
	}
	about := label{token: theme.Muted, text: "enter follows, esc leaves"}
	box := frame{labels: []label{{token: theme.Strong, text: fmt.Sprintf("%d here", len(c.here.Members))}, about}, lines: lines, focused: true}
	return box.draw(&m.pen, width)
}

func (m *Model) memberLine(member *presence.Member, under bool, width int) string {
	name := member.Person.Name
	if member.ID == m.crowd.own() {
		name += " (you)"
	}
	followers := ""
	if member.Followers > 0 {
		followers = fmt.Sprintf("%d follow", member.Followers)
	}
	return m.pen.row(width, under, false,
		cell{token: theme.Accent, text: name, width: 20},
		cell{token: theme.Text, text: roleName(member.Person), width: 9},
		cell{token: theme.Muted, text: since(m.pen.now, member.Since), width: 6, right: true},
		cell{token: theme.Text, text: m.whereIs(member), width: flex},
		cell{token: theme.Muted, text: followers, width: 10, rank: 1})
}

// auditShown is how many lines of the audit view are laid out.
const auditShown = 300

func (m *Model) doAudit(string) tea.Cmd {
	m.cover(overlayAudit)
	return nil
}

// auditLines is who came, left and acted, newest first, each with the key that did it.
func (m *Model) auditLines(width int) []string {
	var events []*room.Event
	for _, e := range m.live.Timeline.Events {
		if e.Act() {
			events = append(events, e)
		}
	}
	events = append(events, m.live.Visits...)
	room.SortLines(events)
	g := &page{pen: &m.pen, shown: m.live, width: width}
	for _, e := range slices.Backward(events[max(0, len(events)-auditShown):]) {
		g.lines = append(g.lines, m.auditLine(e, width))
	}
	if len(events) == 0 {
		g.add(theme.Muted, "nobody has come, left or done anything yet")
	}
	return g.lines
}

func (m *Model) auditLine(e *room.Event, width int) string {
	key := e.ActorKey
	if key == "" {
		key = "this machine"
	}
	what := m.pen.eventText(e)
	switch e.Type {
	case room.EventJoin:
		what = e.Actor + " joined, " + e.Text
	case room.EventLeave:
		what = e.Actor + " left"
		if e.Text != "" {
			what += ": " + e.Text
		}
	}
	return m.pen.row(width, false, false,
		cell{token: theme.Muted, text: m.pen.date(e.At), width: 20},
		cell{token: theme.Text, text: what, width: flex, least: 30},
		cell{token: theme.Muted, text: key, width: 50, rank: 1, brief: keyStart(key), small: 14})
}

// keyStart is the beginning of a fingerprint, enough to tell keys apart.
func keyStart(key string) string { return key[:min(len(key), 14)] }
