package sourcetest

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"
)

// fault is one way in which a server lets a source down.
type fault struct {
	name    string
	handler http.Handler
	base    func(server string) string // where the source looks
	heals   bool                       // the server can be mended behind the same address
}

// faults are those of the contract.
func faults(s Subject) []fault {
	same := func(server string) string { return server }
	at := func(name string, handler http.HandlerFunc) fault {
		return fault{name: name, handler: handler, base: same, heals: true}
	}
	return []fault{
		at("hangs", hang), at("resets", reset), at("truncates", truncate), at("answers HTML", html),
		at("throttles", s.Throttle), at("answers 500", internalError), at("answers 200 with garbage", garbage),
		{name: "refuses", base: func(string) string { return "http://" + freeAddress() }},
		{name: "has no such name", base: func(server string) string {
			u, _ := url.Parse(server) // our own server's, so it parses
			return "http://nowhere.test:" + u.Port()
		}},
	}
}

// hang takes the whole request and never answers. Only after the body was read does
// the HTTP server notice that the other side has gone.
func hang(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

func reset(w http.ResponseWriter, _ *http.Request) {
	if conn := take(w); conn != nil {
		_ = conn.(*net.TCPConn).SetLinger(0) // close sends RST
		_ = conn.Close()
	}
}

func truncate(w http.ResponseWriter, _ *http.Request) {
	if conn := take(w); conn != nil {
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"events\": [")
		_ = conn.Close()
	}
}

// take takes the connection away from the HTTP server.
func take(w http.ResponseWriter) net.Conn {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return nil
	}
	return conn
}

func html(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = io.WriteString(w, "<html><head><title>503</title></head><body><h1>Service Unavailable</h1>\x1b[31m</body></html>")
}

func internalError(w http.ResponseWriter, _ *http.Request) {
	w.WriteHeader(http.StatusInternalServerError)
}

func garbage(w http.ResponseWriter, _ *http.Request) {
	_, _ = w.Write([]byte("\x00\x1b]0;owned\x07 not what you asked for \xff\xfe"))
}

// freeAddress is an address at which nobody listens.
func freeAddress() string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "127.0.0.1:1"
	}
	defer listener.Close()
	return listener.Addr().String()
}

// server is good until it is told to fail, and then after some more good requests.
type server struct {
	http *httptest.Server
	good http.Handler

	mu      sync.Mutex
	handler http.Handler
	left    int // good requests before handler takes over

	came   chan struct{} // one slot; filled when a request has come
	flying atomic.Int64  // requests being answered
}

func newServer(s Subject) *server {
	v := &server{good: s.Good, handler: s.Good, came: make(chan struct{}, 1)}
	v.http = httptest.NewServer(v)
	return v
}

func (v *server) url() string { return v.http.URL }

func (v *server) close() { v.http.CloseClientConnections(); v.http.Close() }

func (v *server) set(handler http.Handler, after int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.handler, v.left = handler, after
}

func (v *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v.flying.Add(1)
	defer v.flying.Add(-1)
	select {
	case v.came <- struct{}{}:
	default:
	}
	v.mu.Lock()
	handler := v.handler
	if v.left > 0 {
		v.left--
		handler = v.good
	}
	v.mu.Unlock()
	if handler != nil {
		handler.ServeHTTP(w, r)
	}
}

// raw is text that only an SDK, a library or a programmer would write.
var raw = []string{
	"operation error", "https response error", "RequestID", "dial tcp", "EOF", "net/http", "goroutine", "context ",
	"json:", "cbor", "deserializ", "smithy", "i/o timeout", "syscall", "0x", "%!", "<nil>", "invalid character", "lookup ",
}

// examineText lists what is wrong with a sentence for people.
func examineText(name, text string) []string {
	var problems []string
	if strings.TrimSpace(text) == "" {
		problems = append(problems, name+" is empty")
	}
	for _, marker := range raw {
		if strings.Contains(text, marker) {
			problems = append(problems, fmt.Sprintf("%s has raw text %q in it: %q", name, marker, text))
		}
	}
	if control(text) {
		problems = append(problems, fmt.Sprintf("%s has a control character in it: %q", name, text))
	}
	return problems
}

// control says whether text has a character in it that a terminal obeys.
func control(text string) bool { return strings.ContainsFunc(text, unicode.IsControl) }

func goroutines() int { return runtime.NumGoroutine() }

// settle waits until no more of something are left than there were, and gives up
// when they do not become fewer.
func settle(before int, count func() int) int {
	left := count()
	for patience := 0; left > before && patience < 200; patience++ {
		<-time.After(10 * time.Millisecond)
		left = count()
	}
	return left
}

// letGo lists the requests that a source still waits for after its look has ended. A
// server that hangs notices only when the source gives its connection up.
func (v *server) letGo() []string {
	if left := settle(0, func() int { return int(v.flying.Load()) }); left > 0 {
		return []string{fmt.Sprintf("%d requests are still waited for after the look has ended", left)}
	}
	return nil
}
