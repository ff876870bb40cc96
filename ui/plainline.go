package ui

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"warroom/internal/room"
	"warroom/internal/triage"
)

// lateAfter is how long after it happened an event may be told without a word about
// it: longer than it takes to see a change, shorter than AWS takes to post one.
const lateAfter = 5 * time.Minute

// say tells something about the room as a whole.
func (t *teller) say(word, reason string) {
	name := t.Room.Name()
	if t.played.on() {
		name = t.played.name
	}
	t.out.add(entry{at: t.now, kind: "room", word: word, title: name, reason: reason})
}

// tellSignal tells how a signal stands: its state in the world, or, if that cannot be
// seen any more, what it was.
func (t *teller) tellSignal(s *room.Signal) {
	e := t.about(s)
	e.at, e.word = t.now, s.Word
	reason := "since " + t.when(s.Since)
	if t.shown.Visibility(s, t.now) != room.Fresh {
		e.word, reason = "STALE", "was "+s.Word+" "+reason
	}
	reason = join(reason, t.byWhom("acknowledged", s.Ack))
	e.reason = join(join(reason, t.byWhom("claimed", s.Claim)), s.Why())
	t.out.add(e)
}

// byWhom is an act that is in force, or nothing.
func (t *teller) byWhom(what string, e *room.Event) string {
	if e == nil {
		return ""
	}
	return what + " by " + e.Actor + " " + t.when(e.At)
}

// about is where a line about a signal begins.
func (t *teller) about(s *room.Signal) entry {
	return entry{kind: string(s.Kind), word: s.Word, title: s.Title, place: t.place(cmp.Or(s.Account, s.Scope.Account), s.Region)}
}

// place is a region, and whose if there is more than one account.
func (t *teller) place(account, region string) string {
	if t.accounts < 2 || account == "" {
		return region
	}
	return account + "/" + cmp.Or(region, "-")
}

// tellEvent tells one event of the timeline, at the time at which it happened.
func (t *teller) tellEvent(e *room.Event) {
	var line entry
	switch e.Type {
	case room.EventSignal:
		line = t.change(e)
	case room.EventScope:
		line = t.ofScope(e.Scope, "FRESH", "can be read again")
		if e.Trouble != nil {
			line.word, line.reason = "TROUBLE", e.Trouble.String()
		}
	default: // an act of a person
		line = entry{kind: string(e.Type), word: strings.ToUpper(string(e.Type)), title: e.Subject, reason: said(e)}
		if s := t.signal(e.Key); s != nil {
			line.title, line.place = s.Title, t.about(s).place
		}
	}
	line.at = e.At
	if t.now.Sub(e.At) > lateAfter {
		line.reason = strings.TrimSpace(line.reason + " (told at " + t.now.UTC().Format("15:04:05Z") + ")")
	}
	t.out.add(line)
}

// said is who acted, and what they wrote.
func said(e *room.Event) string {
	if e.Text == "" {
		return e.Actor
	}
	return e.Actor + ": " + e.Text
}

// change is a line about a signal that appeared, changed or is gone.
func (t *teller) change(e *room.Event) entry {
	line := t.about(e.Signal)
	line.reason = e.Signal.Why()
	switch {
	case e.Gone:
		line.word, line.reason = "GONE", "was "+e.WasTo
	case e.WasNew:
	case turned(e):
		line.reason = join("was "+e.WasTo, line.reason)
	default:
		line.reason = join("updated", line.reason)
	}
	return line
}

// turned says whether a signal is not what it was, beyond the wording.
func turned(e *room.Event) bool {
	return e.WasNew || e.Was != e.Signal.State || e.WasTo != e.Signal.Word
}

// signal finds a signal by its key, or nothing.
func (t *teller) signal(key string) *room.Signal {
	for _, kind := range room.Kinds {
		for _, s := range t.shown.Of(kind).Signals {
			if s.Key == key {
				return s
			}
		}
	}
	return nil
}

// ofScope is a line about a scope.
func (t *teller) ofScope(s room.Scope, word, reason string) entry {
	return entry{at: t.now, kind: "scope", word: word, title: s.String(), place: s.Region, reason: reason}
}

// tellScope tells of a scope that cannot be read as the room opens.
func (t *teller) tellScope(status *room.ScopeStatus) {
	switch {
	case status.Trouble != nil:
		t.out.add(t.ofScope(status.Scope, "TROUBLE", join("since "+t.when(status.Changed), status.Trouble.String())))
	case status.Waiting > 0:
		t.out.add(t.ofScope(status.Scope, "WAITING", "no answer yet to "+plural(status.Waiting, "first look")+", and no error either"))
	}
}

// tellStale tells of scopes that have become stale without an error, and of those
// that are not any more. Trouble has events of its own.
func (t *teller) tellStale() {
	still, stale := map[room.Scope]time.Time{}, map[room.Scope]bool{}
	for _, status := range t.shown.Scopes.List {
		if status.Trouble != nil || status.Seen.IsZero() {
			continue
		}
		if status.Visibility(t.now) == room.Fresh {
			if t.stale[status.Scope] {
				t.out.add(t.ofScope(status.Scope, "FRESH", "seen again at "+t.when(status.Seen)))
			}
			continue
		}
		still[status.Scope], stale[status.Scope] = status.Seen, t.stale[status.Scope]
		if before, ok := t.still[status.Scope]; ok && before.Equal(status.Seen) && !stale[status.Scope] {
			stale[status.Scope] = true
			t.out.add(t.ofScope(status.Scope, "STALE", "last seen "+t.when(status.Seen)+"; no answer since, and no error either; the look under way is waited for"))
		}
	}
	t.still, t.stale = still, stale
}

// when writes a moment that has passed, and how long ago that is.
func (t *teller) when(then time.Time) string {
	layout := "15:04:05Z"
	if then = then.UTC(); then.Format(time.DateOnly) != t.now.UTC().Format(time.DateOnly) {
		layout = "2006-01-02T15:04:05Z"
	}
	return fmt.Sprintf("%s (%s)", then.Format(layout), age(t.now.Sub(then)))
}

// summary tells how bad it is, how much is watched, and how old the oldest of it is.
// A room of which a part has not answered yet is not calm, whatever is known.
func (t *teller) summary(unanswered bool) {
	condition := triage.Condition(t.shown, t.now)
	if unanswered && condition == room.Calm {
		condition = room.Blind
	}
	t.say(strings.ToUpper(string(condition)), t.tally(condition))
}

// tally is a summary without its word.
func (t *teller) tally(condition room.Condition) string {
	if len(t.shown.Scopes.List) == 0 {
		return "nothing is watched; name scopes or probes in warroom.yaml"
	}
	var parts []string
	for _, state := range []room.State{room.Critical, room.Warning, room.Unknown} {
		if counts := t.count(func(l room.List) int { return l.States[state] }); counts != "" {
			parts = append(parts, state.String()+": "+counts)
		} else if state == room.Critical {
			parts = append(parts, nothingCritical[condition])
		}
	}
	if over := t.count(func(l room.List) int { return l.Cleared }); over != "" {
		parts = append(parts, "cleared and not acknowledged: "+over)
	}
	watched := cmp.Or(t.count(func(l room.List) int { return len(l.Signals) }), "nothing yet")
	parts = append(parts, "watched: "+watched+" in "+plural(len(t.shown.Scopes.List), "scope"))
	if unseen := t.shown.Unseen(t.now); len(unseen) > 0 {
		names := make([]string, len(unseen))
		for i, status := range unseen {
			names[i] = status.Scope.String()
		}
		parts = append(parts, "not seen: "+strings.Join(names, ", "))
	}
	for _, b := range triage.CloudWatch(t.shown, t.now) {
		parts = append(parts, b.Sentence())
	}
	if text := t.custody(); text != "" {
		parts = append(parts, text)
	}
	if oldest, ok := t.shown.Oldest(t.now); ok {
		parts = append(parts, "oldest data "+age(oldest))
	}
	return strings.Join(parts, "; ")
}

// nothingCritical says so, and no more than is known.
var nothingCritical = map[room.Condition]string{
	room.Calm:  "nothing is critical",
	room.Blind: "nothing that can be seen is critical",
}

// count writes numbers of signals by kind, without the zeros.
func (t *teller) count(of func(room.List) int) string {
	var parts []string
	for _, kind := range room.Kinds {
		if n := of(t.shown.Of(kind)); n > 0 {
			parts = append(parts, countOf(n, kind))
		}
	}
	return strings.Join(parts, ", ")
}

// join puts what is known before a reason, if there is one.
func join(first, reason string) string {
	if reason == "" {
		return first
	}
	return first + "; " + reason
}
