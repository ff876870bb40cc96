package probe

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"
)

// callee is a server that speaks HTTP/2 without TLS.
func callee(t testing.TB, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Config.Protocols = new(http.Protocols)
	server.Config.Protocols.SetUnencryptedHTTP2(true)
	server.Start()
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// calleeOverTLS is callee over TLS.
func calleeOverTLS(t testing.TB, config *tls.Config, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.EnableHTTP2 = true
	server.TLS = config.Clone()
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// health answers a health check with a message and a status.
func health(message []byte, status string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/grpc")
		w.Header().Set("Trailer", "Grpc-Status")
		if message != nil {
			_, _ = w.Write(append(binary.BigEndian.AppendUint32([]byte{0}, uint32(len(message))), message...))
		}
		w.Header().Set("Grpc-Status", status)
	}
}

func TestWhatAHealthCheckAnswers(t *testing.T) {
	for _, c := range []struct {
		name, path          string
		handler             http.HandlerFunc
		word, class, reason string
	}{
		{"G1 SERVING", "/orders", health([]byte{8, 1}, "0"), "UP", "", ""},
		{"G1 of the server as a whole", "", func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			if r.URL.Path != "/grpc.health.v1.Health/Check" || r.Method != "POST" || r.Header.Get("Te") != "trailers" || !bytes.Equal(body, []byte{0, 0, 0, 0, 0}) {
				health(nil, "3")(w, r)
				return
			}
			health([]byte{8, 1}, "0")(w, r)
		}, "UP", "", ""},
		{"G1 the service is asked for by its name", "/orders", func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			if string(body) != "\x00\x00\x00\x00\x08\x0a\x06orders" {
				health(nil, "3")(w, r)
				return
			}
			health([]byte{8, 1}, "0")(w, r)
		}, "UP", "", ""},
		{"G2 NOT_SERVING", "/orders", health([]byte{8, 2}, "0"), "DOWN", "grpc", "the service orders says NOT_SERVING"},
		{"G2 UNKNOWN", "", health([]byte{}, "0"), "DOWN", "grpc", "the server says UNKNOWN"},
		{"G3 NOT_FOUND", "/orders", health(nil, "5"), "DOWN", "grpc", "the server does not know the service orders (NOT_FOUND)"},
		{"G3 SERVICE_UNKNOWN", "/orders", health([]byte{8, 3}, "0"), "DOWN", "grpc", "the service orders says SERVICE_UNKNOWN"},
		{"G4 UNIMPLEMENTED", "", health(nil, "12"), "DOWN", "grpc", "the server has no health check (UNIMPLEMENTED)"},
		{"G6 metadata", "", func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("X-Team") != "payments" || r.Header.Get("Grpc-Timeout") == "" {
				health(nil, "16")(w, r)
				return
			}
			health([]byte{8, 1}, "0")(w, r)
		}, "UP", "", ""},
		{"another status", "", health(nil, "14"), "DOWN", "grpc", "the health check fails with UNAVAILABLE"},
		{"a status that nobody knows", "", health(nil, "77"), "DOWN", "grpc", "the health check fails with status 77"},
		{"no status", "", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Type", "application/grpc") },
			"DOWN", "protocol", "the answer ends without a gRPC status"},
		{"G9 trailers only", "/orders", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/grpc")
			w.Header().Set("Grpc-Status", "5")
		}, "DOWN", "grpc", "the server does not know the service orders (NOT_FOUND)"},
		{"G8 an ordinary web server", "", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) },
			"DOWN", "protocol", "ADDRESS answers with HTTP status 404, and gRPC with 200 always"},
		{"G8 a web server that likes everything", "", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html\x1b[31m")
			_, _ = io.WriteString(w, "<html>")
		}, "DOWN", "protocol", `ADDRESS speaks HTTP/2 but no gRPC: its answer is "text/html\x1b[31m"`},
		{"G8 gRPC for browsers, which is another protocol", "", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/grpc-web+proto")
		},
			"DOWN", "protocol", `ADDRESS speaks HTTP/2 but no gRPC: its answer is "application/grpc-web+proto"`},
		{"a message that makes no sense", "", health([]byte{8, 9}, "0"), "DOWN", "protocol", "the answer of the health check makes no sense"},
		{"an endless answer", "", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/grpc")
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 1<<16)); err != nil {
					return
				}
			}
		}, "DOWN", "protocol", "the answer ends without a gRPC status"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			address := callee(t, c.handler)
			got := probeOnce(t, Spec{URL: "grpc://" + address + c.path, Timeout: 30 * time.Second, Header: map[string][]string{"X-Team": {"payments"}}}, nil)
			reason := strings.ReplaceAll(c.reason, "ADDRESS", address)
			if c.name == "G8 a web server that likes everything" {
				if got.Word != c.word || got.sample.Class != c.class || strings.Contains(got.Reason, "\x1b") {
					t.Errorf("got %s %s %q", got.Word, got.sample.Class, got.Reason)
				}
				return
			}
			got.want(t, c.word, c.class, reason)
		})
	}
}

func TestWhatAGRPCServerSaysOfItsStatusIsShownCleaned(t *testing.T) {
	for said, want := range map[string]string{
		"database%20is away%0A%1B[31m": "the health check fails with UNAVAILABLE: database is away ␛[31m",
		"100%":                         "the health check fails with UNAVAILABLE: 100%",
		"":                             "the health check fails with UNAVAILABLE",
	} {
		for _, only := range []bool{false, true} { // G9: trailers only
			address := callee(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/grpc")
				if !only {
					w.Header().Set("Trailer", "Grpc-Status, Grpc-Message")
					w.(http.Flusher).Flush()
				}
				w.Header().Set("Grpc-Status", "14")
				w.Header().Set("Grpc-Message", said)
			})
			got := probeOnce(t, Spec{URL: "grpc://" + address}, nil)
			got.want(t, "DOWN", "grpc", "the health check fails with UNAVAILABLE")
			if got.sample.Text != want {
				t.Errorf("%q, trailers only %v: it says %q", said, only, got.sample.Text)
			}
		}
	}
}

func TestAQueryOfAGRPCProbeIsRefused(t *testing.T) {
	_, err := New(Spec{Name: "shop", URL: "grpc://127.0.0.1:1/orders?service=x"}, nil)
	if err == nil || err.Error() != `probe "shop": a gRPC probe has no query; write its URL as grpc://host:port/service` {
		t.Errorf("got %v", err)
	}
}

// framed is a server that reads what an HTTP/2 client begins with, and then writes frames.
func framed(t *testing.T, write func(*http2.Framer)) string {
	t.Helper()
	return listen(t, func(conn net.Conn) {
		if _, err := io.ReadFull(conn, make([]byte, len(http2.ClientPreface))); err != nil {
			return
		}
		framer := http2.NewFramer(conn, conn)
		_ = framer.WriteSettings()
		for {
			frame, err := framer.ReadFrame()
			if err != nil {
				return
			}
			if _, ok := frame.(*http2.DataFrame); ok {
				break
			}
		}
		write(framer)
		untilClosed(conn)
	})
}

func TestAGRPCServerThatBreaksOff(t *testing.T) {
	for _, c := range []struct {
		name, reason string
		write        func(*http2.Framer)
	}{
		{"G10 GOAWAY", "ADDRESS sends away whoever asks (GOAWAY)", func(f *http2.Framer) {
			_ = f.WriteGoAway(0, http2.ErrCodeEnhanceYourCalm, []byte("\x1b]0;evil\a"))
		}},
		{"RST_STREAM", "ADDRESS breaks the call off (RST_STREAM, INTERNAL_ERROR)", func(f *http2.Framer) { _ = f.WriteRSTStream(1, http2.ErrCodeInternal) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			address := framed(t, c.write)
			got := probeOnce(t, Spec{URL: "grpc://" + address, Timeout: 30 * time.Second}, nil)
			if got.Word != "DOWN" || got.sample.Class != "protocol" || !strings.HasPrefix(got.Reason, address+" ") {
				t.Errorf("got %s %s %q", got.Word, got.sample.Class, got.Reason)
			}
			if want := strings.ReplaceAll(c.reason, "ADDRESS", address); got.Reason != want {
				t.Errorf("got  %s\nwant %s", got.Reason, want)
			}
			if c.name == "G10 GOAWAY" && got.sample.Text != address+" sends away whoever asks (GOAWAY, ENHANCE_YOUR_CALM)" {
				t.Errorf("it says %q", got.sample.Text)
			}
		})
	}
}

func TestGRPCWhereSomethingElseIsSpoken(t *testing.T) {
	ours := newAuthority(t)
	env := &Environment{Roots: ours.pool}
	certificate := ours.issue(t, leaf{names: []string{"127.0.0.1"}})
	h1 := secured(t, &tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{"http/1.1"}})
	got := probeOnce(t, Spec{URL: "grpcs://" + h1}, env)
	if got.Word != "DOWN" || got.sample.Class != "tls" && got.sample.Class != "protocol" {
		t.Errorf("G5 over TLS without HTTP/2: %s %s %q", got.Word, got.sample.Class, got.Reason)
	}
	plain := callee(t, health([]byte{8, 1}, "0"))
	got = probeOnce(t, Spec{URL: "grpcs://" + plain}, env)
	if got.Word != "DOWN" || got.sample.Class != "tls" {
		t.Errorf("G5 TLS to a plain server: %s %s %q", got.Word, got.sample.Class, got.Reason)
	}
	for range 50 { // whatever the transport is doing at that moment
		ends := listen(t, func(conn net.Conn) { _, _ = conn.Read(make([]byte, 1)) })
		probeOnce(t, Spec{URL: "grpc://" + ends}, nil).want(t, "DOWN", "protocol", "the connection ended before an answer came")
	}
	web := listen(t, func(conn net.Conn) {
		_, _ = conn.Write([]byte("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"))
		untilClosed(conn)
	})
	got = probeOnce(t, Spec{URL: "grpc://" + web}, nil)
	got.want(t, "DOWN", "protocol", web+` does not speak HTTP/2: it begins with "HTTP/"`)
	alert := listen(t, func(conn net.Conn) { _, _ = conn.Write([]byte{0x15, 3, 1, 0, 2, 2, 10}); untilClosed(conn) })
	probeOnce(t, Spec{URL: "grpc://" + alert}, nil).want(t, "DOWN", "protocol", alert+" speaks TLS, not plain HTTP/2; use grpcs://")
	silent := listen(t, untilClosed)
	probeOnce(t, Spec{URL: "grpc://" + silent, Timeout: 300 * time.Millisecond}, nil).want(t, "DOWN", "timeout", "timed out after 300ms waiting for the first byte") // G7
}

func TestGRPCOverTLS(t *testing.T) {
	ours := newAuthority(t)
	serve := func(name string) string {
		return calleeOverTLS(t, &tls.Config{Certificates: []tls.Certificate{ours.issue(t, leaf{names: []string{name}})}}, health([]byte{8, 1}, "0"))
	}
	env := &Environment{Roots: ours.pool}
	probeOnce(t, Spec{URL: "grpcs://" + serve("127.0.0.1") + "/orders"}, env).wantUp(t)
	probeOnce(t, Spec{URL: "grpcs://" + serve("other.example")}, env).want(t, "DOWN", "cert", "the certificate is for other.example, not for 127.0.0.1")
}

func TestHealthChecksLeaveNothingBehind(t *testing.T) {
	address := callee(t, health([]byte{8, 1}, "0"))
	watch := watchOf(t, Spec{URL: "grpc://" + address}, nil)
	_ = lookOnce(t.Context(), t, watch)
	goroutines, files := runtime.NumGoroutine(), openFiles(t)
	for range 200 {
		lookOnce(t.Context(), t, watch)
	}
	hanging := watchOf(t, Spec{URL: "grpc://" + listen(t, untilClosed), Timeout: time.Minute}, nil)
	goroutines += 1 // the second listener's
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	lookOnce(ctx, t, hanging)
	settles(t, goroutines, files+1)
}

func TestHeadersThatGRPCKeepsToItself(t *testing.T) {
	for name, want := range map[string]string{
		"grpc-timeout": "the header Grpc-Timeout is set by the prober itself; leave it out",
		"Content-Type": "the header Content-Type is set by the prober itself; leave it out",
		"a b":          `the header name "a b" has characters that no header may have`,
	} {
		_, err := New(Spec{Name: "shop", URL: "grpc://127.0.0.1:1", Header: map[string][]string{name: {"x"}}}, nil)
		if err == nil || err.Error() != `probe "shop": `+want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// FuzzHealthAnswers feeds anything to what reads the message (Q5).
func FuzzHealthAnswers(f *testing.F) {
	for _, seed := range []string{"", "\x00\x00\x00\x00\x02\x08\x01", "\x00\x00\x00\x00\x00", "\x01\xff\xff\xff\xff"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		if said, ok := servingStatus(message); ok && said == "" {
			t.Errorf("%q says nothing", message)
		}
	})
}
