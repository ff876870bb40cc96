package ui

import (
	"fmt"
	"slices"

	"warroom/internal/room"
	"warroom/theme"
)

// publicFeed is the feed in which AWS said in public what a signal is about; "" if we
// have it by any other way.
func publicFeed(s *room.Signal) string {
	detail, ok := s.Detail.(*room.HealthDetail)
	if !ok {
		return ""
	}
	for i := range detail.Sightings {
		if detail.Sightings[i].Scope.Source != "feed" {
			return ""
		}
	}
	return detail.Feed
}

// onlyPushed is an event that goes on as far as messages tell, and that nothing else tells
// of: should the message that ends it be lost, nobody would know. Else it is nil.
func onlyPushed(s *room.Signal) *room.HealthDetail {
	detail, ok := s.Detail.(*room.HealthDetail)
	if !ok || s.Word == room.Closed || len(detail.Sightings) == 0 {
		return nil
	}
	for i := range detail.Sightings {
		if detail.Sightings[i].Scope.Source != room.PushSource {
			return nil
		}
	}
	return detail
}

// fedOtherwise says whether some signals are from public feeds or messages alone.
func fedOtherwise(signals []*room.Signal) bool {
	return slices.ContainsFunc(signals, func(s *room.Signal) bool { return publicFeed(s) != "" || onlyPushed(s) != nil })
}

// origin is the column that tells what AWS says in public from what its API tells us, and
// how old the word is where only messages tell of an event.
func (p *pen) origin(s *room.Signal) cell {
	c := cell{token: theme.Muted, width: len("public feed"), rank: 3, small: len("feed")}
	if publicFeed(s) != "" {
		c.text, c.brief = "public feed", "feed"
	}
	if told := onlyPushed(s); told != nil {
		c.text, c.brief = "told "+since(p.now, told.Updated), "push"
	}
	return c
}

// affectedLimit is how many services a detail lists by name; the rest is counted.
const affectedLimit = 200

// affected lists the services that an event is about, the worst first.
func (g *page) affected(all []room.AffectedService) {
	if len(all) == 0 {
		return
	}
	g.heading(plural(len(all), "service") + " affected, AWS says")
	for _, service := range all[:min(len(all), affectedLimit)] {
		token, now := theme.Text, service.Now
		if now == "disrupted" {
			token = theme.Critical
		}
		if now == "" {
			now = "unknown"
		}
		text := service.Name
		if service.Worst != "" && service.Worst != service.Now {
			text += ", was " + service.Worst
		}
		g.fieldIn(token, now, text+" ("+service.ID+")")
	}
	if rest := len(all) - affectedLimit; rest > 0 {
		g.add(theme.Muted, fmt.Sprintf("and %d more", rest))
	}
}

// feedAlone says whether nothing but AWS's public feed tells of AWS.
func feedAlone(scopes []*room.ScopeStatus) bool {
	return len(scopes) == 1 && scopes[0].Scope.Source == "feed"
}

// unproven ends the sentence that there is nothing, while something stands above it that
// could not be read.
func unproven(status *room.ScopeStatus) string {
	if status.Trouble == nil {
		return ""
	}
	return "; see above what could not be read"
}
