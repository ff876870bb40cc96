package probe

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"warroom/internal/room"
	"warroom/sources"
)

// timeline is when a server did what ends each phase, by its own clock.
type timeline struct {
	mu   sync.Mutex
	ends [phaseCount]time.Time
}

func (l *timeline) note(p phase) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ends[p] = time.Now()
}

// noted are the moments of the probe before, once the server is done with it.
func (l *timeline) noted() [phaseCount]time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ends
}

// clocked is a target behind a name and TLS, whose servers wait before each thing that they
// do and note when they did it. done has a slot filled once a connection is served.
func clocked(t testing.TB, wait func()) (asked *target, told *timeline, done <-chan struct{}) {
	t.Helper()
	told, ours, served := new(timeline), newAuthority(t), make(chan struct{}, 1)
	env := nameServer(t, func(question) *reply {
		wait()
		told.note(phaseResolve)
		return &reply{addresses: []string{"127.0.0.1"}}
	})
	env.Roots = ours.pool
	certificate := ours.issue(t, leaf{names: []string{"shop.example"}})
	address := listen(t, func(conn net.Conn) {
		defer func() { served <- struct{}{} }()
		told.note(phaseConnect)
		wait()
		secure := serverSide(conn, certificate)
		if secure.Handshake() != nil {
			return
		}
		told.note(phaseTLS)
		_, _ = secure.Read(make([]byte, 4096))
		wait()
		told.note(phaseFirstByte)
		_, _ = io.WriteString(secure, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")
		wait()
		told.note(phaseTransfer)
		_, _ = io.WriteString(secure, "ok")
	})
	_, port, _ := net.SplitHostPort(address)
	asked, err := newTarget(Spec{Name: "shop", URL: "https://shop.example:" + port, Timeout: time.Minute}, env)
	if err != nil {
		t.Fatal(err)
	}
	return asked, told, served
}

// measured makes one probe, and says when each of its phases ended.
func measured(t testing.TB, asked *target) (start time.Time, ends [phaseCount]time.Time) {
	t.Helper()
	watch := startWatch()
	if found := asked.probe(t.Context(), asked, &watch); found.failure != nil {
		t.Fatal(found.failure.reason)
	}
	at := watch.start
	for p, took := range watch.laps {
		at = at.Add(took)
		ends[p] = at
	}
	return watch.start, ends
}

// TestM1WhatAServerDoesFallsIntoThePhaseThatWaitsForIt compares the phases with the server's
// own clock. That a phase ends before the server does what the next one waits for needs a
// machine that is not too busy to notice in time, so it is given more and more of it.
func TestM1WhatAServerDoesFallsIntoThePhaseThatWaitsForIt(t *testing.T) {
	const longest = 2 * time.Second
	for delay := 30 * time.Millisecond; ; delay *= 2 {
		asked, told, done := clocked(t, func() { <-time.After(delay) })
		start, ends := measured(t, asked)
		<-done
		began, wrong := start, ""
		for p, at := range told.noted() {
			// The system takes connections, and the server is told of it later.
			if phase(p) != phaseConnect && phase(p) != phaseTLS && at.After(ends[p]) {
				t.Errorf("the server ended the phase %s %s after the probe thought so", phase(p), at.Sub(ends[p]))
			}
			if at.Before(began) {
				wrong = fmt.Sprintf("the server ended the phase %s %s before the probe began it", phase(p), began.Sub(at))
			}
			began = ends[p]
		}
		if wrong == "" {
			return
		}
		if delay > longest {
			t.Fatal(wrong)
		}
	}
}

// TestH6InterimAnswersDoNotEndTheFirstByte: it ends with the answer that counts.
func TestH6InterimAnswersDoNotEndTheFirstByte(t *testing.T) {
	final := make(chan time.Time, 1)
	address := answering(t, func(conn net.Conn) {
		for range 3 {
			_, _ = io.WriteString(conn, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
			<-time.After(20 * time.Millisecond)
		}
		final <- time.Now()
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
	})
	asked, err := newTarget(Spec{Name: "shop", URL: "http://" + address}, new(Environment))
	if err != nil {
		t.Fatal(err)
	}
	if _, ends := measured(t, asked); ends[phaseFirstByte].Before(<-final) {
		t.Error("the first byte was there before the answer that counts")
	}
}

// besides keeps others looked at while a benchmark runs: each once a second, spread over
// it, at a server of their own.
func besides(b *testing.B, others int) {
	b.Helper()
	url := cheapServer(b)
	var watches []sources.Watch
	for i := range others {
		watches = append(watches, watchOf(b, Spec{Name: fmt.Sprint("other-", i), URL: url, Interval: time.Second, Expect: Expect{Body: "ok"}}, nil))
	}
	ctx, cancel := context.WithCancel(b.Context())
	runner, ended := sources.NewRunner(room.Wall{}, deaf{}, slog.New(slog.DiscardHandler)), make(chan struct{})
	go func() { runner.Run(ctx, watches); close(ended) }()
	b.Cleanup(func() { cancel(); <-ended })
	if others > 0 {
		<-time.After(3 * time.Second) // the first looks of all are over
	}
}

// deaf is told and does not listen.
type deaf struct{}

// Observe implements sources.Sink.
func (deaf) Observe(room.Observation) {}

// BenchmarkPhasesComparedWithTheServersOwnClock (M1, M2) says by how much the phases differ
// from what the server did and when: half of them by no more than p50, and nearly all by
// no more than p90. Right is the share of all phases within the larger of 0.3 ms and 3 %.
func BenchmarkPhasesComparedWithTheServersOwnClock(b *testing.B) {
	for _, others := range []int{0, 1000} {
		for _, delay := range []time.Duration{0, time.Millisecond, 10 * time.Millisecond, 100 * time.Millisecond} {
			b.Run(fmt.Sprintf("%s,beside=%d", delay, others), func(b *testing.B) {
				besides(b, others)
				asked, told, done := clocked(b, func() {
					if delay > 0 {
						<-time.After(delay)
					}
				})
				var off [phaseCount][]time.Duration
				right, all := 0, 0
				for b.Loop() {
					began, ends := measured(b, asked)
					<-done
					theirs := began
					for p, at := range told.noted() {
						took, really := ends[p].Sub(began), at.Sub(theirs)
						began, theirs = ends[p], at
						off[p] = append(off[p], (took - really).Abs())
						all++
						if (took - really).Abs() <= max(300*time.Microsecond, really*3/100) {
							right++
						}
					}
				}
				b.ReportMetric(100*float64(right)/float64(all), "%right")
				for p, one := range off {
					slices.Sort(one)
					for _, percent := range []int{50, 90} {
						at := one[(len(one)-1)*percent/100]
						b.ReportMetric(float64(at.Microseconds()), fmt.Sprintf("%s-p%d-µs", [phaseCount]string{"resolve", "connect", "TLS", "byte", "transfer"}[p], percent))
					}
				}
			})
		}
	}
}
