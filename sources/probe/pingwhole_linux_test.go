package probe

import (
	"testing"

	"golang.org/x/sys/unix"
)

func TestNoPingMayBeCutUp(t *testing.T) { // I10
	for family, option := range []struct{ level, name, want int }{
		{unix.IPPROTO_IP, unix.IP_MTU_DISCOVER, unix.IP_PMTUDISC_DO}, {unix.IPPROTO_IPV6, unix.IPV6_DONTFRAG, 1},
	} {
		conn, _, err := openSocket(family)
		if err != nil {
			t.Skipf("this system does not let the test send pings: %v", err)
		}
		defer conn.Close()
		got := -1
		control(conn, func(fd int) { got, err = unix.GetsockoptInt(fd, option.level, option.name) })
		if err != nil || got != option.want {
			t.Errorf("in family %d the system may cut up pings: %d, %v", family, got, err)
		}
	}
}
