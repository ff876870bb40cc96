package ui

import (
	"fmt"
	"time"

	"warroom/internal/room"
	"warroom/theme"
)

// windowLengths are over how long a probe's looks are summed up.
var windowLengths = []time.Duration{5 * time.Minute, time.Hour, 24 * time.Hour}

// windows sums up the looks of minutes, hours and a day, and how fast the error budget
// goes where there is an objective:
//
//	good looks and how long they took
//	 5m       100.0%  of 20     p50 84ms   p90 101ms  p99 1.2s
//	 1h        92.1%  of 240    p50 85ms   p90 110ms  p99 2.0s
//	 24h       99.7%  of 5760   p50 84ms   p90 99ms   p99 1.1s
//	error budget of 99.9%
//	 1h  5m    79.2 and 0.0 times as fast as it may go; 14.4 over both is too fast
func (g *page) windows(looks *room.Looks, objective float64) {
	if looks == nil {
		return
	}
	p := g.pen
	g.heading("good looks, and how long they took")
	for _, length := range windowLengths {
		w := looks.Over(p.now, length)
		token := theme.Text
		if w.Looks == 0 {
			token = theme.Muted
		}
		g.fieldIn(token, age(length), p.window(w))
	}
	if objective == 0 {
		return
	}
	g.heading(fmt.Sprintf("error budget of %g%%", objective))
	for _, burn := range looks.Burns(p.now, objective) {
		token, said := theme.Text, fmt.Sprintf("%.1f and %.1f times as fast as it may go; %g over both is too fast", burn.LongRate, burn.ShortRate, burn.Limit)
		if burn.Exceeded() {
			token, said = theme.Critical, fmt.Sprintf("%.1f and %.1f times as fast as it may go, which is too fast: %g is the limit", burn.LongRate, burn.ShortRate, burn.Limit)
		}
		g.fieldIn(token, age(burn.Long.Length)+" "+age(burn.Short.Length), said)
	}
}

// window is one line of figures, in columns.
func (p *pen) window(w room.Window) string {
	if w.Looks == 0 {
		return "no look"
	}
	return fmt.Sprintf("%5.1f%%  of %-6d p50 %-6s p90 %-6s p99 %s", 100*w.Share(), w.Looks, p.latency(w.P50), p.latency(w.P90), p.latency(w.P99))
}
