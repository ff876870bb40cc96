package room

import (
	"cmp"
	"slices"
	"time"
)

const (
	// updateLimit is how many texts of one Health event are kept, and entityLimit how many
	// of its resources: more than anybody reads.
	updateLimit = 100
	entityLimit = 1000
)

// said is when a signal was as it is, by the world's own clock.
func said(s *Signal) time.Time {
	if detail, ok := s.Detail.(*HealthDetail); ok && !detail.Updated.IsZero() {
		return detail.Updated
	}
	return s.Since
}

// Late says whether a signal is what a message said that had been held up on its way for
// so long that nobody is called for it.
func (s *Signal) Late() bool { return s.Heard.Sub(said(s)) > heardLate }

// heardLately says whether a message told of a signal so lately that a look need not show
// it yet.
func (s *Signal) heardLately(at time.Time) bool {
	return !s.Heard.IsZero() && at.Sub(s.Heard) < heardHolds
}

// outdates says whether a look at a signal shows what a message, not long ago, knew better.
func (s *Signal) outdates(seen *Signal, at time.Time) bool {
	return s.heardLately(at) && said(seen).Before(said(s))
}

// goOn takes over what a look at a signal does not say of what is known already.
func (s *Signal) goOn(seen *Signal) {
	if s.State == seen.State && said(s).Equal(said(seen)) {
		seen.Heard = s.Heard
	}
	was, ok := s.Detail.(*HealthDetail)
	now, ok2 := seen.Detail.(*HealthDetail)
	if !ok || !ok2 {
		return
	}
	whole := *now
	whole.Updates = allUpdates(was.Updates, now.Updates)
	if len(now.Entities) == 0 {
		whole.Entities = was.Entities
	}
	seen.Detail = &whole
}

// joined is what is known of a signal together with what another word says. newer says
// that the other word counts where the two differ.
func joined(known, other *Signal, newer bool) Detail {
	switch a := known.Detail.(type) {
	case *HealthDetail:
		if b, ok := other.Detail.(*HealthDetail); ok {
			return joinedHealth(a, b, newer)
		}
	case *AlarmDetail:
		if b, ok := other.Detail.(*AlarmDetail); ok {
			return joinedAlarm(a, b, newer)
		}
	}
	return other.Detail
}

func joinedHealth(a, b *HealthDetail, newer bool) *HealthDetail {
	if !newer {
		a, b = b, a
	}
	whole := *b
	whole.Updates = allUpdates(a.Updates, b.Updates)
	whole.Entities = slices.Clone(b.Entities)
	for _, entity := range a.Entities {
		if !slices.ContainsFunc(b.Entities, func(e Entity) bool { return e.Value == entity.Value }) {
			whole.Entities = append(whole.Entities, entity)
		}
	}
	slices.SortFunc(whole.Entities, func(a, b Entity) int { return cmp.Or(cmp.Compare(a.Value, b.Value), cmp.Compare(a.Status, b.Status)) })
	whole.Entities = whole.Entities[:min(len(whole.Entities), entityLimit)]
	return &whole
}

// joinedAlarm keeps the rule that a look has shown, of which messages tell only a part.
func joinedAlarm(a, b *AlarmDetail, newer bool) *AlarmDetail {
	whole := *a
	if newer {
		whole.Suppressed, whole.Evaluation = b.Suppressed, ""
	}
	whole.ARN, whole.Type, whole.Description = cmp.Or(a.ARN, b.ARN), cmp.Or(a.Type, b.Type), cmp.Or(a.Description, b.Description)
	whole.Rule = cmp.Or(a.Rule, b.Rule)
	if a.Metric == "" {
		whole.Namespace, whole.Metric, whole.Statistic, whole.Period, whole.Dimensions = b.Namespace, b.Metric, b.Statistic, b.Period, b.Dimensions
	}
	whole.Comparison, whole.Threshold, whole.Missing = cmp.Or(a.Comparison, b.Comparison), cmp.Or(a.Threshold, b.Threshold), cmp.Or(a.Missing, b.Missing)
	whole.Evaluate, whole.Breach = cmp.Or(a.Evaluate, b.Evaluate), cmp.Or(a.Breach, b.Breach)
	return &whole
}

// allUpdates is the texts of two lists, newest first; of one moment those of the newer list
// come first. Neither list is changed.
func allUpdates(older, newer []Update) []Update {
	all := newer
	for _, update := range older {
		if !slices.ContainsFunc(newer, func(u Update) bool { return u.Text == update.Text }) {
			all = append(slices.Clip(all), update)
		}
	}
	if len(all) == len(newer) {
		return newer
	}
	slices.SortStableFunc(all, func(a, b Update) int { return b.At.Compare(a.At) })
	return all[:min(len(all), updateLimit)]
}
