package probe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"syscall"
	"time"
)

// deadline is when a probe's own time is up.
func (t *target) deadline(watch *stopwatch) time.Time { return watch.start.Add(t.spec.Timeout) }

// open resolves an endpoint and connects to the first of its addresses that
// answers, IPv4 before IPv6. The connection ends with the probe's time, and at
// once with the context; closing it is up to the caller.
func open(ctx context.Context, t *target, e endpoint, watch *stopwatch) (*openConn, *failure) {
	addresses, f := t.addresses(ctx, e, watch)
	if f != nil {
		return nil, f
	}
	conn, f := connectAny(ctx, t, e, addresses, watch)
	watch.lap(phaseConnect)
	if f != nil {
		return nil, f
	}
	return tied(ctx, conn, t.deadline(watch)), nil
}

// addresses are where an endpoint may be reached: every way to one goes through here, and
// from here on by address alone.
func (t *target) addresses(ctx context.Context, e endpoint, watch *stopwatch) ([]netip.Addr, *failure) {
	found, f := t.located(ctx, e, watch)
	if f != nil {
		return nil, f
	}
	if found, f = t.guarded(e, found); f != nil {
		watch.lap(phaseConnect)
	}
	return found, f
}

// located is where an endpoint is: the address that it is pinned to, itself, or what its
// name resolves to.
func (t *target) located(ctx context.Context, e endpoint, watch *stopwatch) ([]netip.Addr, *failure) {
	switch {
	case e.pinned.IsValid():
		return []netip.Addr{e.pinned}, nil
	case e.literal.IsValid():
		return []netip.Addr{e.literal}, nil
	}
	return resolve(ctx, t, e, watch)
}

// tied gives a connection a deadline and ties it to the context.
func tied(ctx context.Context, conn net.Conn, deadline time.Time) *openConn {
	opened := &openConn{Conn: conn}
	opened.tie(ctx, deadline)
	return opened
}

// openConn is a connection that its probe's context can break off.
type openConn struct {
	net.Conn
	release func() bool
}

func (c *openConn) tie(ctx context.Context, deadline time.Time) {
	_ = c.SetDeadline(deadline) // fails only on a closed connection
	if c.release = nil; ctx.Done() != nil {
		conn := c.Conn
		c.release = context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	}
}

// untie takes both away; false if the context has ended already.
func (c *openConn) untie() bool {
	if c.release != nil && !c.release() {
		return false
	}
	return c.SetDeadline(time.Time{}) == nil
}

// Close ends the connection and its tie to the context.
func (c *openConn) Close() error {
	if c.release != nil {
		c.release()
	}
	return c.Conn.Close()
}

func resolve(ctx context.Context, t *target, e endpoint, watch *stopwatch) ([]netip.Addr, *failure) {
	limited, cancel := context.WithDeadline(ctx, t.deadline(watch))
	defer cancel()
	addresses, f := t.found(limited, e.host, t.lookup.answers(limited, e.host, t.families(), resolutionDelay))
	watch.lap(phaseResolve)
	return addresses[:min(len(addresses), addressLimit)], f
}

// connectAny tries the addresses in turn. Each gets its share of the time that is
// left, so that one dead address cannot take it all.
func connectAny(ctx context.Context, t *target, e endpoint, addresses []netip.Addr, watch *stopwatch) (net.Conn, *failure) {
	var told *failure
	for i, address := range addresses {
		now := time.Now()
		left := t.deadline(watch).Sub(now)
		watch.reached = netip.AddrPortFrom(address, e.port)
		dialer := net.Dialer{KeepAlive: -1, Deadline: now.Add(left / time.Duration(len(addresses)-i))}
		if t.kept != nil { // what is on the way forgets connections over which nothing goes
			dialer.KeepAlive = 0
		}
		if t.spec.From.IsValid() {
			dialer.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(t.spec.From, 0))
		}
		conn, err := dialer.DialContext(ctx, "tcp", watch.reached.String())
		if err == nil {
			return conn, nil
		}
		f := unconnected(t, e, address, err)
		// What says something about the endpoint outweighs what says something about us.
		if told == nil || f.class != classError {
			told = f
		}
		if ctx.Err() != nil {
			break
		}
	}
	return nil, told
}

// unconnected says why no connection came about. The reason names the address
// only if the endpoint does: a name's addresses change from probe to probe.
func unconnected(t *target, e endpoint, address netip.Addr, err error) *failure {
	if own := ownTrouble(phaseConnect, err); own != nil {
		return own
	}
	f := &failure{class: classConnect, phase: phaseConnect, cause: err}
	where := net.JoinHostPort(address.String(), strconv.Itoa(int(e.port)))
	sentence := "%s cannot be connected to"
	switch {
	case isTimeout(err):
		return timedOut(t, phaseConnect)
	case errors.Is(err, syscall.ECONNREFUSED):
		sentence = "connection refused by %s"
	case isReset(err):
		sentence = "the connection was reset by %s"
	case errors.Is(err, syscall.EHOSTUNREACH):
		sentence = "no way to the host of %s: it is down, or a firewall says so"
	}
	f.reason, f.text = fmt.Sprintf(sentence, e), fmt.Sprintf(sentence, where)
	return f
}
