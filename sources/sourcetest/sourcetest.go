// Package sourcetest is the conformance test that every source runs: the faults of a
// bad day, served by real listeners on loopback, and what the contract in package
// sources asks for in each of them.
package sourcetest

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"testing"
	"time"

	"warroom/internal/room"
	"warroom/sources"
)

// Subject is a source under test.
type Subject struct {
	// New makes a watch that asks base, http://host:port, and looks names up with
	// the resolver and no other.
	New func(t *testing.T, base string, resolver *net.Resolver) sources.Watch
	// Good serves what the source asks for when all is well.
	Good http.Handler
	// Throttle is how the source's service refuses too many requests.
	Throttle http.HandlerFunc
	// Requests is how many requests succeed before the rest of a look fails, in the
	// test of partial results; 0 if a look is one request.
	Requests int
	// Probe says that a server which fails is a signal that is DOWN, and not a
	// failure of the look.
	Probe bool
}

// lookTimeout is what each look is given here, in real time; stopWithin is how much
// later it must be over.
const (
	lookTimeout = time.Second
	stopWithin  = 2 * time.Second
)

// Run holds a source against the contract.
func Run(t *testing.T, s Subject) {
	for _, f := range faults(s) {
		t.Run(f.name, func(t *testing.T) {
			before := goroutines()
			server := newServer(s)
			names := newNames(t)
			watch := s.New(t, f.base(server.url()), names.resolver())
			watch.Timeout = lookTimeout
			server.set(f.handler, 0)
			for _, problem := range append(examine(watch, s.Probe), server.letGo()...) {
				t.Error(problem)
			}
			if f.heals {
				server.set(s.Good, 0)
				for _, problem := range examineGood(watch, s.Probe) {
					t.Error("after the server has healed " + problem)
				}
			}
			server.close()
			names.close()
			if left := settle(before, goroutines); left > before {
				t.Errorf("%d goroutines before and %d after", before, left)
			}
		})
	}
	t.Run("is called off", func(t *testing.T) { calledOff(t, s) })
	if s.Requests > 0 {
		t.Run("partial results are kept", func(t *testing.T) { partial(t, s) })
	}
	t.Run("in a room", func(t *testing.T) { inARoom(t, s) })
}

// outcome is what came of one look.
type outcome struct {
	signals []room.Signal
	err     error
	ended   bool
}

// lookOnce makes one look and waits for its end, but not for ever.
func lookOnce(w sources.Watch) outcome { return lookUntil(context.Background(), w) }

func lookUntil(ctx context.Context, w sources.Watch) outcome {
	ctx, cancel := context.WithTimeout(ctx, w.Timeout)
	defer cancel()
	results := make(chan outcome, 1)
	go func() {
		var o outcome
		o.err = w.Look(ctx, func(signals []room.Signal) { o.signals = append(o.signals, signals...) })
		o.ended = true
		results <- o
	}()
	select {
	case o := <-results:
		return o
	case <-time.After(w.Timeout + stopWithin):
		return outcome{}
	}
}

// examine makes a look at a server that fails and lists what is wrong with its outcome.
func examine(w sources.Watch, probe bool) []string {
	o := lookOnce(w)
	if !o.ended {
		return []string{fmt.Sprintf("the look was not over %s after its time was up", stopWithin)}
	}
	if probe {
		return examineProbe(o)
	}
	failure, ok := o.err.(*sources.Failure)
	if !ok {
		return []string{fmt.Sprintf("the error is %T (%v), want *sources.Failure", o.err, o.err)}
	}
	var problems []string
	for name, text := range map[string]string{"what": failure.What, "why": failure.Why, "next": failure.Next} {
		problems = append(problems, examineText(name, text)...)
	}
	return problems
}

func examineProbe(o outcome) []string {
	if o.err != nil || len(o.signals) != 1 {
		return []string{fmt.Sprintf("a probe of a broken server gives %d signals and %v, want one signal", len(o.signals), o.err)}
	}
	s := o.signals[0]
	if s.State != room.Critical || s.Word != "DOWN" || len(s.Samples) != 1 {
		return []string{fmt.Sprintf("the signal is %s %s with %d samples, want critical DOWN with one", s.State, s.Word, len(s.Samples))}
	}
	return append(examineText("reason", s.Reason), examineText("reading", s.Samples[0].Text)...)
}

// partial lets a look succeed for some requests and fail then.
func partial(t *testing.T, s Subject) {
	server, names := newServer(s), newNames(t)
	defer server.close()
	defer names.close()
	watch := s.New(t, server.url(), names.resolver())
	watch.Timeout = 5 * lookTimeout
	server.set(http.HandlerFunc(internalError), s.Requests)
	o := lookOnce(watch)
	if _, ok := o.err.(*sources.Failure); !ok || len(o.signals) == 0 {
		t.Errorf("a look that fails half-way reports %d signals and %v, want what it had and a failure", len(o.signals), o.err)
	}
}

// calledOff ends a look's context while its server hangs: the look ends too, and a
// probe does not call that an outage.
func calledOff(t *testing.T, s Subject) {
	server, names := newServer(s), newNames(t)
	defer server.close()
	defer names.close()
	watch := s.New(t, server.url(), names.resolver())
	watch.Timeout = time.Minute
	server.set(http.HandlerFunc(hang), 0)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan []string, 1)
	go func() { ended <- examineCalledOff(ctx, watch) }()
	select {
	case <-server.came:
	case <-time.After(patience):
		t.Error("the look never asked the server")
	}
	cancel()
	select {
	case problems := <-ended:
		for _, problem := range append(problems, server.letGo()...) {
			t.Error(problem)
		}
	case <-time.After(stopWithin):
		t.Errorf("the look was not over %s after it was called off", stopWithin)
	}
}

func examineCalledOff(ctx context.Context, w sources.Watch) []string {
	o := lookUntil(ctx, w)
	var problems []string
	if o.err == nil {
		problems = append(problems, "a look that was called off says that all there is was reported")
	}
	for _, signal := range o.signals {
		if signal.State == room.Critical {
			problems = append(problems, fmt.Sprintf("being called off makes %s %s", signal.Title, signal.Word))
		}
	}
	return problems
}
