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

// stopwatch divides a probe into phases. A lap runs from the end of the one
// before, so that the phases add up to the total exactly; the phases of several
// redirects are summed.
type stopwatch struct {
	start, last time.Time
	laps        [phaseCount]time.Duration
	reached     netip.AddrPort    // the last address that was connected to, or tried
	shown       *room.Certificate // the last one that was shown; nil if none was
}

func startWatch() stopwatch {
	now := time.Now()
	w := stopwatch{start: now, last: now}
	for i := range w.laps {
		w.laps[i] = room.Absent
	}
	return w
}

// lap ends a phase now.
func (w *stopwatch) lap(p phase) {
	now := time.Now()
	w.laps[p] = max(w.laps[p], 0) + now.Sub(w.last)
	w.last = now
}

// total is the time from the start to the last lap.
func (w *stopwatch) total() time.Duration { return w.last.Sub(w.start) }

func (w *stopwatch) phases() room.Phases {
	return room.Phases{
		Resolve: w.laps[phaseResolve], Connect: w.laps[phaseConnect], TLS: w.laps[phaseTLS],
		FirstByte: w.laps[phaseFirstByte], Transfer: w.laps[phaseTransfer],
	}
}

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
