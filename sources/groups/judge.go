package groups

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"warroom/internal/room"
)

// The words of a group's states. While some of its probes are DOWN, and too few for the
// group to be, it is 4/6: so many of those that can be judged are not DOWN. While none is
// right, and none DOWN, it has the word of one of them.
const (
	wordUp      = "UP"
	wordDown    = "DOWN"
	wordUnknown = "?" // too few of its probes say anything
)

// What a probe that says nothing now is called, beside PAUSED and MAINT.
const (
	wordError   = "ERROR"
	wordStale   = "STALE"
	wordWaiting = "WAITING" // its first look has never been over
)

// namesMost is how many probes a reason names.
const namesMost = 3

// judge is the group as the room should have it: its state, and why.
//
//	limit 3 of 6    UP UP UP UP UP UP            UP
//	                DOWN UP UP UP UP UP          5/6
//	                DOWN DOWN DOWN UP UP UP      DOWN
//	                DOWN DOWN ERROR UP UP UP     ?     the one that cannot be seen may be the third
//	                DOWN PAUSED UP UP UP UP      4/5   nobody wants to know of that one
//	                PAUSED PAUSED MAINT MAINT UP UP  ? it could not become DOWN
func (g *Group) judge(s *room.Snapshot, probes map[string]*room.Signal, now time.Time) room.Signal {
	t := tally{waits: waits(s)}
	for _, key := range g.Probes {
		if slices.Contains(g.Paused, key) {
			t.leave(room.Paused)
			continue
		}
		t.take(s, probes[key], now)
	}
	signal := room.Signal{
		Key: g.key(), Kind: room.KindGroup, Scope: room.Scope{Source: WatchName}, Title: g.Name, Service: g.Service, Region: g.Region,
		Detail: &room.GroupDetail{Probes: g.Probes, Limit: g.Limit, Down: len(t.down), Unjudged: t.unseen + t.unwanted},
	}
	signal.State, signal.Word, signal.Reason = t.verdict(g.Limit)
	signal.Since = t.since(g.Limit, signal.State, now)
	return signal
}

// tally counts the probes of a group.
type tally struct {
	waits    bool // there are first looks that are not over
	down     []*room.Signal
	upright  []*room.Signal // judged, and not DOWN
	unseen   int            // may be DOWN for all we know
	unwanted int            // PAUSED or MAINT: nobody wants to be called for them
	unjudged []string       // the words of both
}

// take adds a probe; nil is one that the room does not know.
func (t *tally) take(s *room.Snapshot, probe *room.Signal, now time.Time) {
	switch {
	case probe == nil && t.waits:
		t.unseen++
		t.unjudged = append(t.unjudged, wordWaiting)
	case probe == nil || s.Visibility(probe, now) != room.Fresh:
		t.unseen++
		t.unjudged = append(t.unjudged, wordStale)
	case probe.Word == room.Maintenance:
		t.leave(room.Maintenance)
	case probe.State == room.Unknown:
		t.unseen++
		t.unjudged = append(t.unjudged, wordError)
	case probe.State == room.Critical:
		t.down = append(t.down, probe)
	default:
		t.upright = append(t.upright, probe)
	}
}

// leave counts a probe for which nobody wants to be called.
func (t *tally) leave(word string) {
	t.unwanted++
	t.unjudged = append(t.unjudged, word)
}

// verdict is what they come to.
func (t *tally) verdict(limit int) (state room.State, word, reason string) {
	down, judged := len(t.down), len(t.down)+len(t.upright)
	all := judged + len(t.unjudged)
	var said []string
	if down > 0 {
		said = append(said, fmt.Sprintf("%d of %d DOWN: %s", down, all, t.names()))
	}
	if text := t.leftOut(); text != "" {
		said = append(said, text)
	}
	reason = strings.Join(said, "; ")
	switch {
	case down >= limit:
		return room.Critical, wordDown, reason
	case down+t.unseen >= limit:
		return room.Unknown, wordUnknown, reason + "; it is DOWN with " + fmt.Sprint(limit) + " and may be"
	case judged < limit:
		return room.Unknown, wordUnknown, reason + "; it is DOWN with " + fmt.Sprint(limit) + ", and so many cannot be judged now"
	case down > 0:
		return room.Warning, fmt.Sprintf("%d/%d", judged-down, judged), reason
	}
	worst := slices.MinFunc(t.upright, func(a, b *room.Signal) int { return a.State.Urgency() - b.State.Urgency() })
	if worst.State != room.OK { // none is right
		return room.Warning, worst.Word, strings.TrimPrefix(reason+"; none is UP: "+worst.Title+" is "+worst.Word, "; ")
	}
	return room.OK, wordUp, reason
}

// names are those that are DOWN, the first few.
func (t *tally) names() string {
	var names []string
	for _, probe := range t.down[:min(len(t.down), namesMost)] {
		names = append(names, probe.Title)
	}
	text := strings.Join(names, ", ")
	if len(t.down) > namesMost {
		text += " …"
	}
	return text
}

// leftOut says how many cannot be judged, and why: 2 STALE, 1 PAUSED.
func (t *tally) leftOut() string {
	var parts []string
	for _, word := range []string{wordWaiting, wordError, wordStale, room.Maintenance, room.Paused} {
		n := 0
		for _, other := range t.unjudged {
			if other == word {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, word))
		}
	}
	return strings.Join(parts, ", ")
}

// since is when the group became what it is: DOWN with the probe that made it so, anything
// else with the last one that turned.
func (t *tally) since(limit int, state room.State, now time.Time) time.Time {
	var turns []time.Time
	for _, probe := range t.down {
		turns = append(turns, probe.Since)
	}
	if state == room.Critical {
		slices.SortFunc(turns, time.Time.Compare)
		return turns[limit-1]
	}
	if state == room.Unknown || len(t.unjudged) > 0 {
		return now // when they ceased to say anything is not known
	}
	for _, probe := range t.upright {
		turns = append(turns, probe.Since)
	}
	return slices.MaxFunc(turns, time.Time.Compare)
}
