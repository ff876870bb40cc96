package serve

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"
	gossh "golang.org/x/crypto/ssh"

	"warroom/internal/clean"
	"warroom/internal/presence"
	"warroom/internal/room"
)

// Guest is one session of a person.
type Guest struct {
	server     *Server
	connection *connection
	channel    gossh.Channel
	ctx        context.Context
	stop       context.CancelCauseFunc
	sizes      chan tea.WindowSizeMsg
	asked      asked
	seat       atomic.Pointer[presence.Seat] // nil for one who does not look at the room
	since      time.Time
}

// Reasons for which a session ends by itself.
var (
	errHungUp   = errors.New("the client has hung up")
	errAgain    = errors.New("you have joined again elsewhere, too often for all to stay")
	errShownOut = errors.New("you were shown out")
)

func newGuest(s *Server, c *connection, channel gossh.Channel) *Guest {
	g := &Guest{server: s, connection: c, channel: channel, sizes: make(chan tea.WindowSizeMsg, 1)}
	g.ctx, g.stop = context.WithCancelCause(s.ctx)
	return g
}

// Person is who it is.
func (g *Guest) Person() room.Person { return g.connection.grant.Person }

// Zone is where the guest's terminal is: what its key says, else what it says itself; nil
// if neither does.
func (g *Guest) Zone() *time.Location {
	if zone := g.connection.grant.Zone; zone != nil {
		return zone
	}
	for _, name := range []string{"LC_TZ", "TZ"} {
		if zone := g.server.zone(g.Getenv(name)); zone != nil {
			return zone
		}
	}
	return nil
}

// zone finds a time zone by its name, each only once: equal screens have the same one.
func (s *Server) zone(name string) *time.Location {
	if name == "" || len(name) > nameRunes {
		return nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	known, _ := s.zones.LoadOrStore(zone.String(), zone)
	return known.(*time.Location)
}

// Night is when a wall is dimmed, as "22-07"; "" if never.
func (g *Guest) Night() string { return g.connection.grant.Night }

// Getenv reads the guest's environment, TERM included.
func (g *Guest) Getenv(name string) string {
	if name == "TERM" {
		return g.asked.term
	}
	for _, variable := range g.asked.environ {
		if value, ok := strings.CutPrefix(variable, name+"="); ok {
			return value
		}
	}
	return ""
}

// cancel ends the session; the first reason counts.
func (g *Guest) cancel(why error) { g.stop(why) }

// end ends the session and tells the person why.
func (g *Guest) end(why error) { g.cancel(why) }

// serve is the session once a shell or a command was asked for. It is counted out before
// the client knows that it is over, and may ask for the next one.
func (g *Guest) serve(finish func()) {
	g.enter()
	status, why := g.attend()
	g.leave(status, why)
	if status != 0 && why != nil && !errors.Is(why, errHungUp) {
		_, _ = fmt.Fprintf(g.errors(), "warroom: %s\r\n", why)
	}
	finish()
	_, _ = g.channel.SendRequest("exit-status", false, gossh.Marshal(struct{ Status uint32 }{uint32(status)}))
}

// enter takes the guest into the connection, and ends the oldest session of a key that has
// too many.
func (g *Guest) enter() {
	c, s := g.connection, g.server
	g.since = s.options.Now()
	c.mu.Lock()
	c.guests = append(c.guests, g)
	barred := c.barred
	c.mu.Unlock()
	if barred != nil {
		g.end(barred)
	}
	limit := c.grant.Sessions
	if limit == 0 {
		limit = sessionsOfKey
	}
	if c.grant.Person.Key == openKey { // it is no one's
		limit = s.options.MaxSessions
	}
	if of := s.guestsOf(c.grant.Person.Key); len(of) > limit {
		of[0].end(errAgain)
	}
	kind := "screen"
	switch {
	case g.asked.command != "":
		kind = "command"
	case !g.asked.terminal:
		kind = "lines"
	}
	g.audit("session", "kind", kind, "term", g.asked.term, "columns", g.asked.size.Width, "rows", g.asked.size.Height, "command", clean.Line(g.asked.command, textRunes))
}

// guestsOf is the sessions of a key, the oldest first.
func (s *Server) guestsOf(key string) []*Guest {
	s.mu.Lock()
	connections := make([]*connection, 0, len(s.connections))
	for c := range s.connections {
		connections = append(connections, c)
	}
	s.mu.Unlock()
	var of []*Guest
	for _, c := range connections {
		if c.grant.Person.Key != key {
			continue
		}
		c.mu.Lock()
		of = append(of, c.guests...)
		c.mu.Unlock()
	}
	sortBySince(of)
	return of
}

func (g *Guest) leave(status int, why error) {
	c := g.connection
	c.mu.Lock()
	for i, other := range c.guests {
		if other == g {
			c.guests = append(c.guests[:i], c.guests[i+1:]...)
			break
		}
	}
	c.mu.Unlock()
	reason := "left"
	if why != nil {
		reason = why.Error()
	}
	g.audit("session over", "why", clean.Line(reason, textRunes), "status", status, "seconds", int(g.server.options.Now().Sub(g.since).Seconds()))
}

// attend gives the guest what was asked for, and says how it ended.
func (g *Guest) attend() (status int, why error) {
	role := g.Person().Role
	command := strings.TrimSpace(g.asked.command)
	switch {
	case role == room.Kiosk && (command != "" || !g.asked.terminal):
		return 2, errors.New("this key is for a wall; it shows the room on a terminal (ssh -t) and nothing else")
	case role == room.Kiosk:
		return g.showKiosk()
	case command == "" && g.asked.terminal && g.asked.term != "dumb":
		return g.showScreen()
	case command == "" || command == "plain":
		return g.tell()
	}
	return g.run(command)
}

// statusOf is the exit status of a session that ended for a reason.
func statusOf(why error) int {
	switch {
	case why == nil, errors.Is(why, context.Canceled):
		return 0
	case errors.Is(why, errHungUp):
		return 130
	}
	return 1
}

// came lets the room know that the guest is here.
func (g *Guest) came(as string) {
	p := g.Person()
	g.seat.Store(g.server.options.Roster.Enter(p, g.server.options.Room.Now()))
	g.server.options.Room.Came(p, fmt.Sprintf("as %s, to %s, from %s", p.Role, as, host(g.connection.from)))
}

// went lets it know that the guest has left.
func (g *Guest) went() {
	g.seat.Load().Leave()
	why := ""
	if cause := context.Cause(g.ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		why = cause.Error()
	}
	g.server.options.Room.Left(g.Person(), why)
}

// host is an address without its port.
func host(addr net.Addr) string {
	if tcp, ok := addr.(*net.TCPAddr); ok {
		return tcp.IP.String()
	}
	return clean.Line(addr.String(), nameRunes)
}

// audit writes down what a guest does.
func (g *Guest) audit(what string, more ...any) {
	g.server.options.Audit.Info(what, append(append(g.connection.who(), "from", g.connection.from.String()), more...)...)
}
