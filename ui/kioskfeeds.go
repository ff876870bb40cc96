package ui

import (
	"strings"
	"time"

	"warroom/internal/room"
)

// lostOnWall is how many intervals old data may be before the wall shows no number of it
// and says so in a hatched band: nobody stands in front of a wall who would see that a
// number does not move.
const lostOnWall = 3

// feed is one source as the wall speaks of it: what all its scopes have seen lately.
type feed struct {
	name   string
	kind   room.Kind
	scopes []*room.ScopeStatus
	oldest time.Duration       // of what was ever seen
	stale  []*room.ScopeStatus // not to be believed any more, or never seen
	lost   []*room.ScopeStatus // of those, what is so old that the wall shows no number of it
	starts bool                // the first look is still under way somewhere
}

// feedsOf is the sources of a room that are looked at, in the order of the pages: what
// we measure ourselves leads.
func feedsOf(s *room.Snapshot, now time.Time) []feed {
	all := []feed{
		{name: "probes", kind: room.KindProbe},
		{name: "alarms", kind: room.KindAlarm},
		{name: "AWS Health", kind: room.KindHealth},
	}
	source := map[string]int{"probe": 0, "group": 0, "cloudwatch": 1, "health": 2, "feed": 2}
	for _, status := range s.Scopes.List {
		i, known := source[status.Scope.Source]
		if !known {
			i = len(all)
			source[status.Scope.Source] = i
			all = append(all, feed{name: status.Scope.Source})
		}
		all[i].take(status, now)
	}
	watched := all[:0]
	for _, f := range all {
		if len(f.scopes) > 0 {
			watched = append(watched, f)
		}
	}
	return watched
}

func (f *feed) take(status *room.ScopeStatus, now time.Time) {
	f.scopes = append(f.scopes, status)
	f.starts = f.starts || status.Waiting > 0 || status.Loading && status.Seen.IsZero()
	if !status.Seen.IsZero() && status.Interval > 0 {
		f.oldest = max(f.oldest, now.Sub(status.Seen))
	}
	if status.Visibility(now) == room.Fresh {
		return
	}
	f.stale = append(f.stale, status)
	if status.Seen.IsZero() && status.Trouble == nil {
		return // nobody has failed yet
	}
	if status.Seen.IsZero() || now.Sub(status.Seen) > lostOnWall*status.Interval {
		f.lost = append(f.lost, status)
	}
}

// dark says that nothing of a source can be believed.
func (f *feed) dark() bool { return len(f.stale) == len(f.scopes) }

// gone says that all of a source is that old.
func (f *feed) gone() bool { return len(f.lost) == len(f.scopes) }

// feedOf is the source of a kind, or nil if it is not watched.
func (w *wall) feedOf(kind room.Kind) *feed {
	for i := range w.feeds {
		if w.feeds[i].kind == kind {
			return &w.feeds[i]
		}
	}
	return nil
}

// blackout says that nothing at all is fresh, and when anything was seen for the last
// time: zero if that never was.
func (w *wall) blackout() (last time.Time, dark bool) {
	for i := range w.feeds {
		if !w.feeds[i].dark() {
			return time.Time{}, false
		}
		for _, status := range w.feeds[i].scopes {
			if status.Seen.After(last) {
				last = status.Seen
			}
		}
	}
	return last, len(w.feeds) > 0
}

// missing says what of a feed cannot be seen: all of it, or where.
func (f *feed) missing(of []*room.ScopeStatus) string {
	if len(of) == len(f.scopes) && len(of) > 1 {
		return f.name
	}
	text := f.name + " in "
	for i, status := range of {
		place := strings.TrimSpace(status.Scope.Account + " " + status.Scope.Region)
		if status.Scope.Source == "feed" {
			place = "the public feed"
		}
		switch {
		case place == "":
			return f.name
		case i == placesNamed:
			return text + " and " + plural(len(of)-i, "more place")
		case i > 0:
			text += ", "
		}
		text += place
	}
	return text
}

// placesNamed is how many places a sentence names before it counts the rest.
const placesNamed = 3

// ageOf is how long ago the longest unseen of some scopes was seen; ok is false if one
// never was.
func ageOf(scopes []*room.ScopeStatus, now time.Time) (d time.Duration, ok bool) {
	for _, status := range scopes {
		if status.Seen.IsZero() {
			return 0, false
		}
		d = max(d, now.Sub(status.Seen))
	}
	return d, true
}
