package ui

import (
	"fmt"
	"strings"
	"time"

	"warroom/internal/room"
	"warroom/theme"
)

func probeDetail(p *pen, s *room.Snapshot, it item, width int) []string {
	g := &page{pen: p, width: width}
	g.header(s, it.signal)
	detail, ok := it.signal.Detail.(*room.ProbeDetail)
	if !ok {
		return g.lines
	}
	g.field("target", detail.Target)
	g.field("looks", fmt.Sprintf("every %s, gives up after %s", age(detail.Interval), p.latency(detail.Timeout)))
	g.field("expects", strings.Join(detail.Expect, ", "))
	samples := it.signal.Samples
	if n := len(samples); n > 0 {
		g.phases(samples[n-1])
		percent, _ := uptime(samples)
		g.heading(fmt.Sprintf("last %d looks, %.1f%% good", n, percent))
		g.add(theme.Text, p.spark(samples, min(n, width)))
		g.failures(samples)
	}
	g.history(s, it.signal.Key)
	return g.lines
}

// latencyWidth is the column of a measured time: 12345.6s at the worst.
const latencyWidth = 8

// phases shows where the time of one look went.
func (g *page) phases(last room.Sample) {
	g.heading("last look " + g.pen.clock(last.At) + "  " + last.Text)
	for _, phase := range []struct {
		name string
		took time.Duration
	}{
		{"resolve", last.Phases.Resolve}, {"connect", last.Phases.Connect}, {"TLS", last.Phases.TLS},
		{"first byte", last.Phases.FirstByte}, {"transfer", last.Phases.Transfer}, {"total", last.Total},
	} {
		token := theme.Text
		if last.Phase != "" && strings.EqualFold(last.Phase, phase.name) {
			token = theme.Critical
		}
		g.lines = append(g.lines, g.pen.row(g.width, false, false,
			cell{token: theme.Muted, text: phase.name, width: labelWidth},
			cell{token: token, text: g.pen.latency(phase.took), width: latencyWidth, right: true},
			cell{token: theme.Muted, text: g.pen.bar(phase.took, last.Total, g.width-labelWidth-latencyWidth-2), width: flex}))
	}
}

// bar draws a share of a whole, at least one cell for what took any time at all.
func (p *pen) bar(part, whole time.Duration, width int) string {
	if part <= 0 || whole <= 0 || width <= 0 {
		return ""
	}
	glyph := p.marks.Spark[len(p.marks.Spark)-1]
	return strings.Repeat(glyph, clamp(int(int64(part)*int64(width)/int64(whole)), 1, width))
}

// failureLimit is how many failed looks a detail lists.
const failureLimit = 8

func (g *page) failures(samples []room.Sample) {
	listed := 0
	for i := len(samples) - 1; i >= 0 && listed < failureLimit; i-- {
		if samples[i].Class == "" {
			continue
		}
		if listed == 0 {
			g.heading("last failures")
		}
		listed++
		g.fieldIn(theme.Text, g.pen.moment(samples[i].At), samples[i].Class+": "+samples[i].Text)
	}
}
