package probe

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

// nonceBytes is how much of a ping's payload tells it from everybody else's.
const nonceBytes = 8

// pings is the one socket of each family through which all pings of the process go. A
// socket for each target would be given every reply of the others.
var pings pingers

// pingers opens the sockets while somebody needs them. Safe for concurrent use.
type pingers struct {
	mu      sync.Mutex
	sockets [2]*pinger // IPv4, IPv6
	opened  int        // sockets that were ever opened, for tests
}

// pinger is one socket, with a goroutine that reads it as long as anybody uses it.
type pinger struct {
	owner      *pingers
	family     int // 0 for IPv4, 1 for IPv6
	users      int // guarded by the owner's lock
	conn       *icmp.PacketConn
	datagram   bool // unprivileged: the kernel owns the identifier
	identifier int

	mu       sync.Mutex
	sequence uint16
	waiting  map[ping]*pong
}

// ping is what a reply must have to be the reply to one of ours.
type ping struct {
	from     netip.Addr
	sequence uint16
	nonce    [nonceBytes]byte
}

// pong is somebody who waits for a reply.
type pong struct {
	sent time.Time
	got  chan time.Duration // of one slot
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
	var err error
	if s.conn, err = icmp.ListenPacket([]string{"udp4", "udp6"}[family], ""); err == nil {
		s.datagram = true
	} else if s.conn, err = icmp.ListenPacket([]string{"ip4:icmp", "ip6:ipv6-icmp"}[family], ""); err != nil {
		return nil, err
	}
	s.widen()
	p.sockets[family], p.opened = s, p.opened+1
	go s.read()
	return s, nil
}

// readBuffer is what a socket should hold, in bytes, when a thousand replies come at once;
// the system may give less.
const readBuffer = 1 << 20

// widen gives the socket a larger buffer, and keeps from a raw one what is no reply. That
// the system refuses is no reason not to ping.
func (s *pinger) widen() {
	var under net.PacketConn
	if v4 := s.conn.IPv4PacketConn(); v4 != nil {
		under = v4.PacketConn
		if !s.datagram {
			var only ipv4.ICMPFilter
			only.SetAll(true)
			only.Accept(ipv4.ICMPTypeEchoReply)
			_ = v4.SetICMPFilter(&only)
		}
	} else if v6 := s.conn.IPv6PacketConn(); v6 != nil {
		under = v6.PacketConn
		if !s.datagram {
			var only ipv6.ICMPFilter
			only.SetAll(true)
			only.Accept(ipv6.ICMPTypeEchoReply)
			_ = v6.SetICMPFilter(&only)
		}
	}
	if wide, ok := under.(interface{ SetReadBuffer(bytes int) error }); ok {
		_ = wide.SetReadBuffer(readBuffer)
	}
}

// close gives the socket back; the last one closes it, and its goroutine ends.
func (s *pinger) close() {
	s.owner.mu.Lock()
	defer s.owner.mu.Unlock()
	if s.users--; s.users == 0 {
		s.owner.sockets[s.family] = nil
		_ = s.conn.Close()
	}
}

// burst sends pings, a little apart, and gives the round trips of those that came back
// before the context ended.
func (s *pinger) burst(ctx context.Context, to netip.Addr, count int) ([]time.Duration, error) {
	waiting := make([]*pong, 0, count)
	var keys []ping
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, key := range keys {
			delete(s.waiting, key)
		}
	}()
	for i := range count {
		if i > 0 {
			gap := time.NewTimer(burstGap)
			select {
			case <-gap.C:
			case <-ctx.Done():
			}
			gap.Stop()
		}
		key, one, err := s.send(to)
		if err != nil {
			return nil, err
		}
		keys, waiting = append(keys, key), append(waiting, one)
	}
	var trips []time.Duration
	for _, one := range waiting {
		select {
		case trip := <-one.got:
			trips = append(trips, trip)
			continue
		default:
		}
		select {
		case trip := <-one.got:
			trips = append(trips, trip)
		case <-ctx.Done():
		}
	}
	return trips, nil
}

// send sends one ping and leaves a note of who waits for its reply.
func (s *pinger) send(to netip.Addr) (ping, *pong, error) {
	key, one := ping{from: to.WithZone("")}, &pong{got: make(chan time.Duration, 1)}
	_, _ = rand.Read(key.nonce[:]) // never fails
	s.mu.Lock()
	s.sequence++ // after 65535 comes 0
	key.sequence = s.sequence
	one.sent = time.Now()
	s.waiting[key] = one
	s.mu.Unlock()
	kind := icmp.Type(ipv4.ICMPTypeEcho)
	if s.family == 1 {
		kind = ipv6.ICMPTypeEchoRequest
	}
	message, err := (&icmp.Message{Type: kind, Body: &icmp.Echo{ID: s.identifier, Seq: int(key.sequence), Data: key.nonce[:]}}).Marshal(nil)
	if err == nil {
		var where net.Addr = &net.IPAddr{IP: to.AsSlice(), Zone: to.Zone()}
		if s.datagram {
			where = &net.UDPAddr{IP: to.AsSlice(), Zone: to.Zone()}
		}
		_, err = s.conn.WriteTo(message, where)
	}
	if errors.Is(err, syscall.ENOBUFS) {
		err = syscall.ENOBUFS
	}
	return key, one, err
}

// read hands replies to whoever waits for them, until the socket is closed. What is not
// ours, comes twice or comes too late has nobody waiting.
func (s *pinger) read() {
	buffer := make([]byte, 1500)
	for {
		n, from, err := s.conn.ReadFrom(buffer)
		now := time.Now()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue
		}
		s.deliver(buffer[:n], from, now)
	}
}

func (s *pinger) deliver(packet []byte, from net.Addr, now time.Time) {
	message, err := icmp.ParseMessage([]int{1, 58}[s.family], packet)
	if err != nil || message.Type != ipv4.ICMPTypeEchoReply && message.Type != ipv6.ICMPTypeEchoReply {
		return
	}
	echo, ok := message.Body.(*icmp.Echo)
	if !ok || len(echo.Data) != nonceBytes || !s.datagram && echo.ID != s.identifier {
		return
	}
	address, ok := addressIn(from)
	if !ok {
		return
	}
	key := ping{address, uint16(echo.Seq), [nonceBytes]byte(echo.Data)}
	s.mu.Lock()
	one := s.waiting[key]
	delete(s.waiting, key)
	s.mu.Unlock()
	if one != nil {
		one.got <- now.Sub(one.sent)
	}
}

func addressIn(from net.Addr) (netip.Addr, bool) {
	var ip net.IP
	switch where := from.(type) {
	case *net.UDPAddr:
		ip = where.IP
	case *net.IPAddr:
		ip = where.IP
	}
	address, ok := netip.AddrFromSlice(ip)
	return address.Unmap(), ok
}
