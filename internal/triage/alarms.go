package triage

import (
	"fmt"
	"slices"
	"time"

	"warroom/internal/room"
)

// looked is the source of the alarms that CloudWatch is asked about.
const looked = "cloudwatch"

const (
	// flipWindow is the time in which alarms lose their data together: those that look at
	// one minute and those that look at five times three do not notice at once.
	flipWindow = 15 * time.Minute
	// flipLeast is how many alarms that are at least: fewer are one service that is switched
	// off, or a deploy.
	flipLeast = 10
	// flipShare is how many of a hundred alarms that had data they are at least. A fleet has
	// alarms on things that come and go; a quarter at once is none of them.
	flipShare = 25
	// flipKinds is of how many namespaces they are at least, if there are so many: one
	// alone is that service's trouble and not CloudWatch's.
	flipKinds = 3
	// flipMemory is how long a flip is told: what has been so for a day is how it is.
	flipMemory = 24 * time.Hour
	// justMade is how soon after an alarm was made, or made anew, it may be without data.
	justMade = 10 * time.Minute
)

// suspect is the alarms of one scope that speak against it.
type suspect struct {
	failing []*room.Signal // those that CloudWatch fails to evaluate
	flipped []*room.Signal // those that had data until lately
}

// suspects are the scopes with alarms that fail, or have lost their data. Lists are sorted
// worst first, so that what is good is not walked over.
func suspects(alarms []*room.Signal, now time.Time) map[room.Scope]*suspect {
	scopes := map[room.Scope]*suspect{}
	for _, alarm := range alarms {
		if alarm.State == room.OK {
			break
		}
		detail, ok := alarm.Detail.(*room.AlarmDetail)
		if !ok || alarm.Scope.Source != looked {
			continue // of those that only messages tell of, CloudWatch is not asked
		}
		fails := detail.Evaluation == room.EvaluationFailure
		if !fails && !flipped(alarm, detail, now) {
			continue
		}
		of := scopes[alarm.Scope]
		if of == nil {
			of = new(suspect)
			scopes[alarm.Scope] = of
		}
		if fails {
			of.failing = append(of.failing, alarm)
		} else {
			of.flipped = append(of.flipped, alarm)
		}
	}
	return scopes
}

// total is what all alarms of a place come to.
type total struct {
	alarms  int
	able    int       // those that say something, and could change
	judging int       // those that have data; a composite is never without, and does not count
	kinds   []string  // their namespaces
	moved   time.Time // when one of all last changed its state
	rang    time.Time // when one of those that ring now last began to
}

func totals(alarms []*room.Signal) map[room.Scope]*total {
	places := map[room.Scope]*total{}
	var of *total
	var last room.Scope
	for _, alarm := range alarms {
		detail, ok := alarm.Detail.(*room.AlarmDetail)
		if !ok {
			continue
		}
		if at := placeOf(alarm); of == nil || at != last {
			last = at
			if of = places[at]; of == nil {
				of = new(total)
				places[at] = of
			}
		}
		of.alarms++
		of.moved = later(of.moved, alarm.Since)
		if alarm.State == room.Critical {
			of.rang = later(of.rang, alarm.Since)
		}
		if alarm.State == room.Unknown {
			continue
		}
		of.able++
		if detail.Type != "composite" {
			of.judging++
			of.kinds = include(of.kinds, detail.Namespace)
		}
	}
	return places
}

// add takes in the alarms of another place.
func (t *total) add(other *total) {
	t.alarms, t.able, t.judging = t.alarms+other.alarms, t.able+other.able, t.judging+other.judging
	t.move(other)
	for _, kind := range other.kinds {
		t.kinds = include(t.kinds, kind)
	}
}

// move takes in when the alarms of another place moved, and nothing else of them.
func (t *total) move(other *total) {
	t.moved, t.rang = later(t.moved, other.moved), later(t.rang, other.rang)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// include adds a namespace to a few, as far as their number matters.
func include(kinds []string, kind string) []string {
	if len(kinds) >= flipKinds || slices.Contains(kinds, kind) {
		return kinds
	}
	return append(kinds, kind)
}

// flipped says whether an alarm had data until lately, and was not only made or changed.
func flipped(alarm *room.Signal, detail *room.AlarmDetail, now time.Time) bool {
	if alarm.State != room.Unknown || alarm.Since.IsZero() || now.Sub(alarm.Since) > flipMemory || alarm.Since.After(now) {
		return false
	}
	return detail.Configured.IsZero() || alarm.Since.Sub(detail.Configured).Abs() > justMade
}

// failure tells of alarms that CloudWatch says itself it cannot evaluate.
func (a *suspect) failure(b *Blindness, all *total) {
	if len(a.failing) == 0 {
		return
	}
	var since time.Time
	for _, alarm := range a.failing {
		if alarm.State == room.Unknown && (since.IsZero() || alarm.Since.Before(since)) {
			since = alarm.Since
		}
	}
	b.say(since, len(a.failing), fmt.Sprintf("it fails to evaluate %d of %s", len(a.failing), counted(all.alarms, "alarm")))
}

// flip tells of alarms that have lost their data together.
func (a *suspect) flip(b *Blindness, all *total) {
	together := closest(a.flipped)
	judging := all.judging + len(a.flipped) // those that have data, or had until lately
	if len(together) < flipLeast || len(together)*100 < flipShare*judging {
		return
	}
	kinds, others := []string(nil), all.kinds
	for _, alarm := range together {
		kind := alarm.Detail.(*room.AlarmDetail).Namespace
		kinds, others = include(kinds, kind), include(others, kind)
	}
	if len(kinds) < len(others) {
		return
	}
	first, last := together[0].Since, together[len(together)-1].Since
	took := max(time.Minute, last.Sub(first).Round(time.Minute))
	b.say(first, len(together), fmt.Sprintf("%d of %s lost their data within %s", len(together), counted(judging, "alarm"), counted(int(took/time.Minute), "minute")))
}

// closest is the most of some alarms that have changed within the window, the first of them
// first. It sorts them.
func closest(alarms []*room.Signal) []*room.Signal {
	slices.SortFunc(alarms, func(x, y *room.Signal) int { return x.Since.Compare(y.Since) })
	var most []*room.Signal
	begin := 0
	for end := range alarms {
		for alarms[end].Since.Sub(alarms[begin].Since) > flipWindow {
			begin++
		}
		if end-begin >= len(most) {
			most = alarms[begin : end+1]
		}
	}
	return most
}
