package probe

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strconv"
	"syscall"
	"testing"
	"time"

	"warroom/internal/room"

	"golang.org/x/net/dns/dnsmessage"
)

func TestN1NamesThatDoNotResolve(t *testing.T) {
	saying := func(code dnsmessage.RCode) *Environment {
		return nameServer(t, func(question) *reply { return &reply{code: code} })
	}
	gone, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone.Close()
	cases := []struct {
		name   string
		env    *Environment
		reason string
	}{
		{"NXDOMAIN", saying(dnsmessage.RCodeNameError), "the name shop.example does not exist (NXDOMAIN)"},
		{"no address", saying(dnsmessage.RCodeSuccess), "empty DNS answer: the name shop.example exists and has no address"},
		{"SERVFAIL", saying(dnsmessage.RCodeServerFailure), "shop.example could not be resolved: the name server failed (SERVFAIL), which may pass"},
		{"REFUSED", saying(dnsmessage.RCodeRefused), "shop.example could not be resolved: the name server refused the question (REFUSED)"},
		{"N2 resolver down", &Environment{Resolver: resolverAt(gone.LocalAddr().String(), gone.LocalAddr().String())},
			"shop.example could not be resolved: the name server refuses connections"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := probeOnce(t, Spec{URL: "https://shop.example/"}, c.env)
			got.want(t, "DOWN", "dns", c.reason)
			if got.sample.Phase != "resolve" || got.sample.Phases.Resolve <= 0 || got.sample.Phases.Connect != room.Absent {
				t.Errorf("reading %+v", got.sample)
			}
		})
	}
}

func TestNamesResolve(t *testing.T) {
	server := serving(t, func(_ http.ResponseWriter, r *http.Request) {})
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	// 127.0.0.2 is loopback too, and nothing listens there.
	cases := []struct {
		name    string
		answer  func(question) *reply
		atLeast time.Duration
	}{
		{"one address", func(question) *reply { return &reply{addresses: []string{"127.0.0.1"}} }, 0},
		{"A2 dead over IPv6", func(question) *reply { return &reply{addresses: []string{"127.0.0.1", "::1"}} }, 0},
		{"first address dead", func(question) *reply { return &reply{addresses: []string{"127.0.0.2", "127.0.0.1"}} }, 0},
		{"N4 truncated", func(question) *reply { return &reply{addresses: []string{"127.0.0.1"}, truncated: true} }, 0},
		{"N3 AAAA dropped", func(q question) *reply {
			if q.kind == dnsmessage.TypeAAAA {
				return nil
			}
			return &reply{addresses: []string{"127.0.0.1"}}
		}, 0},
		{"AAAA fails", func(q question) *reply {
			if q.kind == dnsmessage.TypeAAAA {
				return &reply{code: dnsmessage.RCodeServerFailure}
			}
			return &reply{addresses: []string{"127.0.0.1"}}
		}, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := probeOnce(t, Spec{URL: "http://shop.example:" + port}, nameServer(t, c.answer))
			got.wantUp(t)
			if phase := got.sample.Phases.Resolve; phase <= 0 || phase > time.Second {
				t.Errorf("resolving took %v", phase)
			}
		})
	}
}

func TestA1IPv6(t *testing.T) {
	listener, err := net.Listen("tcp6", "[::1]:0")
	if err != nil {
		t.Fatalf("this machine has no IPv6 loopback: %v", err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {})}
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	port := listener.Addr().(*net.TCPAddr).Port
	names := nameServer(t, func(question) *reply { return &reply{addresses: []string{"::1", "127.0.0.2"}} })
	probeOnce(t, Spec{URL: "http://shop.example:" + strconv.Itoa(port)}, names).wantUp(t)
	probeOnce(t, Spec{URL: "http://[::1]:" + strconv.Itoa(port)}, nil).wantUp(t)
	probeOnce(t, Spec{URL: "http://[::1%25lo]:" + strconv.Itoa(port)}, nil).wantUp(t)
}

// TestN9NamesThatTheSystemKnowsItself: localhost is in the file of hosts (RFC 6761, section
// 6.3), and a name with a dot at its end is asked for as it is. Search domains and ndots are
// those of the system, and its resolver's part.
func TestN9NamesThatTheSystemKnowsItself(t *testing.T) {
	server := serving(t, func(http.ResponseWriter, *http.Request) {})
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	asked := make(chan string, 10)
	env := nameServer(t, func(q question) *reply {
		asked <- q.name
		return &reply{addresses: []string{"127.0.0.1"}}
	})
	probeOnce(t, Spec{URL: "http://localhost:" + port}, env).wantUp(t)
	if len(asked) > 0 {
		t.Errorf("a name server was asked for %s", <-asked)
	}
	probeOnce(t, Spec{URL: "http://shop.:" + port}, env).wantUp(t)
	for range families {
		if name := <-asked; name != "shop" {
			t.Errorf("a name server was asked for %s", name)
		}
	}
	if len(asked) > 0 {
		t.Errorf("a name server was asked for %s, too", <-asked)
	}
}

func TestA7MappedAddress(t *testing.T) {
	server := serving(t, func(http.ResponseWriter, *http.Request) {})
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	got := probeOnce(t, Spec{URL: "http://[::ffff:127.0.0.1]:" + port}, nil)
	got.wantUp(t)
	if got.sample.Phases.Resolve != room.Absent {
		t.Error("an address was resolved")
	}
}

func TestRefusedNamesDoNotNameChangingAddresses(t *testing.T) {
	_, port, _ := net.SplitHostPort(closedPort(t))
	names := nameServer(t, func(question) *reply { return &reply{addresses: []string{"127.0.0.1"}} })
	got := probeOnce(t, Spec{URL: "tcp://shop.example:" + port}, names)
	got.want(t, "DOWN", "connect", "connection refused by shop.example:"+port)
	if got.sample.Text != "connection refused by 127.0.0.1:"+port {
		t.Errorf("text %q", got.sample.Text)
	}
}

// TestOwnTroubleIsToldFromTheEndpoints (C8) is given the errors, since making this
// machine lose its routes is not for a test.
func TestOwnTroubleIsToldFromTheEndpoints(t *testing.T) {
	own := []error{
		&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ENETUNREACH)},
		&net.OpError{Op: "dial", Err: os.NewSyscallError("socket", syscall.EMFILE)},
		&net.OpError{Op: "dial", Err: os.NewSyscallError("socket", syscall.ENFILE)},
		&net.OpError{Op: "dial", Err: os.NewSyscallError("socket", syscall.ENOBUFS)},
		&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.EADDRNOTAVAIL)},
		&net.DNSError{Err: "dial udp 192.0.2.1:53: socket: too many open files"},
	}
	for _, err := range own {
		if f := ownTrouble(phaseConnect, err); f == nil || f.class != classError || f.next == "" {
			t.Errorf("%v became %+v", err, f)
		}
	}
	for _, err := range []error{
		&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)},
		&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.EHOSTUNREACH)},
		&net.DNSError{Err: "no such host"}, context.DeadlineExceeded,
	} {
		if f := ownTrouble(phaseConnect, err); f != nil {
			t.Errorf("%v became %+v", err, f)
		}
	}
}

func TestOneDeadAddressDoesNotTakeAllTheTime(t *testing.T) {
	server := serving(t, func(http.ResponseWriter, *http.Request) {})
	full := netip.MustParseAddrPort(fullBacklog(t))
	port := netip.MustParseAddrPort(server.Listener.Addr().String()).Port()
	target, err := newTarget(Spec{Name: "shop", URL: "tcp://" + full.String(), Timeout: 400 * time.Millisecond}, new(Environment))
	if err != nil {
		t.Fatal(err)
	}
	if full.Port() == port {
		t.Fatal("the two servers share a port")
	}
	watch := startWatch()
	_, f := connectAny(t.Context(), target, target.endpoint, []netip.Addr{full.Addr(), netip.MustParseAddr("127.0.0.2")}, &watch)
	watch.lap(phaseConnect)
	if f == nil || f.class != classConnect {
		t.Errorf("the second address was not tried: %+v", f)
	}
	if total := watch.total(); total < 150*time.Millisecond || total > 350*time.Millisecond {
		t.Errorf("the first address took %v of 400ms", total)
	}
}
