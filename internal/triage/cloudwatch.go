package triage

import (
	"cmp"
	"fmt"
	"maps"
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
	seen := seenAlarms(s, now)
	alarms := view(s, seen, now)
	var all []Blindness
	told := map[string]bool{} // regions
	for scope, b := range alarms.blind {
		all = append(all, *b)
		told[scope.Region] = true
	}
	for region, b := range alarms.regions {
		if !told[region] {
			all = append(all, *b)
			told[region] = true
		}
	}
	for region, burning := range burns(s, now) {
		if told[region] {
			continue
		}
		if b, ok := standstill(alarms.totals(), seen, region, burning, now); ok {
			all = append(all, b)
		}
	}
	slices.SortFunc(all, func(a, b Blindness) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.Scope.String(), b.Scope.String()))
	})
	return all
}

// seenAlarms are the scopes whose alarms are seen at the moment. Nothing is said of others.
func seenAlarms(s *room.Snapshot, now time.Time) (scopes []room.Scope) {
	for _, status := range s.Scopes.List {
		if status.Scope.Source == looked && status.Visibility(now) == room.Fresh {
			scopes = append(scopes, status.Scope)
		}
	}
	return scopes
}

// alarmView is what a list of alarms says by itself in one minute. Snapshots share it
// until an alarm changes, or other scopes are seen.
type alarmView struct {
	version uint64
	minute  int64
	seen    []room.Scope
	blind   map[room.Scope]*Blindness
	regions map[string]*Blindness        // of several accounts together
	totals  func() map[room.Scope]*total // made when they are needed
}

var viewed atomic.Pointer[alarmView]

func view(s *room.Snapshot, seen []room.Scope, now time.Time) *alarmView {
	list, minute := s.Of(room.KindAlarm), now.Unix()/60
	v := viewed.Load()
	if v != nil && v.version == list.Version && v.minute == minute && slices.Equal(v.seen, seen) {
		return v
	}
	v = &alarmView{version: list.Version, minute: minute, seen: seen, blind: map[room.Scope]*Blindness{}, regions: map[string]*Blindness{}}
	v.totals = sync.OnceValue(func() map[room.Scope]*total { return totals(list.Signals) })
	found := suspects(list.Signals, now)
	maps.DeleteFunc(found, func(scope room.Scope, _ *suspect) bool { return !slices.Contains(seen, scope) })
	for scope, bad := range found {
		if len(bad.failing) == 0 && len(bad.flipped) < flipLeast {
			continue
		}
		b := &Blindness{Scope: scope}
		all := v.totals()[scope]
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
	flipped, accounts := map[string]*suspect{}, map[string]int{}
	for scope, bad := range found {
		if len(bad.flipped) == 0 {
			continue
		}
		of := flipped[scope.Region]
		if of == nil {
			of = new(suspect)
			flipped[scope.Region] = of
		}
		of.flipped = append(of.flipped, bad.flipped...)
		accounts[scope.Region]++
	}
	for region, of := range flipped {
		if accounts[region] < 2 || len(of.flipped) < flipLeast {
			continue
		}
		sum := new(total)
		for _, scope := range v.seen {
			if all := v.totals()[scope]; all != nil && scope.Region == region {
				sum.add(all)
			}
		}
		b := Blindness{Scope: room.Scope{Source: looked, Region: region}}
		if of.flip(&b, sum); b.Why != "" {
			v.regions[region] = &b
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
