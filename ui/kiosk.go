package ui

import (
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"warroom/internal/room"
	"warroom/theme"
)

// KioskOptions are what a wall needs. Only Room must be given.
type KioskOptions struct {
	Context context.Context // ends the wall's waiting; Background if nil
	Room    room.Reader
	Drill   string // the scenario's name if this is a drill, else ""
	Look
	NewLook func() *Look   // the look of a config that was read since; nil if none was. May be nil itself
	Zone    *time.Location // of the screen; time.Local if nil. UTC and local time are both shown
	Night   Hours          // in Zone: the wall is dim within, unless something is critical; zero for never
	// Local says that the wall is ended by q or ctrl+c, as by the person at this machine.
	// No other key does anything, and without it none does.
	Local     bool
	NoJournal string // as in Options
}

// Kiosk is a wall: one room, for everybody who passes, without a key to press. It has no
// way to act, and what it shows follows from the room, the clock and Key alone: nobody
// can leave it on another page. It is used from one goroutine, Bubble Tea's.
type Kiosk struct {
	context context.Context
	reader  room.Reader
	bell    <-chan struct{}
	leave   func()
	local   bool

	newLook  func() *Look
	look     *Look // the last one taken from newLook
	themes   theme.Library
	name     string // of the theme that is asked for
	worn     *theme.Theme
	looks    string
	setting  kioskKey
	snapshot *room.Snapshot
	now      time.Time // room time
	// Pages turn and the frame wanders by real time: the room's may stand, or run at a
	// hundred times the speed in a drill, and a wall of pages that flicker is of no use.
	clock func() time.Time
	real  time.Time

	dirty bool
	frame tea.View
}

// kioskKey is what a frame depends on beside the room, the clock and the theme.
type kioskKey struct {
	width, height int
	terminal      theme.Terminal
	ascii         bool
	drill         string
	noJournal     string
	zone          *time.Location
	night         Hours
}

// NewKiosk makes a wall, or says why it cannot be.
func NewKiosk(o KioskOptions) (*Kiosk, error) {
	if o.Room == nil {
		return nil, errors.New("a wall without a room shows nothing; give it one")
	}
	if o.Context == nil {
		o.Context = context.Background()
	}
	if o.Zone == nil {
		o.Zone = time.Local
	}
	if o.NewLook == nil {
		o.NewLook = func() *Look { return nil }
	}
	k := &Kiosk{
		context: o.Context, reader: o.Room, local: o.Local, newLook: o.NewLook, clock: time.Now,
		setting: kioskKey{drill: o.Drill, noJournal: o.NoJournal, zone: o.Zone, night: o.Night},
	}
	k.wear(&o.Look)
	k.bell, k.leave = o.Room.Join()
	k.snapshot = o.Room.Snapshot()
	k.now, k.real = o.Room.Now(), k.clock()
	return k, nil
}

// Key is everything that a wall's frames depend on beside the room and the clock: walls
// of one room with equal keys have equal frames at every moment, so that one can be drawn
// for all. It is comparable. Zones are equal if they are the same *time.Location.
func (k *Kiosk) Key() any {
	return struct {
		kioskKey
		looks string
	}{k.setting, k.looks}
}

// Close leaves the room. It never fails.
func (k *Kiosk) Close() error {
	k.leave()
	return nil
}

// Init implements tea.Model.
func (k *Kiosk) Init() tea.Cmd {
	return tea.Batch(tea.Raw(ansi.RequestBackgroundColor), k.Waits())
}

// Waits is what a copied wall waits for, in the place of Init.
func (k *Kiosk) Waits() tea.Cmd { return tea.Batch(hear(k.context, k.bell), tick()) }

// Copy makes a wall that shows the same, and waits for news until ctx ends.
func (k *Kiosk) Copy(ctx context.Context) *Kiosk {
	c := *k
	c.context = ctx
	c.bell, c.leave = k.reader.Join()
	return &c
}

// Update implements tea.Model. What a person types, pastes or points at ends here.
func (k *Kiosk) Update(message tea.Msg) (tea.Model, tea.Cmd) {
	switch message := message.(type) {
	case tea.WindowSizeMsg:
		k.setting.width, k.setting.height, k.dirty = max(0, message.Width), max(0, message.Height), true
	case tea.BackgroundColorMsg:
		k.setting.terminal.Light = !message.IsDark()
		k.dress()
	case tea.ColorProfileMsg:
		k.setting.terminal.Profile = message.Profile
		k.dress()
	case changed:
		k.take()
		return k, hear(k.context, k.bell)
	case second:
		k.tellTime()
		return k, tick()
	case tea.KeyPressMsg:
		if name := message.String(); k.local && (name == "q" || name == "ctrl+c") {
			return k, tea.Quit
		}
	}
	return k, nil
}

// take takes in a newer Snapshot, and a newer look.
func (k *Kiosk) take() {
	k.snapshot, k.dirty = k.reader.Snapshot(), true
	k.now, k.real = k.reader.Now(), k.clock()
	if look := k.newLook(); look != nil && look != k.look {
		k.look = look
		k.wear(look)
	}
}

// tellTime moves the clocks on.
func (k *Kiosk) tellTime() {
	now, real := k.reader.Now(), k.clock()
	if now.Unix() != k.now.Unix() || real.Unix() != k.real.Unix() {
		k.now, k.real, k.dirty = now, real, true
	}
}

// wear takes over what a config says of the screen.
func (k *Kiosk) wear(look *Look) {
	k.themes, k.name, k.setting.ascii = look.Themes, look.Theme, look.ASCII
	k.dress()
}

// dress puts on the theme that was asked for.
func (k *Kiosk) dress() {
	k.worn = k.themes.New(k.name, k.setting.terminal)
	k.looks, k.dirty = k.worn.Looks(), true
}

// View implements tea.Model. Nothing is drawn unless the second or the room has changed.
func (k *Kiosk) View() tea.View {
	if !k.dirty {
		return k.frame
	}
	k.dirty = false
	w := k.wall()
	k.frame = tea.NewView(w.frame())
	k.frame.AltScreen = true
	k.frame.DisableBracketedPasteMode = true
	k.frame.WindowTitle = w.windowTitle()
	return k.frame
}

// wall is all that the frame of this moment is drawn from.
func (k *Kiosk) wall() *wall {
	w := &wall{
		pen:  pen{theme: k.worn, marks: &theme.Unicode, ascii: k.setting.ascii, now: k.now},
		name: k.reader.Name(), set: k.setting, s: k.snapshot, real: k.real,
	}
	if w.ascii {
		w.marks = &theme.ASCII
	}
	if w.set.night.Holds(k.real.In(w.set.zone)) && w.critical() == 0 {
		w.theme = w.theme.Dimmed()
	}
	w.many = accounts(w.s.Scopes.List) > 1
	w.feeds = feedsOf(w.s, w.now)
	return w
}
