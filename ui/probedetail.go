package ui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"warroom/internal/room"
	"warroom/theme"
)

func probeDetail(g *page, it item) {
	if it.signal.Kind == room.KindGroup {
		groupDetail(g, it)
		return
	}
	p := g.pen
	g.header(it.signal)
	g.belongs(it.signal)
	detail, ok := it.signal.Detail.(*room.ProbeDetail)
	if !ok {
		return
	}
	g.field("target", detail.Target)
	g.field("looks", fmt.Sprintf("every %s, gives up after %s", age(detail.Interval), p.latency(detail.Timeout)))
	if late := lateness(p, it.signal.Series); late != "" {
		g.field("", late)
	}
	g.field("expects", strings.Join(detail.Expect, ", "))
	g.field("answers", strings.Join(detail.Answers, ", "))
	if detail.Every {
		g.addresses(it.signal.Key)
	}
	if last, ok := it.signal.Series.Last(); ok {
		g.phases(last)
		g.hops(last)
		g.certificate(detail.Certificate)
		g.latencies(it.signal.Series, detail.Interval)
		g.windows(it.signal.Looks, detail.Objective)
		g.failures(it.signal.Series)
	}
	g.history(it.signal.Key)
}

// lateLeast is the lateness of a look that is worth a line.
const lateLeast = time.Millisecond

// lateness says how far looks kept to their time, which is this machine's doing and in no
// latency; "" if they did.
func lateness(p *pen, readings *room.Series) string {
	var late []time.Duration
	skipped := 0
	for s := range readings.All() {
		late = append(late, s.Late)
		skipped += s.Skipped
	}
	slices.Sort(late)
	var said []string
	if n := len(late); n > 0 && late[n-1] >= lateLeast {
		said = append(said, fmt.Sprintf("begun up to %s late, half of them within %s", p.latency(late[n-1]), p.latency(late[n/2])))
	}
	if skipped > 0 {
		said = append(said, plural(skipped, "slot")+" passed without a look")
	}
	return strings.Join(said, "; ")
}

// addresses lists the addresses of a probe, the worst first:
//
//	addresses
//	✖ DOWN   192.0.2.4    connection refused by 192.0.2.4:443
//	● UP     192.0.2.7    200 in 84ms     100.0%
func (g *page) addresses(whole string) {
	var parts []*room.Signal
	for _, s := range g.shown.Of(room.KindProbe).Signals {
		if detail, ok := s.Detail.(*room.ProbeDetail); ok && detail.Part == whole {
			parts = append(parts, s)
		}
	}
	if len(parts) == 0 {
		return
	}
	g.heading("addresses")
	g.probes(parts, addressOf)
}

// probes lists probes, or their addresses, by what each is called there.
func (g *page) probes(listed []*room.Signal, called func(*room.Signal) string) {
	width := 0
	for _, s := range listed {
		width = max(width, ansi.StringWidth(called(s)))
	}
	for _, s := range listed {
		mark, word, token, _ := g.pen.look(g.shown, s)
		reading, share := "", ""
		if last, ok := s.Series.Last(); ok {
			reading = last.Text
			trend := trendOf(s.Series)
			if percent, ok := trend.uptime(); ok {
				share = fmt.Sprintf("%.1f%%", percent)
			}
		}
		g.lines = append(g.lines, g.pen.row(g.width, false, false,
			cell{token: token, text: mark, width: 1},
			cell{token: token, text: word, width: labelWidth - 3},
			cell{token: theme.Text, text: called(s), width: min(width, g.width/2)},
			cell{token: theme.Muted, text: g.pen.plain(reading), width: flex},
			cell{token: theme.Muted, text: share, width: 6, right: true}))
	}
}

// addressOf is the address of a signal that is one of several of its probe.
func addressOf(part *room.Signal) string {
	return part.Key[strings.LastIndex(part.Key, "@")+1:]
}

// latencyWidth is the column of a measured time: 12345.6s at the worst.
const latencyWidth = 8

// phases shows where the time of one look went, each phase where it began:
//
//	connect       2.0ms ▒
//	TLS            11ms  ▒▒▒▒▒
//	first byte     26ms       ▒▒▒▒▒▒▒▒▒▒▒▒
func (g *page) phases(last room.Sample) {
	g.heading("last look " + g.pen.clock(last.At) + "  " + last.Text)
	before := time.Duration(0)
	for _, phase := range phasesOf(last.Phases) {
		token := theme.Text
		if last.Phase != "" && strings.EqualFold(last.Phase, phase.name) {
			token = theme.Critical
		}
		g.phase(phase.name, token, phase.took, g.bar(before, phase.took, last.Total))
		before += max(0, phase.took)
	}
	g.phase("total", theme.Strong, last.Total, "")
}

// namedPhase is one part of a look, under the name that people know.
type namedPhase struct {
	name string
	took time.Duration
}

func phasesOf(p room.Phases) []namedPhase {
	return []namedPhase{{"resolve", p.Resolve}, {"connect", p.Connect}, {"TLS", p.TLS}, {"first byte", p.FirstByte}, {"transfer", p.Transfer}}
}

// bar is a part of a look, to scale.
func (g *page) bar(from, took, total time.Duration) string {
	return g.pen.marks.Span(float64(from), float64(took), float64(total), g.width-labelWidth-latencyWidth-2)
}

func (g *page) phase(name string, token theme.Token, took time.Duration, bar string) {
	bartoken := theme.Accent
	if token == theme.Critical {
		bartoken = token
	}
	g.lines = append(g.lines, g.pen.row(g.width, false, false,
		cell{token: theme.Muted, text: name, width: labelWidth},
		cell{token: token, text: g.pen.latency(took), width: latencyWidth, right: true},
		cell{token: bartoken, text: bar, width: flex, keep: true}))
}

// latencies draws how long the looks took, over time and as a spread.
func (g *page) latencies(readings *room.Series, interval time.Duration) {
	trend := trendOf(readings)
	heading := "last " + plural(readings.Len(), "look")
	if percent, ok := trend.uptime(); ok {
		heading += fmt.Sprintf(", %.1f%% good", percent)
	}
	g.heading(heading)
	spread := newSpread(readings)
	if len(spread.sorted) == 0 {
		g.add(theme.Muted, "no right answer among them, so no latency")
		return
	}
	if len(spread.sorted) > 1 {
		g.spread(spread)
		g.blank()
	}
	g.lines = append(g.lines, probePlot(g.pen, readings, interval).lines(g.pen, g.width, clamp(g.height/3, plotLeastHeight, plotMostHeight))...)
}

// probePlot is a probe's readings as they are drawn. Its states are runs of looks.
func probePlot(p *pen, readings *room.Series, interval time.Duration) *plot {
	drawn := &plot{
		period: interval,
		name: func(v float64) string {
			if v == 0 {
				return "0" // of the axis; no look takes no time
			}
			return p.latency(time.Duration(v))
		},
	}
	begun, state := false, room.Unknown
	for s := range readings.All() {
		became := lookState(&s)
		if !begun {
			begun, state = true, became
			drawn.from, drawn.before, drawn.said = s.At, state, probeWords[state]
		}
		drawn.to = s.At.Add(interval)
		if s.Right() && s.Total >= 0 {
			drawn.points = append(drawn.points, room.Point{At: s.At, Value: float64(s.Total)})
		}
		if became != state {
			state = became
			drawn.turns = append(drawn.turns, room.Turn{At: s.At, State: state, Word: probeWords[state]})
		}
	}
	return drawn
}

// probeWords are the words for the states of one look.
var probeWords = map[room.State]string{room.OK: "UP", room.Warning: "SLOW", room.Critical: "DOWN", room.Unknown: "ERROR"}

// lookState is the state of one look by itself, whether or not it counts.
func lookState(s *room.Sample) room.State {
	if s.Failed() {
		return room.Critical
	}
	return s.State
}

// spread is how long right answers took, in order.
type spread struct{ sorted []time.Duration }

func newSpread(readings *room.Series) spread {
	var s spread
	for reading := range readings.All() {
		if reading.Right() && reading.Total >= 0 {
			s.sorted = append(s.sorted, reading.Total)
		}
	}
	slices.Sort(s.sorted)
	return s
}

// at is a percentile by nearest rank: the least reading that as many per cent of all
// do not exceed.
func (s spread) at(percent int) time.Duration {
	rank := (percent*len(s.sorted) + 99) / 100
	return s.sorted[clamp(rank-1, 0, len(s.sorted)-1)]
}

// spread writes the percentiles, and draws them to scale: the ends are the fastest
// and the slowest, the box holds the middle half, the bar in it is the median.
func (g *page) spread(s spread) {
	l := g.pen.latency
	said := fmt.Sprintf("%s, median %s", l(s.at(0)), l(s.at(50)))
	for _, percent := range []int{90, 99} {
		if room.Tells(percent, len(s.sorted)) {
			said += fmt.Sprintf(", p%d %s", percent, l(s.at(percent)))
		}
	}
	g.field("fastest", said+", slowest "+l(s.at(100)))
	width := g.width - labelWidth - 1
	if width < plotLeastWidth {
		return
	}
	scale := func(d time.Duration) int { return int(float64(d) * float64(width-1) / float64(max(1, s.at(100)))) }
	box, drawn := g.pen.marks.Box, make([]string, width)
	for i := range drawn {
		switch {
		case i < scale(s.at(0)):
			drawn[i] = " "
		case i >= scale(s.at(25)) && i <= scale(s.at(75)):
			drawn[i] = box[2]
		default:
			drawn[i] = box[1]
		}
	}
	drawn[scale(s.at(0))], drawn[width-1], drawn[scale(s.at(50))] = box[0], box[4], box[3]
	g.lines = append(g.lines, g.pen.row(g.width, false, false,
		cell{token: theme.Muted, text: "0 to " + l(s.at(100)), width: labelWidth},
		cell{token: theme.Accent, text: strings.Join(drawn, ""), width: flex, keep: true}))
}

// failureLimit is how many failed looks a detail lists.
const failureLimit = 8

// failures lists the last failed looks, the newest first.
func (g *page) failures(readings *room.Series) {
	var failed []room.Sample
	for s := range readings.All() {
		if s.Class != "" {
			failed = append(failed, s)
		}
	}
	if len(failed) == 0 {
		return
	}
	g.heading("last failures")
	for _, s := range slices.Backward(failed[max(0, len(failed)-failureLimit):]) {
		g.fieldIn(theme.Text, g.pen.moment(s.At), s.Class+": "+s.Text)
	}
}
