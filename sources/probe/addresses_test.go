package probe

import (
	"context"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"warroom/internal/room"
	"warroom/sources"
)

// balancer is a name with several addresses, each a server of its own.
type balancer struct {
	t       *testing.T
	port    string
	servers map[string]*httptest.Server

	opened, open atomic.Int32 // connections, ever and now

	mu   sync.Mutex
	said reply // what the name server says
}

// balance starts a server on one port of each address.
func balance(t *testing.T, addresses ...string) *balancer {
	b := &balancer{t: t, port: "0", servers: map[string]*httptest.Server{}}
	for _, address := range addresses {
		b.start(address)
	}
	return b
}

func (b *balancer) start(address string) {
	b.t.Helper()
	listener, err := net.Listen("tcp", net.JoinHostPort(address, b.port))
	if err != nil {
		b.t.Skipf("this machine has no %s on loopback: %v", address, err)
	}
	_, b.port, _ = net.SplitHostPort(listener.Addr().String())
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.Listener.Close()
	server.Listener = listener
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			b.opened.Add(1)
			b.open.Add(1)
		case http.StateClosed:
			b.open.Add(-1)
		}
	}
	server.Start()
	b.servers[address] = server
	b.t.Cleanup(server.Close)
}

// names has the name resolve to addresses, or to nothing with a code.
func (b *balancer) names(code dnsmessage.RCode, addresses ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.said = reply{code: code, addresses: addresses}
}

func (b *balancer) spec() Spec {
	return Spec{Name: "shop", URL: "http://shop.example:" + b.port + "/", Addresses: EveryAddress}
}

func (b *balancer) environment() *Environment {
	return nameServer(b.t, func(question) *reply {
		b.mu.Lock()
		defer b.mu.Unlock()
		said := b.said
		return &said
	})
}

// inRoom makes one look and has a room take it in. It returns what the room then shows,
// word by title.
func inRoom(t *testing.T, r *room.Room, w sources.Watch) map[string]string {
	t.Helper()
	_ = w.Look(t.Context(), func(signals []room.Signal) {
		for _, s := range signals {
			checkAddsUp(t, s.Samples[0])
		}
		r.Observe(room.Observation{Scope: w.Scope, Watch: w.Name, At: room.Wall{}.Now(), Interval: w.Interval, Signals: signals})
	})
	r.Observe(room.Observation{Scope: w.Scope, Watch: w.Name, At: room.Wall{}.Now(), Interval: w.Interval, Done: true})
	r.Flush()
	words := map[string]string{}
	for _, s := range r.Snapshot().Of(room.KindProbe).Signals {
		words[s.Title] = s.Word
	}
	return words
}

func TestEachAddressOfANameHasARowAndAHistory(t *testing.T) { // A3, A4, N10
	b := balance(t, "127.0.0.1", "127.0.0.2", "127.0.0.3")
	b.names(dnsmessage.RCodeSuccess, "127.0.0.1", "127.0.0.2", "127.0.0.3")
	w := watchOf(t, b.spec(), b.environment())
	r := room.New(room.Options{})
	want := func(what string, words map[string]string, wanted map[string]string) {
		t.Helper()
		if fmt.Sprint(words) != fmt.Sprint(wanted) {
			t.Errorf("%s the room shows %v, want %v", what, words, wanted)
		}
	}
	want("with all up", inRoom(t, r, w), map[string]string{"shop": "UP", "shop 127.0.0.1": "UP", "shop 127.0.0.2": "UP", "shop 127.0.0.3": "UP"})

	b.servers["127.0.0.2"].Close()
	want("with one down", inRoom(t, r, w), map[string]string{"shop": "2/3", "shop 127.0.0.1": "UP", "shop 127.0.0.2": "DOWN", "shop 127.0.0.3": "UP"})
	for _, s := range r.Snapshot().Of(room.KindProbe).Signals {
		samples := slices.Collect(s.Series.All())
		last := samples[len(samples)-1]
		switch s.Title {
		case "shop":
			if s.State != room.Warning || s.Reason != "1 of 3 addresses DOWN: 127.0.0.2" || !strings.HasPrefix(last.Text, "2 of 3, slowest ") || last.Phases.Resolve < 0 {
				t.Errorf("the whole is %+v, its last reading %+v", s, last)
			}
		case "shop 127.0.0.2":
			if s.State != room.Critical || len(samples) != 2 || samples[0].State != room.OK || last.Class != "connect" || last.Phases.Resolve != room.Absent {
				t.Errorf("the address is %+v", s)
			}
		}
	}

	b.names(dnsmessage.RCodeNameError)
	words := inRoom(t, r, w)
	want("without the name", words, map[string]string{"shop": "DOWN", "shop 127.0.0.1": "UP", "shop 127.0.0.2": "DOWN", "shop 127.0.0.3": "UP"})

	b.start("127.0.0.4")
	b.names(dnsmessage.RCodeSuccess, "127.0.0.1", "127.0.0.4")
	for range addressStays {
		words = inRoom(t, r, w)
	}
	want("while an address may come back", words, map[string]string{"shop": "3/4", "shop 127.0.0.1": "UP", "shop 127.0.0.2": "DOWN", "shop 127.0.0.3": "UP", "shop 127.0.0.4": "UP"})
	want("later", inRoom(t, r, w), map[string]string{"shop": "UP", "shop 127.0.0.1": "UP", "shop 127.0.0.4": "UP"})

	for _, server := range b.servers {
		server.Close()
	}
	want("with all down", inRoom(t, r, w), map[string]string{"shop": "DOWN", "shop 127.0.0.1": "DOWN", "shop 127.0.0.4": "DOWN"})
}

func TestNoAddressIsUpBeforeItWasLookedAt(t *testing.T) { // A3: Heartbeat #11737
	b := balance(t, "127.0.0.1")
	b.servers["127.0.0.1"].Close()
	b.names(dnsmessage.RCodeSuccess, "127.0.0.1", "127.0.0.2")
	spec := b.spec()
	spec.Confirm = Confirm{Down: 2, Of: 3, Up: 2}
	w := watchOf(t, spec, b.environment())
	var words []string
	for range 2 {
		_ = w.Look(t.Context(), func(signals []room.Signal) { words = append(words, signals[len(signals)-1].Word) })
		if soon := w.Soon(); soon != (len(words) == 1) {
			t.Errorf("after %d looks it is to be looked at soon: %t", len(words), soon)
		}
	}
	if fmt.Sprint(words) != "[DOWN? DOWN]" {
		t.Errorf("the whole was %v", words)
	}
}

// TestAMachineWithoutOneFamilyBlamesNobody (A2, A8): an address that this machine has no
// way to counts for nothing, the other one does.
func TestAMachineWithoutOneFamilyBlamesNobody(t *testing.T) {
	unreachable := "2001:db8::1"
	if conn, err := new(net.Dialer).DialContext(t.Context(), "udp", "["+unreachable+"]:9"); err == nil {
		conn.Close()
		t.Skip("this machine has a route to IPv6")
	}
	b := balance(t, "127.0.0.1")
	b.names(dnsmessage.RCodeSuccess, "127.0.0.1", unreachable)
	words := inRoom(t, room.New(room.Options{}), watchOf(t, b.spec(), b.environment()))
	if fmt.Sprint(words) != fmt.Sprint(map[string]string{"shop": "UP", "shop 127.0.0.1": "UP", "shop " + unreachable: "ERROR"}) {
		t.Errorf("the room shows %v", words)
	}
}

func TestOneFamilyCanBeAskedFor(t *testing.T) { // A1
	b := balance(t, "127.0.0.1")
	b.names(dnsmessage.RCodeSuccess, "127.0.0.1")
	spec, env := b.spec(), b.environment()
	spec.Addresses = OnlyIPv4
	probeOnce(t, spec, env).wantUp(t)
	spec.Addresses = OnlyIPv6
	probeOnce(t, spec, env).want(t, "DOWN", "dns", "empty DNS answer: the name shop.example exists and has no IPv6 address")
	for _, wrong := range []Spec{
		{Name: "shop", URL: "http://127.0.0.1/", Addresses: OnlyIPv6},
		{Name: "shop", URL: "http://shop.example/", Addresses: OnlyIPv4, Pin: netip.MustParseAddr("::1")},
		{Name: "shop", URL: "http://[::1]/", From: netip.MustParseAddr("127.0.0.1")},
		{Name: "shop", URL: "icmp://shop.example", From: netip.MustParseAddr("127.0.0.1")},
		{Name: "shop", URL: "http://shop.example/", Addresses: "some"},
	} {
		if _, err := New(wrong, env); err == nil {
			t.Errorf("%+v is taken", wrong)
		}
	}
}

// TestOnlyTheWantedFamilyIsAskedFor (N3): an answer about the other family is no reason to
// wait no longer, and a question that failed is not an address that is not there.
func TestOnlyTheWantedFamilyIsAskedFor(t *testing.T) {
	wanted := Spec{URL: "http://shop.example/", Addresses: OnlyIPv6, Timeout: 300 * time.Millisecond}
	from := wanted
	from.Addresses, from.From = AnyAddress, netip.MustParseAddr("::1")
	for _, c := range []struct {
		name          string
		spec          Spec
		other         reply
		answer        *reply
		class, reason string
	}{
		{"dropped", wanted, reply{addresses: []string{"127.0.0.1"}}, nil, "timeout", "timed out after 300ms waiting for the AAAA records of shop.example"},
		{"dropped, by from", from, reply{addresses: []string{"127.0.0.1"}}, nil, "timeout", "timed out after 300ms waiting for the AAAA records of shop.example"},
		{"SERVFAIL", wanted, reply{addresses: []string{"127.0.0.1"}}, &reply{code: dnsmessage.RCodeServerFailure}, "dns",
			"the AAAA records of shop.example could not be resolved: the name server failed (SERVFAIL), which may pass"},
		{"NXDOMAIN", wanted, reply{}, &reply{code: dnsmessage.RCodeNameError}, "dns", "the name shop.example does not exist (NXDOMAIN)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var others atomic.Int32
			env := nameServer(t, func(q question) *reply {
				if q.kind != dnsmessage.TypeAAAA {
					others.Add(1)
					return &c.other
				}
				return c.answer
			})
			probeOnce(t, c.spec, env).want(t, "DOWN", c.class, c.reason)
			if n := others.Load(); n > 0 {
				t.Errorf("the other family was asked for %d times", n)
			}
		})
	}
	if _, err := New(Spec{Name: "shop", URL: "http://shop.example/", Addresses: OnlyIPv6, From: netip.MustParseAddr("127.0.0.1")}, nil); err == nil {
		t.Error("a probe of no family is taken")
	}
}

// TestTheFamilyThatFailedIsNamed where both are asked for (N3).
func TestTheFamilyThatFailedIsNamed(t *testing.T) {
	env := nameServer(t, func(q question) *reply {
		if q.kind == dnsmessage.TypeAAAA {
			return &reply{code: dnsmessage.RCodeServerFailure}
		}
		return &reply{}
	})
	probeOnce(t, Spec{URL: "http://shop.example/"}, env).want(t, "DOWN", "dns", "the AAAA records of shop.example could not be resolved: the name server failed (SERVFAIL), which may pass")
}

// TestAFamilyWhoseQuestionFailsKeepsItsRows, and one whose answer is slow gets them.
func TestAFamilyWhoseQuestionFailsKeepsItsRows(t *testing.T) {
	b := balance(t, "127.0.0.1", "::1")
	var fails atomic.Bool
	env := nameServer(t, func(q question) *reply {
		switch {
		case q.kind != dnsmessage.TypeAAAA:
			return &reply{addresses: []string{"127.0.0.1"}}
		case fails.Load():
			return &reply{code: dnsmessage.RCodeServerFailure}
		}
		time.Sleep(3 * resolutionDelay) // the fault that is played
		return &reply{addresses: []string{"::1"}}
	})
	w, r := watchOf(t, b.spec(), env), room.New(room.Options{})
	want := map[string]string{"shop": "UP", "shop 127.0.0.1": "UP", "shop ::1": "UP"}
	if words := inRoom(t, r, w); !maps.Equal(words, want) {
		t.Errorf("with a slow answer the room shows %v", words)
	}
	fails.Store(true)
	for range addressStays + 2 {
		if words := inRoom(t, r, w); !maps.Equal(words, want) {
			t.Fatalf("with SERVFAIL the room shows %v", words)
		}
	}
}

func TestTheAddressThatConnectionsComeFrom(t *testing.T) { // A6
	from := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { from <- r.RemoteAddr }))
	defer server.Close()
	spec := Spec{URL: server.URL, From: netip.MustParseAddr("127.0.0.9")}
	got := probeOnce(t, spec, nil)
	if got.sample.Class == classError {
		t.Skip("this machine has one address on loopback")
	}
	got.wantUp(t)
	if host, _, _ := net.SplitHostPort(<-from); host != "127.0.0.9" {
		t.Errorf("it came from %s", host)
	}
	spec.From = netip.MustParseAddr("192.0.2.77")
	probeOnce(t, spec, nil).want(t, "ERROR", "error", "this machine has no free local port or no address for this connection")
}

func TestALookAtEveryAddressThatIsBrokenOffFindsNothingOut(t *testing.T) { // Q3
	b := balance(t, "127.0.0.1")
	b.names(dnsmessage.RCodeSuccess, "127.0.0.1")
	w := watchOf(t, b.spec(), b.environment())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.Look(ctx, func(signals []room.Signal) { t.Errorf("it reports %v", signals) }); err == nil {
		t.Error("it succeeds")
	}
}

func TestANameThatMovesAltogetherIsProbedWhereItIsNow(t *testing.T) {
	e := &every{whole: newLook(watchTarget(t)), env: new(Environment), parts: map[netip.Addr]*part{}}
	e.spec = e.whole.target.spec
	addresses := func(network byte) (all []netip.Addr) {
		for i := range byte(addressesMost) {
			all = append(all, netip.AddrFrom4([4]byte{127, 0, network, i + 1}))
		}
		return all
	}
	for network := range byte(3) {
		now := addresses(network)
		if f := e.follow(now, nil); f != nil {
			t.Fatal(f.reason)
		}
		for _, address := range now {
			if e.parts[address] == nil {
				t.Errorf("%s is not probed once the name has moved to it", address)
			}
		}
		if len(e.parts) != addressesMost {
			t.Errorf("%d addresses are probed", len(e.parts))
		}
	}
}

// watchTarget is a target of which each address is probed.
func watchTarget(t *testing.T) *target {
	t.Helper()
	target, err := newTarget(Spec{Name: "shop", URL: "http://shop.example/", Addresses: EveryAddress}, new(Environment))
	if err != nil {
		t.Fatal(err)
	}
	return target
}

func TestAWholeIsUpOnlyIfOneOfItsAddressesIs(t *testing.T) {
	for _, c := range []struct {
		words []string
		want  string
	}{
		{[]string{wordFlapping, wordFlapping}, wordFlapping},
		{[]string{wordUnconfirmed, wordFlapping}, wordFlapping},
		{[]string{wordUnconfirmed, wordSlow}, wordUnconfirmed},
		{[]string{wordSlow, wordSlow}, wordSlow},
		{[]string{wordSlow, wordUp}, wordUp},
		{[]string{wordUp, wordUnconfirmed}, wordUp},
	} {
		var parts []room.Signal
		for _, word := range c.words {
			state := room.Warning
			if word == wordUp {
				state = room.OK
			}
			parts = append(parts, room.Signal{Key: "probe/shop@192.0.2.1", Word: word, State: state})
		}
		if _, word, _, _ := together(parts); word != c.want {
			t.Errorf("%v come to %s, want %s", c.words, word, c.want)
		}
	}
}

func TestAPausedProbeLeavesNoAddressBehind(t *testing.T) {
	b := balance(t, "127.0.0.1")
	b.names(dnsmessage.RCodeSuccess, "127.0.0.1", "127.0.0.2")
	env := b.environment()
	r := room.New(room.Options{})
	if words := inRoom(t, r, watchOf(t, b.spec(), env)); len(words) != 3 {
		t.Fatalf("the room shows %v", words)
	}
	paused, err := NewPaused(b.spec(), env)
	if err != nil {
		t.Fatal(err)
	}
	_ = paused.Look(t.Context(), func(signals []room.Signal) {
		r.Observe(room.Observation{Scope: paused.Scope, Watch: paused.Name, At: room.Wall{}.Now(), Interval: paused.Interval, Begins: true, Signals: signals})
	})
	r.Flush()
	if shown := r.Snapshot().Of(room.KindProbe).Signals; len(shown) != 1 || shown[0].Word != room.Paused {
		t.Errorf("the room shows %d signals", len(shown))
	}
}
