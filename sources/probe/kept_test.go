package probe

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/http2"

	"warroom/internal/room"
)

// counted is a server that counts its connections, and can close those that are idle.
type counted struct {
	*httptest.Server
	address string

	mu    sync.Mutex
	opens int
	idle  map[net.Conn]bool
}

// counting serves plain HTTP, or with a certificate TLS; both with HTTP/2 beside HTTP/1.1.
func counting(t testing.TB, certificate *tls.Certificate, handler http.HandlerFunc) *counted {
	t.Helper()
	c := &counted{Server: httptest.NewUnstartedServer(handler), idle: map[net.Conn]bool{}}
	c.Config.ErrorLog = log.New(io.Discard, "", 0)
	c.Config.Protocols = new(http.Protocols)
	c.Config.Protocols.SetHTTP1(true)
	c.Config.Protocols.SetHTTP2(true)
	c.Config.Protocols.SetUnencryptedHTTP2(true)
	c.Config.ConnState = func(conn net.Conn, state http.ConnState) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if state == http.StateNew {
			c.opens++
		}
		if c.idle[conn] = state == http.StateIdle; state == http.StateClosed {
			delete(c.idle, conn)
		}
	}
	if certificate != nil {
		c.EnableHTTP2 = true
		c.TLS = &tls.Config{Certificates: []tls.Certificate{*certificate}}
		c.StartTLS()
	} else {
		c.Start()
	}
	c.address = c.Listener.Addr().String()
	t.Cleanup(c.Close)
	return c
}

func (c *counted) opened() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.opens
}

// open is how many connections there are now.
func (c *counted) open() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.idle)
}

// closeIdle closes what is idle, once something is.
func (c *counted) closeIdle(t testing.TB) {
	t.Helper()
	until(t, "the connection is idle", func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		closed := false
		for conn, idle := range c.idle {
			if idle {
				conn.Close()
				closed = true
			}
		}
		return closed
	})
}

// until waits for something that comes.
func until(t testing.TB, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !is(); runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("after a minute still not: %s", what)
		}
	}
}

// wantReused checks that a look was right, and whether it went over a kept connection.
func (r reading) wantReused(t *testing.T, reused bool) {
	t.Helper()
	r.wantUp(t)
	p := r.sample.Phases
	if said := strings.HasSuffix(r.sample.Text, ", connection reused"); said != reused {
		t.Errorf("it says %q", r.sample.Text)
	}
	if absent := p.Resolve == room.Absent && p.Connect == room.Absent && p.TLS == room.Absent; absent != reused || p.FirstByte <= 0 || p.Transfer < 0 {
		t.Errorf("the phases are %+v", p)
	}
}

func ok(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "all ok") }

// TestH37AKeptConnectionIsReused: looks after the first one have no phase but those of the
// request, over HTTP/1.1 and HTTP/2, with and without TLS, and through proxies.
func TestH37AKeptConnectionIsReused(t *testing.T) {
	ours := newAuthority(t)
	certificate := ours.issue(t, leaf{names: []string{"shop.example"}})
	plain, secure := counting(t, nil, ok), counting(t, &certificate, ok)
	names := nameServer(t, func(question) *reply { return &reply{addresses: []string{"127.0.0.1"}} })
	names.Roots = ours.pool
	asked := make(chan string, 10)
	proxy := "http://" + listen(t, httpProxy(secure.address, "", asked))
	url := func(scheme string, c *counted) string {
		return fmt.Sprintf("%s://shop.example:%d", scheme, c.Listener.Addr().(*net.TCPAddr).Port)
	}
	for _, c := range []struct {
		name   string
		spec   Spec
		server *counted
	}{
		{"http", Spec{URL: url("http", plain)}, plain},
		{"HEAD", Spec{URL: url("http", plain), Method: "HEAD"}, plain},
		{"https", Spec{URL: url("https", secure)}, secure},
		{"h2", Spec{URL: url("https", secure), Version: "2"}, secure},
		{"h2c", Spec{URL: url("http", plain), Version: "2"}, plain},
		{"a tunnel", Spec{URL: url("https", secure), Proxy: proxy}, secure},
		{"h2 in a tunnel", Spec{URL: url("https", secure), Proxy: proxy, Version: "2"}, secure},
	} {
		t.Run(c.name, func(t *testing.T) {
			goroutines, files := runtime.NumGoroutine(), openFiles(t)
			before := c.server.opened()
			if c.spec.KeepAlive = true; c.spec.Method == "" {
				c.spec.Expect.Body = "ok"
			}
			watch := watchOf(t, c.spec, names)
			first := lookOnce(t.Context(), t, watch)
			first.wantReused(t, false)
			for range 4 {
				again := lookOnce(t.Context(), t, watch)
				again.wantReused(t, true)
				if again.sample.Address != first.sample.Address || !again.Detail.Equal(first.Detail) {
					t.Errorf("it reached %s, before %s", again.sample.Address, first.sample.Address)
				}
			}
			if opened := c.server.opened() - before; opened != 1 {
				t.Errorf("%d connections", opened)
			}
			watch.Close()
			until(t, "all connections are gone", func() bool { return c.server.open() == 0 })
			settles(t, goroutines, files)
		})
	}
}

// TestH38AConnectionThatTheServerHasClosedIsReplaced, and no outage.
func TestH38AConnectionThatTheServerHasClosedIsReplaced(t *testing.T) {
	ours := newAuthority(t)
	certificate := ours.issue(t, leaf{names: []string{"127.0.0.1"}})
	plain, secure := counting(t, nil, ok), counting(t, &certificate, ok)
	for _, c := range []struct {
		name   string
		spec   Spec
		server *counted
	}{
		{"http", Spec{URL: "http://" + plain.address}, plain},
		{"https", Spec{URL: "https://" + secure.address}, secure},
		{"h2", Spec{URL: "https://" + secure.address, Version: "2"}, secure},
		{"h2c", Spec{URL: "http://" + plain.address, Version: "2"}, plain},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.spec.KeepAlive, c.spec.Expect.Body = true, "ok"
			watch := watchOf(t, c.spec, &Environment{Roots: ours.pool})
			defer watch.Close()
			for range 5 {
				got := lookOnce(t.Context(), t, watch)
				got.wantUp(t)
				if p := got.sample.Phases; p.Connect <= 0 || strings.Contains(got.sample.Text, "reused") {
					t.Errorf("%q, %+v", got.sample.Text, p)
				}
				c.server.closeIdle(t)
			}
			lookOnce(t.Context(), t, watch).wantUp(t)
			lookOnce(t.Context(), t, watch).wantReused(t, true)
		})
	}
}

// TestH38WhateverAServerDoesToAKeptConnection is played on the second request of each: the
// first one is answered, and so is that of a fresh connection.
func TestH38WhateverAServerDoesToAKeptConnection(t *testing.T) {
	const good = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
	for name, second := range map[string]func(net.Conn){
		"it is closed when asked": func(net.Conn) {},
		"it is reset when asked":  reset,
		"408": func(conn net.Conn) {
			_, _ = io.WriteString(conn, "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n")
		},
		"an answer to nobody": func(conn net.Conn) { _, _ = io.WriteString(conn, "something else") },
		"half a header":       func(conn net.Conn) { _, _ = io.WriteString(conn, "HTTP/1.1 200 O") },
	} {
		t.Run(name, func(t *testing.T) {
			var requests atomic.Int32
			address := listen(t, func(conn net.Conn) {
				in := bufio.NewReader(conn)
				for n := 0; ; n++ {
					if _, err := http.ReadRequest(in); err != nil {
						return
					}
					if requests.Add(1); n == 1 {
						second(conn)
						return
					}
					_, _ = io.WriteString(conn, good)
				}
			})
			watch := watchOf(t, Spec{URL: "http://" + address, KeepAlive: true, Expect: Expect{Body: "ok"}}, nil)
			defer watch.Close()
			for range 4 {
				lookOnce(t.Context(), t, watch).wantReused(t, false)
			}
			if got := requests.Load(); got != 7 {
				t.Errorf("%d requests", got)
			}
		})
	}
	t.Run("what is wrong with a fresh one, too, is told", func(t *testing.T) {
		var asked atomic.Int32
		address := answering(t, func(conn net.Conn) {
			if asked.Add(1) == 1 {
				_, _ = io.WriteString(conn, good)
			}
		})
		watch := watchOf(t, Spec{URL: "http://" + address, KeepAlive: true}, nil)
		defer watch.Close()
		lookOnce(t.Context(), t, watch).wantUp(t)
		lookOnce(t.Context(), t, watch).want(t, "DOWN", "protocol", "the connection was closed before an answer came")
	})
	t.Run("silence is a timeout, and the next look asks anew", func(t *testing.T) {
		var opened atomic.Int32
		address := listen(t, func(conn net.Conn) {
			if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
				opened.Add(1)
				_, _ = io.WriteString(conn, good)
			}
			untilClosed(conn)
		})
		watch := watchOf(t, Spec{URL: "http://" + address, KeepAlive: true, Timeout: 300 * time.Millisecond}, nil)
		defer watch.Close()
		lookOnce(t.Context(), t, watch).wantUp(t)
		lookOnce(t.Context(), t, watch).want(t, "DOWN", "timeout", "timed out after 300ms waiting for the first byte")
		lookOnce(t.Context(), t, watch).wantReused(t, false)
		if opened.Load() != 2 {
			t.Errorf("%d connections", opened.Load())
		}
	})
}

// TestH38GoAwayEndsAKeptConnection of HTTP/2 in order: the next look has another one.
func TestH38GoAwayEndsAKeptConnection(t *testing.T) {
	var opened atomic.Int32
	address := frames(t, func(conn net.Conn, f *http2.Framer, stream uint32) {
		opened.Add(1)
		headed(f, stream, true, ":status", "200")
		_ = f.WriteGoAway(stream, http2.ErrCodeNo, nil)
	})
	watch := watchOf(t, Spec{URL: "http://" + address, Version: "2", KeepAlive: true}, nil)
	defer watch.Close()
	for range 3 {
		lookOnce(t.Context(), t, watch).wantUp(t)
	}
	if opened.Load() != 3 {
		t.Errorf("%d connections", opened.Load())
	}
}
