package ui

import (
	"fmt"
	"slices"

	"warroom/internal/room"
	"warroom/theme"
)

// among puts groups among the probes that they are made of: by how bad they are, and before
// probes that are as bad. Both lists are sorted so.
func among(groups, probes []*room.Signal) []*room.Signal {
	if len(groups) == 0 {
		return probes
	}
	all := make([]*room.Signal, 0, len(groups)+len(probes))
	for _, probe := range probes {
		for len(groups) > 0 && groups[0].State.Urgency() >= probe.State.Urgency() {
			all, groups = append(all, groups[0]), groups[1:]
		}
		all = append(all, probe)
	}
	return append(all, groups...)
}

// groupCounts is what the title of the probes says of groups: 1 of 4 groups DOWN.
func groupCounts(list room.List) string {
	down, all := list.Counts["DOWN"], len(list.Signals)
	switch {
	case all == 0:
		return ""
	case down == 0:
		return countOf(all, room.KindGroup)
	}
	return fmt.Sprintf("%s DOWN", countedOf(down, all)+" "+nouns[room.KindGroup][1])
}

// upIn is how many of a group's probes are up of those that can be judged.
func upIn(detail *room.GroupDetail) string {
	judged := len(detail.Probes) - detail.Unjudged
	if judged == 0 {
		return "none judged"
	}
	return countedOf(judged-detail.Down, judged) + " up"
}

// groupDetail is a group, and each of its probes:
//
//	rule        DOWN when 3 of its 6 probes are
//	now         2 DOWN, 1 cannot be judged
//	probes
//	✖ DOWN   checkout-eu   503 in 1.2s     92.1%
//	● UP     checkout-us   200 in 84ms    100.0%
func groupDetail(g *page, it item) {
	g.header(it.signal)
	g.belongs(it.signal)
	detail, ok := it.signal.Detail.(*room.GroupDetail)
	if !ok {
		return
	}
	g.field("rule", fmt.Sprintf("DOWN when %d of its %s are", detail.Limit, plural(len(detail.Probes), "probe")))
	now := fmt.Sprintf("%d DOWN", detail.Down)
	if detail.Unjudged > 0 {
		now += fmt.Sprintf(", %d cannot be judged", detail.Unjudged)
	}
	g.field("now", now)
	g.heading("probes")
	var members []*room.Signal
	for _, s := range g.shown.Of(room.KindProbe).Signals { // worst first
		if slices.Contains(detail.Probes, s.Key) {
			members = append(members, s)
		}
	}
	g.probes(members, func(s *room.Signal) string { return s.Title })
	if missing := len(detail.Probes) - len(members); missing > 0 {
		g.add(theme.Muted, fmt.Sprintf("and %s that nothing is known of yet", plural(missing, "probe")))
	}
	g.history(it.signal.Key)
}
