//go:build !linux

package probe

import "net"

// tellRefusals does nothing: only Linux has a queue of ICMP errors, and without one pings
// that are refused time out.
func tellRefusals(net.PacketConn, int) {}

// keepWhole does nothing: other systems have other ways to say it.
func keepWhole(net.PacketConn, int) {}

func (s *pinger) refusals() {}
