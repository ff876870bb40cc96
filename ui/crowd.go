package ui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/internal/clean"
	"warroom/internal/presence"
	"warroom/internal/room"
	"warroom/theme"
)

// crowd is the other people, as far as one screen knows of them.
type crowd struct {
	roster    *presence.Roster // nil where nobody else can come
	seat      *presence.Seat   // this person's own; nil on a screen that several share
	here      *presence.Here
	bell      <-chan struct{}
	leave     func()
	shown     presence.Viewport // what others know that this screen shows
	following following
	last      uint64 // whom this one followed last
	declined  uint64 // the invitation that was declined
	listed    bool   // the list of people is open
	at        int    // its cursor
	remove    func(id uint64) error
	hosts     bool // leaving this screen closes the room for all
	warned    bool // that was said at the last key
}

// gathered says that the people who are here, or what concerns all of them, have changed.
type gathered struct{}

// join begins to look at who is here.
func (c *crowd) join(roster *presence.Roster) {
	c.here, c.leave = new(presence.Here), func() {}
	if c.roster = roster; roster != nil {
		c.bell, c.leave = roster.Join()
		c.here = roster.Here()
	}
}

// gatherRest is the least real time between two changes of who is here: when a server comes
// back everybody joins at once, and each of them is news to all the others.
const gatherRest = 200 * time.Millisecond

// gather waits for the next change, and before that for rest.
func (m *Model) gather(rest time.Duration) tea.Cmd {
	if m.crowd.roster == nil {
		return nil
	}
	bell, ctx := m.crowd.bell, m.context
	return func() tea.Msg {
		select {
		case <-time.After(rest):
		case <-ctx.Done():
			return nil
		}
		select {
		case <-bell:
			return gathered{}
		case <-ctx.Done():
			return nil
		}
	}
}

// meet takes in who is here now.
func (m *Model) meet() tea.Cmd {
	m.crowd.here, m.dirty = m.crowd.roster.Here(), true
	m.detailLines = nil // it says who else looks at the row
	m.pen.looked, m.pen.lookedSum = m.crowd.lookedAt()
	m.checkFollowed()
	return m.gather(gatherRest)
}

// own is the id of this screen's person; 0 on a screen that several share.
func (c *crowd) own() uint64 {
	if c.seat == nil {
		return 0
	}
	return c.seat.ID()
}

// viewport is what this screen shows, for those who follow.
func (m *Model) viewport() presence.Viewport {
	v := presence.Viewport{Pane: m.focus, Zoom: m.zoom, Open: m.detail, Filter: m.filter.text, Moment: m.past.shown}
	for i, p := range m.panes {
		if p.order != 0 {
			v.Orders[i] = orders[p.order].name
		}
	}
	p := m.panes[m.focus]
	if it, ok := p.selected(); ok && (p.moved || m.detail) {
		v.Row = rowName(it.key())
	}
	return v
}

// rowName is an item's key whether its run is folded or not.
func rowName(key string) string { return strings.TrimSuffix(key, "+") }

// showOthers lets others know what this screen shows.
func (m *Model) showOthers() {
	if m.crowd.seat == nil {
		return
	}
	if v := m.viewport(); v != m.crowd.shown {
		m.crowd.shown = v
		m.crowd.seat.Look(v)
	}
}

// showViewport shows what somebody else looks at, laid out for this screen.
func (m *Model) showViewport(v presence.Viewport) tea.Cmd {
	m.dirty, m.scroll = true, 0
	view := View{Focus: v.Pane, Zoom: v.Zoom, Filter: clean.Line(v.Filter, inputLimit), Orders: v.Orders[:]}
	if now := m.view(); now.Filter != view.Filter || m.viewport().Orders != v.Orders {
		m.lookAt(view)
	}
	m.focus, m.zoom, m.detail, m.frozen = clamp(v.Pane, 0, paneCount-1), v.Zoom, v.Open, false
	var way tea.Cmd
	switch {
	case v.Moment.IsZero() && m.past.travels():
		m.present()
	case !v.Moment.Equal(m.past.shown):
		way = m.travel(move{to: v.Moment})
	}
	p := m.panes[m.focus]
	if v.Row == "" {
		p.home(!p.tail)
	} else {
		p.goTo(v.Row)
	}
	return way
}

// people, in the header: how many are here, who is followed, and who follows.
func (m *Model) people() []label {
	var labels []label
	if f := &m.crowd.following; f.id != 0 {
		text := "FOLLOWING " + f.name
		if f.paused {
			text += ", paused"
		}
		labels = append(labels, label{token: theme.Selected, text: " " + text + " " + m.pen.marks.Dot + " " + m.keyOf("back") + " "})
	}
	if n := len(m.crowd.here.Members); n > 1 {
		labels = append(labels, label{token: theme.Muted, text: fmt.Sprintf("%d here", n)})
	}
	if me := m.crowd.here.Member(m.crowd.own()); me != nil {
		if me.Followers > 0 {
			labels = append(labels, label{token: theme.Accent, text: fmt.Sprintf("%d follow you", me.Followers)})
		}
		if me.Private {
			labels = append(labels, label{token: theme.Accent, text: "private"})
		}
	}
	return labels
}

// lookers is who else has the details of a row open, in words; "" if nobody.
func (m *Model) lookers(row string) string {
	var names []string
	for _, member := range m.crowd.here.Looking(rowName(row), m.crowd.own()) {
		names = append(names, member.Person.Name)
	}
	switch len(names) {
	case 0:
		return ""
	case 1:
		return names[0] + " looks at this too"
	}
	return strings.Join(names, ", ") + " look at this too"
}

// lookedAt is the rows that others have open, and a number for them: equal for equal rows.
func (c *crowd) lookedAt() (rows map[string]bool, sum uint64) {
	var names []string
	for _, member := range c.here.Members {
		if member.View.Open && member.View.Row != "" && member.Following == 0 && member.ID != c.own() {
			names = append(names, member.View.Row)
		}
	}
	if len(names) == 0 {
		return nil, 0
	}
	slices.Sort(names)
	rows = make(map[string]bool, len(names))
	var digest digest
	for _, name := range names {
		rows[name] = true
		digest.text(name)
	}
	return rows, digest.sum()
}

// where is what somebody looks at, in words.
func (m *Model) whereIs(member *presence.Member) string {
	v := member.View
	if member.Private {
		return "private"
	}
	if followed := m.crowd.here.Member(member.Following); followed != nil {
		return "follows " + followed.Person.Name
	}
	text := strings.ToLower(m.panes[clamp(v.Pane, 0, paneCount-1)].name)
	if signal := (&sight{Snapshot: m.live}).signal(v.Row); signal != nil {
		text += ", " + signal.Title
	}
	if v.Filter != "" {
		text += " /" + v.Filter
	}
	if !v.Moment.IsZero() {
		text += ", in the past"
	}
	return text
}

// doPrivate hides from others what this screen shows, or shows it again.
func (m *Model) doPrivate(string) tea.Cmd {
	me := m.crowd.here.Member(m.crowd.own())
	if me == nil {
		m.say(theme.Muted, "nobody else can see this screen")
		return nil
	}
	m.crowd.seat.SetPrivate(!me.Private)
	if me.Private {
		m.say(theme.Muted, "others can see again what you look at")
	} else {
		m.say(theme.Muted, "nobody sees what you look at; what you do has your name on it all the same")
	}
	return nil
}

// doRemove shows somebody out.
func (m *Model) doRemove(name string) tea.Cmd {
	if m.crowd.remove == nil {
		m.say(theme.Warning, "nobody can be shown out of here")
		return nil
	}
	shown := 0
	m.crowd.here = m.crowd.roster.Here()
	for _, member := range m.crowd.here.Members {
		if member.Person.Name == name && member.ID != m.crowd.own() {
			if err := m.crowd.remove(member.ID); err != nil {
				m.say(theme.Warning, err.Error())
				return nil
			}
			shown++
		}
	}
	me := m.crowd.here.Member(m.crowd.own())
	if shown == 0 && me != nil && me.Person.Name == name {
		m.say(theme.Warning, "remove: that is you; "+m.keyOf("quit")+" leaves")
		return nil
	}
	if shown == 0 {
		m.say(theme.Warning, fmt.Sprintf("remove: there is no %q here; %s lists who is", name, m.keyOf("follow")))
		return nil
	}
	m.say(theme.Muted, name+" was shown out; to keep the key out, revoke it")
	return nil
}

func (m *Model) memberNames() []string {
	var names []string
	if m.crowd.roster == nil {
		return nil
	}
	for _, member := range m.crowd.roster.Here().Members {
		if member.ID != m.crowd.own() {
			names = append(names, member.Person.Name)
		}
	}
	return names
}

// roleName is how a role stands in a list; the person at this machine has none to name.
func roleName(p room.Person) string { return string(p.Role) }
