package probe

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func squeezed(t *testing.T, text string) string {
	t.Helper()
	var out bytes.Buffer
	writer := gzip.NewWriter(&out)
	if _, err := io.WriteString(writer, text); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestWhatTheServerSaysDecides(t *testing.T) {
	const head = "HTTP/1.1 200 OK\r\n"
	whole := func(body, headers string) string {
		return fmt.Sprintf("%s%sContent-Length: %d\r\n\r\n%s", head, headers, len(body), body)
	}
	const early = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
	cases := []struct {
		name, answer        string
		method              string
		expect              Expect
		word, class, reason string
	}{
		{"H1 status and body as expected", whole("all ok", ""), "GET", Expect{Body: "all ok"}, "UP", "", ""},
		{"H1 body matches a pattern", whole("version 12", ""), "GET", Expect{Body: `/version \d+$/`}, "UP", "", ""},
		{"H1 body does not match", whole("version x", ""), "GET", Expect{Body: `/version \d+$/`}, "DOWN", "assert",
			`the body does not hold what it should: expected that it matches /version \d+$/`},
		{"H3 status goes before the body", "HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\nok", "GET", Expect{Body: "ok"}, "DOWN", "status", "expected status 200..299, got 500"},
		{"H3 status goes before a body that is cut off", "HTTP/1.1 503 Oops\r\nContent-Length: 20\r\n\r\nok", "GET", Expect{}, "DOWN", "status", "expected status 200..299, got 503"},
		{"H4 204 alone", "HTTP/1.1 204 No Content\r\n\r\n", "GET", Expect{}, "UP", "", ""},
		{"H4 204 and an expected body", "HTTP/1.1 204 No Content\r\n\r\n", "GET", Expect{Body: "ok"}, "DOWN", "assert",
			`the body does not hold what it should: expected that it contains "ok"`},
		{"H5 HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", "HEAD", Expect{}, "UP", "", ""},
		{"H6 early hints", early + early + early + whole("ok", ""), "GET", Expect{Body: "ok"}, "UP", "", ""},
		{"H7 too many interim answers", strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 6) + whole("ok", ""), "GET", Expect{}, "DOWN", "protocol", "more than 5 interim answers (1xx) and no final one"},
		{"H7 101 is final", "HTTP/1.1 101 Switching Protocols\r\n\r\n", "GET", Expect{}, "DOWN", "status", "expected status 200..299, got 101"},
		{"H8 HTTP/1.0 without length", "HTTP/1.0 200 OK\r\n\r\nall of it", "GET", Expect{Body: "all of it"}, "UP", "", ""},
		{"H9 body shorter than promised", head + "Content-Length: 100\r\n\r\nok", "GET", Expect{}, "DOWN", "body", "the body was cut off before its promised length"},
		{"H10 bad chunk", head + "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\nzz\r\n", "GET", Expect{}, "DOWN", "body", "the body's chunks are malformed"},
		{"H10 missing last chunk", head + "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n", "GET", Expect{}, "DOWN", "body", "the body was cut off: its last chunk is missing"},
		{"H11 two lengths", head + "Content-Length: 2\r\nContent-Length: 3\r\n\r\nok!", "GET", Expect{}, "DOWN", "protocol", "the answer's Content-Length headers make no sense"},
		{"H14 close in the middle of the header", "HTTP/1.1 200 OK\r\nServer: x", "GET", Expect{}, "DOWN", "protocol", "the connection was closed before the answer's header was whole"},
		{"H24 gzip", head + "Content-Encoding: gzip\r\n\r\n" + squeezed(t, "all ok"), "GET", Expect{Body: "all ok"}, "UP", "", ""},
		{"H24 gzip without a body", whole("", "Content-Encoding: gzip\r\n"), "GET", Expect{}, "UP", "", ""},
		{"H25 not gzip", whole("all ok, I promise", "Content-Encoding: gzip\r\n"), "GET", Expect{}, "DOWN", "body", "the body is not the gzip that its header says it is"},
		{"H25 gzip cut off", whole(squeezed(t, "all ok")[:20], "Content-Encoding: gzip\r\n"), "GET", Expect{}, "DOWN", "body", "the body is not the gzip that its header says it is"},
		{"H27 header of 2 MiB", head + strings.Repeat("X-Filler: "+strings.Repeat("x", 1000)+"\r\n", 2000) + "\r\n", "GET", Expect{}, "DOWN", "protocol", "the answer's header is larger than 256 KiB"},
		{"H28 one line of 1 MiB", head + "X: " + strings.Repeat("x", 1<<20) + "\r\n\r\n", "GET", Expect{}, "DOWN", "protocol", "the answer's header is larger than 256 KiB"},
		{"H28 many short headers", head + strings.Repeat("A: b\r\n", 10_000) + "Content-Length: 0\r\n\r\n", "GET", Expect{}, "UP", "", ""},
		{"H28 header that is none", head + "this is no header\r\n\r\n", "GET", Expect{}, "DOWN", "protocol", "the answer's header is not valid HTTP/1.1"},
		{"H30 empty body", whole("", ""), "GET", Expect{Body: "/^$/"}, "UP", "", ""},
		{"H31 binary body", whole("\x00\xff\xfe\x80ok\x00", ""), "GET", Expect{Body: "ok"}, "UP", "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := probeOnce(t, Spec{URL: "http://" + saying(t, c.answer), Method: c.method, Expect: c.expect}, nil)
			got.want(t, c.word, c.class, c.reason)
			if got.err != nil {
				t.Errorf("an endpoint's failure is not an error of the look: %v", got.err)
			}
		})
	}
}

func TestH2StatusExpectations(t *testing.T) {
	server := serving(t, func(w http.ResponseWriter, r *http.Request) {
		var status int
		fmt.Sscan(r.URL.Path[1:], &status)
		w.WriteHeader(status)
	})
	cases := []struct {
		expect string
		right  []int
		wrong  []int
	}{
		{"", []int{200, 204, 226, 299}, []int{300, 399, 400, 404, 499, 500, 599}},
		{"301, 302", []int{301, 302}, []int{200, 303}},
		{"200..299,!204,404", []int{200, 205, 404}, []int{204, 403}},
		{"!500..599", []int{200, 302, 404}, []int{500, 503, 599}},
	}
	for _, c := range cases {
		for _, status := range append(c.right, c.wrong...) {
			got := probeOnce(t, Spec{URL: fmt.Sprintf("%s/%d", server.URL, status), Expect: Expect{Status: c.expect}}, nil)
			if up := got.Word == "UP"; up != slices.Contains(c.right, status) {
				t.Errorf("%d with %q: %s", status, c.expect, got.Word)
			}
			if got.sample.Status != status || !strings.HasPrefix(got.sample.Text, fmt.Sprint(status, " in ")) {
				t.Errorf("%d was read as %d, %q", status, got.sample.Status, got.sample.Text)
			}
		}
	}
}

func TestH34AHostilePatternTakesNoLongerThanAnother(t *testing.T) {
	body := strings.Repeat("a", bodyLimit-1) + "!"
	address := saying(t, fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body))
	for _, pattern := range []string{"/^(a+)+$/", "/^(a|aa)*$/", "/(a*)*b/"} { // years, for what goes back and tries again
		got := probeOnce(t, Spec{URL: "http://" + address, Timeout: time.Minute, Expect: Expect{Body: pattern}}, nil)
		got.want(t, "DOWN", "assert", "the body does not hold what it should: expected that it matches "+pattern)
	}
}

func TestHowConnectionsEnd(t *testing.T) {
	cases := []struct {
		name, address, class, reason string
	}{
		{"H13 reset instead of an answer", answering(t, reset), "protocol", "the connection was reset before an answer came"},
		{"H14 closed without an answer", saying(t, ""), "protocol", "the connection was closed before an answer came"},
		{"H15 another protocol", listen(t, func(conn net.Conn) {
			_, _ = conn.Write([]byte("SSH-2.0-\x1b[31mOpenSSH_9.9\r\n"))
			untilClosed(conn)
		}), "protocol", `%s does not speak HTTP/1.1: it begins with "SSH-2.0-\x1b[31mOpe"`},
		{"H15 very short", saying(t, "no\r\n"), "protocol", `%s does not speak HTTP/1.1: it begins with "no\r\n"`},
		{"C2 refused", closedPort(t), "connect", "connection refused by %s"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			reason := strings.ReplaceAll(c.reason, "%s", c.address)
			probeOnce(t, Spec{URL: "http://" + c.address}, nil).want(t, "DOWN", c.class, reason)
		})
	}
}

func TestH12ResetAfterTheWholeBodyIsFine(t *testing.T) {
	address := answering(t, func(conn net.Conn) {
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		untilClosed(conn)
		reset(conn)
	})
	probeOnce(t, Spec{URL: "http://" + address, Expect: Expect{Body: "ok"}}, nil).wantUp(t)
}

// endless writes until the client hangs up, and says how much it got rid of.
func endless(t *testing.T, header, piece string) (address string, written <-chan int) {
	total := make(chan int, 1)
	return answering(t, func(conn net.Conn) {
		sum, _ := io.WriteString(conn, header)
		for sum < 2<<30 {
			n, err := io.WriteString(conn, piece)
			sum += n
			if err != nil {
				break
			}
		}
		select {
		case total <- sum:
		default: // nobody asks about more than one
		}
	}), total
}

func TestH23HugeBodyIsReadUpToTheLimitOnly(t *testing.T) {
	header := "HTTP/1.1 200 OK\r\nContent-Length: 2147483648\r\n\r\n"
	for _, c := range []struct{ expect, word, reason string }{
		{"", "UP", ""},
		{"xxx", "UP", ""},
		{"needle", "DOWN", `the body's first 1024 KiB does not hold what it should: expected that it contains "needle"`},
	} {
		address, written := endless(t, header, strings.Repeat("x", 64<<10))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got := probeOnce(t, Spec{URL: "http://" + address, Expect: Expect{Body: c.expect}}, nil)
		if got.Word != c.word || got.Reason != c.reason {
			t.Errorf("%q: %s %q", c.expect, got.Word, got.Reason)
		}
		if n := <-written; n > 64<<20 {
			t.Errorf("%q: the server got rid of %d bytes", c.expect, n)
		}
		runtime.ReadMemStats(&after)
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 8<<20 {
			t.Errorf("%q: %d MiB were allocated, at the server's end and ours", c.expect, grown>>20)
		}
	}
}

func TestH24GzipBombIsBounded(t *testing.T) {
	bomb := squeezed(t, strings.Repeat("\x00", 64<<20))
	address := saying(t, fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s", len(bomb), bomb))
	got := probeOnce(t, Spec{URL: "http://" + address, Expect: Expect{Body: "needle"}}, nil)
	got.want(t, "DOWN", "assert", `the body's first 1024 KiB does not hold what it should: expected that it contains "needle"`)
	if got.sample.Total > time.Second {
		t.Errorf("it took %v", got.sample.Total)
	}
}

func TestH24EndlessGzipWithoutContentIsBounded(t *testing.T) {
	empty := squeezed(t, "")
	address, _ := endless(t, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", strings.Repeat(empty, 1000))
	probeOnce(t, Spec{URL: "http://" + address}, nil).wantUp(t)
}

func TestH36EveryProbeHasItsOwnConnection(t *testing.T) {
	var connections, requests atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { requests.Add(1) }))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	watch := watchOf(t, Spec{URL: server.URL}, nil)
	for range 5 {
		lookOnce(t.Context(), t, watch).wantUp(t)
	}
	if connections.Load() != 5 || requests.Load() != 5 {
		t.Errorf("%d connections for %d requests", connections.Load(), requests.Load())
	}
}

func TestH1AnyMethodIsAsked(t *testing.T) {
	asked := make(chan string, 1)
	server := counting(t, nil, func(_ http.ResponseWriter, r *http.Request) { asked <- r.Method })
	for _, version := range []string{"", "2"} {
		for _, method := range []string{"PROPFIND", "REPORT", "TRACE", "PURGE", "VERSION-CONTROL", "x"} {
			probeOnce(t, Spec{URL: "http://" + server.address, Method: method, Version: version}, nil).wantUp(t)
			if got := <-asked; got != method {
				t.Errorf("%s came as %s", method, got)
			}
		}
	}
}

func TestH39WhatTheServerIsSent(t *testing.T) {
	requests := make(chan *http.Request, 1)
	bodies := make(chan string, 1)
	server := serving(t, func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		requests <- r
		bodies <- string(body)
	})
	probeOnce(t, Spec{
		URL: server.URL + "/a%2Fb/c?q=a b&ä=1#part", Method: "POST", Body: `{"ping":1}`,
		Header: map[string][]string{"host": {"shop.example"}, "X-Twice": {"one", "two"}, "content-type": {"application/json"}},
	}, nil).wantUp(t)
	r, body := <-requests, <-bodies
	if body != `{"ping":1}` || r.Host != "shop.example" || r.UserAgent() != "warroom" || r.Method != "POST" {
		t.Errorf("%s %s %s %q", r.Method, r.Host, r.UserAgent(), body)
	}
	if r.RequestURI != "/a%2Fb/c?q=a%20b&%C3%A4=1" {
		t.Errorf("the path became %s", r.RequestURI)
	}
	if got := r.Header["X-Twice"]; len(got) != 2 || r.Header.Get("Content-Type") != "application/json" {
		t.Errorf("headers %v", r.Header)
	}
	probeOnce(t, Spec{URL: server.URL, Header: map[string][]string{"user-agent": {"mine"}}}, nil).wantUp(t)
	if r = <-requests; r.UserAgent() != "mine" || len(r.Header["User-Agent"]) != 1 || r.RequestURI != "/" {
		t.Errorf("headers %v, path %s", r.Header, r.RequestURI)
	}
}

// TestH40AServerThatIsAskedWhetherItWantsTheBody: it is sent the body all the same, as RFC
// 9110, section 10.1.1, lets a client do, so that neither of them waits for the other.
func TestH40AServerThatIsAskedWhetherItWantsTheBody(t *testing.T) {
	asks := map[string][]string{"Expect": {"100-continue"}}
	for _, version := range []string{"", "2"} {
		bodies := make(chan string, 1)
		handler := func(_ http.ResponseWriter, r *http.Request) { // which says 100 Continue when it reads
			body, _ := io.ReadAll(r.Body)
			bodies <- string(body)
		}
		reads := serving(t, handler).URL
		if version == "2" {
			reads = "http://" + callee(t, handler)
		}
		probeOnce(t, Spec{URL: reads, Version: version, Method: "POST", Body: "ping", Header: asks}, nil).wantUp(t)
		if got := <-bodies; got != "ping" {
			t.Errorf("version %q: the server was sent %q", version, got)
		}
	}
	refuses := listen(t, func(conn net.Conn) { // without the body
		if r, err := http.ReadRequest(bufio.NewReader(conn)); err != nil || r.Header.Get("Expect") != "100-continue" {
			t.Errorf("the server was asked %v, %v", r, err)
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n")
	})
	probeOnce(t, Spec{URL: "http://" + refuses, Method: "POST", Body: "ping", Header: asks}, nil).want(t, "DOWN", "status", "expected status 200..299, got 417")
	goesOn := answering(t, func(conn net.Conn) {
		_, _ = io.WriteString(conn, "HTTP/1.1 100 Continue\r\n\r\n")
		untilClosed(conn)
	})
	probeOnce(t, Spec{URL: "http://" + goesOn, Method: "POST", Body: "ping", Header: asks, Timeout: 200 * time.Millisecond}, nil).
		want(t, "DOWN", "timeout", "timed out after 200ms waiting for the first byte")
}
