package ui

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"warroom/internal/room"
	"warroom/theme"
)

func alarmDetail(g *page, it item) {
	g.header(it.signal)
	detail, ok := it.signal.Detail.(*room.AlarmDetail)
	if !ok {
		g.belongs(it.signal)
		return
	}
	g.silence(it.signal, detail)
	if tree := g.ruleTree(it.signal, detail); !tree {
		g.field("rule", g.pen.plain(alarmRule(detail)))
	}
	g.service(it.signal.Service)
	g.drawChart(it.signal, detail)
	g.contributors(it.signal)
	g.heading(detail.Type + " alarm")
	g.field("says", detail.Description)
	g.field("region", it.signal.Region)
	g.field("account", it.signal.Account)
	g.link("console", consoleURL(it.signal))
	g.field("if no data", detail.Missing)
	g.field("evaluation", detail.Evaluation)
	if detail.Silent {
		g.field("actions", "switched off: this alarm tells nobody")
	}
	for _, d := range detail.Dimensions {
		g.field(d.Name, d.Value)
	}
	g.field("arn", detail.ARN)
	g.history(it.signal.Key)
	if view := g.chart; view != nil && view.chart != nil && len(view.chart.Points) > 0 {
		g.turns(it.signal) // beside a strip of states they stand there
	}
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

// drawChart draws the alarm's metric, or says where it is.
func (g *page) drawChart(alarm *room.Signal, detail *room.AlarmDetail) {
	view := g.chart
	if view == nil || view.alarm == nil || view.alarm.Key != alarm.Key {
		return
	}
	length := "last " + chartLengthNames[view.length]
	switch {
	case view.chart == nil && view.problem != "":
		g.heading("metric, " + length)
		g.add(theme.Warning, g.pen.marks.Warning+" "+view.problem)
		return
	case view.chart == nil:
		g.heading("metric, " + length)
		whom := "asking CloudWatch for its readings"
		if view.kept {
			whom = "looking for its readings in the journal"
		}
		g.add(theme.Muted, whom+g.pen.marks.Ellipsis)
		return
	}
	c := view.chart
	title := "metric"
	if len(c.Points) == 0 && len(c.Turns) > 0 {
		title = "states"
	}
	g.heading(cmp.Or(c.Metric, title))
	g.fieldIn(theme.Warning, "chart", view.problem)
	g.fieldIn(theme.Warning, "note", c.Note)
	if len(c.Points) == 0 {
		g.drawStrip(alarm, c)
		return
	}
	newest := g.pen.quantity(c.Points[len(c.Points)-1].Value, c.Unit)
	if shown := c.To.Sub(c.From).Round(time.Minute); shown != chartLengths[view.length] {
		length = "last " + age(shown) + ", " + chartLengthNames[view.length] + " asked for" // the longer one is under way, or could not be had
	}
	g.add(theme.Muted, fmt.Sprintf("newest %s, %s", newest, length))
	g.lines = append(g.lines, alarmPlot(g.pen, c, detail).lines(g.pen, g.width, clamp(max(g.height-len(g.lines), g.height/3), plotLeastHeight, plotMostHeight))...)
}

// contributors lists the time series because of which the alarm is in ALARM, the newest first.
func (g *page) contributors(alarm *room.Signal) {
	view := g.chart
	if view == nil || view.alarm == nil || view.alarm.Key != alarm.Key || view.chart == nil || len(view.chart.Contributors) == 0 {
		return
	}
	parts := view.chart.Contributors
	g.heading(plural(len(parts), "contributor") + " in ALARM, newest first")
	mark, token := g.pen.state(room.Critical)
	for _, part := range parts {
		g.lines = append(g.lines, g.pen.row(g.width, false, false,
			cell{token: token, text: mark, width: 1}, cell{token: theme.Text, text: part.Name, width: flex},
			cell{token: theme.Muted, text: since(g.pen.now, part.Since), width: 6, right: true}))
		g.field("", part.Reason)
	}
}

// alarmPlot is a chart as it is drawn.
func alarmPlot(p *pen, c *room.Chart, detail *room.AlarmDetail) *plot {
	drawn := &plot{
		from: c.From, to: c.To, period: c.Period, points: c.Points, bounds: c.Bounds, turns: c.Turns,
		below: strings.HasPrefix(detail.Comparison, "LessThan"), before: room.OK, said: "OK",
		name: func(v float64) string { return p.quantity(v, c.Unit) },
	}
	if len(c.Turns) > 0 && !c.Turns[0].At.After(c.From) {
		drawn.before, drawn.said, drawn.turns = c.Turns[0].State, c.Turns[0].Word, c.Turns[1:]
	} else if len(c.Turns) > 0 && c.Turns[0].State == room.OK {
		drawn.before, drawn.said = room.Critical, "ALARM"
	}
	return drawn
}

// turns lists what CloudWatch itself remembers, newest first, from before this room
// was opened.
func (g *page) turns(alarm *room.Signal) {
	view := g.chart
	if view == nil || view.alarm == nil || view.alarm.Key != alarm.Key || view.chart == nil {
		return
	}
	listed := 0
	for i := len(view.chart.Turns) - 1; i >= 0 && listed < historyLimit; i-- {
		turn := view.chart.Turns[i]
		if turn.At.Equal(view.chart.From) {
			continue // the state in which the chart begins; when it became so is not known
		}
		if listed == 0 {
			g.heading("changes of state that CloudWatch remembers")
		}
		listed++
		mark, token := g.pen.state(turn.State)
		g.fieldIn(token, g.pen.when(turn.At), mark+" "+turn.Word+" ("+since(g.pen.now, turn.At)+" ago)")
	}
}
