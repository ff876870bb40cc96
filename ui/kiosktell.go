package ui

import (
	"strings"
	"time"
	"unicode"

	"warroom/internal/clean"
	"warroom/internal/room"
	"warroom/internal/triage"
	"warroom/theme"
)

// verdict is the worst state of a room as the wall says it: a shape, a word, a colour.
type verdict struct {
	mark  rune // a shape of the block letters
	small string
	word  string
	token theme.Token
}

// verdict judges what is shown.
func (w *wall) verdict() verdict {
	m := w.marks
	_, dark := w.blackout()
	switch condition := triage.Condition(w.s, w.now); {
	case len(w.feeds) == 0:
		return verdict{'?', m.Unknown, "BLIND", theme.Unknown}
	case dark:
		return verdict{'◌', m.Stale, "NO DATA", theme.Warning}
	case condition == room.InTrouble:
		return verdict{'✖', m.Critical, "TROUBLE", theme.Critical}
	case condition == room.Blind:
		return verdict{'?', m.Unknown, "BLIND", theme.Unknown}
	case w.count(room.Warning) > 0:
		return verdict{'▲', m.Warning, "WARNING", theme.Warning}
	}
	return verdict{'●', m.OK, "CALM", theme.OK}
}

// count is how many signals are in a state.
func (w *wall) count(state room.State) int {
	n := 0
	for _, kind := range room.Kinds {
		n += w.s.Of(kind).States[state]
	}
	return n
}

func (w *wall) critical() int { return w.count(room.Critical) }

// began is when the trouble began that the verdict speaks of: the first of what is
// critical, of the last day if any is that young, and by our own measure if we have one.
// Zero if there is no trouble.
func (w *wall) began() time.Time {
	var own, theirs, old time.Time
	first := func(at *time.Time, since time.Time) {
		if !since.IsZero() && (at.IsZero() || since.Before(*at)) {
			*at = since
		}
	}
	for _, kind := range room.Kinds {
		for _, signal := range w.s.Of(kind).Signals {
			if signal.State != room.Critical {
				break
			}
			switch {
			case w.now.Sub(signal.Since) >= recent:
				first(&old, signal.Since)
			case kind == room.KindHealth:
				first(&theirs, signal.Since)
			default:
				first(&own, signal.Since)
			}
		}
	}
	for _, at := range []time.Time{own, theirs, old} {
		if !at.IsZero() {
			return at
		}
	}
	return time.Time{}
}

// leading is the order in which kinds are spoken of: what we measure ourselves leads,
// then alarms, then what AWS says of itself.
var leading = []room.Kind{room.KindProbe, room.KindAlarm, room.KindHealth}

// worst is the signal that the wall's sentence is about: of the worst state there is,
// what can be seen before what cannot, and what nobody has acknowledged before what
// somebody has; nil if all is well.
func (w *wall) worst() *room.Signal {
	var worst *room.Signal
	most := 0
	for _, kind := range leading {
		for _, signal := range w.s.Of(kind).Signals {
			if !bad(signal) {
				break
			}
			if weight := w.weight(signal); weight > most {
				worst, most = signal, weight
			}
		}
	}
	return worst
}

// weight orders signals that are bad by how much they have to be spoken of.
func (w *wall) weight(signal *room.Signal) int {
	weight := 1
	if signal.State == room.Critical {
		weight += 4
	}
	if w.s.Visibility(signal, w.now) == room.Fresh {
		weight += 2
	}
	if signal.Standing == room.Unacknowledged {
		weight++
	}
	return weight
}

// sentence is the worst thing there is, in one sentence:
//
//	Probe checkout in us-east-1 is DOWN since 13:23:22Z: expected status 200..299, got 503; ana is on it
//
// It says why, or leaves that away.
func (w *wall) sentence(why bool) string {
	signal := w.worst()
	switch {
	case signal != nil && triage.Condition(w.s, w.now) != room.Blind:
		return w.sentenceAbout(signal, why)
	case triage.Condition(w.s, w.now) == room.Blind:
		return w.unseen(why)
	}
	var looked []string
	for _, kind := range leading {
		if n := len(w.s.Of(kind).Signals); n > 0 {
			looked = append(looked, countOf(n, kind))
		}
	}
	if len(looked) == 0 {
		return "Everything was looked at, and there is nothing to tell"
	}
	return "Nothing is critical in " + strings.Join(looked, ", ")
}

// sentenceAbout is one signal as a sentence.
func (w *wall) sentenceAbout(signal *room.Signal, why bool) string {
	kind := map[room.Kind]string{room.KindProbe: "Probe", room.KindAlarm: "Alarm", room.KindHealth: "AWS Health"}[signal.Kind]
	mark, word, _, _ := w.look(w.s, signal)
	text := kind + " " + w.called(signal)
	if signal.Kind == room.KindHealth {
		if publicFeed(signal) != "" {
			kind = "AWS's public feed"
		}
		text = kind + ": " + signal.Title
	}
	if signal.Region != "" {
		text += " in " + signal.Region
	}
	text += " is " + word
	if mark == w.marks.Stale {
		text = strings.TrimSuffix(text, " is "+word) + " was " + signal.Word
	}
	if !signal.Since.IsZero() {
		text += " since " + w.instant(signal.Since)
	}
	if mark == w.marks.Stale {
		text += " when it was last seen"
	}
	if why {
		text += strings.TrimSuffix(because(signal.Why()), ".")
	}
	return text + "; " + w.handled(signal)
}

// called is a signal's name without the region that is said beside it.
func (w *wall) called(signal *room.Signal) string {
	if signal.Kind == room.KindProbe {
		return strings.TrimSuffix(signal.Title, "-"+signal.Region)
	}
	return signal.Title
}

// handled says who has a signal in hand.
func (w *wall) handled(signal *room.Signal) string {
	switch {
	case signal.Claim != nil:
		return signal.Claim.Actor + " is on it"
	case signal.Ack != nil:
		return signal.Ack.Actor + " acknowledged it " + since(w.now, signal.Ack.At) + " ago"
	}
	return "nobody has acknowledged it"
}

// unseen says what a room cannot see, in which nothing bad is known.
func (w *wall) unseen(why bool) string {
	if trouble := w.s.Disconnected(); trouble != nil {
		text := "Our own connection is down, so nothing is known of what lies behind it"
		if why {
			text += because(trouble.Why)
		}
		return text
	}
	for i := range w.feeds {
		if f := &w.feeds[i]; len(f.stale) > 0 && !f.starts {
			text := sentenceCase(f.missing(f.stale)) + " cannot be seen"
			if why {
				text += w.cause(f.stale)
			}
			return text
		}
	}
	for i := range w.feeds {
		if f := &w.feeds[i]; f.starts {
			return sentenceCase(f.name) + " are being looked at for the first time"
		}
	}
	if blind := triage.CloudWatch(w.s, w.now); len(blind) > 0 {
		return "Nothing bad is known, but " + blindWords + ", so that would not be seen"
	}
	return "Nothing bad is known, but not everything can be seen"
}

// cause is why some scopes cannot be seen, as far as anybody has said.
func (w *wall) cause(scopes []*room.ScopeStatus) string {
	for _, status := range scopes {
		if status.Trouble != nil {
			return because(status.Trouble.Why)
		}
	}
	return ""
}

// instant is a time of day, with the date if that is not today's.
func (w *wall) instant(t time.Time) string {
	if t.UTC().Format(time.DateOnly) != w.now.UTC().Format(time.DateOnly) {
		return t.UTC().Format("2006-01-02 15:04Z")
	}
	return t.UTC().Format("15:04:05Z")
}

// sentenceCase begins a sentence.
func sentenceCase(text string) string {
	for i, char := range text {
		return string(unicode.ToUpper(char)) + text[i+len(string(char)):]
	}
	return text
}

// tallied is what is critical by kind, or else in warning.
func (w *wall) tallied() string {
	for _, state := range []room.State{room.Critical, room.Warning} {
		var parts []string
		for _, kind := range leading {
			if n := w.s.Of(kind).States[state]; n > 0 {
				parts = append(parts, countOf(n, kind))
			}
		}
		if len(parts) > 0 {
			return strings.Join(parts, ", ") + " " + state.String()
		}
	}
	return ""
}

// windowTitle is the terminal's title, in ASCII only, because some terminals take a byte
// of a longer character for its end.
func (w *wall) windowTitle() string {
	title := strings.TrimSpace(strings.TrimSpace(w.verdict().word+" "+w.tallied()) + " - warroom " + w.name)
	if w.set.drill != "" {
		title = "DRILL " + title
	}
	return strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII {
			return '?'
		}
		return r
	}, clean.Line(title, cellLimit))
}

// elapsed is for how long there has been trouble, or "".
func (w *wall) elapsed() string { return since(w.now, w.began()) }

// facts is one line about the verdict: since when, for how long if that is not said
// already, and how much.
func (w *wall) facts(lasting bool) string {
	var parts []string
	if at := w.began(); !at.IsZero() {
		text := "since " + w.instant(at)
		if lasting {
			text = "for " + age(w.now.Sub(at)) + ", " + text
		}
		parts = append(parts, text)
	}
	if text := w.tallied(); text != "" {
		parts = append(parts, text)
	}
	return strings.Join(parts, " "+w.marks.Dot+" ")
}
