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
	if detail.Feed != "" {
		g.field("from", "AWS's public feed: "+detail.Feed)
	}
	g.field("severity", detail.Severity)
	g.field("start", p.date(detail.Start))
	end := p.date(detail.End)
	if !detail.Unlisted.IsZero() {
		end = "not known; not listed any more since " + p.date(detail.Unlisted)
	}
	g.field("end", end)
	g.field("updated", p.date(detail.Updated))
	g.field("arn", detail.ARN)
	g.field("known from", knownFrom(detail.Sightings))
	if onlyPushed(it.signal) != nil {
		g.fieldIn(theme.Warning, "last word", since(p.now, detail.Updated)+" ago, by a message; no look shows it, so whether it still goes on is not known")
	}
	g.field("accounts", strings.Join(detail.Accounts, ", "))
	g.link("console", consoleURL(it.signal))
	g.entities(detail.Entities)
	g.affected(detail.Affected)
	for _, update := range detail.Updates {
		g.heading(fmt.Sprintf("%s  (%s ago)", p.date(update.At), since(p.now, update.At)))
		g.paragraphs(update.Text)
	}
	if len(detail.Updates) == 0 {
		g.heading("AWS has not written anything about this event yet")
	}
	g.history(it.signal.Key)
}

// whoTells are the sources of Health events, by how people know them.
var whoTells = map[string]string{"health": "Health API", "push": "pushed events", "feed": "AWS's public feed"}

// knownFrom is who tells of a Health event: Health API (prod, staging), AWS's public feed.
func knownFrom(sightings []room.Sighting) string {
	var names []string
	accounts := map[string][]string{}
	for i := range sightings {
		scope := sightings[i].Scope
		name := cmp.Or(whoTells[scope.Source], scope.Source)
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
		if scope.Account != "" {
			accounts[name] = append(accounts[name], scope.Account)
		}
	}
	for i, name := range names {
		if len(accounts[name]) > 0 {
			names[i] += " (" + strings.Join(accounts[name], ", ") + ")"
		}
	}
	return strings.Join(names, ", ")
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
		g.fieldIn(token, strings.ToLower(entity.Status), strings.TrimSpace(entity.Value+" "+entity.Account))
	}
	if rest := len(sorted) - entityLimit; rest > 0 {
		g.add(theme.Muted, fmt.Sprintf("and %d more", rest))
	}
}

// entityOrder puts what is in trouble before what is not.
func entityOrder(status string) int {
	return slices.Index([]string{"RESOLVED", "UNIMPAIRED", "", "PENDING", "UNKNOWN", "IMPAIRED"}, status) * -1
}
