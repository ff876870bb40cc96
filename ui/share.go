package ui

import (
	"context"
	"hash/fnv"
	"maps"
	"slices"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"warroom/internal/presence"
	"warroom/internal/room"
	"warroom/theme"
)

// sharedKey is all of a screen that is its viewer's, and decides what is drawn. Two
// screens with equal ones draw the same, whoever looks at them.
type sharedKey struct {
	width, height int
	focus         int
	low           [paneCount]bool // as it was left by what came before
	zoom, detail  bool
	scroll        int
	filter        string
	panes         [paneCount]paneKey
	flags         uint64
	theme         string
	wished        string
	look          *Look
	ascii, local  bool
	terminal      theme.Terminal
	zone          string
	mouse         bool
	welcome       bool
	message       label
	wish          Attention
	away          bool
	osc           string
	tmux          bool
	role          room.Role
	acts          bool
	readOnly      string
	following     uint64
	paused        bool
	invited       uint64 // the invitation that is shown
}

// paneKey is the same of one pane.
type paneKey struct {
	order, cursor, top int
	moved, unfolded    bool
}

// Key is everything that this screen's frames depend on, beside the room, the people in it
// and the clock. It is comparable, and screens with equal keys draw equal frames until
// something is pressed. shared is false while there is something on the screen that is one
// person's alone: an open input, a selection, another moment than the present, a chart
// that is on its way.
func (m *Model) Key() (key any, shared bool) {
	me := m.crowd.here.Member(m.crowd.own())
	switch {
	case m.overlay != overlayNothing, m.asking != askingNothing, m.pick.open, m.crowd.listed,
		m.frozen, m.past.travels(), m.past.busy, m.chart.alarm != nil, len(m.attention.pending) > 0,
		m.detail && m.crowd.roster != nil && m.crowd.following.id == 0, // it says who else looks at the row
		me != nil && (me.Followers > 0 || me.Private || m.crowd.here.InvitedBy(me.ID)):
		return nil, false
	}
	k := sharedKey{
		width: m.width, height: m.height, focus: m.focus, low: m.low, zoom: m.zoom, detail: m.detail, scroll: m.scroll, filter: m.filter.text,
		theme: m.themeName, wished: m.wished, look: m.look, ascii: m.pen.ascii, local: m.pen.local, terminal: m.terminal, zone: m.pen.zoneName(),
		mouse: m.mouse, welcome: m.welcome, message: m.message, wish: m.wish, away: m.attention.away, osc: m.attention.osc, tmux: m.attention.tmux,
		role: m.role, acts: m.hasDesk(), readOnly: m.readOnly, following: m.crowd.following.id, paused: m.crowd.following.paused,
	}
	if i := m.invitation(); i != nil {
		k.invited = i.ID
	}
	for i, p := range m.panes {
		if len(p.story.except) > 0 || p.missing() || len(m.flags.marked[i]) > 0 {
			return nil, false
		}
		k.panes[i] = paneKey{p.order, p.cursor, p.top, p.moved, p.story.unfolded}
	}
	k.flags = m.flags.sum()
	return k, true
}

// hasDesk says whether those can act who look at this screen.
func (m *Model) hasDesk() bool { return m.desk != nil || m.hadDesk }

// sum is a number for what is flagged: equal for equal flags.
func (f *flags) sum() uint64 {
	sum := fnv.New64a()
	for _, key := range slices.Sorted(maps.Keys(f.unseen)) {
		_, _ = sum.Write([]byte(key + "\x00"))
	}
	return sum.Sum64()
}

// Copy makes a screen that shows the same and is nobody's own: it has no Desk, no seat and
// no memory, and nothing that is under way. It waits for news until ctx ends.
func (m *Model) Copy(ctx context.Context) *Model {
	c := *m
	c.context, c.desk, c.hadDesk = ctx, nil, m.hasDesk()
	c.turn, c.asked = nil, subject{}
	c.past = past{history: m.past.history}
	c.reload, c.refresh, c.keep, c.memory = nil, nil, nil, Memory{Theme: m.memory.Theme, ThemeOver: m.memory.ThemeOver}
	c.played.steering = nil
	c.chart, c.detailCache = chartView{serial: m.chart.serial + 1, length: m.chart.length}, detailCache{}
	c.attention.pending = nil
	c.input, c.asking, c.pick = textinput.New(), askingNothing, picker{}
	c.input.SetVirtualCursor(false)
	c.flags = m.flags.copy()
	for i, p := range m.panes {
		c.panes[i] = p.copy(m.shown)
	}
	c.bell, c.leave = m.reader.Join()
	c.crowd.seat, c.crowd.remove, c.crowd.listed, c.crowd.hosts = nil, nil, false, false
	c.crowd.join(m.crowd.roster)
	c.pen.looked, c.pen.lookedSum = c.crowd.lookedAt()
	if f := &c.crowd.following; f.id != 0 {
		f.bell, f.leave, _ = m.crowd.roster.Watch(f.id)
	}
	c.dress()
	if m.past.travels() || m.frozen {
		c.frozen = false
		c.take(c.live)
	}
	return &c
}

// Waits is what a copy waits for, in the place of Init.
func (m *Model) Waits() tea.Cmd { return tea.Batch(m.listen(), m.gather(0), m.watch(), tick()) }

func (f *flags) copy() *flags {
	c := &flags{unseen: maps.Clone(f.unseen), trouble: maps.Clone(f.trouble), version: f.version}
	for i, marked := range f.marked {
		c.marked[i] = maps.Clone(marked)
	}
	return c
}

// copy is a pane with rows of its own: they are changed in place when the timeline grows.
func (p *pane) copy(shown *room.Snapshot) *pane {
	c := *p
	c.rows = p.rows.copy()
	c.filter.sight = &sight{Snapshot: shown}
	c.story.left, c.story.except = slices.Clip(p.story.left), maps.Clone(p.story.except)
	return &c
}

// Personal is what makes a screen one person's own.
type Personal struct {
	Desk     room.Desk             // nil for one who only looks
	Seat     *presence.Seat        // nil if nobody else can come
	Remove   func(id uint64) error // shows somebody out; nil for one who may not
	Refresh  func()                // as in Options
	Reload   func() error          // as in Options
	Probe    ProbeDesk             // as in Options
	Steering room.Steering         // of what is played; nil for one who may not steer
	Memory   Memory                // as in Options
	Keep     func(Memory) error    // as in Options
}

// Own makes a copy one person's own, as it stands.
func (m *Model) Own(p Personal) {
	m.desk, m.hadDesk = p.Desk, false
	m.refresh, m.reload, m.probe, m.keep, m.memory, m.played.steering = p.Refresh, p.Reload, p.Probe, p.Keep, p.Memory, p.Steering
	m.crowd.seat, m.crowd.remove = p.Seat, p.Remove
	if m.crowd.shown = m.viewport(); p.Seat != nil {
		p.Seat.Look(m.crowd.shown)
	}
}

// Viewport is what the screen shows, as it can be shown again on another one.
func (m *Model) Viewport() presence.Viewport { return m.viewport() }

// ShowViewport shows what another screen has shown. It is to be called before Init, or
// within Update's goroutine.
func (m *Model) ShowViewport(v presence.Viewport) tea.Cmd {
	m.welcome = false
	return m.showViewport(v)
}

// Remember is how this screen's person will find it again the next time.
func (m *Model) Remember() Memory { return m.remember() }
