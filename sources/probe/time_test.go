package probe

import (
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"warroom/internal/room"
)

// drip writes one byte at each tick until the client hangs up.
func drip(conn net.Conn, text string, every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for i := range len(text) {
		if _, err := io.WriteString(conn, text[i:i+1]); err != nil {
			return
		}
		<-ticker.C
	}
}

func TestH22EachPhaseHasItsOwnTimeout(t *testing.T) {
	const timeout = 200 * time.Millisecond
	silentNames := nameServer(t, func(question) *reply { return nil })
	cases := []struct {
		name, url, phase, waiting string
		env                       *Environment
	}{
		{"resolve", "http://shop.example", "resolve", "the name to resolve", silentNames},
		{"C3 connect", "tcp://" + fullBacklog(t), "connect", "the connection", nil},
		{"T13 handshake", "https://" + listen(t, untilClosed), "tls", "the TLS handshake", nil},
		{"H16 first byte", "http://" + answering(t, untilClosed), "first byte", "the first byte", nil},
		{"H17 header dripped", "http://" + answering(t, func(conn net.Conn) {
			drip(conn, "HTTP/1.1 200 OK\r\nServer: slow\r\nContent-Length: 0\r\n\r\n", 40*time.Millisecond)
		}), "transfer", "the rest of the answer", nil},
		{"H18 body dripped", "http://" + answering(t, func(conn net.Conn) {
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
			drip(conn, "0123456789", 40*time.Millisecond)
		}), "transfer", "the rest of the answer", nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := probeOnce(t, Spec{URL: c.url, Timeout: timeout}, c.env)
			got.want(t, "DOWN", "timeout", "timed out after 200ms waiting for "+c.waiting)
			if got.sample.Phase != c.phase {
				t.Errorf("the phase is %q", got.sample.Phase)
			}
			if got.sample.Total < timeout-time.Millisecond {
				t.Errorf("it gave up after %v of %v", got.sample.Total, timeout)
			}
			if got.sample.Text != got.Reason || got.err != nil {
				t.Errorf("text %q, error %v", got.sample.Text, got.err)
			}
		})
	}
}

// TestH21AnAnswerAtTheDeadlineIsOneOrTheOther has a server answer when the time of the probe
// is just up, a little earlier and later: each look is right or timed out, and never both.
func TestH21AnAnswerAtTheDeadlineIsOneOrTheOther(t *testing.T) {
	const timeout = 30 * time.Millisecond
	var delay atomic.Int64
	server := serving(t, func(http.ResponseWriter, *http.Request) { <-time.After(time.Duration(delay.Load())) })
	for early := range 40 {
		delay.Store(int64(timeout - time.Duration(early)*100*time.Microsecond))
		got := probeOnce(t, Spec{URL: server.URL, Timeout: timeout}, nil) // one signal with one reading
		s := got.sample
		right := got.Word == "UP" && got.Reason == "" && s.State == room.OK && s.Class == "" && s.Phase == "" && s.Status == 200 && s.Total <= timeout
		late := got.Word == "DOWN" && s.State == room.Critical && s.Class == "timeout" && s.Text == got.Reason && s.Total >= timeout
		stood := got.Word == "ERROR" && s.Class == "error" // this machine did, for half a second
		if !right && !late && !stood {
			t.Errorf("%s, reading %+v", got.Word, s)
		}
	}
}

func TestM1PhasesShowWhereTheTimeWent(t *testing.T) {
	const delay = 60 * time.Millisecond
	wait := func() { <-time.After(delay) }
	authority := newAuthority(t)
	names := nameServer(t, func(q question) *reply {
		wait()
		return &reply{addresses: []string{"127.0.0.1"}}
	})
	names.Roots = authority.pool
	certificate := authority.issue(t, leaf{names: []string{"shop.example"}})
	address := listen(t, func(conn net.Conn) {
		wait()
		secured := serverSide(conn, certificate)
		if secured.Handshake() != nil {
			return
		}
		request := make([]byte, 4096)
		_, _ = secured.Read(request)
		wait()
		_, _ = io.WriteString(secured, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")
		wait()
		_, _ = io.WriteString(secured, "ok")
	})
	_, port, _ := net.SplitHostPort(address)
	got := probeOnce(t, Spec{URL: "https://shop.example:" + port}, names)
	got.wantUp(t)
	for name, phase := range map[string]time.Duration{
		"resolve": got.sample.Phases.Resolve, "tls": got.sample.Phases.TLS,
		"first byte": got.sample.Phases.FirstByte, "transfer": got.sample.Phases.Transfer,
	} {
		// On a busy machine one end notices later than the other, so that a part of a delay
		// may fall to the phase before; what is told apart is a whole delay from none.
		if phase < delay/2 {
			t.Errorf("%s took %v, of the %v that it was made to wait", name, phase, delay)
		}
	}
	if connect := got.sample.Phases.Connect; connect <= 0 {
		t.Errorf("connect took %v", connect)
	}
}

func TestH19TotalIncludesTheBody(t *testing.T) {
	server := serving(t, func(w http.ResponseWriter, _ *http.Request) {
		w.(http.Flusher).Flush()
		<-time.After(100 * time.Millisecond)
		_, _ = io.WriteString(w, "ok")
	})
	got := probeOnce(t, Spec{URL: server.URL, Expect: Expect{Body: "ok"}}, nil)
	got.wantUp(t)
	if got.sample.Total < 100*time.Millisecond || got.sample.Phases.Transfer < 50*time.Millisecond {
		t.Errorf("total %v, transfer %v", got.sample.Total, got.sample.Phases.Transfer)
	}
}

func TestH20SlowAnswers(t *testing.T) {
	server := serving(t, func(http.ResponseWriter, *http.Request) { <-time.After(120 * time.Millisecond) })
	timeout := 400 * time.Millisecond
	probeOnce(t, Spec{URL: server.URL, Timeout: timeout}, nil).wantUp(t)

	slow := probeOnce(t, Spec{URL: server.URL, Timeout: timeout, Slow: 50 * time.Millisecond}, nil)
	slow.want(t, "SLOW", "", "right, but slower than 50ms")
	if slow.State != room.Warning || slow.sample.State != room.Warning {
		t.Errorf("state %v", slow.State)
	}
	late := probeOnce(t, Spec{URL: server.URL, Timeout: timeout, Expect: Expect{Latency: 50 * time.Millisecond}}, nil)
	late.want(t, "DOWN", "assert", "expected an answer within 50ms, and it took longer")
}

func TestM3AbsentPhasesAreAbsent(t *testing.T) {
	server := serving(t, func(http.ResponseWriter, *http.Request) {})
	got := probeOnce(t, Spec{URL: server.URL}, nil)
	if p := got.sample.Phases; p.Resolve != room.Absent || p.TLS != room.Absent || p.Connect <= 0 || p.FirstByte <= 0 || p.Transfer < 0 {
		t.Errorf("HTTP to an address: %+v", p)
	}
	got = probeOnce(t, Spec{URL: "tcp://" + server.Listener.Addr().String()}, nil)
	if p := got.sample.Phases; p.Connect <= 0 || p.Connect != got.sample.Total || p.FirstByte != room.Absent || p.Transfer != room.Absent {
		t.Errorf("TCP to an address: %+v", p)
	}
}

func TestM4LatencyAsPeopleReadIt(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0µs", 412 * time.Microsecond: "412µs", 999499 * time.Nanosecond: "999µs", 999500 * time.Nanosecond: "1.0ms",
		1234 * time.Microsecond: "1.2ms", 9949 * time.Microsecond: "9.9ms", 9950 * time.Microsecond: "10ms",
		84 * time.Millisecond: "84ms", 999499 * time.Microsecond: "999ms", 999500 * time.Microsecond: "1.0s",
		1249 * time.Millisecond: "1.2s", 9950 * time.Millisecond: "10s", 90 * time.Second: "90s",
	} {
		if got := Latency(d); got != want {
			t.Errorf("%v is shown as %s, not %s", d, got, want)
		}
	}
	for d, want := range map[time.Duration]string{2 * time.Second: "2s", time.Minute: "1m", time.Hour: "1h", 90 * time.Second: "1m30s", 10 * time.Second: "10s"} {
		if got := plainDuration(d); got != want {
			t.Errorf("%v is shown as %s, not %s", d, got, want)
		}
	}
}
