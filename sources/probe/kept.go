package probe

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"os"
	"sync"
	"time"

	"warroom/internal/room"
)

// drainLimit and drainWait are how much of a body that nobody wants is read, and for how
// long, so that its connection can be used again: more than any answer of a redirect takes.
const (
	drainLimit = 64 << 10
	drainWait  = 50 * time.Millisecond
)

// connection is one over which requests of HTTP are made.
type connection struct {
	*openConn
	reached netip.AddrPort
	shown   *room.Certificate // nil without TLS
	ignored string            // why that would not have verified; "" if it did
	files   tlsFiles          // what it was made with
	http2   *http2Conn        // nil over HTTP/1.1
	used    bool              // a request was answered over it
	resting chan bool         // gives, once it is woken, whether nothing came meanwhile; nil over HTTP/2, which sees to that itself
}

// origin is whom a connection is to.
type origin struct{ scheme, endpoint, proxy string }

func (h *hop) origin() origin {
	o := origin{scheme: h.url.Scheme, endpoint: h.endpoint.String()}
	if h.proxy != nil {
		o.proxy = h.proxy.String()
	}
	return o
}

// connections are open, and nothing goes over them.
type connections map[origin]*connection

func (c connections) close() {
	for _, one := range c {
		one.Close()
	}
}

// kept are the connections of one watch that stay open from look to look; of a watch that
// looks at every address of a name, those of each address by themselves. No other watch
// uses them. Safe for concurrent use; of a nil one nothing is taken.
type kept struct {
	mu   sync.Mutex
	over bool // nobody looks any more
	idle map[netip.Addr]connections
}

// take gives the connections to an address to one look.
func (k *kept) take(pin netip.Addr) connections {
	if k == nil {
		return nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	taken := k.idle[pin]
	delete(k.idle, pin)
	return taken
}

// put takes them back, unless nobody looks any more.
func (k *kept) put(pin netip.Addr, open connections) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.over {
		open.close()
		return
	}
	if k.idle == nil {
		k.idle = map[netip.Addr]connections{}
	}
	k.idle[pin].close()
	k.idle[pin] = open
}

// close ends them all, and whatever a look still puts back.
func (k *kept) close() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.over = true
	for _, open := range k.idle {
		open.close()
	}
	clear(k.idle)
}

// doubt ends what was kept from a look to an address that was answered right, but too late,
// or by a certificate that is soon over. Where it was the answer itself that took longer than
// expected, its connection stays: a fresh one would take longer still, at every look.
func (k *kept) doubt(pin netip.Addr, late *failure) {
	if late == nil || late.class == classAssert && late.phase >= phaseFirstByte {
		return
	}
	k.take(pin).close()
}

// keeping is what one look does with the connections that are kept.
type keeping struct {
	before connections // from the look before
	now    connections // over which a request of this look was answered
}

// take gives a connection to the origin of a hop; nil if there is none. One over which
// something came unasked is not used any more, nor one whose certificate is over or that
// stands on files that are not there as they were: what is so by now shows a new one.
func (k *keeping) take(t *target, h *hop) *connection {
	if k == nil {
		return nil
	}
	o := h.origin()
	for _, from := range []connections{k.now, k.before} {
		conn := from[o]
		if conn == nil {
			continue
		}
		delete(from, o)
		if conn.rouse() && conn.holds(t, h) {
			return conn
		}
		conn.Close()
	}
	return nil
}

// holds says whether TLS would still come about as it did.
func (c *connection) holds(t *target, h *hop) bool {
	if h.url.Scheme != "https" {
		return true
	}
	files, f := t.filesFor(h.endpoint)
	return f == nil && files == c.files && (c.shown == nil || time.Now().Before(c.shown.Ends()))
}

// put keeps a connection whose answer was read to its end.
func (k *keeping) put(h *hop, conn *connection) {
	conn.used = true
	k.now[h.origin()] = conn
}

// end hands over what the next look can use: after one that was answered wrong, nothing.
func (k *keeping) end(t *target, failed bool) {
	k.before.close()
	if failed {
		k.now.close()
		return
	}
	t.kept.put(t.spec.Pin, k.now)
}

// wake readies a kept connection for a look.
func (c *connection) wake(ctx context.Context, t *target, watch *stopwatch) {
	c.tie(ctx, t.deadline(watch))
	watch.reached = c.reached
	if c.shown != nil {
		watch.shown = c.shown
	}
}

// rests unties a connection from its look, and says whether it can be used again: the
// answer must be over, and nothing behind it. The reader is nil over HTTP/2.
func (c *connection) rests(answer *http.Response, r *responseReader) bool {
	if answer.Close || !c.drained(answer.Body) || r != nil && r.buffered.Buffered() > 0 {
		return false
	}
	if !c.untie() {
		return false
	}
	if r != nil {
		c.rest()
	}
	return true
}

// rest reads until the connection is roused or closed. What comes while nothing was asked is
// no answer, and must not be taken for the next one: it ends the connection, at once.
func (c *connection) rest() {
	conn, resting := c.Conn, make(chan bool, 1)
	c.resting = resting
	go func() {
		n, err := conn.Read(make([]byte, 1))
		sound := n == 0 && errors.Is(err, os.ErrDeadlineExceeded) // and not what the system says of a dead one
		if !sound {
			_ = conn.Close()
		}
		resting <- sound
	}()
}

// rouse ends the rest of a connection; false if it is good for nothing any more. The time
// that is up leaves a connection as it was, also one of TLS.
func (c *connection) rouse() bool {
	if c.resting == nil {
		return true
	}
	_ = c.SetReadDeadline(time.Unix(1, 0)) // until wake
	sound := <-c.resting
	c.resting = nil
	return sound
}

// drained reads a body to its end; false if that does not come soon.
func (c *connection) drained(body io.Reader) bool {
	_ = c.SetReadDeadline(time.Now().Add(drainWait)) // it is closed, or untied
	n, err := io.CopyN(io.Discard, body, drainLimit)
	return n < drainLimit && err == io.EOF
}
