package serve

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/charmbracelet/colorprofile"

	"warroom/internal/room"
	"warroom/internal/screen"
	"warroom/ui"
)

// Frames a second at the most: people want to see their keys, a wall has none.
const (
	peoplePace = time.Second / 60
	kioskPace  = time.Second / 10
)

// showScreen shows the room on the guest's terminal.
func (g *Guest) showScreen() (int, error) {
	g.came("a screen")
	defer g.went()
	personal := g.personal()
	personal.Memory, personal.Keep = g.remembered()
	o := g.server.options.Screen(g)
	o.Role, o.Roster, o.Zone = g.Person().Role, g.server.options.Roster, g.Zone()
	o.Desk, o.Seat, o.Remove, o.Refresh, o.Reload, o.Probe = personal.Desk, personal.Seat, personal.Remove, personal.Refresh, personal.Reload, personal.Probe
	left, known := g.server.left.of(g.Person().Key)
	o.Memory, o.Keep = personal.Memory, personal.Keep
	first := func(ctx context.Context) (screen.Screen, error) {
		o.Context = ctx
		model, err := ui.New(o)
		if err != nil {
			return nil, err
		}
		model.Own(personal)
		if known && g.server.options.Now().Sub(left.at) < viewportKept {
			model.ShowViewport(left.viewport)
		}
		return watched{model}, nil
	}
	last, err := g.show(screen.Options{
		Screen: first, Pace: peoplePace, Called: g.seat.Load().Followed(), // the header says so to nobody else
		Own:  func(s screen.Screen) { s.(watched).Own(personal) },
		Part: func(s screen.Screen) { personal.Memory = s.(watched).Remember() },
	})
	if last == nil {
		return 2, err
	}
	w := last.(watched)
	g.server.left.keep(g.Person().Key, memory{w.Viewport(), g.server.options.Now()})
	_ = w.Close()
	if err := personal.Keep(w.Remember()); err != nil {
		g.server.options.Log.Warn(err.Error())
	}
	return statusOf(err), err
}

// remembered is how the guest left the screen the last time, and what keeps it for the
// next.
func (g *Guest) remembered() (ui.Memory, func(ui.Memory) error) {
	key := g.Person().Key
	if key == openKey { // many have it
		return ui.Memory{}, func(ui.Memory) error { return nil }
	}
	if g.server.options.Remember != nil {
		return g.server.options.Remember(key)
	}
	known, _ := g.server.screens.Load(key)
	memory, _ := known.(ui.Memory)
	return memory, func(memory ui.Memory) error {
		g.server.screens.Store(key, memory)
		return nil
	}
}

// personal is what the guest's role allows beside looking. A viewer holds nothing to act
// with.
func (g *Guest) personal() ui.Personal {
	p := ui.Personal{}
	if g.server.options.Personal != nil {
		p = g.server.options.Personal(g)
	}
	role := g.Person().Role
	if !role.May(room.MayLook) {
		p.Refresh = nil
	}
	if !role.May(room.MayAct) {
		p.Probe = nil
	}
	if !role.May(room.MaySteer) {
		p.Steering = nil
	}
	if !role.May(room.MayAdmin) {
		p.Reload = nil
	} else {
		p.Remove = g.remove
	}
	p.Desk, p.Seat = g.desk(), g.seat.Load()
	return p
}

// show draws until the guest leaves.
func (g *Guest) show(o screen.Options) (screen.Screen, error) {
	o.In, o.Out, o.Size, o.Sizes = g.channel, &output{guest: g, to: g.channel}, g.asked.size, g.sizes
	o.Profile, o.Environ = g.profile(), append(slices.Clone(g.asked.environ), "TERM="+g.asked.term)
	o.Rate = newRate(inputBurst, inputRate).take
	last, err := g.server.house.Show(g.ctx, o)
	var broken *screen.Broken
	switch {
	case errors.As(err, &broken):
		g.server.options.Log.Error("a guest's screen broke", "cause", broken.Cause, "stack", broken.Stack)
	case errors.Is(err, screen.ErrHungUp):
		err = errHungUp
	}
	return last, err
}

// profile is how many colours the terminal has. Any value of NO_COLOR counts:
// https://no-color.org.
func (g *Guest) profile() colorprofile.Profile {
	if g.Getenv("NO_COLOR") != "" || len(g.asked.term) > 1 && g.asked.term[:2] == "vt" {
		return colorprofile.ASCII
	}
	return colorprofile.Env(append(slices.Clone(g.asked.environ), "TERM="+g.asked.term))
}

// remove shows a guest out.
func (g *Guest) remove(id uint64) error { return g.server.ShowOut(id, g.Person()) }

// ShowOut ends the session of the guest with a seat of that id, who is told so. The audit
// log says by whom. The error says that there is no such guest.
func (s *Server) ShowOut(id uint64, by room.Person) error {
	for _, g := range s.everybody() {
		if seat := g.seat.Load(); seat != nil && seat.ID() == id {
			g.audit("shown out", "by", by.Name, "by key", by.Key)
			g.end(errShownOut)
			return nil
		}
	}
	return errors.New("that one is not here over SSH")
}

// everybody is all sessions.
func (s *Server) everybody() []*Guest {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []*Guest
	for c := range s.connections {
		c.mu.Lock()
		all = append(all, c.guests...)
		c.mu.Unlock()
	}
	return all
}

func sortBySince(guests []*Guest) {
	slices.SortFunc(guests, func(a, b *Guest) int { return cmp.Compare(a.since.UnixNano(), b.since.UnixNano()) })
}

// Review admits everybody again who is here, as the keyring now says: whoever is not, or
// is somebody else by now, is shown out. It is for when the keyring has changed.
func (s *Server) Review() {
	if s.options.Keyring == nil {
		return
	}
	s.mu.Lock()
	var all []*connection
	for c := range s.connections {
		all = append(all, c)
	}
	s.mu.Unlock()
	for _, c := range all {
		_ = c.review()
	}
}

// showKiosk shows the room on a wall. What is pressed there goes nowhere: it is dropped
// before the screen, the screen takes no keys, and it holds nothing to act with.
func (g *Guest) showKiosk() (int, error) {
	g.came("a wall")
	defer g.went()
	o := g.server.options.Kiosk(g)
	o.Zone, o.Local = g.Zone(), false
	first := func(ctx context.Context) (screen.Screen, error) {
		o.Context = ctx
		kiosk, err := ui.NewKiosk(o)
		if err != nil {
			return nil, err
		}
		return wall{kiosk}, nil
	}
	last, err := g.show(screen.Options{Screen: first, Deaf: true, Pace: kioskPace})
	if last == nil {
		return 2, err
	}
	_ = last.Close()
	return statusOf(err), err
}
