// Package groups judges probes together: UP, 4/6 while some are DOWN, and DOWN once as many
// are as the group's limit says. It looks at what the room knows of them and asks no
// endpoint anything.
package groups

import (
	"context"
	"slices"
	"time"

	"warroom/internal/room"
	"warroom/sources"
)

// WatchName is the name of the one watch that looks at all groups, and the source of its
// scope.
const WatchName = "group"

// probeSource is the source of the scopes in which the probes of groups are.
const probeSource = "probe"

// patience is how long, in room time, a first look is waited for: one that hangs is given up
// within half a minute, and what is not over by then says nothing more by being waited for.
const patience = time.Minute

// Group is probes that are judged together.
type Group struct {
	Name            string   // unique among all groups
	Service, Region string   // of all its probes, or ""
	Probes          []string // the keys of their signals, each once; at least one
	Limit           int      // the group is DOWN when so many of them are; from 1 to len(Probes)
	Paused          []string // of Probes, those at which nobody wants to look now
}

// New makes the watch of all groups of a room. It looks at them five times in an interval
// of room time, or once a second where that is less: they are to be told soon after the
// probe that turned them. The looks may not overlap.
func New(groups []Group, r room.Reader, interval time.Duration) sources.Watch {
	w := &watcher{groups: groups, room: r}
	return sources.Watch{
		Scope: room.Scope{Source: WatchName}, Name: WatchName, Interval: interval, Timeout: time.Second, Whole: true,
		Look: w.look,
		Soon: func() bool { return true },
	}
}

// watcher judges groups by what a room shows.
type watcher struct {
	groups []Group
	room   room.Reader

	version uint64 // of the list that probes came from
	probes  map[string]*room.Signal
	began   time.Time // when it looked first; zero before
	settled bool      // each probe was seen since then, or is young enough
	waits   time.Time // since when a first look is waited for; zero while none is
}

// look implements sources.Look.
func (w *watcher) look(_ context.Context, report sources.Report) error {
	s, now := w.room.Snapshot(), w.room.Now()
	before := byKey(s.Of(room.KindGroup))
	if list := s.Of(room.KindProbe); w.probes == nil || w.version != list.Version {
		w.version, w.probes = list.Version, byKey(list)
	}
	if w.began.IsZero() {
		w.began = now
	}
	switch {
	case !waits(s) && !w.left(s, now):
		w.waits = time.Time{}
	case w.waits.IsZero():
		w.waits = now
	}
	if waited := now.Sub(w.waits); !w.waits.IsZero() && waited >= 0 && waited < patience {
		report(w.unchanged(before))
		return nil
	}
	signals := make([]room.Signal, 0, len(w.groups))
	for i := range w.groups {
		signal := w.groups[i].judge(s, w.probes, now)
		if was := before[signal.Key]; was != nil {
			signal.Since = sinceAfter(was, signal.Since, now)
		}
		signals = append(signals, signal)
	}
	report(signals)
	return nil
}

// waits says whether some probe has not been looked at since this program, or a new
// config, began: a group of which half is unknown for two seconds is no news.
func waits(s *room.Snapshot) bool {
	for _, status := range s.Scopes.List {
		if status.Scope.Source == probeSource && status.Waiting > 0 {
			return true
		}
	}
	return false
}

// left says whether some probe is as an earlier run of this program left it, and too old to
// be believed: it is about to be looked at.
func (w *watcher) left(s *room.Snapshot, now time.Time) bool {
	if w.settled { // it is asked at every look, of every probe of every group
		return false
	}
	for i := range w.groups {
		for _, key := range w.groups[i].Probes {
			probe := w.probes[key]
			if probe == nil || slices.Contains(w.groups[i].Paused, key) {
				continue
			}
			if seen, _ := s.Seen(probe); seen.Before(w.began) && s.Visibility(probe, now) != room.Fresh {
				return true
			}
		}
	}
	w.settled = true
	return false
}

// unchanged is the groups as the room has them already, without what people made of them.
func (w *watcher) unchanged(before map[string]*room.Signal) []room.Signal {
	var signals []room.Signal
	for i := range w.groups {
		if was := before[w.groups[i].key()]; was != nil {
			kept := *was
			kept.Standing, kept.Ack, kept.Claim, kept.Series, kept.Looks = room.Normal, nil, nil, nil, nil
			signals = append(signals, kept)
		}
	}
	return signals
}

// sinceAfter is since when a group is what it is, if it was something else before: not from
// before that on, and of one that could not be judged, from now on.
func sinceAfter(was *room.Signal, since, now time.Time) time.Time {
	switch {
	case was.State == room.Unknown:
		return now
	case since.Before(was.Since):
		return was.Since
	}
	return since
}

func byKey(list room.List) map[string]*room.Signal {
	found := make(map[string]*room.Signal, len(list.Signals))
	for _, signal := range list.Signals {
		found[signal.Key] = signal
	}
	return found
}

// key names a group's signal in the room.
func (g *Group) key() string { return WatchName + "/" + g.Name }
