package probe

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"warroom/internal/room"
	"warroom/sources"
)

// reading is what one look reported.
type reading struct {
	room.Signal
	sample room.Sample
	err    error
}

// probeOnce makes the watch of a Spec and one look.
func probeOnce(t *testing.T, spec Spec, env *Environment) reading {
	t.Helper()
	return lookOnce(t.Context(), t, watchOf(t, spec, env))
}

func watchOf(t testing.TB, spec Spec, env *Environment) sources.Watch {
	t.Helper()
	if spec.Name == "" {
		spec.Name = "shop"
	}
	watch, err := New(spec, env)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return watch
}

func lookOnce(ctx context.Context, t testing.TB, watch sources.Watch) reading {
	t.Helper()
	var got []room.Signal
	err := watch.Look(ctx, func(signals []room.Signal) { got = append(got, signals...) })
	if len(got) > 1 || len(got) == 1 && len(got[0].Samples) != 1 {
		t.Fatalf("one look reported %d signals", len(got))
	}
	r := reading{err: err}
	if len(got) == 1 {
		r.Signal, r.sample = got[0], got[0].Samples[0]
		checkAddsUp(t, r.sample)
	}
	return r
}

// checkAddsUp holds every reading of every test to the truth about phases (M3), and about
// those of each hop (R14).
func checkAddsUp(t testing.TB, s room.Sample) {
	t.Helper()
	addsUp(t, s.Total, s.Phases)
	total := time.Duration(0)
	for _, hop := range s.Hops.All() {
		addsUp(t, hop.Total, hop.Phases)
		total += hop.Total
	}
	if off := (s.Total - total).Abs(); s.Hops != nil && off > 50*time.Microsecond {
		t.Errorf("total %v and hops %+v differ by %v", s.Total, s.Hops.All(), off)
	}
}

func addsUp(t testing.TB, total time.Duration, phases room.Phases) {
	t.Helper()
	sum := time.Duration(0)
	for _, part := range []time.Duration{phases.Resolve, phases.Connect, phases.TLS, phases.FirstByte, phases.Transfer} {
		if part != room.Absent {
			sum += part
		}
		if part < 0 && part != room.Absent {
			t.Errorf("a phase took %v", part)
		}
	}
	if off := (total - sum).Abs(); off > 50*time.Microsecond {
		t.Errorf("total %v and phases %+v differ by %v", total, phases, off)
	}
}

// want checks state word, class and the beginning of what people read.
func (r reading) want(t *testing.T, word, class, reason string) {
	t.Helper()
	if r.Word != word || r.sample.Class != class || r.Reason != reason {
		t.Errorf("got  %s %q %q\nwant %s %q %q\nreading %+v, error %v", r.Word, r.sample.Class, r.Reason, word, class, reason, r.sample, r.err)
	}
}

// wantUp checks that an endpoint was found well.
func (r reading) wantUp(t *testing.T) {
	t.Helper()
	r.want(t, "UP", "", "")
}

// listen serves each connection to a loopback port with the given function. It
// returns host:port; everything is closed and gone at the end of the test.
func listen(t testing.TB, serve func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	var mu sync.Mutex
	open := map[net.Conn]bool{}
	running.Go(func() {
		for {
			conn, err := listener.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err != nil {
				continue
			}
			mu.Lock()
			open[conn] = true
			mu.Unlock()
			running.Go(func() {
				serve(conn)
				conn.Close()
				mu.Lock()
				delete(open, conn)
				mu.Unlock()
			})
		}
	})
	t.Cleanup(func() {
		listener.Close()
		mu.Lock()
		for conn := range open {
			conn.Close()
		}
		mu.Unlock()
		running.Wait()
	})
	return listener.Addr().String()
}

// answering is a server that reads a request and gives it to a function.
func answering(t testing.TB, answer func(net.Conn)) string {
	return listen(t, func(conn net.Conn) {
		if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
			answer(conn)
		}
	})
}

// saying is a server that answers every request with the same bytes.
func saying(t testing.TB, text string) string {
	return answering(t, func(conn net.Conn) { _, _ = conn.Write([]byte(text)) })
}

// untilClosed waits until the other side has gone.
func untilClosed(conn net.Conn) {
	var one [1]byte
	for {
		if _, err := conn.Read(one[:]); err != nil {
			return
		}
	}
}

// reset closes a connection with RST.
func reset(conn net.Conn) {
	_ = conn.(*net.TCPConn).SetLinger(0)
	conn.Close()
}

func serving(t testing.TB, handler http.HandlerFunc) *httptest.Server {
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

// closedPort is an address at which nothing listens, and nothing will: the near end of
// an open connection keeps it from being given to another listener.
func closedPort(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = conn.Close()
		_ = listener.Close()
	})
	return conn.LocalAddr().String()
}

// openFiles counts this process's file descriptors.
func openFiles(t testing.TB) int {
	entries, err := os.ReadDir("/dev/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// settles fails the test unless goroutines and descriptors come back to where they
// were. It is called with the counts from before.
func settles(t testing.TB, goroutines, files int) {
	t.Helper()
	deadline := time.Now().Add(time.Minute) // a machine under load takes its time
	for runtime.NumGoroutine() > goroutines || openFiles(t) > files {
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<16)
			stacks = stacks[:runtime.Stack(stacks, true)]
			t.Fatalf("%d goroutines and %d files, before %d and %d\n%s",
				runtime.NumGoroutine(), openFiles(t), goroutines, files, strings.TrimSpace(string(stacks)))
		}
		runtime.Gosched()
	}
}
