package probe

import (
	"fmt"
	"net/netip"
	"time"

	"warroom/internal/room"
)

// phase is one part of a probe.
type phase int

const (
	phaseResolve phase = iota
	phaseConnect
	phaseTLS
	phaseFirstByte
	phaseTransfer
	phaseCount
)

// String is the phase's name in a Sample.
func (p phase) String() string {
	return [phaseCount]string{"resolve", "connect", "tls", "first byte", "transfer"}[p]
}

// waiting is what a probe that ran out of time in this phase was waiting for.
func (p phase) waiting() string {
	return [phaseCount]string{
		"the name to resolve", "the connection", "the TLS handshake", "the first byte", "the rest of the answer",
	}[p]
}

// laps are how long each phase took; room.Absent for one that did not take place.
type laps [phaseCount]time.Duration

var noLaps = laps{room.Absent, room.Absent, room.Absent, room.Absent, room.Absent}

func (l *laps) add(p phase, took time.Duration) { l[p] = max(l[p], 0) + took }

func (l *laps) phases() room.Phases {
	return room.Phases{Resolve: l[phaseResolve], Connect: l[phaseConnect], TLS: l[phaseTLS], FirstByte: l[phaseFirstByte], Transfer: l[phaseTransfer]}
}

// stopwatch divides a probe into phases. A lap runs from the end of the one
// before, so that the phases add up to the total exactly; the phases of several
// redirects are summed, and those of each request kept beside.
type stopwatch struct {
	start, last time.Time
	laps        laps
	reached     netip.AddrPort    // the last address that was connected to, or tried
	shown       *room.Certificate // the last one that was shown; nil if none was

	hop  hopWatch
	hops room.Hops // those that are over, of a probe that is redirected
}

// hopWatch is the request of a probe that goes on.
type hopWatch struct {
	start  time.Time
	laps   laps
	before netip.AddrPort // what the request before it reached
}

func startWatch() stopwatch {
	now := time.Now()
	return stopwatch{start: now, last: now, laps: noLaps, hop: hopWatch{start: now, laps: noLaps}}
}

// lap ends a phase now.
func (w *stopwatch) lap(p phase) {
	now := time.Now()
	took := now.Sub(w.last)
	w.laps.add(p, took)
	w.hop.laps.add(p, took)
	w.last = now
}

// skip leaves out the time since the last lap: it was not the endpoint's. The probe's own
// time is longer by as much.
func (w *stopwatch) skip() {
	now := time.Now()
	skipped := now.Sub(w.last)
	w.start, w.hop.start, w.last = w.start.Add(skipped), w.hop.start.Add(skipped), now
}

// leave ends a request of a probe that is redirected.
func (w *stopwatch) leave(target string, status int) {
	hop := room.Hop{Target: target, Status: status, Total: w.last.Sub(w.hop.start), Phases: w.hop.laps.phases()}
	if w.reached.IsValid() {
		hop.Address = w.reached.String()
	} else {
		w.reached = w.hop.before
	}
	w.hops = append(w.hops, hop)
}

// follow begins the next request, after leave.
func (w *stopwatch) follow() {
	w.hop = hopWatch{start: w.last, laps: noLaps, before: w.reached}
	w.reached = netip.AddrPort{}
}

// total is the time from the start to the last lap.
func (w *stopwatch) total() time.Duration { return w.last.Sub(w.start) }

// Latency writes a duration as people read it: two or three digits that matter,
// and microseconds where a millisecond would say nothing.
func Latency(d time.Duration) string {
	switch {
	case d < 999500*time.Nanosecond:
		return fmt.Sprintf("%dµs", d.Round(time.Microsecond).Microseconds())
	case d < 9950*time.Microsecond:
		return fmt.Sprintf("%.1fms", d.Seconds()*1e3)
	case d < 999500*time.Microsecond:
		return fmt.Sprintf("%dms", d.Round(time.Millisecond).Milliseconds())
	case d < 9950*time.Millisecond:
		return fmt.Sprintf("%.1fs", d.Seconds())
	}
	return fmt.Sprintf("%ds", int64(d.Round(time.Second).Seconds()))
}
