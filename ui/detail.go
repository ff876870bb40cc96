package ui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"warroom/internal/room"
	"warroom/theme"
)

func healthDetail(g *page, it item) {
	p := g.pen
	g.header(it.signal)
	g.belongs(it.signal)
	detail, ok := it.signal.Detail.(*room.HealthDetail)
	if !ok {
		return
	}
	g.field("category", detail.Category)
	g.field("type", detail.TypeCode)
	g.field("scope", strings.ToLower(detail.Scope))
	g.field("start", p.date(detail.Start))
	g.field("end", p.date(detail.End))
	g.field("updated", p.date(detail.Updated))
	g.field("arn", detail.ARN)
	g.link("console", consoleURL(it.signal))
	g.entities(detail.Entities)
	for _, update := range detail.Updates {
		g.heading(fmt.Sprintf("%s  (%s ago)", p.date(update.At), since(p.now, update.At)))
		g.paragraphs(update.Text)
	}
	if len(detail.Updates) == 0 {
		g.heading("AWS has not written anything about this event yet")
	}
}

// entityLimit is how many resources a detail lists by name; the rest is counted.
const entityLimit = 200

// entities lists the resources of ours that AWS names, those in trouble first.
func (g *page) entities(all []room.Entity) {
	if len(all) == 0 {
		return
	}
	g.heading(plural(len(all), "resource") + " of ours named by AWS")
	sorted := slices.SortedStableFunc(slices.Values(all), func(a, b room.Entity) int {
		return cmp.Compare(entityOrder(a.Status), entityOrder(b.Status))
	})
	for _, entity := range sorted[:min(len(sorted), entityLimit)] {
		token := theme.Text
		if entity.Status == "IMPAIRED" {
			token = theme.Critical
		}
		g.fieldIn(token, strings.ToLower(entity.Status), entity.Value)
	}
	if rest := len(sorted) - entityLimit; rest > 0 {
		g.add(theme.Muted, fmt.Sprintf("and %d more", rest))
	}
}

// entityOrder puts what is in trouble before what is not.
func entityOrder(status string) int {
	return slices.Index([]string{"RESOLVED", "UNIMPAIRED", "", "PENDING", "UNKNOWN", "IMPAIRED"}, status) * -1
}

// historyLimit is how many timeline lines a detail repeats.
const historyLimit = 20

// history lists what the timeline has about one signal, newest first.
func (g *page) history(key string) {
	s := g.shown
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

func eventDetail(g *page, it item) {
	p := g.pen
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
		return
	}
	for _, pane := range newPanes() {
		if pane.kind == e.Signal.Kind {
			g.heading(string(e.Signal.Kind) + " as it was then")
			pane.details(g, item{signal: e.Signal})
		}
	}
}
