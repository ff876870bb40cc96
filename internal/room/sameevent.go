package room

import (
	"iter"
	"slices"
	"strings"
	"time"
	"unicode"
)

// A public feed may tell of an event without its ARN: RSS always does. Such an event is
// known again by its service, its region and the moments at which AWS wrote about it:
//
//	RSS                  ecs-us-west-1_1589086346
//	Health API           ECS, us-west-1, last updated 1589086345.905
//	its running account  [09:52 PM PDT] Between 6:53 PM and …
//
// What may be either of two events is a row of its own.

// SameEvent says whether two words about Health events of one region are about the same
// event. Without both ARNs that must be certain: AWS wrote at a moment of both, and where
// the one with an ARN tells its story it leaves out nothing of the other. There must be no
// other event that MayBeSame.
func SameEvent(a, b *HealthDetail) bool {
	if !MayBeSame(a, b) {
		return false
	}
	if a.ARN == "" {
		a, b = b, a
	}
	for at := range b.moments {
		if a.ARN != "" && b.ARN == "" && a.tells(at) && !a.wroteAt(at) {
			return false
		}
	}
	return true
}

// MayBeSame says whether two words about Health events of one region can be about the same
// event: they have one ARN, or one of them has none and AWS wrote at a moment of both.
func MayBeSame(a, b *HealthDetail) bool {
	switch {
	case a.ARN != "" && b.ARN != "":
		return HealthKey(a.ARN) == HealthKey(b.ARN)
	case !a.public() || !b.public() || bareService(a.Service) != bareService(b.Service):
		return false
	}
	for at := range b.moments {
		if a.wroteAt(at) {
			return true
		}
	}
	return false
}

// public says whether an event may be in a public feed: those have issues of services only.
func (d *HealthDetail) public() bool {
	return d.Service != "" && d.Scope != "ACCOUNT_SPECIFIC" && (d.Category == "issue" || d.Category == "investigation")
}

// bareService is the code of a service without what the feeds and the API write otherwise:
// management-console and MANAGEMENTCONSOLE.
func bareService(code string) string {
	return strings.Map(func(c rune) rune {
		if !unicode.IsLetter(c) && !unicode.IsDigit(c) {
			return -1
		}
		return unicode.ToUpper(c)
	}, code)
}

// moments are those at which AWS is known to have written about an event. That it began is
// dated by the first text.
func (d *HealthDetail) moments(yield func(time.Time) bool) {
	if !yield(d.Start) || !yield(d.Updated) {
		return
	}
	for i := range d.Updates {
		if !yield(d.Updates[i].At) {
			return
		}
	}
}

// wroteAt says whether AWS wrote about an event at a moment.
func (d *HealthDetail) wroteAt(at time.Time) bool {
	for moment := range d.moments {
		if sameMoment(moment, at) {
			return true
		}
	}
	return false
}

// tells says whether a moment lies in the story of an event, between two texts that are known.
func (d *HealthDetail) tells(at time.Time) bool {
	n := len(d.Updates)
	return n > 0 && at.After(d.Updates[n-1].At) && at.Before(d.Updates[0].At)
}

// sameMoment says whether two times mean one moment: the feeds round to the second, and the
// paragraphs of a running account have the minute only.
func sameMoment(a, b time.Time) bool {
	if a.IsZero() || b.IsZero() {
		return false
	}
	minute := a.Truncate(time.Minute)
	stamped := minute.Equal(a) || b.Equal(b.Truncate(time.Minute))
	return a.Sub(b).Abs() <= time.Second || stamped && minute.Equal(b.Truncate(time.Minute))
}

// keyOf is the key of the row that has a Health event, or will have it. beside is what the
// same look, or the same messages, show: two events there are two. Once a row has a key it
// keeps it, and with it what people made of it, also when its ARN becomes known.
func (r *Room) keyOf(seen *Signal, now *HealthDetail, beside iter.Seq[*Signal]) string {
	if now.ARN == "" {
		return r.keyOfNameless(seen, now, beside)
	}
	key := HealthKey(now.ARN)
	if r.truth.signals[key].there() {
		return key
	}
	var nameless []*Signal
	for row := range r.healthRows() {
		switch was := healthDetail(row); {
		case row.Region != seen.Region || strings.HasPrefix(row.Key, healthPrefix) || !SameEvent(was, now):
		case was.ARN != "":
			return row.Key
		default:
			nameless = append(nameless, row)
		}
	}
	if len(nameless) == 1 && !r.mayBeAnother(nameless[0], now, beside) {
		return nameless[0].Key
	}
	return key
}

// keyOfNameless is keyOf for an event without an ARN.
func (r *Room) keyOfNameless(seen *Signal, now *HealthDetail, beside iter.Seq[*Signal]) string {
	var nameless []string
	var named []*Signal
	for row := range r.healthRows() {
		switch was := healthDetail(row); {
		case row.Region != seen.Region || !MayBeSame(was, now):
		case was.ARN == "":
			nameless = append(nameless, row.Key)
		default:
			named = append(named, row)
		}
	}
	switch known := r.truth.signals[seen.Key]; {
	case len(nameless) == 1:
		return nameless[0]
	case len(nameless) == 0 && len(named) == 1 && SameEvent(healthDetail(named[0]), now) && !shows(beside, healthDetail(named[0])):
		return named[0].Key
	case known.there() && healthDetail(known.signal).ARN != "":
		return seen.Key + "/apart" // the row with its own key turned out to be one of those that it may be
	}
	return seen.Key
}

// mayBeAnother says whether a row without an ARN may as well be another event than the given one.
func (r *Room) mayBeAnother(row *Signal, than *HealthDetail, beside iter.Seq[*Signal]) bool {
	nameless := healthDetail(row)
	another := func(s *Signal) bool {
		detail := healthDetail(s)
		given := detail != nil && detail.ARN != "" && SameEvent(detail, than)
		return detail != nil && !given && s.Region == row.Region && MayBeSame(detail, nameless)
	}
	for s := range beside {
		if another(s) {
			return true
		}
	}
	for known := range r.healthRows() {
		if known.Key != row.Key && another(known) {
			return true
		}
	}
	return false
}

// shows says whether a look shows an event by its ARN.
func shows(look iter.Seq[*Signal], event *HealthDetail) bool {
	for s := range look {
		if detail := healthDetail(s); detail != nil && detail.ARN != "" && SameEvent(detail, event) {
			return true
		}
	}
	return false
}

// healthRows are the rows of AWS's events as they are now, in any order.
func (r *Room) healthRows() iter.Seq[*Signal] {
	return func(yield func(*Signal) bool) {
		for row := range r.lists[slices.Index(Kinds, KindHealth)].all {
			if healthDetail(row) != nil && !yield(row) {
				return
			}
		}
	}
}

// ownKey is the key that a signal would have had if all that is known of it had been known
// when it began: a message that was held up may come when its row is gone.
func (s *Signal) ownKey() string {
	if detail := healthDetail(s); detail != nil && detail.ARN != "" {
		return HealthKey(detail.ARN)
	}
	return s.Key
}

// identify has a version without an ARN say which event it is, as another version does. Of
// two without one the first knows better when the event began: items fall out of a feed.
func (s *Signal) identify(detail, other *HealthDetail) {
	if detail.ARN != "" || other.ARN == "" && !other.Start.Before(detail.Start) {
		return
	}
	if s.Since.Equal(detail.Start) {
		s.Since = other.Start
	}
	detail.Start = other.Start
	if other.ARN != "" {
		detail.ARN, detail.Service, detail.TypeCode, detail.Category, detail.Scope = other.ARN, other.Service, other.TypeCode, other.Category, other.Scope
	}
}

// judgedElsewhere says whether another signal is the same word of AWS about a Health event,
// as another source judges it.
func (s *Signal) judgedElsewhere(other *Signal) bool {
	was, now := healthDetail(s), healthDetail(other)
	if was == nil || now == nil || s.Scope == other.Scope && was.Feed == now.Feed {
		return false
	}
	return !toSecond(now.Updated).After(toSecond(was.Updated))
}

func toSecond(t time.Time) time.Time { return t.Round(time.Second) }
