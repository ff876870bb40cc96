package probe

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"slices"
	"testing"
	"time"

	"warroom/internal/room"
	"warroom/sources"
)

// peer is how a prober on net/http would do the same: one shared Transport, a fresh
// connection each time, the body read and looked at.
func peer(b *testing.B, config *tls.Config, url string) {
	transport := &http.Transport{DisableKeepAlives: true, TLSClientConfig: config}
	client := &http.Client{Transport: transport}
	for b.Loop() {
		ctx, cancel := context.WithTimeout(b.Context(), DefaultTimeout)
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			b.Fatal(err)
		}
		answer, err := client.Do(request)
		if err != nil {
			b.Fatal(err)
		}
		body, err := io.ReadAll(io.LimitReader(answer.Body, bodyLimit))
		answer.Body.Close()
		cancel()
		if err != nil || answer.StatusCode != http.StatusOK || string(body) != "ok" {
			b.Fatal(answer.StatusCode, err)
		}
	}
}

func own(b *testing.B, env *Environment, url string) {
	watch := watchOf(b, Spec{URL: url, Expect: Expect{Body: "ok"}}, env)
	ctx := b.Context()
	for b.Loop() {
		word := ""
		if err := watch.Look(ctx, func(s []room.Signal) { word = s[0].Word }); err != nil || word != "UP" {
			b.Fatal(word, err)
		}
	}
}

// cheapServer answers with as little work of its own as can be, since its work is
// in both figures.
func cheapServer(b *testing.B) string {
	answer := []byte("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
	request := make([]byte, 4096)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Read(request)
			_, _ = conn.Write(answer)
			conn.Close()
		}
	}()
	b.Cleanup(func() { listener.Close(); <-done })
	return "http://" + listener.Addr().String()
}

// BenchmarkProbeOverHTTPComparedWithNetHTTP and its sibling run both ways against
// the same server, so that the ratio means something on any machine.
func BenchmarkProbeOverHTTPComparedWithNetHTTP(b *testing.B) {
	url := cheapServer(b)
	b.Run("own", func(b *testing.B) { b.ReportAllocs(); own(b, nil, url) })
	b.Run("nethttp", func(b *testing.B) { b.ReportAllocs(); peer(b, nil, url) })
}

func BenchmarkProbeOverHTTPSComparedWithNetHTTP(b *testing.B) {
	ours := newAuthority(b)
	address := secured(b, &tls.Config{Certificates: []tls.Certificate{ours.issue(b, leaf{names: []string{"127.0.0.1"}})}})
	b.Run("own", func(b *testing.B) { b.ReportAllocs(); own(b, &Environment{Roots: ours.pool}, "https://"+address) })
	b.Run("nethttp", func(b *testing.B) { b.ReportAllocs(); peer(b, &tls.Config{RootCAs: ours.pool}, "https://"+address) })
}

func BenchmarkProbeOverTCP(b *testing.B) {
	address := listen(b, untilClosed)
	watch := watchOf(b, Spec{URL: "tcp://" + address, Timeout: time.Second}, nil)
	b.ReportAllocs()
	for b.Loop() {
		_ = watch.Look(b.Context(), func([]room.Signal) {})
	}
}

func BenchmarkPing(b *testing.B) {
	pinging(b, "127.0.0.1")
	watch := watchOf(b, Spec{URL: "icmp://127.0.0.1"}, nil)
	b.ReportAllocs()
	for b.Loop() {
		_ = watch.Look(b.Context(), func([]room.Signal) {})
	}
}

// BenchmarkTimeLimits tells how far from a limit a look ends: after a timeout of a second
// at a server that never answers, at a refused connection, and from the byte at which a
// body is as large as is read until the server's connection is closed.
func BenchmarkTimeLimits(b *testing.B) {
	var overshoot, refused, closed []time.Duration
	silent := watchOf(b, Spec{URL: "http://" + listen(b, untilClosed), Timeout: time.Second}, nil)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	nobody := watchOf(b, Spec{URL: "http://" + free.Addr().String()}, nil)
	free.Close()
	ends := make(chan time.Duration, 1)
	endless := watchOf(b, Spec{URL: "http://" + listen(b, func(conn net.Conn) { ends <- pourOut(conn) }), Expect: Expect{Body: "never"}}, nil)
	for b.Loop() {
		overshoot = append(overshoot, lookTakes(b, silent)-time.Second)
		refused = append(refused, lookTakes(b, nobody))
		lookTakes(b, endless)
		closed = append(closed, <-ends)
	}
	for name, all := range map[string][]time.Duration{"beyond-timeout": overshoot, "refused": refused, "cap-to-close": closed} {
		slices.Sort(all)
		b.ReportMetric(float64(all[len(all)/2].Microseconds()), "µs-"+name+"-p50")
		b.ReportMetric(float64(all[len(all)*99/100].Microseconds()), "µs-"+name+"-p99")
	}
}

func lookTakes(b *testing.B, watch sources.Watch) time.Duration {
	began := time.Now()
	lookOnce(b.Context(), b, watch)
	return time.Since(began)
}

// pourOut answers with a body that does not end, and tells how long after the limit's last
// byte the other side has gone.
func pourOut(conn net.Conn) time.Duration {
	_, _ = conn.Read(make([]byte, 4096))
	_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
	_, _ = conn.Write(make([]byte, bodyLimit))
	atLimit := time.Now()
	for piece := make([]byte, 64<<10); ; {
		if _, err := conn.Write(piece); err != nil {
			return time.Since(atLimit)
		}
	}
}
