package triage

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"warroom/internal/room"
)

// Blindness is an account and region in which CloudWatch cannot be believed: its alarms
// are not green because all is well.
type Blindness struct {
	Scope  room.Scope
	Since  time.Time // zero if it is not known
	Why    string    // "62 of 96 alarms lost their data within 15m"
	weight int
}

// Where is the region, with the account where one is known.
func (b *Blindness) Where() string {
	where := cmp.Or(b.Scope.Region, "no region")
	if b.Scope.Account != "" {
		where += " (" + b.Scope.Account + ")"
	}
	return where
}

// judged is the last judgement. A Snapshot is judged several times for one screen, and by
// everybody who looks at it.
type judged struct {
	snapshot *room.Snapshot
	second   int64
	blind    []Blindness
}

var last atomic.Pointer[judged]

// CloudWatch says where CloudWatch is blind at room time now, worst first. Nothing is said
// of scopes that cannot be seen themselves, and nothing of probes while our own connection
// is down. The list is shared and must not be changed.
func CloudWatch(s *room.Snapshot, now time.Time) []Blindness {
	known := last.Load()
	if known == nil || known.snapshot != s || known.second != now.Unix() {
		known = &judged{s, now.Unix(), judge(s, now)}
		last.Store(known)
	}
	return known.blind
}

// judge gathers what speaks against each account and region, and then against each region:
// several accounts with a few alarms each lose their data together.
func judge(s *room.Snapshot, now time.Time) []Blindness {
	alarms := view(s, now)
	var all []Blindness
	told := map[string]bool{} // regions
	fresh := func(scope room.Scope) bool {
		status := s.Scope(scope)
		return status != nil && status.Visibility(now) == room.Fresh
	}
	for scope, b := range alarms.blind {
		if fresh(scope) {
			all = append(all, *b)
			told[scope.Region] = true
		}
	}
	for region, of := range alarms.regions {
		if !told[region] && !slices.ContainsFunc(of.scopes, func(scope room.Scope) bool { return !fresh(scope) }) {
			all = append(all, of.Blindness)
			told[region] = true
		}
	}
	for region, burning := range burns(s, now) {
		if told[region] {
			continue
		}
		if b, ok := standstill(s, alarms.totals(), region, burning, now); ok {
			all = append(all, b)
		}
	}
	slices.SortFunc(all, func(a, b Blindness) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.Scope.String(), b.Scope.String()))
	})
	return all
}

// alarmView is what a list of alarms says by itself in one minute. Snapshots share it
// until an alarm changes.
type alarmView struct {
	version uint64
	minute  int64
	blind   map[room.Scope]*Blindness
	regions map[string]*regional    // in which that is told of several accounts together
	totals  func() map[place]*total // made when they are needed
}

// regional is a region in which alarms of several accounts have lost their data together.
type regional struct {
	Blindness
	scopes []room.Scope // with such alarms
}

var viewed atomic.Pointer[alarmView]

func view(s *room.Snapshot, now time.Time) *alarmView {
	list, minute := s.Of(room.KindAlarm), now.Unix()/60
	v := viewed.Load()
	if v != nil && v.version == list.Version && v.minute == minute {
		return v
	}
	v = &alarmView{version: list.Version, minute: minute, blind: map[room.Scope]*Blindness{}, regions: map[string]*regional{}}
	v.totals = sync.OnceValue(func() map[place]*total { return totals(list.Signals) })
	found := suspects(list.Signals, now)
	for scope, bad := range found {
		if len(bad.failing) == 0 && len(bad.flipped) < flipLeast {
			continue
		}
		b := &Blindness{Scope: scope}
		all := v.totals()[place{scope, scope}]
		bad.failure(b, all)
		bad.flip(b, all)
		if b.Why != "" {
			v.blind[scope] = b
		}
	}
	v.together(found)
	viewed.Store(v)
	return v
}

// together judges the alarms of a region that several accounts have lost.
func (v *alarmView) together(found map[room.Scope]*suspect) {
	flipped, scopes := map[string]*suspect{}, map[string][]room.Scope{}
	for scope, bad := range found {
		if len(bad.flipped) == 0 {
			continue
		}
		of := flipped[scope.Region]
		if of == nil {
			of = new(suspect)
			flipped[scope.Region] = of
		}
		of.flipped, scopes[scope.Region] = append(of.flipped, bad.flipped...), append(scopes[scope.Region], scope)
	}
	for region, of := range flipped {
		if len(scopes[region]) < 2 || len(of.flipped) < flipLeast {
			continue
		}
		sum := new(total)
		for at, all := range v.totals() {
			if at.scope.Region == region && at.scope.Source == looked {
				sum.add(all)
			}
		}
		b := Blindness{Scope: room.Scope{Source: looked, Region: region}}
		if of.flip(&b, sum); b.Why != "" {
			v.regions[region] = &regional{b, scopes[region]}
		}
	}
}

// say adds a reason.
func (b *Blindness) say(since time.Time, alarms int, why string) {
	if b.Since.IsZero() || !since.IsZero() && since.Before(b.Since) {
		b.Since = since
	}
	if b.Why != "" {
		b.Why += ", and "
	}
	b.Why += why
	b.weight += alarms
}

// counted is a number and its noun.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// Sentence is the whole of it in words, without a time.
func (b *Blindness) Sentence() string {
	return "CloudWatch is blind in " + b.Where() + ": " + b.Why
}
