package probe

import (
	"net"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

// opener opens the socket of a family, and says whether it is one that needs no privilege.
type opener func(family int) (conn net.PacketConn, datagram bool, err error)

// readBuffer is what a socket should hold, in bytes, when a thousand replies come at once;
// the system may give less.
const readBuffer = 1 << 20

// openSocket opens a socket that needs no privilege, or else a raw one.
func openSocket(family int) (net.PacketConn, bool, error) {
	if conn, err := icmp.ListenPacket([]string{"udp4", "udp6"}[family], ""); err == nil {
		under := widen(conn)
		tellRefusals(under, family)
		keepWhole(under, family)
		return under, true, nil
	}
	conn, err := icmp.ListenPacket([]string{"ip4:icmp", "ip6:ipv6-icmp"}[family], "")
	if err != nil {
		return nil, false, err
	}
	// That the system refuses a filter is no reason not to ping.
	if v4 := conn.IPv4PacketConn(); v4 != nil {
		var only ipv4.ICMPFilter
		only.SetAll(true)
		for _, kind := range []ipv4.ICMPType{ipv4.ICMPTypeEchoReply, ipv4.ICMPTypeDestinationUnreachable, ipv4.ICMPTypeTimeExceeded} {
			only.Accept(kind)
		}
		_ = v4.SetICMPFilter(&only)
	} else if v6 := conn.IPv6PacketConn(); v6 != nil {
		var only ipv6.ICMPFilter
		only.SetAll(true)
		for _, kind := range []ipv6.ICMPType{ipv6.ICMPTypeEchoReply, ipv6.ICMPTypeDestinationUnreachable, ipv6.ICMPTypePacketTooBig, ipv6.ICMPTypeTimeExceeded} {
			only.Accept(kind)
		}
		_ = v6.SetICMPFilter(&only)
	}
	under := widen(conn)
	keepWhole(under, family)
	return under, false, nil
}

// widen gives a socket a larger buffer if the system lets it, and gives what is under it.
func widen(conn *icmp.PacketConn) net.PacketConn {
	var under net.PacketConn = conn
	if v4 := conn.IPv4PacketConn(); v4 != nil {
		under = v4.PacketConn
	} else if v6 := conn.IPv6PacketConn(); v6 != nil {
		under = v6.PacketConn
	}
	if wide, ok := under.(interface{ SetReadBuffer(bytes int) error }); ok {
		_ = wide.SetReadBuffer(readBuffer)
	}
	return under
}
