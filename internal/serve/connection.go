package serve

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"warroom/internal/access"
)

// sessionsEach is how many sessions one connection may have at once: a screen, and a
// command beside it over the same connection.
const sessionsEach = 2

// channelsEach is how many sessions of one connection the client may leave unclosed, those
// that are over among them: each may hold a window of 2 MiB of input that nobody reads.
const channelsEach = 8

// sessionsOfKey is how many sessions one key may have at once, unless its grant says
// otherwise. The next one ends the oldest: it may be one that hangs.
const sessionsOfKey = 4

// connection is one client, from its first byte to its last.
type connection struct {
	server        *Server
	from          net.Addr
	authenticated func()
	refusal       atomic.Pointer[refusal]
	failures      atomic.Int32
	grant         *access.Grant // who has come; set before any session is
	key           gossh.PublicKey
	gate          *gate
	close         func() // without a word; more than once does no harm

	mu       sync.Mutex
	conn     *gossh.ServerConn
	number   uint64 // those that came later have a higher one; 0 until somebody was let in
	came     time.Time
	sessions int
	channels int // sessions and those that are over but for the client's own close
	guests   []*Guest
	barred   error // why there are no more sessions over it; nil while there may be
	isGone   bool
	expiry   *time.Timer
	idle     *time.Timer
	over     context.CancelFunc
}

// who is the person, for the audit log.
func (c *connection) who() []any {
	if c.grant == nil {
		return nil
	}
	who := []any{"name", c.grant.Person.Name, "role", string(c.grant.Person.Role), "key", c.grant.Person.Key}
	if c.grant.Cert != "" {
		who = append(who, "cert", c.grant.Cert)
	}
	return who
}

// errBusy is that a connection has its sessions already.
var errBusy = fmt.Errorf("%d sessions over one connection are enough", sessionsEach)

// begin counts a session in. Who may come in is asked anew: a connection can be there for
// long without a session, or between two.
func (c *connection) begin(conn *gossh.ServerConn) error {
	if err := c.review(); err != nil {
		return err
	}
	s := c.server
	s.mu.Lock()
	defer s.mu.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case s.ctx.Err() != nil:
		return errStopping
	case c.isGone:
		return errHungUp
	case c.barred != nil:
		return c.barred
	case c.sessions >= sessionsEach, c.channels >= channelsEach:
		return errBusy
	case s.sessions >= s.options.MaxSessions:
		return errors.New("the room is full")
	}
	if c.conn == nil {
		c.conn = conn
		c.idle.Stop()
		ctx, cancel := context.WithCancel(s.ctx)
		c.over = cancel
		go c.keepAlive(ctx)
		c.expire(c.grant.Expires)
	}
	c.sessions++
	c.channels++
	s.sessions++
	s.guests.Add(1)
	return nil
}

// expire ends the connection's sessions at a time; never if it is zero. The caller holds
// the lock.
func (c *connection) expire(at time.Time) {
	if c.expiry != nil {
		c.expiry.Stop()
	}
	if !at.IsZero() {
		c.expiry = time.AfterFunc(at.Sub(c.server.options.Now()), func() { c.bar(errExpired) })
	}
}

// finish counts a session out.
func (c *connection) finish() {
	s := c.server
	s.mu.Lock()
	s.sessions--
	s.mu.Unlock()
	c.mu.Lock()
	c.sessions--
	c.mu.Unlock()
}

// closed counts out a session that the client has closed as well.
func (c *connection) closed() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.channels--
}

// gone lets go of a connection that is closed. There may still be a session of it that is
// about to begin.
func (c *connection) gone() {
	c.authenticated()
	c.gate.open()
	c.mu.Lock()
	c.isGone = true
	if c.over != nil {
		c.over()
	}
	for _, timer := range []*time.Timer{c.expiry, c.idle} {
		if timer != nil {
			timer.Stop()
		}
	}
	letIn := c.number != 0
	c.mu.Unlock()
	s := c.server
	s.mu.Lock()
	delete(s.connections, c)
	s.mu.Unlock()
	if letIn {
		s.options.Audit.Info("gone", append(c.who(), "from", c.from.String(), "seconds", int(s.options.Now().Sub(c.came).Seconds()))...)
	}
}

// end ends every session of a connection, with a reason that the person is told.
func (c *connection) end(why error) {
	c.mu.Lock()
	guests := append([]*Guest(nil), c.guests...)
	c.mu.Unlock()
	for _, g := range guests {
		g.end(why)
	}
}

// cut closes a connection that takes nothing any more: no goodbye would reach it.
func (c *connection) cut(why error) {
	c.mu.Lock()
	guests, conn := append([]*Guest(nil), c.guests...), c.conn
	c.mu.Unlock()
	for _, g := range guests {
		g.cancel(why)
	}
	if conn != nil {
		_ = conn.Close()
	}
}

// Times of the keepalive.
const (
	pingEvery = 15 * time.Second
	pingHold  = 5 * time.Second // without an answer, after which nothing more is sent
)

// keepAlive asks the client now and then whether it is there. To one that does not answer
// nothing is sent until it does, so that what it gets then is the present and not the
// minutes that it missed; after a stall it is cut off.
func (c *connection) keepAlive(ctx context.Context) {
	tick := time.NewTicker(min(pingEvery, c.server.options.Stall/2))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		answered := make(chan error, 1)
		go func() {
			_, _, err := c.conn.SendRequest("keepalive@openssh.com", true, nil)
			answered <- err
		}()
		if !c.awaitAnswer(ctx, answered) {
			return
		}
	}
}

func (c *connection) awaitAnswer(ctx context.Context, answered <-chan error) bool {
	hold := time.NewTimer(min(pingHold, c.server.options.Stall/2))
	defer hold.Stop()
	cut := time.NewTimer(c.server.options.Stall)
	defer cut.Stop()
	for {
		select {
		case err := <-answered:
			c.gate.open()
			return err == nil
		case <-hold.C:
			c.gate.shut()
		case <-cut.C:
			c.cut(errStalled)
			return false
		case <-ctx.Done():
			return false
		}
	}
}

// errStalled is that a client took nothing for too long.
var errStalled = errors.New("the client has not answered for too long")

// gate holds writes back while it is shut. It begins open.
type gate struct {
	mu   sync.Mutex
	wait chan struct{} // closed while open
}

func newGate() *gate {
	g := &gate{wait: make(chan struct{})}
	close(g.wait)
	return g
}

func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-g.wait:
	default:
		close(g.wait)
	}
}

func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-g.wait:
		g.wait = make(chan struct{})
	default:
	}
}

func (g *gate) passes() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.wait
}
