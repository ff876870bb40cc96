package ui

import (
	"fmt"
	"strings"
	"time"

	"warroom/internal/clean"
	"warroom/internal/room"
	"warroom/theme"
)

// labelWidth is the column of names in a detail.
const labelWidth = 12

// detailRunes and detailLines bound one text in a detail: the longest rule of a
// composite alarm has 10,240 characters.
const (
	detailRunes = 12_000
	detailLines = 400
)

// page collects the lines of a detail, each in exactly its width.
type page struct {
	pen   *pen
	width int
	lines []string
}

func (g *page) add(token theme.Token, text string) {
	for _, line := range wrap(g.tidy(text), g.width, detailLines) {
		g.lines = append(g.lines, g.pen.row(g.width, false, false, cell{token: token, text: line, width: flex}))
	}
}

// tidy is text that may be wrapped: cleaned first, so that no break of its own is left.
func (g *page) tidy(text string) string {
	return g.pen.plain(clean.Line(text, detailRunes))
}

func (g *page) blank() { g.lines = append(g.lines, strings.Repeat(" ", g.width)) }

func (g *page) heading(text string) {
	g.blank()
	g.add(theme.Strong, text)
}

// field writes a name and a value, the value wrapped beside the name. An empty
// value is left out.
func (g *page) field(name, value string) { g.fieldIn(theme.Text, name, value) }

func (g *page) fieldIn(token theme.Token, name, value string) {
	if value == "" {
		return
	}
	for i, line := range wrap(g.tidy(value), g.width-labelWidth-1, detailLines) {
		if i > 0 {
			name = ""
		}
		g.lines = append(g.lines, g.pen.row(g.width, false, false,
			cell{token: theme.Muted, text: name, width: labelWidth},
			cell{token: token, text: line, width: flex}))
	}
}

// paragraphs writes longer text, its line breaks kept.
func (g *page) paragraphs(text string) {
	for _, paragraph := range strings.Split(text, "\n") {
		if paragraph == "" {
			g.blank()
			continue
		}
		g.add(theme.Text, paragraph)
	}
}

// header is what every signal has: its state in the world, and apart from it when
// it was last seen and whether that can still be believed.
func (g *page) header(s *room.Snapshot, signal *room.Signal) {
	mark, token := g.pen.state(signal.State)
	g.add(theme.Strong, signal.Title)
	g.blank()
	g.fieldIn(token, "state", mark+" "+signal.Word)
	g.field("since", fmt.Sprintf("%s (%s)", g.pen.date(signal.Since), since(g.pen.now, signal.Since)))
	seen, every := s.Seen(signal)
	visible := s.Visibility(signal, g.pen.now)
	text := visible.String()
	if !seen.IsZero() {
		text = fmt.Sprintf("%s ago, every %s", since(g.pen.now, seen), age(every))
		if visible != room.Fresh {
			text = "STALE, " + text
		}
	}
	seenToken := theme.Text
	if visible != room.Fresh {
		seenToken = theme.Warning
	}
	g.fieldIn(seenToken, "seen", text)
	if status := s.Scope(signal.Scope); status != nil {
		g.fieldIn(theme.Warning, "trouble", cause(status, g.pen.now))
	}
	g.field("why", signal.Reason)
	g.field("service", signal.Service)
	g.field("region", signal.Region)
	g.field("account", signal.Account)
}

func healthDetail(p *pen, s *room.Snapshot, it item, width int) []string {
	g := &page{pen: p, width: width}
	g.header(s, it.signal)
	detail, ok := it.signal.Detail.(*room.HealthDetail)
	if !ok {
		return g.lines
	}
	g.field("category", detail.Category)
	g.field("type", detail.TypeCode)
	g.field("scope", strings.ToLower(detail.Scope))
	g.field("start", p.date(detail.Start))
	g.field("end", p.date(detail.End))
	g.field("updated", p.date(detail.Updated))
	g.field("arn", detail.ARN)
	if len(detail.Entities) > 0 {
		g.heading(plural(len(detail.Entities), "resource") + " of ours named by AWS")
		for _, entity := range detail.Entities {
			g.field(strings.ToLower(entity.Status), entity.Value)
		}
	}
	for _, update := range detail.Updates {
		g.heading(fmt.Sprintf("%s  (%s ago)", p.date(update.At), since(p.now, update.At)))
		g.paragraphs(update.Text)
	}
	if len(detail.Updates) == 0 {
		g.heading("AWS has not written anything about this event yet")
	}
	return g.lines
}

func alarmDetail(p *pen, s *room.Snapshot, it item, width int) []string {
	g := &page{pen: p, width: width}
	g.header(s, it.signal)
	detail, ok := it.signal.Detail.(*room.AlarmDetail)
	if !ok {
		return g.lines
	}
	g.field("says", detail.Description)
	g.heading(detail.Type + " alarm")
	g.field("rule", alarmRule(detail))
	g.field("if no data", detail.Missing)
	g.field("evaluation", detail.Evaluation)
	g.field("suppressed", detail.Suppressed)
	if detail.Silent {
		g.field("actions", "switched off: this alarm tells nobody")
	}
	for _, d := range detail.Dimensions {
		g.field(d.Name, d.Value)
	}
	g.field("arn", detail.ARN)
	g.history(s, it.signal.Key)
	return g.lines
}

// comparisons writes CloudWatch's operators as people do.
var comparisons = map[string]string{
	"GreaterThanThreshold": ">", "GreaterThanOrEqualToThreshold": "≥",
	"LessThanThreshold": "<", "LessThanOrEqualToThreshold": "≤",
	"LessThanLowerOrGreaterThanUpperThreshold": "outside the band",
	"LessThanLowerThreshold":                   "below the band", "GreaterThanUpperThreshold": "above the band",
}

// alarmRule is an alarm's rule as a sentence: p99 of AWS/ELB Latency > 2, 3 of 5 periods of 1m.
func alarmRule(d *room.AlarmDetail) string {
	if d.Rule != "" {
		return d.Rule
	}
	metric := strings.TrimSpace(d.Namespace + " " + d.Metric)
	if metric == "" {
		metric = "an expression"
	}
	if d.Statistic != "" {
		metric = d.Statistic + " of " + metric
	}
	comparison := comparisons[d.Comparison]
	if comparison == "" {
		comparison = d.Comparison
	}
	rule := strings.TrimSpace(metric + " " + comparison + " " + d.Threshold)
	if d.Evaluate > 0 {
		breach := d.Breach
		if breach == 0 {
			breach = d.Evaluate
		}
		rule += fmt.Sprintf(", %d of %d periods of %s", breach, d.Evaluate, age(d.Period))
	}
	return rule
}

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

// historyLimit is how many timeline lines a detail repeats.
const historyLimit = 20

// history lists what the timeline has about one signal, newest first.
func (g *page) history(s *room.Snapshot, key string) {
	listed := 0
	for i := len(s.Timeline.Events) - 1; i >= 0 && listed < historyLimit; i-- {
		e := s.Timeline.Events[i]
		if e.Key != key && (e.Signal == nil || e.Signal.Key != key) {
			continue
		}
		if listed == 0 {
			g.heading("history")
		}
		listed++
		mark, _ := g.pen.eventLook(e)
		g.field(g.pen.moment(e.At), mark+" "+g.pen.eventText(e))
	}
}

func eventDetail(p *pen, s *room.Snapshot, it item, width int) []string {
	g := &page{pen: p, width: width}
	e := it.event
	mark, token := p.eventLook(e)
	g.add(token, mark+" "+p.eventText(e))
	g.blank()
	g.field("happened", p.date(e.At))
	g.field("recorded", p.date(e.Stamp.Time()))
	g.field("by", e.Actor)
	g.field("event", e.ID.String())
	if e.Type == room.EventScope {
		g.field("scope", e.Scope.String())
		if e.Trouble != nil {
			g.field("what", e.Trouble.What)
			g.field("why", e.Trouble.Why)
			g.field("next", e.Trouble.Next)
		}
	}
	if e.Signal == nil {
		return g.lines
	}
	for _, pane := range newPanes() {
		if pane.kind == e.Signal.Kind {
			g.heading(string(e.Signal.Kind) + " as it was then")
			g.lines = append(g.lines, pane.details(p, s, item{signal: e.Signal}, width)...)
		}
	}
	return g.lines
}
