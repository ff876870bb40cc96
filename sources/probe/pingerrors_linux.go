package probe

import (
	"net"
	"net/netip"
	"syscall"

	"golang.org/x/sys/unix"
)

// tellRefusals asks for ICMP errors, which a socket without privilege gets in no other
// way than through its error queue (ip(7), IP_RECVERR). Without them pings time out.
func tellRefusals(conn net.PacketConn, family int) {
	control(conn, func(fd int) {
		if family == 0 {
			_ = unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_RECVERR, 1)
			return
		}
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_RECVERR, 1)
	})
}

// keepWhole forbids that pings are cut up on the way, or here (ip(7), IP_MTU_DISCOVER; RFC
// 3542, section 11.2), so that the size of one says what the way to the host carries.
func keepWhole(conn net.PacketConn, family int) {
	control(conn, func(fd int) {
		if family == 0 {
			_ = unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_MTU_DISCOVER, unix.IP_PMTUDISC_DO)
			return
		}
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_DONTFRAG, 1)
	})
}

func control(conn net.PacketConn, do func(fd int)) {
	if socket, ok := conn.(syscall.Conn); ok {
		if raw, err := socket.SyscallConn(); err == nil {
			_ = raw.Control(func(fd uintptr) { do(int(fd)) }) // fails only on a closed socket
		}
	}
}

// refusals takes in all that the error queue holds. Safe for concurrent use.
func (s *pinger) refusals() {
	if !s.datagram {
		return
	}
	control(s.conn, func(fd int) {
		var quoted, more [512]byte
		for {
			n, size, _, from, err := unix.Recvmsg(fd, quoted[:], more[:], unix.MSG_ERRQUEUE|unix.MSG_DONTWAIT)
			if err == unix.EINTR {
				continue
			}
			if err != nil {
				return
			}
			s.refusedBy(quoted[:n], more[:size], from)
		}
	})
}

// refusedBy takes in one ICMP error: the ping it is about with its ICMP header first, and
// beside it a struct sock_extended_err, whose fifth to seventh bytes are origin, type and
// code (ip(7), IP_RECVERR).
func (s *pinger) refusedBy(quoted, more []byte, from unix.Sockaddr) {
	var to netip.Addr
	switch where := from.(type) {
	case *unix.SockaddrInet4:
		to = netip.AddrFrom4(where.Addr)
	case *unix.SockaddrInet6:
		to = netip.AddrFrom16(where.Addr)
	default:
		return
	}
	messages, err := unix.ParseSocketControlMessage(more)
	if err != nil {
		return
	}
	for _, m := range messages {
		if len(m.Data) >= 7 && (m.Data[4] == unix.SO_EE_ORIGIN_ICMP || m.Data[4] == unix.SO_EE_ORIGIN_ICMP6) {
			s.refuse(to, quoted, m.Data[5], m.Data[6])
		}
	}
}
