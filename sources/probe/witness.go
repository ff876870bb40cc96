package probe

import (
	"context"
	"net"
	"sync"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// headerBytes is the length of a DNS message's header (RFC 1035, section 4.1.1).
const headerBytes = 12

// witnessKey finds the witness of a lookup in its context.
type witnessKey struct{}

// witness notes what name servers answered, because net.DNSError calls a name
// that does not exist and one without an address the same thing.
type witness struct {
	mu      sync.Mutex
	codes   map[dnsmessage.RCode]bool
	trouble error // the last one on the way to a name server
}

func (w *witness) answered(code dnsmessage.RCode) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.codes == nil {
		w.codes = make(map[dnsmessage.RCode]bool)
	}
	w.codes[code] = true
}

func (w *witness) failed(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.trouble = err
}

// saw reports whether any name server gave this answer.
func (w *witness) saw(code dnsmessage.RCode) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.codes[code]
}

func (w *witness) lastTrouble() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.trouble
}

type dialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

// witnessed dials name servers so that the answers are noted, and so that a
// lookup that nobody waits for ends at once: the resolver by itself would sit in a
// read until its own timeout.
func witnessed(dial dialFunc) dialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		seen, _ := ctx.Value(witnessKey{}).(*witness)
		if seen == nil {
			return dial(ctx, network, address)
		}
		inner, err := dial(ctx, network, address)
		if err != nil {
			seen.failed(err)
			return nil, err
		}
		release := context.AfterFunc(ctx, func() { _ = inner.SetDeadline(time.Unix(1, 0)) })
		stream := &witnessedConn{inner, seen, release}
		if packets, ok := inner.(net.PacketConn); ok {
			return &witnessedPackets{stream, packets}, nil
		}
		return stream, nil
	}
}

// witnessedConn is a connection to a name server.
type witnessedConn struct {
	net.Conn
	seen    *witness
	release func() bool
}

// Read implements net.Conn. The resolver reads each message, without the length
// that TCP puts before it, in one piece.
func (c *witnessedConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if err != nil {
		c.seen.failed(err)
	} else if n >= headerBytes {
		c.seen.answered(dnsmessage.RCode(b[3] & 0xf))
	}
	return n, err
}

// Close implements net.Conn.
func (c *witnessedConn) Close() error {
	c.release()
	return c.Conn.Close()
}

// witnessedPackets is a witnessedConn over UDP; the resolver knows it by its type.
type witnessedPackets struct {
	*witnessedConn
	packets net.PacketConn
}

// ReadFrom implements net.PacketConn.
func (c *witnessedPackets) ReadFrom(b []byte) (int, net.Addr, error) { return c.packets.ReadFrom(b) }

// WriteTo implements net.PacketConn.
func (c *witnessedPackets) WriteTo(b []byte, to net.Addr) (int, error) {
	return c.packets.WriteTo(b, to)
}
