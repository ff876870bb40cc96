package probe

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
)

// lossy is a real socket on a network that loses some of what is sent.
type lossy struct {
	net.PacketConn
	sent  atomic.Int32
	loses func(nth int32, packet []byte) bool
}

func (l *lossy) WriteTo(packet []byte, to net.Addr) (int, error) {
	if l.loses(l.sent.Add(1), packet) {
		return len(packet), nil
	}
	return l.PacketConn.WriteTo(packet, to)
}

// restPings closes the sockets that nobody uses any more.
func restPings() {
	pings.mu.Lock()
	sockets := pings.sockets
	pings.mu.Unlock()
	for _, socket := range sockets {
		if socket != nil {
			socket.rest()
		}
	}
}

// opening has the sockets of a test opened by a function of its own.
func opening(t *testing.T, open opener) {
	t.Helper()
	set := func(to opener) {
		restPings()
		pings.mu.Lock()
		defer pings.mu.Unlock()
		if pings.sockets != [2]*pinger{} {
			t.Fatal("a socket is still open")
		}
		pings.opener = to
	}
	set(open)
	t.Cleanup(func() { set(nil) })
}

// mayPing skips a test where the system lets nobody ping.
func mayPing(t *testing.T) {
	t.Helper()
	conn, _, err := openSocket(0)
	if err != nil {
		t.Skipf("this system does not let the test send pings: %v", err)
	}
	conn.Close()
}

// losing makes the network of a test lose what a function says.
func losing(t *testing.T, loses func(nth int32, packet []byte) bool) {
	t.Helper()
	mayPing(t)
	opening(t, func(family int) (net.PacketConn, bool, error) {
		conn, datagram, err := openSocket(family)
		return &lossy{PacketConn: conn, loses: loses}, datagram, err
	})
}

func TestPingsThatAreLost(t *testing.T) { // I2, I9
	t.Run("I2 the only one", func(t *testing.T) {
		losing(t, func(int32, []byte) bool { return true })
		got := probeOnce(t, Spec{URL: "icmp://127.0.0.1", Timeout: 100 * time.Millisecond}, nil)
		got.want(t, "DOWN", classTimeout, "timed out after 100ms waiting for the first byte")
		if got.sample.Phase != "first byte" {
			t.Errorf("got %+v", got.sample)
		}
	})
	t.Run("I2 a whole burst", func(t *testing.T) {
		losing(t, func(int32, []byte) bool { return true })
		got := probeOnce(t, Spec{URL: "icmp://127.0.0.1?count=3", Timeout: 200 * time.Millisecond}, nil)
		got.want(t, "DOWN", classTimeout, "timed out after 200ms waiting for the first byte")
	})
	t.Run("I9 some of a burst", func(t *testing.T) {
		losing(t, func(nth int32, _ []byte) bool { return nth == 2 || nth == 5 })
		got := probeOnce(t, Spec{URL: "icmp://127.0.0.1?count=5", Timeout: time.Second}, nil)
		got.want(t, "DOWN", classICMP, "some of the pings are lost")
		if text := got.sample.Text; !strings.HasPrefix(text, "2 of 5 lost, ") || strings.Count(text, "/") != 2 {
			t.Errorf("got %q", text)
		}
	})
}

func TestThePayloadOfAPingHasTheSizeAskedFor(t *testing.T) { // I10
	for size, url := range map[int]string{sizeLeast: "icmp://127.0.0.1", 17: "icmp://127.0.0.1?size=17", 1400: "icmp://127.0.0.1?size=1400", sizeMost: "icmp://127.0.0.1?size=8972"} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			var sent atomic.Int32
			losing(t, func(_ int32, packet []byte) bool { sent.Store(int32(len(packet))); return false })
			probeOnce(t, Spec{URL: url}, nil).wantUp(t)
			if got := int(sent.Load()); got != size+icmpHeader {
				t.Errorf("%d bytes were sent", got)
			}
		})
	}
}

// narrow is a real socket on a network that carries packets of so many bytes, and knows it.
type narrow struct {
	net.PacketConn
	carries int
}

func (n narrow) WriteTo(packet []byte, to net.Addr) (int, error) {
	if ipv4Header+len(packet) > n.carries {
		return 0, &net.OpError{Op: "write", Err: os.NewSyscallError("sendto", syscall.EMSGSIZE)}
	}
	return n.PacketConn.WriteTo(packet, to)
}

func TestAPingThatIsTooLargeIsNotCutUp(t *testing.T) { // I10
	mayPing(t)
	opening(t, func(family int) (net.PacketConn, bool, error) {
		conn, datagram, err := openSocket(family)
		return narrow{conn, 1500}, datagram, err
	})
	probeOnce(t, Spec{URL: "icmp://127.0.0.1?size=1472"}, nil).wantUp(t)
	probeOnce(t, Spec{URL: "icmp://127.0.0.1?size=1473"}, nil).want(t, "DOWN", classICMP, "the ping is too large for a network on the way")
}

func TestARefusedSocketSaysWhatToSet(t *testing.T) { // I6
	opening(t, func(int) (net.PacketConn, bool, error) {
		return nil, false, &net.OpError{Op: "listen", Err: os.NewSyscallError("socket", syscall.EACCES)}
	})
	got := probeOnce(t, Spec{URL: "icmp://127.0.0.1"}, nil)
	got.want(t, "ERROR", classError, "this system does not let warroom send pings")
	if got.err == nil || got.sample.Phase != "first byte" {
		t.Errorf("reading %+v, error %v", got.sample, got.err)
	}
	next := fmt.Sprintf(`run sysctl -w net.ipv4.ping_group_range="0 2147483647", or setcap cap_net_raw+ep on %s`, filepath.Base(os.Args[0]))
	if f := unpinged(syscall.EACCES); f.next != next {
		t.Errorf("got %q", f.next)
	}
}

// refusing is a network on which a router answers every ping with an ICMP error, sent by a
// raw socket to the process's own socket.
func refusing(t *testing.T, kind ipv4.ICMPType, code int, spoil func(quoted []byte)) {
	t.Helper()
	router, err := net.ListenPacket("ip4:icmp", "127.0.0.1")
	if err != nil {
		t.Skipf("this system does not let the test play a router: %v", err)
	}
	t.Cleanup(func() { router.Close() })
	var socket net.PacketConn
	opening(t, func(family int) (net.PacketConn, bool, error) {
		conn, datagram, err := openSocket(family)
		socket = conn
		return &routed{lossy: lossy{PacketConn: conn}, answer: func(packet []byte, to net.Addr) {
			address, _ := addressIn(to)
			quoted := quote(packet, address)
			if datagram { // the kernel writes the identifier, and this packet never got there
				binary.BigEndian.PutUint16(quoted[ipv4Header+4:], uint16(socket.LocalAddr().(*net.UDPAddr).Port))
			}
			spoil(quoted)
			// What the next network carries (RFC 1191, section 4) is as much as this one, since
			// the system remembers it.
			message, err := (&icmp.Message{Type: kind, Code: code, Body: &icmp.RawBody{Data: append([]byte{0, 0, 0xff, 0xff}, quoted...)}}).Marshal(nil)
			if err == nil {
				_, err = router.WriteTo(message, &net.IPAddr{IP: net.IPv4(127, 0, 0, 1)})
			}
			if err != nil {
				t.Error(err)
			}
		}}, datagram, err
	})
}

type routed struct {
	lossy
	answer func(packet []byte, to net.Addr)
}

// WriteTo lets pings to 127.1.0.0/16 through, and has the router refuse all others.
func (r *routed) WriteTo(packet []byte, to net.Addr) (int, error) {
	if address, _ := addressIn(to); address.As4()[1] == 1 {
		return r.PacketConn.WriteTo(packet, to)
	}
	r.answer(packet, to)
	return len(packet), nil
}

// SyscallConn is that of the socket under it, which has the error queue.
func (r *routed) SyscallConn() (syscall.RawConn, error) {
	return r.PacketConn.(syscall.Conn).SyscallConn()
}

// quote is an IPv4 packet as an ICMP error quotes it.
func quote(packet []byte, to netip.Addr) []byte {
	header := make([]byte, ipv4Header, ipv4Header+len(packet))
	header[0], header[8], header[9] = 4<<4|ipv4Header/4, 1, 1
	binary.BigEndian.PutUint16(header[2:], uint16(ipv4Header+len(packet)))
	copy(header[12:], []byte{127, 0, 0, 1})
	copy(header[16:], to.AsSlice())
	return append(header, packet...)
}

func TestICMPErrorsAreToldApart(t *testing.T) { // I3
	for reason, sent := range map[string]struct {
		kind ipv4.ICMPType
		code int
	}{
		"no route: a router knows no way to the host":                     {ipv4.ICMPTypeDestinationUnreachable, 0},
		"host unreachable: it is down, or the last router cannot find it": {ipv4.ICMPTypeDestinationUnreachable, 1},
		"port unreachable: the host takes no pings":                       {ipv4.ICMPTypeDestinationUnreachable, 3},
		"the ping is too large for a network on the way":                  {ipv4.ICMPTypeDestinationUnreachable, 4}, // I10
		"a firewall on the way forbids pings":                             {ipv4.ICMPTypeDestinationUnreachable, 13},
		"TTL exceeded: the packet goes round, or the way is too long":     {ipv4.ICMPTypeTimeExceeded, 0},
	} {
		t.Run(reason, func(t *testing.T) {
			refusing(t, sent.kind, sent.code, func([]byte) {})
			got := probeOnce(t, Spec{URL: "icmp://127.0.0.2?count=2", Timeout: 3 * time.Second}, nil)
			got.want(t, "DOWN", classICMP, reason)
		})
	}
}

func TestARefusedPingIsNotTheHostsFaultWhenOurOwnConnectionIsDown(t *testing.T) {
	refusing(t, ipv4.ICMPTypeDestinationUnreachable, 1, func([]byte) {})
	quiet := fullBacklog(t)
	c := NewControls([]string{quiet, quiet}, nil, nil)
	c.answered = true // it worked before
	got := probeOnce(t, Spec{URL: "icmp://127.0.0.2", Timeout: 10 * time.Second}, &Environment{Controls: c})
	got.want(t, "ERROR", "error", "our own connection is down, so nothing is known of the endpoint")
}

func TestHostsAreNotTakenForTheirRefusedNeighbours(t *testing.T) { // I3, I7
	refusing(t, ipv4.ICMPTypeDestinationUnreachable, 0, func([]byte) {})
	pinging(t, "127.0.0.1")
	var all sync.WaitGroup
	for i := range 100 {
		well := watchOf(t, Spec{Name: fmt.Sprint("well", i), URL: fmt.Sprintf("icmp://127.1.0.%d?count=3", i+1), Timeout: 10 * time.Second}, nil)
		not := watchOf(t, Spec{Name: fmt.Sprint("not", i), URL: fmt.Sprintf("icmp://127.2.0.%d", i+1), Timeout: 10 * time.Second}, nil)
		all.Go(func() { lookOnce(t.Context(), t, well).wantUp(t) })
		all.Go(func() {
			lookOnce(t.Context(), t, not).want(t, "DOWN", classICMP, "no route: a router knows no way to the host")
		})
	}
	all.Wait()
}

func TestICMPErrorsOverIPv6(t *testing.T) { // I3, I11
	to := netip.MustParseAddr("2001:db8::1")
	for code, why := range map[byte]string{0: "no route: a router knows no way to the host", 3: "host unreachable: it is down, or the last router cannot find it", 4: "port unreachable: the host takes no pings"} {
		s := &pinger{family: 1, identifier: 7, waiting: map[ping]*pong{}}
		key, one := ping{to, 3}, &pong{size: sizeLeast, got: make(chan fate, 1)}
		s.waiting[key] = one
		request, err := s.request(key, one)
		if err != nil {
			t.Fatal(err)
		}
		header := make([]byte, ipv6Header)
		header[0], header[6] = 6<<4, 58
		copy(header[24:], to.AsSlice())
		s.deliver(append([]byte{1, code, 0, 0, 0, 0, 0, 0}, append(header, request...)...), &net.IPAddr{IP: net.ParseIP("2001:db8::2")}, time.Now())
		if len(one.got) != 1 {
			t.Fatalf("code %d: nothing came", code)
		}
		if what := <-one.got; what.refused != why {
			t.Errorf("code %d: got %+v", code, what)
		}
	}
}

func TestICMPErrorsAboutSomethingElseAreIgnored(t *testing.T) { // I5
	for name, spoil := range map[string]func([]byte){
		"another host":     func(quoted []byte) { quoted[19]++ },
		"another number":   func(quoted []byte) { quoted[ipv4Header+7]++ },
		"another process":  func(quoted []byte) { quoted[ipv4Header+4]++ },
		"another nonce":    func(quoted []byte) { quoted[ipv4Header+icmpHeader]++ },
		"another kind":     func(quoted []byte) { quoted[ipv4Header] = 13 },
		"another protocol": func(quoted []byte) { quoted[9] = 17 },
	} {
		t.Run(name, func(t *testing.T) {
			refusing(t, ipv4.ICMPTypeDestinationUnreachable, 1, spoil)
			got := probeOnce(t, Spec{URL: "icmp://127.0.0.2", Timeout: 200 * time.Millisecond}, nil)
			got.want(t, "DOWN", classTimeout, "timed out after 200ms waiting for the first byte")
		})
	}
}
