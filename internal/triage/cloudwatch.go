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

// judge gathers what speaks against each scope.
func judge(s *room.Snapshot, now time.Time) []Blindness {
	alarms := view(s, now)
	var all []Blindness
	burning := burns(s, now)
	for _, status := range s.Scopes.List {
		b := Blindness{Scope: status.Scope}
		if told := alarms.blind[status.Scope]; told != nil {
			b = *told
		} else if burning := burning[status.Scope.Region]; burning != nil {
			alarms.totals()[status.Scope].still(&b, burning, now)
		}
		if b.Why != "" && status.Visibility(now) == room.Fresh {
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
	totals  func() map[room.Scope]*total // made when they are needed
}

var viewed atomic.Pointer[alarmView]

func view(s *room.Snapshot, now time.Time) *alarmView {
	list, minute := s.Of(room.KindAlarm), now.Unix()/60
	v := viewed.Load()
	if v != nil && v.version == list.Version && v.minute == minute {
		return v
	}
	v = &alarmView{version: list.Version, minute: minute, blind: map[room.Scope]*Blindness{}}
	v.totals = sync.OnceValue(func() map[room.Scope]*total { return totals(list.Signals) })
	for scope, bad := range suspects(list.Signals, now) {
		b := &Blindness{Scope: scope}
		bad.failure(b, v.totals()[scope])
		bad.flip(b, v.totals()[scope])
		if b.Why != "" {
			v.blind[scope] = b
		}
	}
	viewed.Store(v)
	return v
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
