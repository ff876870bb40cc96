package ui

import (
	"fmt"
	"strings"

	"warroom/internal/room"
)

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
