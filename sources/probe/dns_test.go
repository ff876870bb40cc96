package probe

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// answersOf is a name server on UDP and TCP at one port of loopback. What the function
// returns is sent as it is; nil sends nothing.
func answersOf(t testing.TB, answer func(question *dns.Msg, network string) [][]byte) string {
	t.Helper()
	var packets net.PacketConn
	var stream net.Listener
	for packets == nil {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		if packets, err = net.ListenPacket("udp", listener.Addr().String()); err != nil {
			listener.Close() // the port is taken by somebody's UDP
			continue
		}
		stream = listener
	}
	handler := dns.HandlerFunc(func(w dns.ResponseWriter, question *dns.Msg) {
		for _, packet := range answer(question, w.RemoteAddr().Network()) {
			_, _ = w.Write(packet)
		}
	})
	for _, server := range []*dns.Server{{PacketConn: packets, Handler: handler}, {Listener: stream, Handler: handler}} {
		done := make(chan struct{})
		ready := make(chan struct{})
		server.NotifyStartedFunc = func() { close(ready) }
		go func() { defer close(done); _ = server.ActivateAndServe() }()
		<-ready
		t.Cleanup(func() { _ = server.Shutdown(); <-done })
	}
	return stream.Addr().String()
}

// says packs an answer with the given records.
func says(question *dns.Msg, code int, records ...string) []byte {
	answer := new(dns.Msg).SetRcode(question, code)
	for _, record := range records {
		r, err := dns.NewRR(record)
		if err != nil {
			panic(err)
		}
		answer.Answer = append(answer.Answer, r)
	}
	return packed(answer)
}

func packed(m *dns.Msg) []byte {
	wire, err := m.Pack()
	if err != nil {
		panic(err)
	}
	return wire
}

func TestWhatANameServerAnswers(t *testing.T) {
	const asks = "www.example.com"
	for _, c := range []struct {
		name                string
		query, expect       string
		answer              func(*dns.Msg, string) [][]byte
		word, class, reason string
		did                 string
	}{
		{name: "N5 several addresses are all kept", answer: func(q *dns.Msg, _ string) [][]byte {
			return [][]byte{says(q, dns.RcodeSuccess, "www.example.com. 60 IN A 192.0.2.2", "www.example.com. 60 IN A 192.0.2.1")}
		}, word: "UP", did: "2 A"},
		{name: "N5 an alias is followed to its end", answer: func(q *dns.Msg, _ string) [][]byte {
			return [][]byte{says(q, dns.RcodeSuccess, "www.example.com. 60 IN CNAME a.example.", "a.example. 60 IN A 192.0.2.1")}
		}, word: "UP", did: "1 A"},
		{name: "N5 as expected, in whatever order they come", expect: "/^192.0.2.1\n192.0.2.2$/", answer: func(q *dns.Msg, _ string) [][]byte {
			return [][]byte{says(q, dns.RcodeSuccess, "www.example.com. 60 IN A 192.0.2.2", "www.example.com. 60 IN A 192.0.2.1")}
		}, word: "UP", did: "2 A"},
		{name: "N5 not as expected", expect: "192.0.2.7", answer: func(q *dns.Msg, _ string) [][]byte {
			return [][]byte{says(q, dns.RcodeSuccess, "www.example.com. 60 IN A 192.0.2.1")}
		}, word: "DOWN", class: "assert", reason: `the answer does not hold what it should: expected that it contains "192.0.2.7"`},
		{name: "N5 another type", query: "?type=mx", expect: "10 mail.example.com.", answer: func(q *dns.Msg, _ string) [][]byte {
			return [][]byte{says(q, dns.RcodeSuccess, "www.example.com. 60 IN MX 10 mail.example.com.")}
		}, word: "UP", did: "1 MX"},
		{name: "N5 a long text is searched to its end", query: "?type=TXT", expect: "the-end", answer: func(q *dns.Msg, _ string) [][]byte {
			return [][]byte{says(q, dns.RcodeSuccess, `www.example.com. 60 IN TXT "`+strings.Repeat("x", 200)+`the-end"`)}
		}, word: "UP", did: "1 TXT"},
		{name: "N8 a record of another name is no answer", answer: func(q *dns.Msg, _ string) [][]byte {
			return [][]byte{says(q, dns.RcodeSuccess, "evil.example. 60 IN A 192.0.2.1")}
		}, word: "DOWN", class: "dns", reason: "empty DNS answer: the name www.example.com exists and has no A record"},
		{name: "N1 an error without the question", answer: func(q *dns.Msg, _ string) [][]byte {
			wrong := new(dns.Msg).SetRcode(q, dns.RcodeFormatError)
			wrong.Question = nil
			return [][]byte{packed(wrong)}
		}, word: "DOWN", class: "dns", reason: "the name server answers www.example.com with FORMERR"},
		{name: "N1 a code without a name", answer: func(q *dns.Msg, _ string) [][]byte { return [][]byte{says(q, 12)} },
			word: "DOWN", class: "dns", reason: "the name server answers www.example.com with code 12"},
		{name: "N1 NXDOMAIN", answer: func(q *dns.Msg, _ string) [][]byte { return [][]byte{says(q, dns.RcodeNameError)} },
			word: "DOWN", class: "dns", reason: "the name www.example.com does not exist (NXDOMAIN)"},
		{name: "N1 SERVFAIL", answer: func(q *dns.Msg, _ string) [][]byte { return [][]byte{says(q, dns.RcodeServerFailure)} },
			word: "DOWN", class: "dns", reason: "the name server failed at www.example.com (SERVFAIL), which may pass"},
		{name: "N1 REFUSED", answer: func(q *dns.Msg, _ string) [][]byte { return [][]byte{says(q, dns.RcodeRefused)} },
			word: "DOWN", class: "dns", reason: "the name server refuses to say anything of www.example.com (REFUSED)"},
		{name: "N1 empty answer", answer: func(q *dns.Msg, _ string) [][]byte { return [][]byte{says(q, dns.RcodeSuccess)} },
			word: "DOWN", class: "dns", reason: "empty DNS answer: the name www.example.com exists and has no A record"},
		{name: "N1 empty answer to AAAA", query: "?type=AAAA", answer: func(q *dns.Msg, _ string) [][]byte {
			return [][]byte{says(q, dns.RcodeSuccess, "www.example.com. 60 IN A 192.0.2.1")}
		}, word: "DOWN", class: "dns", reason: "empty DNS answer: the name www.example.com exists and has no AAAA record"},
		{name: "N4 what does not fit comes over TCP", answer: func(q *dns.Msg, network string) [][]byte {
			if network == "tcp" {
				return [][]byte{says(q, dns.RcodeSuccess, "www.example.com. 60 IN A 192.0.2.1")}
			}
			cut := new(dns.Msg).SetReply(q)
			cut.Truncated = true
			return [][]byte{packed(cut)}
		}, word: "UP", did: "1 A"},
		{name: "N6 recursion is not asked for", query: "?recurse=no", answer: func(q *dns.Msg, _ string) [][]byte {
			if q.RecursionDesired {
				return [][]byte{says(q, dns.RcodeRefused)}
			}
			return [][]byte{says(q, dns.RcodeSuccess, "www.example.com. 60 IN A 192.0.2.1")}
		}, word: "UP", did: "1 A"},
		{name: "N7 over TCP", query: "?transport=tcp", answer: func(q *dns.Msg, network string) [][]byte {
			if network != "tcp" {
				return nil
			}
			return [][]byte{says(q, dns.RcodeSuccess, "www.example.com. 60 IN A 192.0.2.1")}
		}, word: "UP", did: "1 A"},
		{name: "N8 another id and another question are ignored", answer: func(q *dns.Msg, _ string) [][]byte {
			stranger := q.Copy()
			stranger.Id++
			other := q.Copy()
			other.Question[0].Name = "evil.example."
			return [][]byte{
				says(stranger, dns.RcodeNameError), says(other, dns.RcodeNameError), packed(q),
				says(q, dns.RcodeSuccess, "www.example.com. 60 IN A 192.0.2.1"),
			}
		}, word: "UP", did: "1 A"},
		{name: "N11 garbage after the header", answer: func(q *dns.Msg, _ string) [][]byte {
			return [][]byte{append(says(q, dns.RcodeSuccess)[:12], 0xff, 0xff, 0xff)}
		}, word: "DOWN", class: "protocol", reason: "ADDRESS gives an answer that is no valid DNS message"},
		{name: "N11 less than a header", query: "?transport=tcp", answer: func(*dns.Msg, string) [][]byte { return [][]byte{{1, 2, 3}} },
			word: "DOWN", class: "protocol", reason: "ADDRESS gives an answer that is no valid DNS message"},
		{name: "N8 a datagram without a whole header is waited past", answer: func(q *dns.Msg, _ string) [][]byte {
			return [][]byte{{1, 2, 3}, {}, says(q, dns.RcodeSuccess, "www.example.com. 60 IN A 192.0.2.1")}
		}, word: "UP", did: "1 A"},
		{name: "N11 nothing but datagrams without a header", answer: func(*dns.Msg, string) [][]byte { return [][]byte{{1, 2, 3}} },
			word: "DOWN", class: "timeout", reason: "timed out after 300ms waiting for the first byte"},
		{name: "N2 silent", answer: func(*dns.Msg, string) [][]byte { return nil },
			word: "DOWN", class: "timeout", reason: "timed out after 300ms waiting for the first byte"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			address := answersOf(t, c.answer)
			timeout := 30 * time.Second
			if c.class == "timeout" {
				timeout = 300 * time.Millisecond
			}
			got := probeOnce(t, Spec{URL: "dns://" + address + "/" + asks + c.query, Timeout: timeout, Expect: Expect{Body: c.expect}}, nil)
			got.want(t, c.word, c.class, strings.ReplaceAll(c.reason, "ADDRESS", address))
			if c.did != "" && !strings.HasPrefix(got.sample.Text, c.did+" in ") {
				t.Errorf("it says %q", got.sample.Text)
			}
			if got.sample.Phases.FirstByte < 0 || got.sample.Address != address {
				t.Errorf("address %q, phases %+v", got.sample.Address, got.sample.Phases)
			}
		})
	}
}

func TestANameServerThatIsNotThere(t *testing.T) {
	address := closedPort(t)
	got := probeOnce(t, Spec{URL: "dns://" + address + "/www.example.com", Timeout: 10 * time.Second}, nil)
	got.want(t, "DOWN", "connect", "nothing listens at "+address)
	got = probeOnce(t, Spec{URL: "dns://" + address + "/www.example.com?transport=tcp"}, nil)
	got.want(t, "DOWN", "connect", "connection refused by "+address)
}

func TestN2EachAddressOfANameServerIsAsked(t *testing.T) {
	t.Parallel()
	address := answersOf(t, func(q *dns.Msg, _ string) [][]byte {
		return [][]byte{says(q, dns.RcodeSuccess, "www.example.com. 60 IN A 192.0.2.1")}
	})
	_, port, _ := net.SplitHostPort(address)
	env := nameServer(t, func(question) *reply { return &reply{addresses: []string{"127.0.0.2", "127.0.0.1"}} })
	spec := Spec{URL: "dns://ns.example:" + port + "/www.example.com", Timeout: 4 * time.Second}
	first := probeOnce(t, spec, env) // nothing listens at 127.0.0.2
	first.wantUp(t)
	silent, err := net.ListenPacket("udp", "127.0.0.2:"+port)
	if err != nil {
		t.Skip("this system has one address of loopback")
	}
	defer silent.Close()
	second := probeOnce(t, spec, env)
	second.wantUp(t)
	if first.sample.Address != address || second.sample.Address != address {
		t.Errorf("reached %s and %s", first.sample.Address, second.sample.Address)
	}
	spec.Pin = netip.MustParseAddr("127.0.0.2")
	spec.Timeout = 200 * time.Millisecond
	probeOnce(t, spec, env).want(t, "DOWN", "timeout", "timed out after 200ms waiting for the first byte")
}

func TestANameServerOverTLS(t *testing.T) { // N7
	ours := newAuthority(t)
	serve := func(name string) string {
		config := &tls.Config{Certificates: []tls.Certificate{ours.issue(t, leaf{names: []string{name}})}}
		return listen(t, func(conn net.Conn) {
			wire := &dns.Conn{Conn: tls.Server(conn, config)}
			if question, err := wire.ReadMsg(); err == nil {
				_, _ = wire.Write(says(question, dns.RcodeSuccess, "www.example.com. 60 IN A 192.0.2.1"))
			}
		})
	}
	env := &Environment{Roots: ours.pool}
	url := func(name string) string { return fmt.Sprintf("dns://%s/www.example.com?transport=tls", serve(name)) }
	got := probeOnce(t, Spec{URL: url("127.0.0.1")}, env)
	got.wantUp(t)
	if p := got.sample.Phases; p.TLS <= 0 || p.Connect <= 0 {
		t.Errorf("phases %+v", p)
	}
	probeOnce(t, Spec{URL: url("other.example")}, env).want(t, "DOWN", "cert", "the certificate is for other.example, not for 127.0.0.1")
}

func TestAnAddressIsTurnedAroundForItsName(t *testing.T) { // N5 PTR
	address := answersOf(t, func(q *dns.Msg, _ string) [][]byte {
		if q.Question[0].Name != "1.2.0.192.in-addr.arpa." {
			return [][]byte{says(q, dns.RcodeNameError)}
		}
		return [][]byte{says(q, dns.RcodeSuccess, "1.2.0.192.in-addr.arpa. 60 IN PTR www.example.com.")}
	})
	probeOnce(t, Spec{URL: "dns://" + address + "/192.0.2.1?type=PTR", Expect: Expect{Body: "www.example.com"}}, nil).wantUp(t)
}

func TestThePortOfANameServer(t *testing.T) {
	for url, want := range map[string]uint16{
		"dns://ns.example/x.example": 53, "dns://ns.example/x.example?transport=tls": 853,
		"dns://ns.example:53/x.example?transport=tls": 53, "dns://192.0.2.53:5353/x.example": 5353,
	} {
		target, err := newTarget(Spec{Name: "shop", URL: url}, new(Environment))
		if err != nil || target.endpoint.port != want {
			t.Errorf("%s: %v, %v", url, target, err)
		}
	}
}

func TestQuestionsThatAreRefused(t *testing.T) {
	for url, want := range map[string]string{
		"dns://192.0.2.53":                          "its URL does not say which name to ask for; write it like dns://resolver/www.example.com?type=A",
		"dns://192.0.2.53/a b":                      "its URL does not say which name to ask for; write it like dns://resolver/www.example.com?type=A",
		"dns://192.0.2.53/www.example.com?type=AB":  `its URL has the type "ab"; write one such as type=AAAA, transport=tcp, recurse=no`,
		"dns://192.0.2.53/www.example.com?typ=A":    `its URL asks for "typ", which a DNS probe does not know; use type, transport and recurse`,
		"dns://192.0.2.53/x.example?transport=quic": `its URL has the transport "quic"; write one such as type=AAAA, transport=tcp, recurse=no`,
	} {
		if _, err := New(Spec{Name: "shop", URL: url}, nil); err == nil || err.Error() != `probe "shop": `+want {
			t.Errorf("%s: got %v, want %s", url, err, want)
		}
	}
}

// FuzzAnswers feeds anything to what reads an answer (N11, Q5).
func FuzzAnswers(f *testing.F) {
	question := new(dns.Msg).SetQuestion("www.example.com.", dns.TypeA)
	f.Add(says(question, dns.RcodeSuccess, "www.example.com. 60 IN A 192.0.2.1"))
	f.Add(says(question, dns.RcodeNameError))
	f.Add(append(says(question, dns.RcodeSuccess)[:12], 0xc0, 0x0c))
	t, err := newTarget(Spec{Name: "shop", URL: "dns://192.0.2.53/www.example.com"}, new(Environment))
	if err != nil {
		f.Fatal(err)
	}
	d := &dnsProbe{name: "www.example.com.", kind: dns.TypeA}
	f.Fuzz(func(tt *testing.T, packet []byte) {
		answer := new(dns.Msg)
		if answer.Unpack(packet) != nil {
			return
		}
		var found outcome
		if wrong := d.judge(t, answer, &found); wrong == nil && found.did == "" || wrong != nil && wrong.reason == "" {
			tt.Errorf("%q is neither right nor wrong", packet)
		}
	})
}
