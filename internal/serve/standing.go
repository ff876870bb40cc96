package serve

import (
	"cmp"
	"errors"
	"slices"
	"time"
)

// Connections without a session, such as that of ssh -N, or one that ControlPersist keeps
// for the next.
const (
	idleOfKey    = 4               // of one key; the next one closes the oldest
	farewellTime = 5 * time.Second // to read why it was barred
)

// arrived notes that somebody was let in. A key that has too many connections without a
// session loses the oldest.
func (c *connection) arrived() {
	c.authenticated()
	s := c.server
	s.mu.Lock()
	c.mu.Lock()
	if !c.isGone {
		s.number++
		c.number, c.came = s.number, s.options.Now()
		c.idle = time.AfterFunc(s.options.Stall, c.close) // unless there is a session by then
		s.connections[c] = struct{}{}
	}
	c.mu.Unlock()
	var idle []*connection
	for other := range s.connections {
		if c.key != nil && other.grant.Person.Key == c.grant.Person.Key && other.isIdle() {
			idle = append(idle, other)
		}
	}
	s.mu.Unlock()
	slices.SortFunc(idle, func(a, b *connection) int { return cmp.Compare(a.number, b.number) })
	for _, other := range idle[:max(0, len(idle)-idleOfKey)] {
		other.close()
	}
}

func (c *connection) isIdle() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.channels == 0
}

// Reasons for which nobody is let in over a connection any more.
var (
	errExpired = errors.New("your key has expired")
	errNoMore  = errors.New("your key is not known here any more")
	errAnother = errors.New("what your key may do has changed; join again")
)

// review asks the keyring again who has come. If that is nobody by now, or somebody else,
// it bars the connection and says why.
func (c *connection) review() error {
	if c.key == nil {
		return nil
	}
	grant, err := c.server.options.Keyring.Admit(c.key, c.from)
	switch {
	case err != nil:
		c.server.options.Audit.Info("let in no more", append(c.who(), "from", c.from.String(), "why", err.Error())...)
		c.bar(errNoMore)
		return errNoMore
	case grant.Person != c.grant.Person:
		c.bar(errAnother)
		return errAnother
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn != nil {
		c.expire(grant.Expires)
	}
	return nil
}

// bar ends a connection for good: its sessions, whose persons are told why, and those that
// are about to begin.
func (c *connection) bar(why error) {
	c.mu.Lock()
	if c.barred == nil {
		c.barred = why
		time.AfterFunc(farewellTime, c.close)
	}
	c.mu.Unlock()
	c.end(why)
}
