package probe

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
)

// pinging holds the socket open for a test, or skips it where the system lets nobody ping.
func pinging(t testing.TB, address string) *pinger {
	t.Helper()
	to := netip.MustParseAddr(address)
	socket, err := pings.open(to)
	if err != nil {
		t.Skipf("this system does not let the test send pings: %v", err)
	}
	t.Cleanup(socket.close)
	return socket
}

func TestAHostThatAnswers(t *testing.T) { // I1, I6, I9
	pinging(t, "127.0.0.1")
	got := probeOnce(t, Spec{URL: "icmp://127.0.0.1"}, nil)
	got.wantUp(t)
	if p := got.sample.Phases; p.FirstByte <= 0 || p.Connect >= 0 || p.Transfer >= 0 || got.sample.Address != "127.0.0.1" || !strings.HasPrefix(got.sample.Text, "answered in ") {
		t.Errorf("got %+v", got.sample)
	}
	burst := probeOnce(t, Spec{URL: "icmp://127.0.0.1?count=5"}, nil)
	burst.wantUp(t)
	if !strings.HasPrefix(burst.sample.Text, "5 answers, ") || strings.Count(burst.sample.Text, "/") != 2 {
		t.Errorf("got %q", burst.sample.Text)
	}
}

func TestAHostThatAnswersOverIPv6(t *testing.T) { // I11
	if listener, err := net.Listen("tcp", "[::1]:0"); err != nil {
		t.Skipf("this system has no IPv6: %v", err)
	} else {
		listener.Close()
	}
	pinging(t, "::1")
	probeOnce(t, Spec{URL: "icmp://[::1]"}, nil).wantUp(t)
}

func TestAThousandTargetsShareOneSocket(t *testing.T) { // I7
	pinging(t, "127.0.0.1")
	opened := pings.opened
	var all sync.WaitGroup
	slots := make(chan struct{}, 64) // as many as the slowest system's buffer holds replies
	for i := range 1000 {
		watch := watchOf(t, Spec{Name: fmt.Sprint(i), URL: fmt.Sprintf("icmp://127.1.%d.%d", i/250, i%250+1), Timeout: 30 * time.Second}, nil)
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			if got := lookOnce(t.Context(), t, watch); got.Word != "UP" {
				t.Errorf("%s: %s %s", got.Title, got.Word, got.Reason)
			}
		})
	}
	all.Wait()
	if pings.opened != opened {
		t.Errorf("%d more sockets were opened", pings.opened-opened)
	}
}

func TestTheNumberOfPingsGoesRound(t *testing.T) { // I8
	socket := pinging(t, "127.0.0.1")
	socket.mu.Lock()
	socket.sequence = 65533
	socket.mu.Unlock()
	got := probeOnce(t, Spec{URL: "icmp://127.0.0.1?count=5"}, nil)
	got.wantUp(t)
	socket.mu.Lock()
	defer socket.mu.Unlock()
	if socket.sequence != 2 {
		t.Errorf("after 65533 and five pings it is %d", socket.sequence)
	}
}

func TestOnlyTheReplyToOnesOwnPingCounts(t *testing.T) { // I4, I5
	from := netip.MustParseAddr("192.0.2.1")
	s := &pinger{waiting: map[ping]*pong{}, identifier: 7}
	one := &pong{sent: time.Now(), nonce: [nonceBytes]byte{1, 2, 3, 4, 5, 6, 7, 8}, size: sizeLeast, got: make(chan fate, 1)}
	right := append(one.nonce[:], make([]byte, sizeLeast-nonceBytes)...)
	s.waiting[ping{from, 3}] = one
	say := func(address string, id, sequence int, data []byte) {
		packet, err := (&icmp.Message{Type: ipv4.ICMPTypeEchoReply, Body: &icmp.Echo{ID: id, Seq: sequence, Data: data}}).Marshal(nil)
		if err != nil {
			t.Fatal(err)
		}
		s.deliver(packet, &net.IPAddr{IP: net.ParseIP(address)}, one.sent.Add(time.Millisecond))
	}
	say("192.0.2.1", 8, 3, right)
	say("192.0.2.1", 7, 4, right)
	say("192.0.2.2", 7, 3, right)
	say("192.0.2.1", 7, 3, []byte("0123456789abcdef"))
	say("192.0.2.1", 7, 3, one.nonce[:])
	say("192.0.2.1", 7, 3, nil)
	s.deliver([]byte{0xff}, &net.IPAddr{IP: net.ParseIP("192.0.2.1")}, time.Now())
	if len(one.got) != 0 {
		t.Fatal("somebody else's reply was taken")
	}
	say("192.0.2.1", 7, 3, right)
	say("192.0.2.1", 7, 3, right) // a duplicate has nobody waiting
	if what := <-one.got; what != (fate{trip: time.Millisecond}) || len(one.got) != 0 {
		t.Errorf("got %+v", what)
	}
	s.waiting[ping{from, 3}] = one
	s.forget(map[ping]*pong{{from, 3}: one})
	say("192.0.2.1", 7, 3, right)
	if len(one.got) != 0 {
		t.Error("a reply that came too late was taken")
	}
}

func TestASystemThatLetsNobodyPingSaysWhatToSet(t *testing.T) { // I6
	f := unpinged(&net.OpError{Op: "listen", Err: os.NewSyscallError("socket", syscall.EPERM)})
	next := fmt.Sprintf(`run sysctl -w net.ipv4.ping_group_range="0 2147483647", or setcap cap_net_raw+ep on %s`, filepath.Base(os.Args[0]))
	if f.class != classError || f.reason != "this system does not let warroom send pings" || f.next != next {
		t.Errorf("got %+v", f)
	}
	if f := unpinged(errors.New("something")); f.class != classError {
		t.Errorf("got %+v", f)
	}
	if f := unpinged(syscall.EHOSTUNREACH); f.class != classICMP {
		t.Errorf("got %+v", f)
	}
}

func TestPingsLeaveNothingBehind(t *testing.T) {
	mayPing(t)
	restPings()
	goroutines, files := runtime.NumGoroutine(), openFiles(t)
	watch := watchOf(t, Spec{URL: "icmp://127.0.0.1"}, nil)
	opened := pings.opened
	for range 200 {
		lookOnce(t.Context(), t, watch).wantUp(t)
	}
	if pings.opened-opened > 100 {
		t.Errorf("%d sockets were opened for 200 pings, one after the other", pings.opened-opened)
	}
	settles(t, goroutines, files)
}

func TestPingsThatAreRefused(t *testing.T) {
	for url, want := range map[string]string{
		"icmp://192.0.2.1:7":         "an ICMP probe is a host and nothing else; write its URL as icmp://host",
		"icmp://192.0.2.1/x":         "an ICMP probe is a host and nothing else; write its URL as icmp://host",
		"icmp://192.0.2.1?count=99":  `its URL asks for "count"; an ICMP probe takes count=1 to count=20 and size=16 to size=8972`,
		"icmp://192.0.2.1?size=15":   `its URL asks for "size"; an ICMP probe takes count=1 to count=20 and size=16 to size=8972`,
		"icmp://192.0.2.1?size=8973": `its URL asks for "size"; an ICMP probe takes count=1 to count=20 and size=16 to size=8972`,
	} {
		if _, err := New(Spec{Name: "shop", URL: url}, nil); err == nil || err.Error() != `probe "shop": `+want {
			t.Errorf("%s: got %v, want %s", url, err, want)
		}
	}
}
