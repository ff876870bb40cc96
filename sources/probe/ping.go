package probe

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"
)

// nonceBytes is how much of a ping's payload tells it from everybody else's.
const nonceBytes = 8

// pings is the one socket of each family through which all pings of the process go. A
// socket for each target would be given every reply of the others.
var pings pingers

// pingIdle is how long a socket that nobody uses stays open: longer than what lies between
// the pings of many targets, since opening one costs more than a ping.
const pingIdle = 2 * time.Second

// pingers opens the sockets while somebody needs them, and keeps them a little longer. Safe
// for concurrent use.
type pingers struct {
	mu      sync.Mutex
	sockets [2]*pinger // IPv4, IPv6
	opened  int        // sockets that were ever opened, for tests
	opener  opener     // nil: the system's
}

// pinger is one socket, with a goroutine that reads it as long as anybody uses it.
type pinger struct {
	owner      *pingers
	family     int         // 0 for IPv4, 1 for IPv6
	users      int         // guarded by the owner's lock
	idle       *time.Timer // closes it, unless somebody uses it
	conn       net.PacketConn
	datagram   bool // unprivileged: the kernel owns the identifier
	identifier int

	mu       sync.Mutex
	sequence uint16
	waiting  map[ping]*pong
}

// ping is what a reply must have, beside the nonce, to be the reply to one of ours.
type ping struct {
	from     netip.Addr
	sequence uint16
}

// pong is somebody who waits for a reply.
type pong struct {
	sent  time.Time
	nonce [nonceBytes]byte
	size  int       // of the payload, in bytes
	got   chan fate // of one slot
}

// fate is what became of one ping: it came back, or somebody on the way refused it.
type fate struct {
	trip    time.Duration
	refused string // by whom or why, a plain sentence; "" if it came back
}

func familyOf(to netip.Addr) int {
	if to.Is4() {
		return 0
	}
	return 1
}

// open gives the socket for an address. Each must be closed once.
func (p *pingers) open(to netip.Addr) (*pinger, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	family := familyOf(to)
	if known := p.sockets[family]; known != nil {
		known.users++
		return known, nil
	}
	s := &pinger{owner: p, family: family, users: 1, waiting: make(map[ping]*pong)}
	var random [4]byte
	_, _ = rand.Read(random[:]) // never fails
	s.identifier, s.sequence = int(binary.BigEndian.Uint16(random[:])), binary.BigEndian.Uint16(random[2:])
	listen := p.opener
	if listen == nil {
		listen = openSocket
	}
	var err error
	if s.conn, s.datagram, err = listen(family); err != nil {
		return nil, err
	}
	p.sockets[family], p.opened = s, p.opened+1
	s.idle = time.AfterFunc(pingIdle, s.rest)
	go s.read()
	return s, nil
}

// close gives the socket back. If nobody takes it again it is closed for good.
func (s *pinger) close() {
	s.owner.mu.Lock()
	defer s.owner.mu.Unlock()
	if s.users--; s.users == 0 {
		s.idle.Reset(pingIdle)
	}
}

// rest closes a socket that nobody uses, and its goroutine ends.
func (s *pinger) rest() {
	s.owner.mu.Lock()
	defer s.owner.mu.Unlock()
	if s.users == 0 && s.owner.sockets[s.family] == s {
		s.owner.sockets[s.family] = nil
		_ = s.conn.Close()
	}
}

// burst sends pings, a little apart, and gives the round trips of those that came back
// before the context ended, and why another one was refused, "" if none was.
func (s *pinger) burst(ctx context.Context, to netip.Addr, count, size int) (trips []time.Duration, refused string, err error) {
	waiting := make(map[ping]*pong, count)
	defer func() { s.forget(waiting) }()
	for i := range count {
		if i > 0 {
			pause(ctx, burstGap)
		}
		key, one, err := s.send(to, size)
		waiting[key] = one
		if err != nil {
			return nil, "", err
		}
	}
	for _, one := range waiting {
		var what fate
		select {
		case what = <-one.got: // a reply that is there counts though time is up meanwhile
		default:
			select {
			case what = <-one.got:
			case <-ctx.Done():
				continue
			}
		}
		if what.refused != "" {
			refused = what.refused
			continue
		}
		trips = append(trips, what.trip)
	}
	return trips, refused, nil
}

func pause(ctx context.Context, gap time.Duration) {
	timer := time.NewTimer(gap)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// forget ends the wait for pings, so that what comes later has nobody waiting.
func (s *pinger) forget(waiting map[ping]*pong) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, one := range waiting {
		if s.waiting[key] == one { // the numbers may have gone round
			delete(s.waiting, key)
		}
	}
}

// sendTries is how often one ping is sent: an error of an earlier one is told to whoever
// uses the socket next, and then this one did not leave.
const sendTries = 8

// send sends one ping and leaves a note of who waits for its reply.
func (s *pinger) send(to netip.Addr, size int) (ping, *pong, error) {
	key, one := ping{from: to.WithZone("")}, &pong{size: size, got: make(chan fate, 1)}
	_, _ = rand.Read(one.nonce[:]) // never fails
	s.mu.Lock()
	s.sequence++ // after 65535 comes 0
	key.sequence = s.sequence
	one.sent = time.Now()
	s.waiting[key] = one
	s.mu.Unlock()
	message, err := s.request(key, one)
	if err != nil {
		return key, one, err
	}
	var where net.Addr = &net.IPAddr{IP: to.AsSlice(), Zone: to.Zone()}
	if s.datagram {
		where = &net.UDPAddr{IP: to.AsSlice(), Zone: to.Zone()}
	}
	for range sendTries {
		if _, err = s.conn.WriteTo(message, where); err == nil || !s.datagram {
			break
		}
		s.refusals()
	}
	return key, one, err
}

// read hands replies to whoever waits for them, until the socket is closed. What is not
// ours, comes twice or comes too late has nobody waiting.
func (s *pinger) read() {
	buffer := make([]byte, ipv6Header+icmpHeader+sizeMost)
	for {
		n, from, err := s.conn.ReadFrom(buffer)
		now := time.Now()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			s.refusals()
			continue
		}
		s.deliver(buffer[:n], from, now)
	}
}
