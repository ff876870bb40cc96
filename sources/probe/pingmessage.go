package probe

import (
	"encoding/binary"
	"net"
	"net/netip"
	"time"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

// request writes the echo request of a ping: its nonce, and zeros up to its size.
func (s *pinger) request(key ping, one *pong) ([]byte, error) {
	kind := icmp.Type(ipv4.ICMPTypeEcho)
	if s.family == 1 {
		kind = ipv6.ICMPTypeEchoRequest
	}
	payload := make([]byte, one.size)
	copy(payload, one.nonce[:])
	return (&icmp.Message{Type: kind, Body: &icmp.Echo{ID: s.identifier, Seq: int(key.sequence), Data: payload}}).Marshal(nil)
}

// deliver takes one packet in.
func (s *pinger) deliver(packet []byte, from net.Addr, now time.Time) {
	if len(packet) < icmpHeader {
		return
	}
	if kind := packet[0]; s.family == 0 && kind != byte(ipv4.ICMPTypeEchoReply) || s.family == 1 && kind != byte(ipv6.ICMPTypeEchoReply) {
		if to, quoted, ok := quotedPing(s.family, packet[icmpHeader:]); ok {
			s.refuse(to, quoted, kind, packet[1])
		}
		return
	}
	address, ok := addressIn(from)
	if !ok || !s.datagram && int(binary.BigEndian.Uint16(packet[4:])) != s.identifier {
		return
	}
	payload := packet[icmpHeader:]
	s.settle(ping{address, binary.BigEndian.Uint16(packet[6:])}, func(one *pong) bool {
		return len(payload) == one.size && [nonceBytes]byte(payload) == one.nonce
	}, func(one *pong) fate { return fate{trip: now.Sub(one.sent)} })
}

// settle ends the wait for a ping if what came is for it.
func (s *pinger) settle(key ping, meant func(*pong) bool, what func(*pong) fate) {
	s.mu.Lock()
	one := s.waiting[key]
	if one == nil || !meant(one) {
		s.mu.Unlock()
		return
	}
	delete(s.waiting, key)
	s.mu.Unlock()
	one.got <- what(one)
}

const (
	icmpHeader = 8  // bytes of an ICMP header (RFC 792)
	ipv4Header = 20 // bytes of an IPv4 header without options (RFC 791, section 3.1)
	ipv6Header = 40 // bytes of an IPv6 header (RFC 8200, section 3)
)

// quotedPing reads the packet that an ICMP error quotes: where it was going, and its
// ICMP header and what of the rest is quoted. It is not ok if it was no ICMP packet.
func quotedPing(family int, packet []byte) (to netip.Addr, quoted []byte, ok bool) {
	switch {
	case family == 0 && len(packet) >= ipv4Header && packet[9] == 1:
		length := int(packet[0]&0xf) * 4
		if length < ipv4Header || len(packet) < length {
			return netip.Addr{}, nil, false
		}
		to, _ = netip.AddrFromSlice(packet[16:20])
		return to, packet[length:], true
	case family == 1 && len(packet) >= ipv6Header && packet[6] == 58:
		to, _ = netip.AddrFromSlice(packet[24:40])
		return to, packet[ipv6Header:], true
	}
	return netip.Addr{}, nil, false
}

// refuse takes in an ICMP error about a ping. A router need quote no more of it than its
// header (RFC 792), so the nonce must be right only where it is there.
func (s *pinger) refuse(to netip.Addr, quoted []byte, kind, code byte) {
	why := refusal(s.family, kind, code)
	if why == "" || len(quoted) < icmpHeader {
		return
	}
	if request := [...]byte{byte(ipv4.ICMPTypeEcho), byte(ipv6.ICMPTypeEchoRequest)}[s.family]; quoted[0] != request {
		return
	}
	if !s.datagram && int(binary.BigEndian.Uint16(quoted[4:])) != s.identifier {
		return
	}
	rest := quoted[icmpHeader:]
	s.settle(ping{to, binary.BigEndian.Uint16(quoted[6:])}, func(one *pong) bool {
		return len(rest) < nonceBytes || [nonceBytes]byte(rest) == one.nonce
	}, func(*pong) fate { return fate{refused: why} })
}

const tooLarge = "the ping is too large for a network on the way"

// refusal is a plain sentence for an ICMP error (RFC 792 and RFC 1812, section 5.2.7; for
// IPv6 RFC 4443, section 3); "" if it is none that ends a ping.
func refusal(family int, kind, code byte) string {
	const (
		noRoute   = "no route: a router knows no way to the host"
		host      = "host unreachable: it is down, or the last router cannot find it"
		port      = "port unreachable: the host takes no pings"
		forbidden = "a firewall on the way forbids pings"
		expired   = "TTL exceeded: the packet goes round, or the way is too long"
		other     = "destination unreachable"
	)
	var reasons map[byte]string
	switch {
	case family == 0 && kind == byte(ipv4.ICMPTypeDestinationUnreachable):
		reasons = map[byte]string{
			0: noRoute, 1: host, 2: "protocol unreachable: the host takes no pings", 3: port, 4: tooLarge,
			6: noRoute, 7: host, 9: forbidden, 10: forbidden, 11: noRoute, 12: host, 13: forbidden,
		}
	case family == 1 && kind == byte(ipv6.ICMPTypeDestinationUnreachable):
		reasons = map[byte]string{0: noRoute, 1: forbidden, 3: host, 4: port, 5: forbidden, 6: noRoute}
	case family == 1 && kind == byte(ipv6.ICMPTypePacketTooBig):
		return tooLarge
	case family == 0 && kind == byte(ipv4.ICMPTypeTimeExceeded), family == 1 && kind == byte(ipv6.ICMPTypeTimeExceeded):
		return expired
	default:
		return ""
	}
	if known := reasons[code]; known != "" {
		return known
	}
	return other
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
