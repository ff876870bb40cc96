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
	"time"
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

func hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

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
}

func newServer(s Subject) *server {
	v := &server{good: s.Good, handler: s.Good}
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
	for _, r := range text {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			problems = append(problems, fmt.Sprintf("%s has the control character %U in it: %q", name, r, text))
		}
	}
	return problems
}

func goroutines() int { return runtime.NumGoroutine() }

// settle waits until no more goroutines are left than there were, and gives up when
// they do not become fewer.
func settle(before int) int {
	left := goroutines()
	for patience := 0; left > before && patience < 200; patience++ {
		<-time.After(10 * time.Millisecond)
		left = goroutines()
	}
	return left
}
