package probe

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// securely serves HTTPS with the given protocols (ALPN), for 127.0.0.1.
func securely(t testing.TB, ours *authority, handler http.HandlerFunc, protocols ...string) string {
	return securelyWith(t, ours.issue(t, leaf{names: []string{"127.0.0.1"}}), handler, protocols...)
}

// securelyWith is securely with a certificate of the caller's.
func securelyWith(t testing.TB, certificate tls.Certificate, handler http.HandlerFunc, protocols ...string) string {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.EnableHTTP2 = protocols[0] == "h2"
	server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: protocols}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// frames is a server that speaks HTTP/2 frame by frame: it takes one request and gives
// its stream to a function. Frames that come later are read and thrown away.
func frames(t testing.TB, answer func(conn net.Conn, f *http2.Framer, stream uint32)) string {
	return listen(t, func(conn net.Conn) {
		if _, err := io.ReadFull(conn, make([]byte, len(http2.ClientPreface))); err != nil {
			return
		}
		f := http2.NewFramer(conn, conn)
		_ = f.WriteSettings()
		for {
			frame, err := f.ReadFrame()
			if err != nil {
				return
			}
			if frame.Header().Type == http2.FrameHeaders {
				answer(conn, f, frame.Header().StreamID)
				untilClosed(conn)
				return
			}
		}
	})
}

// hangUp ends a connection in order. Closing it would reset it where something has come
// in that was not read yet.
func hangUp(conn net.Conn) { _ = conn.(*net.TCPConn).CloseWrite() }

// fields are headers as they go over the wire; names and values take turns.
func fields(pairs ...string) []byte {
	var out bytes.Buffer
	encoder := hpack.NewEncoder(&out)
	for i := 0; i < len(pairs); i += 2 {
		_ = encoder.WriteField(hpack.HeaderField{Name: pairs[i], Value: pairs[i+1]})
	}
	return out.Bytes()
}

func headed(f *http2.Framer, stream uint32, ends bool, pairs ...string) {
	block := fields(pairs...)
	first := block[:min(len(block), 16<<10)]
	_ = f.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: first, EndHeaders: len(first) == len(block), EndStream: ends})
	for block = block[len(first):]; len(block) > 0; {
		piece := block[:min(len(block), 16<<10)]
		block = block[len(piece):]
		_ = f.WriteContinuation(stream, len(block) == 0, piece)
	}
}

// filled are headers of so many KiB.
func filled(size int) []string {
	pairs := []string{":status", "200"}
	for i := range size {
		pairs = append(pairs, fmt.Sprint("x-filler-", i), strings.Repeat("~", 1000))
	}
	return pairs
}

func TestH41WhatAServerOfHTTP2SaysDecides(t *testing.T) {
	for _, c := range []struct {
		name                string
		expect              Expect
		answer              func(conn net.Conn, f *http2.Framer, stream uint32)
		word, class, reason string
	}{
		{"status and body", Expect{Body: "all ok"}, func(_ net.Conn, f *http2.Framer, stream uint32) {
			headed(f, stream, false, ":status", "200")
			_ = f.WriteData(stream, true, []byte("all ok"))
		}, "UP", "", ""},
		{"another status", Expect{}, func(_ net.Conn, f *http2.Framer, stream uint32) { headed(f, stream, true, ":status", "503") },
			"DOWN", "status", "expected status 200..299, got 503"},
		{"H6 early hints", Expect{}, func(_ net.Conn, f *http2.Framer, stream uint32) {
			for range interimLimit {
				headed(f, stream, false, ":status", "103", "link", "</a>")
			}
			headed(f, stream, true, ":status", "204")
		}, "UP", "", ""},
		{"H7 interim answers without end", Expect{}, func(_ net.Conn, f *http2.Framer, stream uint32) {
			for range 1000 {
				headed(f, stream, false, ":status", "100")
			}
		}, "DOWN", "protocol", "more than 5 interim answers (1xx) and no final one"},
		{"H27 a header just above 256 KiB", Expect{}, func(_ net.Conn, f *http2.Framer, stream uint32) { headed(f, stream, true, filled(252)...) },
			"DOWN", "protocol", "the answer's header is larger than 256 KiB"},
		{"H27 a header of 2 MiB", Expect{}, func(_ net.Conn, f *http2.Framer, stream uint32) { headed(f, stream, true, filled(2000)...) },
			"DOWN", "protocol", "ADDRESS does not keep to HTTP/2 (PROTOCOL_ERROR): its frames make no sense, or the header of its answer is larger than 256 KiB"},
		{"a frame that makes no sense", Expect{}, func(_ net.Conn, f *http2.Framer, stream uint32) {
			_ = f.WriteRawFrame(http2.FrameWindowUpdate, 0, stream, nil)
		},
			"DOWN", "protocol", "ADDRESS does not keep to HTTP/2 (FRAME_SIZE_ERROR): its frames make no sense, or the header of its answer is larger than 256 KiB"},
		{"GOAWAY", Expect{}, func(_ net.Conn, f *http2.Framer, _ uint32) { _ = f.WriteGoAway(0, http2.ErrCodeNo, []byte("\x1b[2J")) },
			"DOWN", "protocol", "ADDRESS sends away whoever asks (GOAWAY)"},
		{"GOAWAY with a reason", Expect{}, func(conn net.Conn, f *http2.Framer, stream uint32) {
			_ = f.WriteGoAway(stream, http2.ErrCodeEnhanceYourCalm, nil)
			hangUp(conn)
		}, "DOWN", "protocol", "ADDRESS sends away whoever asks (GOAWAY)"},
		{"RST_STREAM", Expect{}, func(_ net.Conn, f *http2.Framer, stream uint32) { _ = f.WriteRSTStream(stream, http2.ErrCodeInternal) },
			"DOWN", "protocol", "ADDRESS breaks the call off (RST_STREAM, INTERNAL_ERROR)"},
		{"RST_STREAM, to be asked again", Expect{}, func(_ net.Conn, f *http2.Framer, stream uint32) {
			_ = f.WriteRSTStream(stream, http2.ErrCodeRefusedStream)
		},
			"DOWN", "protocol", "ADDRESS breaks the call off (RST_STREAM, REFUSED_STREAM)"},
		{"RST_STREAM in the body", Expect{}, func(_ net.Conn, f *http2.Framer, stream uint32) {
			headed(f, stream, false, ":status", "200")
			_ = f.WriteData(stream, false, []byte("all"))
			_ = f.WriteRSTStream(stream, http2.ErrCodeInternal)
		}, "DOWN", "body", "the body was cut off by the server (RST_STREAM, INTERNAL_ERROR)"},
		{"GOAWAY in the body", Expect{}, func(conn net.Conn, f *http2.Framer, stream uint32) {
			headed(f, stream, false, ":status", "200")
			_ = f.WriteGoAway(stream, http2.ErrCodeInternal, nil)
			hangUp(conn)
		}, "DOWN", "body", "the body was cut off by the server (GOAWAY)"},
		{"H9 closed in the body", Expect{}, func(conn net.Conn, f *http2.Framer, stream uint32) {
			headed(f, stream, false, ":status", "200", "content-length", "100")
			_ = f.WriteData(stream, false, []byte("ok"))
			hangUp(conn)
		}, "DOWN", "body", "the body ended before it was whole"},
		{"H9 body shorter than promised", Expect{}, func(_ net.Conn, f *http2.Framer, stream uint32) {
			headed(f, stream, false, ":status", "200", "content-length", "100")
			_ = f.WriteData(stream, true, []byte("ok"))
		}, "DOWN", "body", "the body ended before it was whole"},
		{"H24 gzip", Expect{Body: "all ok"}, func(_ net.Conn, f *http2.Framer, stream uint32) {
			headed(f, stream, false, ":status", "200", "content-encoding", "gzip")
			_ = f.WriteData(stream, true, []byte(squeezed(t, "all ok")))
		}, "UP", "", ""},
		{"an answer without a status", Expect{}, func(_ net.Conn, f *http2.Framer, stream uint32) { headed(f, stream, true, "server", "x") },
			"DOWN", "protocol", "ADDRESS does not keep to HTTP/2: its answer makes no sense"},
		{"H14 closed without an answer", Expect{}, func(conn net.Conn, _ *http2.Framer, _ uint32) { hangUp(conn) },
			"DOWN", "protocol", "the connection ended before an answer came"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			address := frames(t, c.answer)
			got := probeOnce(t, Spec{URL: "http://" + address, Version: "2", Expect: c.expect}, nil)
			got.want(t, c.word, c.class, strings.ReplaceAll(c.reason, "ADDRESS", address))
		})
	}
}

func TestH41WhichVersionIsSpoken(t *testing.T) {
	ours := newAuthority(t)
	env := &Environment{Roots: ours.pool}
	versions := make(chan string, 1)
	record := func(_ http.ResponseWriter, r *http.Request) { versions <- r.Proto }
	both := securely(t, ours, record, "h2", "http/1.1")
	for version, want := range map[string]string{"": "HTTP/1.1", "2": "HTTP/2.0"} {
		probeOnce(t, Spec{URL: "https://" + both, Version: version}, env).wantUp(t)
		if got := <-versions; got != want {
			t.Errorf("asked for %q and got %s", version, got)
		}
	}
	first := securely(t, ours, record, "http/1.1")
	probeOnce(t, Spec{URL: "https://" + first, Version: "2"}, env).want(t, "DOWN", "protocol", first+" speaks TLS but offers no HTTP/2")
	silent := listen(t, func(conn net.Conn) {
		_ = serverSide(conn, ours.issue(t, leaf{names: []string{"127.0.0.1"}})).Handshake()
		untilClosed(conn)
	})
	probeOnce(t, Spec{URL: "https://" + silent, Version: "2"}, env).want(t, "DOWN", "protocol", silent+" speaks TLS but offers no HTTP/2")
	only := listen(t, func(conn net.Conn) {
		_ = tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{ours.issue(t, leaf{names: []string{"127.0.0.1"}})}, NextProtos: []string{"mqtt"}}).Handshake()
	})
	probeOnce(t, Spec{URL: "https://" + only}, env).want(t, "DOWN", "tls", only+" speaks none of the protocols that it was offered (ALPN)")
}

func TestH42HTTP2WithoutTLS(t *testing.T) {
	address := callee(t, func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Proto) })
	probeOnce(t, Spec{URL: "http://" + address, Version: "2", Expect: Expect{Body: "HTTP/2.0"}}, nil).wantUp(t)
	plain := saying(t, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
	probeOnce(t, Spec{URL: "http://" + plain, Version: "2"}, nil).want(t, "DOWN", "protocol", plain+` does not speak HTTP/2: it begins with "HTTP/"`)
	alert := listen(t, func(conn net.Conn) {
		_, _ = conn.Write([]byte{0x15, 3, 1, 0, 2, 2, 10})
		hangUp(conn)
		untilClosed(conn)
	})
	probeOnce(t, Spec{URL: "http://" + alert, Version: "2"}, nil).want(t, "DOWN", "protocol", alert+" speaks TLS, not plain HTTP/2; use https://")
	silent := listen(t, untilClosed)
	probeOnce(t, Spec{URL: "http://" + silent, Version: "2", Timeout: 200 * time.Millisecond}, nil).want(t, "DOWN", "timeout", "timed out after 200ms waiting for the first byte")
	drip := frames(t, func(_ net.Conn, f *http2.Framer, stream uint32) { headed(f, stream, false, ":status", "200") })
	probeOnce(t, Spec{URL: "http://" + drip, Version: "2", Timeout: 200 * time.Millisecond}, nil).want(t, "DOWN", "timeout", "timed out after 200ms waiting for the rest of the answer")
}

func TestH39TheSameIsSentOverHTTP2(t *testing.T) {
	requests, bodies := make(chan *http.Request, 1), make(chan string, 1)
	address := callee(t, func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		requests <- r
		bodies <- string(body)
	})
	spec := Spec{
		URL: "http://" + address + "/a%2Fb/c?q=a b&ä=1#part", Version: "2", Method: "POST", Body: `{"ping":1}`,
		Header: map[string][]string{"host": {"shop.example"}, "X-Twice": {"one", "two"}, "content-type": {"application/json"}},
	}
	probeOnce(t, spec, nil).wantUp(t)
	r, body := <-requests, <-bodies
	if body != spec.Body || r.Host != "shop.example" || r.UserAgent() != "warroom" || r.Method != "POST" || r.ContentLength != int64(len(body)) {
		t.Errorf("%s %s %s %q", r.Method, r.Host, r.UserAgent(), body)
	}
	if r.RequestURI != "/a%2Fb/c?q=a%20b&%C3%A4=1" {
		t.Errorf("the path became %s", r.RequestURI)
	}
	if r.Header.Get("Accept-Encoding") != "gzip" || len(r.Header["X-Twice"]) != 2 || r.Header.Get("Content-Type") != "application/json" {
		t.Errorf("headers %v", r.Header)
	}
	probeOnce(t, Spec{URL: "http://" + address, Version: "2", Method: "HEAD"}, nil).wantUp(t)
	if r, _ = <-requests, <-bodies; r.Method != "HEAD" || r.Host != address {
		t.Errorf("%s of %s", r.Method, r.Host)
	}
}

func TestRedirectsOverHTTP2(t *testing.T) {
	ours := newAuthority(t)
	mux := http.NewServeMux()
	home := securely(t, ours, mux.ServeHTTP, "h2")
	first := callee(t, func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "7", Path: "/"})
		http.Redirect(w, r, "https://"+home+"/count/3", http.StatusFound)
	})
	mux.HandleFunc("/count/{left}", func(w http.ResponseWriter, r *http.Request) {
		if left, _ := strconv.Atoi(r.PathValue("left")); left > 0 {
			http.Redirect(w, r, fmt.Sprint("/count/", left-1), http.StatusFound)
			return
		}
		cookie, err := r.Cookie("session")
		_, _ = fmt.Fprint(w, r.Proto, cookie, err)
	})
	got := probeOnce(t, Spec{URL: "http://" + first, Version: "2", Expect: Expect{Body: "HTTP/2.0session=7 <nil>"}}, &Environment{Roots: ours.pool})
	got.wantUp(t)
	probeOnce(t, Spec{URL: "https://" + home + "/count/11", Version: "2"}, &Environment{Roots: ours.pool}).
		want(t, "DOWN", "redirect", fmt.Sprintf("more than 10 redirects: https://%[1]s/count/11 → https://%[1]s/count/10 → https://%[1]s/count/9 → …", home))
}

func TestH23AnEndlessBodyOverHTTP2IsReadUpToTheLimitOnly(t *testing.T) {
	written := make(chan int, 1)
	address := callee(t, func(w http.ResponseWriter, _ *http.Request) {
		sum, piece := 0, bytes.Repeat([]byte("x"), 64<<10)
		for sum < 1<<30 {
			n, err := w.Write(piece)
			sum += n
			if err != nil {
				break
			}
		}
		written <- sum
	})
	got := probeOnce(t, Spec{URL: "http://" + address, Version: "2", Expect: Expect{Body: "needle"}}, nil)
	got.want(t, "DOWN", "assert", `the body's first 1024 KiB does not hold what it should: expected that it contains "needle"`)
	if sum := <-written; sum > bodyLimit+2*http2Window {
		t.Errorf("the server got rid of %d bytes", sum)
	}
}

func TestH36ProbesOverHTTP2LeaveNothingBehind(t *testing.T) {
	ours := newAuthority(t)
	env := &Environment{Roots: ours.pool}
	address := securely(t, ours, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") }, "h2")
	watch := watchOf(t, Spec{URL: "https://" + address, Version: "2"}, env)
	lookOnce(t.Context(), t, watch).wantUp(t)
	goroutines, files := runtime.NumGoroutine(), openFiles(t)
	for range 100 {
		lookOnce(t.Context(), t, watch).wantUp(t)
	}
	settles(t, goroutines, files)
}
