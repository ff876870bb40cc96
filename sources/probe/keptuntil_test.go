package probe

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"warroom/internal/room"
	"warroom/sources"
)

// TestWhatAKeptConnectionIsDroppedFor: a look that failed, and an answer that does not end
// with its body.
func TestWhatAKeptConnectionIsDroppedFor(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"another status":     func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) },
		"the server's wish":  func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Connection", "close") },
		"more than is read":  func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, bodyLimit+drainLimit+1)) },
		"a redirect too far": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusFound) },
	} {
		t.Run(name, func(t *testing.T) {
			server := counting(t, nil, answer)
			watch := watchOf(t, Spec{URL: "http://" + server.address, KeepAlive: true}, nil)
			defer watch.Close()
			for look := range 3 {
				lookOnce(t.Context(), t, watch)
				if opened := server.opened(); opened != look+1 {
					t.Errorf("after %d looks %d connections", look+1, opened)
				}
				until(t, "its connection is gone", func() bool { return server.open() == 0 })
			}
		})
	}
}

func TestAKeptConnectionBelongsToOneProbe(t *testing.T) {
	server := counting(t, nil, ok)
	for range 3 {
		watch := watchOf(t, Spec{URL: "http://" + server.address, KeepAlive: true}, nil)
		defer watch.Close()
		lookOnce(t.Context(), t, watch).wantReused(t, false)
		lookOnce(t.Context(), t, watch).wantReused(t, true)
	}
	if server.opened() != 3 {
		t.Errorf("%d connections for 3 probes", server.opened())
	}
}

// TestEachHopKeepsItsConnection, and what the chain does not lead to any more is closed.
func TestEachHopKeepsItsConnection(t *testing.T) {
	ours := newAuthority(t)
	certificate := ours.issue(t, leaf{names: []string{"127.0.0.1"}})
	secure := counting(t, &certificate, ok)
	other := counting(t, nil, ok)
	var to atomic.Value
	to.Store("https://" + secure.address)
	first := counting(t, nil, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			http.Redirect(w, r, "/second", http.StatusFound)
			return
		}
		http.Redirect(w, r, to.Load().(string), http.StatusFound)
	})
	watch := watchOf(t, Spec{URL: "http://" + first.address, KeepAlive: true, Expect: Expect{Body: "ok"}}, &Environment{Roots: ours.pool})
	defer watch.Close()
	lookOnce(t.Context(), t, watch).wantUp(t)
	lookOnce(t.Context(), t, watch).wantReused(t, true)
	to.Store("http://" + other.address)
	got := lookOnce(t.Context(), t, watch)
	got.wantUp(t)
	hops := got.sample.Hops.All()
	if len(hops) != 3 || hops[0].Phases.Connect != room.Absent || hops[1].Phases.Connect != room.Absent || hops[2].Phases.Connect <= 0 || strings.Contains(got.sample.Text, "reused") {
		t.Errorf("%q, hops %+v", got.sample.Text, hops)
	}
	until(t, "nothing is kept to where it led before", func() bool { return secure.open() == 0 })
	if first.opened() != 1 || secure.opened() != 1 || other.opened() != 1 {
		t.Errorf("%d, %d and %d connections", first.opened(), secure.opened(), other.opened())
	}
}

// TestEveryAddressKeepsItsConnection until the name does not lead to it any more.
func TestEveryAddressKeepsItsConnection(t *testing.T) {
	b := balance(t, "127.0.0.1", "127.0.0.2")
	b.names(0, "127.0.0.1", "127.0.0.2")
	spec := b.spec()
	spec.KeepAlive = true
	watch := watchOf(t, spec, b.environment())
	look := func() {
		if err := watch.Look(t.Context(), func([]room.Signal) {}); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		look()
	}
	if b.opened.Load() != 2 {
		t.Errorf("%d connections to two addresses", b.opened.Load())
	}
	b.names(0, "127.0.0.2")
	for range addressStays + 1 {
		look()
	}
	until(t, "the address that is gone has no connection", func() bool { return b.open.Load() == 1 })
	watch.Close()
	until(t, "no address has", func() bool { return b.open.Load() == 0 })
}

// TestACertificateThatIsOverEndsAKeptConnection: the next look asks for another.
func TestACertificateThatIsOverEndsAKeptConnection(t *testing.T) {
	ours := newAuthority(t)
	certificate := ours.issue(t, leaf{names: []string{"127.0.0.1"}, from: time.Now().Add(-time.Hour), to: time.Now().Add(2 * time.Second)})
	server := counting(t, &certificate, ok)
	watch := watchOf(t, Spec{URL: "https://" + server.address, KeepAlive: true}, &Environment{Roots: ours.pool})
	defer watch.Close()
	lookOnce(t.Context(), t, watch).wantUp(t)
	until(t, "it is over", func() bool {
		got := lookOnce(t.Context(), t, watch)
		return got.sample.Class == "cert" && strings.Contains(got.Reason, "expired")
	})
}

// TestNothingIsKeptOnceNobodyLooks: not by a probe that was removed or exchanged, not when
// the program leaves, and not by a look that goes on.
func TestNothingIsKeptOnceNobodyLooks(t *testing.T) {
	goroutines, files := runtime.NumGoroutine(), openFiles(t)
	arrived, answer := make(chan struct{}, 100), make(chan struct{})
	server := counting(t, nil, func(w http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		if r.URL.Path == "/slow" {
			<-answer
		}
	})
	r := room.New(room.Options{})
	runner := sources.NewRunner(room.Wall{}, r, slog.New(slog.DiscardHandler))
	ctx, leave := context.WithCancel(t.Context())
	gone := make(chan struct{})
	go func() { runner.Run(ctx, nil); close(gone) }()
	add := func(name, path string) {
		runner.Add(watchOf(t, Spec{Name: name, URL: "http://" + server.address + path, KeepAlive: true, Interval: 100 * time.Millisecond, Timeout: time.Minute}, nil))
	}
	open := func(n int) {
		t.Helper()
		until(t, fmt.Sprint(n, " are open"), func() bool { return server.open() == n })
	}
	add("removed", "/")
	open(1)
	runner.Remove("probe/removed")
	open(0)
	add("exchanged", "/")
	open(1)
	add("exchanged", "/other")
	until(t, "the exchanged one has its own connection", func() bool { return server.opened() == 3 })
	open(1)
	for len(arrived) > 0 {
		<-arrived
	}
	add("slow", "/slow")
	open(2)
	runner.Remove("probe/slow")
	close(answer) // the look goes on, and is answered
	open(1)
	leave()
	<-gone
	open(0)
	server.Close()
	settles(t, goroutines, files)
}

func TestQ3ALookThatIsBrokenOffKeepsNothing(t *testing.T) {
	for _, version := range []string{"", "2"} {
		goroutines, files := runtime.NumGoroutine(), openFiles(t)
		var silent atomic.Bool
		reached := make(chan struct{}, 1)
		server := counting(t, nil, func(w http.ResponseWriter, r *http.Request) {
			if silent.Load() {
				reached <- struct{}{}
				<-r.Context().Done()
			}
		})
		watch := watchOf(t, Spec{URL: "http://" + server.address, Version: version, KeepAlive: true, Timeout: time.Minute}, nil)
		lookOnce(t.Context(), t, watch).wantUp(t)
		silent.Store(true)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-reached; cancel() }()
		if got := lookOnce(ctx, t, watch); got.err == nil {
			t.Errorf("it says %+v", got.Signal)
		}
		server.Close()
		settles(t, goroutines, files)
	}
}

func TestWhatCannotKeepItsConnection(t *testing.T) {
	for _, c := range []struct {
		spec   Spec
		reason string
	}{
		{Spec{URL: "https://shop.example", Method: "POST"}, "a kept connection that the server has closed meanwhile means asking again, which POST does not allow; use GET or another method that may be repeated, or keep no connection"},
		{Spec{URL: "tcp://shop.example:25"}, "a TCP probe keeps no connection; leave that out, or use an http URL"},
		{Spec{URL: "wss://shop.example"}, "a WSS probe keeps no connection; leave that out, or use an http URL"},
	} {
		c.spec.Name, c.spec.KeepAlive = "shop", true
		if _, err := New(c.spec, nil); err == nil || err.Error() != `probe "shop": `+c.reason {
			t.Errorf("%s: %v", c.spec.URL, err)
		}
	}
}
