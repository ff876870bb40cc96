package probe

import (
	"io"
	"maps"
	"net"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"warroom/internal/room"
)

func TestSpecsThatAreRefused(t *testing.T) {
	cases := []struct {
		name   string
		spec   Spec
		reason string
	}{
		{"no name", Spec{URL: "https://shop.example"}, "a probe has no name; give it one, unique among the probes"},
		{"no URL", Spec{Name: "shop"}, `probe "shop": its URL names no host; write it as https://host:port/path`},
		{"H45 port 0", Spec{Name: "shop", URL: "https://shop.example:0"}, `probe "shop": its URL has a port that does not exist; ports go from 1 to 65535`},
		{"H45 port 65536", Spec{Name: "shop", URL: "https://shop.example:65536"}, `probe "shop": its URL has a port that does not exist; ports go from 1 to 65535`},
		{"H45 password", Spec{Name: "shop", URL: "https://ana:secret@shop.example"}, `probe "shop": its URL holds a user name or password; put it into an Authorization header instead`},
		{"H45 broken password", Spec{Name: "shop", URL: "https://ana:sec#ret@shop.example"}, `probe "shop": its URL cannot be read; write it as https://host:port/path`},
		{"a TLS probe with a path", Spec{Name: "shop", URL: "tls://shop.example:443/x"}, `probe "shop": a TLS probe has no path; write its URL as tls://host:port`},
		{"a TLS probe that expects text", Spec{Name: "shop", URL: "tls://shop.example:443", Expect: Expect{Body: "ok"}}, `probe "shop": a TLS probe ends with the handshake, so it sends nothing and expects no text; use a tcp or https URL`},
		{"a WebSocket with a body", Spec{Name: "shop", URL: "ws://shop.example", Body: "x"}, `probe "shop": a WebSocket probe ends with the handshake, so it has no method, body, status or text; leave them out, or use an http URL`},
		{"H45 unix socket", Spec{Name: "shop", URL: "unix:///run/shop.sock"}, `probe "shop": the scheme "unix" cannot be probed; use one of ` + strings.Join(slices.Sorted(maps.Keys(protocols)), ", ")},
		{"H45 half an address", Spec{Name: "shop", URL: "http://[::1/"}, `probe "shop": its URL cannot be read; write it as https://host:port/path`},
		{"H45 host with blanks", Spec{Name: "shop", URL: "http://my shop/"}, `probe "shop": its URL cannot be read; write it as https://host:port/path`},
		{"H45 strange host", Spec{Name: "shop", URL: "http://shop(1)/"}, `probe "shop": its URL has a host that can be neither a name nor an address; write it as https://host:port/path`},
		{"long host", Spec{Name: "shop", URL: "http://" + strings.Repeat("a.", 130)}, `probe "shop": its URL has a host that can be neither a name nor an address; write it as https://host:port/path`},
		{"mail", Spec{Name: "shop", URL: "mailto:ana@example"}, `probe "shop": its URL holds a user name or password; put it into an Authorization header instead`},
		{"TCP without a port", Spec{Name: "shop", URL: "tcp://db.example"}, `probe "shop": its URL names no port, and tcp has no usual one; write it as tcp://host:port`},
		{"TCP with a path", Spec{Name: "shop", URL: "tcp://db.example:1/x"}, `probe "shop": a TCP probe has no path; write its URL as tcp://host:port`},
		{"TCP with a status", Spec{Name: "shop", URL: "tcp://db.example:1", Expect: Expect{Status: "200"}}, `probe "shop": a TCP probe has no method, headers or status; leave them out, or use an http URL`},
		{"H5 HEAD with a body", Spec{Name: "shop", URL: "shop.example", Method: "HEAD", Expect: Expect{Body: "ok"}}, `probe "shop": an answer to HEAD has no body, so nothing can be expected of it; use GET`},
		{"method", Spec{Name: "shop", URL: "shop.example", Method: "GET /"}, `probe "shop": the method "GET /" cannot be used; use GET, HEAD, POST or the like`},
		{"header name", Spec{Name: "shop", URL: "shop.example", Header: map[string][]string{"X Y": {"secret"}}}, `probe "shop": the header name "X Y" has characters that no header may have`},
		{"header value", Spec{Name: "shop", URL: "shop.example", Header: map[string][]string{"authorization": {"secret\r\nX: y"}}}, `probe "shop": the header Authorization has a value with a line break or control character; give it one line of text`},
		{"two hosts", Spec{Name: "shop", URL: "shop.example", Header: map[string][]string{"host": {"a", "b"}}}, `probe "shop": the header Host is given twice, and a request is for one host; keep one`},
		{"framing header", Spec{Name: "shop", URL: "shop.example", Header: map[string][]string{"transfer-encoding": {"chunked"}}}, `probe "shop": the header Transfer-Encoding is set by the prober itself; leave it out`},
		{"status", Spec{Name: "shop", URL: "shop.example", Expect: Expect{Status: "2xx"}}, `probe "shop": the expected status "2xx" cannot be read; write it like 200..299,!204, with numbers from 100 to 999`},
		{"status range upside down", Spec{Name: "shop", URL: "shop.example", Expect: Expect{Status: "299..200"}}, `probe "shop": the expected status "299..200" cannot be read; write it like 200..299,!204, with numbers from 100 to 999`},
		{"pattern", Spec{Name: "shop", URL: "shop.example", Expect: Expect{Body: "/(/"}}, `probe "shop": the expected body /(/ is not a regular expression; see the syntax of RE2`},
		{"negative", Spec{Name: "shop", URL: "shop.example", Interval: -time.Second}, `probe "shop": the interval -1s is less than nothing; give a positive time`},
		{"never slow", Spec{Name: "shop", URL: "shop.example", Timeout: time.Second, Slow: time.Minute}, `probe "shop": slow is 1m and the timeout 1s, so nothing could ever be slow; make slow the shorter one`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := New(c.spec, nil)
			if err == nil {
				t.Fatal("it was taken")
			}
			if err.Error() != c.reason {
				t.Errorf("got  %s\nwant %s", err, c.reason)
			}
			if strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "sec#") {
				t.Error("it shows a secret")
			}
		})
	}
}

func TestH45WaysToWriteAURL(t *testing.T) {
	for text, want := range map[string]struct{ target, host, header string }{
		"shop.example":                      {"https://shop.example", "shop.example:443", "shop.example"},
		"shop.example:8443/a":               {"https://shop.example:8443/a", "shop.example:8443", "shop.example:8443"},
		"//shop.example/a":                  {"https://shop.example/a", "shop.example:443", "shop.example"},
		"HTTP://Shop.Example:80/A":          {"http://Shop.Example/A", "Shop.Example:80", "Shop.Example"},
		"https://shop.example:/":            {"https://shop.example/", "shop.example:443", "shop.example"},
		"https://[::1]/":                    {"https://[::1]/", "[::1]:443", "[::1]"},
		"http://[fe80::1%25en0]:8080/":      {"http://[fe80::1%25en0]:8080/", "[fe80::1%en0]:8080", "[fe80::1]:8080"},
		"https://shop.example/a%2Fb?q=%20#": {"https://shop.example/a%2Fb?q=%20", "shop.example:443", "shop.example"},
		"https://shop.example/a#fragment":   {"https://shop.example/a", "shop.example:443", "shop.example"},
		"https://bücher.example/":           {"https://xn--bcher-kva.example/", "xn--bcher-kva.example:443", "xn--bcher-kva.example"},
		"https://shop_eu.internal./":        {"https://shop_eu.internal./", "shop_eu.internal.:443", "shop_eu.internal."},
	} {
		target, err := newTarget(Spec{Name: "shop", URL: text}, new(Environment))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		got := struct{ target, host, header string }{
			target.detail().Target, target.endpoint.String(), target.endpoint.header(target.url.Scheme),
		}
		if got != want {
			t.Errorf("%s:\ngot  %+v\nwant %+v", text, got, want)
		}
	}
}

func TestTheTargetIsShownWithoutSecrets(t *testing.T) {
	for _, c := range []struct{ url, shown, want string }{
		{"shop.example/a?page=2&token=s3cr3t", "", "https://shop.example/a?page=2&token=***"},
		{"https://shop.example/?X-Amz-Signature=s3cr3t&apiKey=s3cr3t&sig=&author=ana#x", "", "https://shop.example/?X-Amz-Signature=***&apiKey=***&sig=&author=ana"},
		{"https://shop.example/?%74oken=s3cr3t&key", "", "https://shop.example/?%74oken=***&key"},
		{"https://shop.example/?q=s3cr3t", "shop.example/?q=${env:Q}", "https://shop.example/?q=${env:Q}"},
	} {
		target, err := newTarget(Spec{Name: "shop", URL: c.url, Shown: c.shown}, new(Environment))
		if err != nil {
			t.Errorf("%s: %v", c.url, err)
		} else if got := target.detail().Target; got != c.want {
			t.Errorf("%s is shown as %s, want %s", c.url, got, c.want)
		} else if asked := requestTarget(target.url); !strings.Contains(asked, "s3cr3t") {
			t.Errorf("%s is asked for as %s", c.url, asked)
		}
	}
}

// story is a clock that a test moves by hand.
type story struct {
	room.Clock
	now time.Time
}

func (s *story) Now() time.Time { return s.now }

func TestWhatTheRoomIsTold(t *testing.T) {
	status := http.StatusOK
	server := serving(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
	start := time.Date(2025, 10, 20, 6, 40, 0, 0, time.UTC)
	clock := &story{now: start}
	watch := watchOf(t, Spec{
		Name: "checkout", URL: server.URL + "/pay#now", Service: "Checkout", Region: "us-east-1",
		Interval: time.Minute, Timeout: 2 * time.Second, Slow: time.Second,
		Expect: Expect{Latency: 1500 * time.Millisecond},
	}, &Environment{Clock: clock})
	scope := room.Scope{Source: "probe", Region: "us-east-1"}
	if watch.Scope != scope || watch.Name != "probe/checkout" || watch.Interval != time.Minute || watch.Timeout <= 2*time.Second || watch.Whole {
		t.Errorf("watch %+v", watch)
	}
	first := lookOnce(t.Context(), t, watch)
	want := room.Signal{
		Key: "probe/checkout", Kind: room.KindProbe, Scope: scope, State: room.OK, Word: "UP", Title: "checkout",
		Service: "Checkout", Region: "us-east-1", Since: start,
		Detail: &room.ProbeDetail{
			Target: server.URL + "/pay", Interval: time.Minute, Timeout: 2 * time.Second,
			Expect: []string{"status 200..299", "an answer within 1.5s", "slow after 1s"},
		},
	}
	if !first.SameTruth(&want) || !first.sample.At.Equal(start) {
		t.Errorf("got  %+v\nwant %+v", first.Signal, want)
	}

	clock.now = start.Add(time.Minute)
	if again := lookOnce(t.Context(), t, watch); !again.SameTruth(&want) || !again.sample.At.Equal(clock.now) {
		t.Errorf("the same truth reads otherwise a minute later: %+v", again.Signal)
	}
	status = http.StatusServiceUnavailable
	for i := range 2 {
		clock.now = start.Add(time.Duration(i+2) * time.Minute)
		down := lookOnce(t.Context(), t, watch)
		down.want(t, "DOWN", "status", "expected status 200..299, got 503")
		if down.State != room.Critical || !down.Since.Equal(start.Add(2*time.Minute)) || down.sample.Phase != "first byte" {
			t.Errorf("down since %v, phase %q", down.Since, down.sample.Phase)
		}
	}
}

func TestQ8NothingFromOutsideReachesTheTerminalRaw(t *testing.T) {
	hostile := "\x1b]0;owned\x07\x9b31m\u202e\u200b\r\n\x00\u009b"
	addresses := []string{
		"http://" + listen(t, func(conn net.Conn) { _, _ = conn.Write([]byte(hostile)); untilClosed(conn) }),
		"https://" + listen(t, func(conn net.Conn) { _, _ = conn.Write([]byte(hostile)); untilClosed(conn) }),
		"http://" + saying(t, "HTTP/1.1 \x1b[31m\r\n\r\n"),
		"http://" + saying(t, "HTTP/1.1 200 OK\r\nX: "+hostile+"\r\n\r\n"),
		"http://" + saying(t, "HTTP/1.1 302 OK\r\nLocation: x\u202ey:"+hostile+"\r\n\r\n"),
		"http://" + saying(t, "HTTP/1.1 302 OK\r\nLocation: /\u202e\u009b\u0085\r\nContent-Length: 0\r\n\r\n"),
		"http://" + saying(t, "HTTP/1.1 200 \x1b]52;c;b3duZWQ=\x07\r\nContent-Length: 9\r\n\r\n"+hostile),
		"http://" + saying(t, "HTTP/1.1 200 OK\r\nContent-Encoding: \x1b[2J\r\n\r\n"+hostile),
	}
	for _, address := range addresses {
		got := probeOnce(t, Spec{URL: address, Expect: Expect{Body: "absent"}}, nil)
		for _, text := range []string{got.Title, got.Reason, got.sample.Text, got.sample.Class, got.sample.Phase} {
			for _, r := range text {
				if r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x202e || r == 0x200b || r == 0xfffd {
					t.Errorf("%s: %q", address, text)
					break
				}
			}
		}
		if got.Word != "DOWN" {
			t.Errorf("%s is %s", address, got.Word)
		}
	}
}

// TestQ8WhatIsShownOfAnAnswerIsCleaned (H29): a header, a banner and a record are shown as
// they came, but for what a terminal would obey.
func TestQ8WhatIsShownOfAnAnswerIsCleaned(t *testing.T) {
	const hostile = "\xff\u202e\u200b\u009b31m\u2028ü"
	record := func(q *dns.Msg, _ string) [][]byte {
		answer := new(dns.Msg).SetReply(q)
		answer.Answer = []dns.RR{&dns.TXT{Hdr: dns.RR_Header{Name: q.Question[0].Name, Rrtype: dns.TypeTXT, Class: dns.ClassINET}, Txt: []string{"\x1b]0;\a" + hostile}}}
		return [][]byte{packed(answer)}
	}
	for address, expect := range map[string]Expect{
		"http://" + saying(t, "HTTP/1.1 200 OK\r\nX-Shown: "+hostile+"\r\nContent-Length: 0\r\n\r\n"):               {Headers: map[string]string{"X-Shown": "absent"}},
		"tcp://" + listen(t, func(conn net.Conn) { _, _ = io.WriteString(conn, "\x1b]0;owned\a\r\n\x00"+hostile) }): {Body: "absent"},
		"dns://" + answersOf(t, record) + "/www.example.com?type=TXT":                                               {Body: "absent"},
	} {
		got := probeOnce(t, Spec{URL: address, Expect: expect}, nil)
		shown := got.Reason + got.sample.Text + strings.Join(got.Detail.(*room.ProbeDetail).Answers, "")
		if got.Word != "DOWN" || got.sample.Class != "assert" || strings.ContainsFunc(shown, func(r rune) bool {
			return r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x202e || r == 0x200b || r == 0x2028
		}) {
			t.Errorf("%s: %s %q", address, got.Word, shown)
		}
		if !strings.HasPrefix(address, "dns") && !strings.Contains(got.sample.Text, "ü") {
			t.Errorf("%s: nothing is shown of what came: %q", address, got.sample.Text)
		}
	}
}

// TestSecretsAreNotInWhatIsReported (P5, Q9): whoever looks is shown what is reported, and
// has nothing else.
func TestSecretsAreNotInWhatIsReported(t *testing.T) {
	spec := Spec{Name: "shop", Header: map[string][]string{"Authorization": {"Bearer hunter2"}}, Body: "password=hunter2", Method: "POST"}
	for _, address := range []string{closedPort(t), saying(t, "no"), saying(t, "HTTP/1.1 401 No\r\n\r\n"), answering(t, reset)} {
		spec.URL = "http://" + address
		got := probeOnce(t, spec, nil)
		for field := range reflect.ValueOf(got.Signal).NumField() {
			if text := reflect.ValueOf(got.Signal).Field(field).String(); strings.Contains(text, "hunter2") {
				t.Errorf("a secret is in %s", text)
			}
		}
		if strings.Contains(got.sample.Text, "hunter2") || got.Word != "DOWN" {
			t.Errorf("%s %q", got.Word, got.sample.Text)
		}
	}
}
