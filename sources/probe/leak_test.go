package probe

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"warroom/internal/room"
	"warroom/sources"
)

func TestQ1TenThousandProbesLeaveNothingBehind(t *testing.T) {
	ours := newAuthority(t)
	env := &Environment{Roots: ours.pool}
	server := serving(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "all ok") })
	watches := []sources.Watch{
		watchOf(t, Spec{URL: server.URL, Expect: Expect{Body: "ok"}}, env),
		watchOf(t, Spec{URL: server.URL, Expect: Expect{Body: "absent"}}, env),
		watchOf(t, Spec{URL: server.URL, Expect: Expect{Body: "ok"}, KeepAlive: true}, env),
		watchOf(t, Spec{URL: "tcp://" + server.Listener.Addr().String()}, env),
		watchOf(t, Spec{URL: "http://" + closedPort(t)}, env),
		watchOf(t, Spec{URL: "https://" + secured(t, &tls.Config{Certificates: []tls.Certificate{ours.issue(t, leaf{names: []string{"127.0.0.1"}})}})}, env),
		watchOf(t, Spec{URL: "pop3://" + playing(t, nil, exchange{"", "+OK ready\r\n"}, exchange{"STLS\r\n", "-ERR no\r\n"})}, env),
	}
	goroutines, files := runtime.NumGoroutine(), openFiles(t)
	for range 10_000 / len(watches) {
		for _, watch := range watches {
			lookOnce(t.Context(), t, watch)
		}
	}
	for _, watch := range watches {
		if watch.Close != nil {
			watch.Close()
		}
	}
	settles(t, goroutines, files)
}

func TestQ3CancellingInAnyPhaseLeavesNothingBehind(t *testing.T) {
	cases := map[string]func(t *testing.T, reached func()) (Spec, *Environment){
		"resolve": func(t *testing.T, reached func()) (Spec, *Environment) {
			return Spec{URL: "http://shop.example"}, nameServer(t, func(question) *reply { reached(); return nil })
		},
		"connect": func(t *testing.T, reached func()) (Spec, *Environment) {
			address := fullBacklog(t)
			time.AfterFunc(20*time.Millisecond, reached)
			return Spec{URL: "tcp://" + address}, nil
		},
		"TLS": func(t *testing.T, reached func()) (Spec, *Environment) {
			return Spec{URL: "https://" + listen(t, func(conn net.Conn) { _, _ = conn.Read(make([]byte, 1)); reached(); untilClosed(conn) })}, nil
		},
		"first byte": func(t *testing.T, reached func()) (Spec, *Environment) {
			return Spec{URL: "http://" + answering(t, func(conn net.Conn) { reached(); untilClosed(conn) })}, nil
		},
		"transfer": func(t *testing.T, reached func()) (Spec, *Environment) {
			return Spec{URL: "http://" + answering(t, func(conn net.Conn) {
				_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\nbegin")
				reached()
				untilClosed(conn)
			})}, nil
		},
		"STARTTLS": func(t *testing.T, reached func()) (Spec, *Environment) {
			return Spec{URL: "smtp://" + listen(t, func(conn net.Conn) {
				_, _ = io.WriteString(conn, "220 mail\r\n")
				_, _ = conn.Read(make([]byte, 1))
				reached()
				untilClosed(conn)
			})}, nil
		},
		"banner": func(t *testing.T, reached func()) (Spec, *Environment) {
			return Spec{URL: "tcp://" + listen(t, func(conn net.Conn) { reached(); untilClosed(conn) }), Expect: Expect{Body: "220"}}, nil
		},
	}
	for name, arrange := range cases {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			goroutines, files := 0, 0
			spec, env := arrange(t, cancel)
			spec.Timeout = time.Minute
			watch := watchOf(t, spec, env)
			goroutines, files = runtime.NumGoroutine(), openFiles(t)
			start := time.Now()
			got := lookOnce(ctx, t, watch)
			if took := time.Since(start); took > 2*time.Second {
				t.Errorf("it took %v to stop", took)
			}
			failure, ok := errors.AsType[*sources.Failure](got.err)
			if !ok || !errors.Is(got.err, context.Canceled) || got.Key != "" || failure.What == "" || failure.Why == "" || failure.Next == "" {
				t.Errorf("signal %q, error %v", got.Key, got.err)
			}
			settles(t, goroutines, files)
		})
	}
}

func TestALookThatIsCutShortSaysNothingAboutTheEndpoint(t *testing.T) {
	watch := watchOf(t, Spec{URL: "http://" + answering(t, untilClosed), Timeout: time.Minute}, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if got := lookOnce(ctx, t, watch); got.err == nil || got.Key != "" {
		t.Errorf("signal %+v, error %v", got.Signal, got.err)
	}
}

func TestQ2HostileEndpointsDoNotFillTheMemory(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\n"
	var hostile []string
	for _, one := range []struct{ header, piece string }{
		{ok + "\r\n", "0123456789abcdef0123456789abcdef"},
		{ok + "Content-Encoding: gzip\r\n\r\n", strings.Repeat(squeezed(t, strings.Repeat("\x00", 1<<20)), 16)},
		{ok + "Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"},
		{ok, "X-Filler: " + strings.Repeat("x", 1000) + "\r\n"},
		{"", "HTTP/1.1 103 Early Hints\r\n\r\n"},
		{"", "anything but HTTP "},
	} {
		address, _ := endless(t, one.header, one.piece)
		hostile = append(hostile, "http://"+address)
	}
	talks := listen(t, func(conn net.Conn) {
		for {
			if _, err := io.WriteString(conn, strings.Repeat("220-and so on\r\n", 1000)); err != nil {
				return
			}
		}
	})
	hostile = append(hostile, "tcp://"+talks, "smtp://"+talks)
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	const many = 50
	done := make(chan struct{}, many)
	for i := range many {
		expect := "absent"
		if i%2 == 0 {
			expect = "/absent$/"
		}
		spec := Spec{URL: hostile[i%len(hostile)], Timeout: 5 * time.Second, Expect: Expect{Body: expect}}
		if strings.HasPrefix(spec.URL, "smtp") {
			spec.Expect = Expect{}
		}
		watch := watchOf(t, spec, nil)
		go func() {
			_ = watch.Look(t.Context(), func(signals []room.Signal) {
				if signals[0].Word == "UP" {
					t.Errorf("%s is UP", spec.URL)
				}
			})
			done <- struct{}{}
		}()
	}
	for range many {
		<-done
	}
	runtime.ReadMemStats(&after)
	if grown := int64(after.Sys) - int64(before.Sys); grown > 32<<20 {
		t.Errorf("the process grew by %d MiB", grown>>20)
	}
}
