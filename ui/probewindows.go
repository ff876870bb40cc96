package ui

import (
	"fmt"
	"strings"
	"time"

	"warroom/internal/room"
	"warroom/theme"
)

// windowLengths are over how long a probe's looks are summed up.
var windowLengths = []time.Duration{5 * time.Minute, time.Hour, 24 * time.Hour}

// windows sums up the looks of minutes, hours and a day, and how fast the error budget
// goes where there is an objective:
//
//	good looks, and how long they took
//	5m          100.0%  of 20      p50 84ms    p90 101ms   slowest 1.2s
//	1h           92.1%  of 240     p50 85ms    p90 110ms   p99 2.0s
//	24h          99.7%  of 5760    p50 84ms    p90 99ms    p99 1.1s
//	up by time  5m 100.00%, 1h 93.04%, 24h 99.82%
//
//	error budget of 99.9%, how many times as fast as it may go
//	1h, 5m       79.2   now 0.0    14.4 over both is too fast
func (g *page) windows(looks *room.Looks, objective float64) {
	if looks == nil {
		return
	}
	g.heading("good looks, and how long they took")
	var up []string
	for _, length := range windowLengths {
		w := looks.Over(g.pen.now, length)
		if w.Looks == 0 {
			g.columns(theme.Muted, span(length), "no look")
			continue
		}
		l := g.pen.latency
		texts := []string{fmt.Sprintf("%.1f%%", 100*w.Share()), fmt.Sprintf("of %d", w.Looks)}
		if w.Good > 0 {
			texts = append(texts, "p50 "+l(w.P50), tells(90, w.Good, "p90 "+l(w.P90), ""), tells(99, w.Good, "p99 "+l(w.P99), "slowest "+l(w.Slowest)))
		}
		g.columns(theme.Text, span(length), texts...)
		if w.Up+w.Down > 0 {
			up = append(up, fmt.Sprintf("%s %.2f%%", span(length), 100*w.Uptime()))
		}
	}
	g.field("up by time", strings.Join(up, ", "))
	if objective == 0 {
		return
	}
	g.heading(fmt.Sprintf("error budget of %g%%, how many times as fast as it may go", objective))
	for _, burn := range looks.Burns(g.pen.now, objective) {
		token, said := theme.Text, fmt.Sprintf("%g over both is too fast", burn.Limit)
		if burn.Exceeded() {
			token, said = theme.Critical, fmt.Sprintf("%s over %g, too fast", g.pen.marks.Critical, burn.Limit)
		}
		g.columns(token, span(burn.Long.Length)+", "+span(burn.Short.Length), fmt.Sprintf("%.1f", burn.LongRate), fmt.Sprintf("now %.1f", burn.ShortRate), said)
	}
}

// tells is what is said of a percentile where there are looks enough for it, and what
// otherwise.
func tells(percent, looks int, said, otherwise string) string {
	if room.Tells(percent, looks) {
		return said
	}
	return otherwise
}

// columnWidths are those of figures beside a label; the last one has the rest.
var columnWidths = []int{7, 10, 11, 11}

// columns is a line of figures under those of the line before. The first is a share or a
// rate and stands at the right of its column.
func (g *page) columns(token theme.Token, label string, texts ...string) {
	cells := []cell{{token: theme.Muted, text: label, width: labelWidth}}
	for i, text := range texts {
		width := flex
		if i < len(columnWidths) && i < len(texts)-1 {
			width = columnWidths[i]
		}
		cells = append(cells, cell{token: token, text: text, width: width, right: i == 0 && width != flex})
	}
	g.lines = append(g.lines, g.pen.row(g.width, false, false, cells...))
}

// span is the length of a window as people call it: 5m, 1h, 24h, 3d.
func span(d time.Duration) string {
	switch {
	case d < time.Hour:
		return fmt.Sprintf("%dm", d/time.Minute)
	case d <= 24*time.Hour:
		return fmt.Sprintf("%dh", d/time.Hour)
	}
	return fmt.Sprintf("%dd", d/(24*time.Hour))
}
