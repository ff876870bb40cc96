// Package ui is the screen: one tea.Model a viewer, four panes, one action table.
//
// Everything that is drawn comes from an immutable room.Snapshot and is cached by
// what it depends on, so that at rest nothing is drawn and nothing is written.
package ui

import (
	"cmp"
	"context"
	"time"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"warroom/internal/room"
	"warroom/theme"
)

// Model is one viewer's screen. It is used from one goroutine, Bubble Tea's.
type Model struct {
	context context.Context
	reader  room.Reader
	desk    room.Desk
	hadDesk bool // it was copied from one that has a desk
	role    room.Role
	acts
	played    played
	past      past
	charts    room.Charts
	noJournal string
	reload    func() error
	probe     ProbeDesk
	refresh   func()
	newLook   func() *Look
	look      *Look // the last one taken from newLook

	services map[string]Service
	memory   Memory
	keep     func(Memory) error

	mouse     bool
	wish      Attention // how its person wants to be called
	attention attention

	actions []action
	byKey   map[string]int

	bell  <-chan struct{}
	leave func()
	live  *room.Snapshot // the newest
	shown *room.Snapshot // what is on the screen: live, unless frozen or of the past

	pen           pen
	themeName     string // what is worn
	wished        string // what the config or the command line asks for
	themes        theme.Library
	terminal      theme.Terminal
	width, height int

	panes  [paneCount]*pane
	low    [paneCount]bool // which of them need no more than a quarter of the height
	focus  int
	zoom   bool
	detail bool
	scroll int  // of the detail
	frozen bool // the view stands still while the room goes on
	filter filter
	flags  *flags

	overlay       overlay
	overlayScroll int
	welcome       bool // the first visitor's hints are shown, and the focus is on the worst pane
	pick          picker
	log           func() []LogLine
	calls         func() []CallCount

	input   textinput.Model
	asking  asking
	choice  int // the palette's marked line
	message label

	dirty bool
	frame tea.View
	chart chartView
	crowd crowd
	detailCache
}

// changed says that the room has a newer Snapshot.
type changed struct{}

// second is the clock's tick.
type second struct{}

// New makes a screen, or says which of the keys asked for cannot be.
func New(o Options) (*Model, error) {
	if o.Context == nil {
		o.Context = context.Background()
	}
	m := &Model{
		context: o.Context, reader: o.Room, desk: o.Desk, role: cmp.Or(o.Role, room.Admin), acts: acts{readOnly: o.ReadOnly}, played: playing(o.Drill, o.Replay),
		past: past{history: o.History}, noJournal: o.NoJournal, reload: o.Reload, refresh: o.Refresh, probe: o.Probe, charts: o.Charts,
		newLook: o.NewLook, log: o.Log, calls: o.Calls, keep: o.Keep, memory: o.Memory, panes: newPanes(), flags: newFlags(), input: textinput.New(),
	}
	if m.newLook == nil {
		m.newLook = func() *Look { return nil }
	}
	m.pen.now, m.pen.zone = o.Room.Now(), o.Zone
	if err := m.wear(&o.Look); err != nil {
		return nil, err
	}
	m.input.SetVirtualCursor(false)
	m.bell, m.leave = o.Room.Join()
	m.crowd.seat, m.crowd.remove, m.crowd.hosts = o.Seat, o.Remove, o.Hosts
	m.crowd.join(o.Roster)
	m.live = o.Room.Snapshot()
	m.shown = m.live
	m.flags.take(new(room.Snapshot), m.live)
	m.syncPanes()
	m.recall(o.Memory)
	return m, nil
}

// Close leaves the room and remembers the screen for the next time. An error says
// why it could not be.
func (m *Model) Close() error {
	m.Leave()
	return m.keepMemory()
}

// Leave leaves the room, as Close does, without remembering anything.
func (m *Model) Leave() {
	m.leave()
	m.crowd.leave()
	if m.crowd.following.id != 0 {
		m.crowd.following.leave()
	}
}

// Init implements tea.Model.
func (m *Model) Init() tea.Cmd {
	return tea.Batch(tea.Raw(ansi.RequestBackgroundColor), m.listen(), m.gather(0), tick())
}

// listen waits for the bell once.
func (m *Model) listen() tea.Cmd { return hear(m.context, m.bell) }

// hear waits for a bell once.
func hear(ctx context.Context, bell <-chan struct{}) tea.Cmd {
	return func() tea.Msg {
		select {
		case <-bell:
			return changed{}
		case <-ctx.Done():
			return nil
		}
	}
}

// tick is due at the next full second, once for the whole screen.
func tick() tea.Cmd { return tea.Every(time.Second, func(time.Time) tea.Msg { return second{} }) }

// Update implements tea.Model.
func (m *Model) Update(message tea.Msg) (tea.Model, tea.Cmd) {
	command := tea.Batch(m.handle(message), m.chase())
	m.showOthers()
	return m, command
}

func (m *Model) handle(message tea.Msg) tea.Cmd {
	switch message := message.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height, m.dirty = max(0, message.Width), max(0, message.Height), true
		m.apportion()
	case tea.BackgroundColorMsg:
		m.terminal.Light, m.dirty = !message.IsDark(), true
		m.dress()
	case tea.ColorProfileMsg:
		m.terminal.Profile, m.dirty = message.Profile, true
		m.dress()
	case changed:
		m.take(m.reader.Snapshot())
		return m.listen()
	case second:
		m.tellTime()
		return tea.Batch(tick(), m.call(m.pen.there(time.Now())))
	case chartDue:
		if message.serial == m.chart.serial {
			return m.fetchChart()
		}
	case acted:
		m.tookAct(message)
	case arrived:
		return m.arrive(message)
	case chartCame:
		m.takeChart(message)
	case gathered:
		return m.meet()
	case moved:
		return m.followMoved(message)
	default:
		return m.handleInput(message)
	}
	return nil
}

// handleInput takes what comes from the terminal and its person.
func (m *Model) handleInput(message tea.Msg) tea.Cmd {
	switch message := message.(type) {
	case tea.EnvMsg:
		m.attention.knowTerminal(message.Getenv)
	case tea.FocusMsg:
		m.attention.away, m.attention.pending = false, nil
	case tea.BlurMsg:
		m.attention.away = true
	case tea.PasteMsg:
		return m.typed(message)
	case tea.MouseWheelMsg:
		m.wheel(message.Mouse())
	case tea.MouseClickMsg:
		return m.click(message.Mouse())
	case tea.KeyPressMsg:
		m.dirty = true
		return m.press(message)
	}
	return nil
}

// take takes in a newer Snapshot; a frozen view, or one of the past, only counts it.
func (m *Model) take(s *room.Snapshot) {
	if s.At.Before(m.live.At) { // what is played has leapt back, and what comes is no news
		m.flags.restart(s)
	} else {
		m.attention.news(m.flags.take(m.live, s))
	}
	m.live, m.dirty = s, true
	if look := m.newLook(); look != nil && look != m.look {
		m.look = look
		if err := m.wear(look); err != nil {
			m.say(theme.Warning, err.Error())
		}
	}
	if m.frozen || m.past.travels() {
		return
	}
	m.shown = s
	m.pen.now = m.reader.Now()
	m.syncPanes()
	if m.welcome {
		m.focusOnTheWorst()
	}
}

// focusOnTheWorst shows a first visitor, who has not pressed a key yet, where it burns:
// our own probes lead, then the alarms, then what AWS says.
func (m *Model) focusOnTheWorst() {
	for _, i := range []int{2, 1, 0} {
		if m.shown.Of(m.panes[i].kind).States[room.Critical] > 0 {
			m.focus = i
			return
		}
	}
}

// tellTime moves the clock on, unless the view stands still or room time does.
func (m *Model) tellTime() {
	now := m.reader.Now()
	if m.frozen || m.past.travels() || now.Unix() == m.pen.now.Unix() {
		return
	}
	m.pen.now, m.dirty = now, true
	if m.crowd.listed { // what others look at is no news to anybody but those who follow
		m.crowd.here = m.crowd.roster.Here()
	}
}

func (m *Model) syncPanes() {
	for _, p := range m.panes {
		p.past = m.past.travels()
		p.sync(m.shown, m.filter)
	}
	m.apportion()
}

// behind is how many timeline events a view that stands still has missed.
func (m *Model) behind() int { return max(0, m.live.Timeline.Total-m.shown.Timeline.Total) }

// press acts on a key: into the open input, else by the action table.
func (m *Model) press(key tea.KeyPressMsg) tea.Cmd {
	m.message, m.welcome = label{}, false
	name := key.String()
	switch {
	case m.asking != askingNothing:
		return m.answer(key)
	case m.pick.open:
		return m.pickKey(name)
	case m.crowd.listed:
		return m.listKey(name)
	}
	m.seeRows()
	i, ok := m.byKey[name]
	if ok {
		if command, answered := m.answerInvitation(m.actions[i].id); answered {
			return command
		}
	}
	if !ok || !m.possible(m.actions[i]) {
		m.say(theme.Muted, name+" does nothing here; "+m.keyOf("help")+" shows the keys")
		return nil
	}
	return m.do(m.actions[i], "")
}

// do does an action, if the person's role allows it.
func (m *Model) do(a action, arg string) tea.Cmd {
	if !m.may(a) {
		return nil
	}
	if a.id != "quit" {
		m.crowd.warned = false
	}
	m.whileFollowing(a)
	return a.do(m, arg)
}

// seeRows takes note that whoever presses a key has seen the rows of the pane in focus,
// as they are now.
func (m *Model) seeRows() {
	if !m.past.travels() && m.overlay == overlayNothing && m.arranged().panes[m.focus].height > 0 {
		m.flags.see(m.panes[m.focus].onScreen())
	}
}

// say puts a line in the footer until the next key.
func (m *Model) say(token theme.Token, text string) {
	m.message, m.dirty = label{token: token, text: text}, true
}
