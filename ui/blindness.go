package ui

import (
	"fmt"
	"strings"

	"warroom/internal/room"
	"warroom/internal/triage"
	"warroom/theme"
)

// blindWords is what the first line of a screen says of it.
const blindWords = "CloudWatch is blind"

// blind is where CloudWatch cannot be believed, in one label:
//
//	? CloudWatch is blind in us-east-1 (prod) since 13:15:20Z (30m): 62 of 96 alarms lost their data within 9 minutes
func (m *Model) blind() []label {
	text := m.pen.blindness(triage.CloudWatch(m.shown, m.pen.now))
	if text == "" {
		return nil
	}
	return []label{{token: theme.Unknown, text: m.pen.marks.Unknown + " " + text}}
}

// blindness tells of the worst place, and how many more there are; "" if there is none.
func (p *pen) blindness(blind []triage.Blindness) string {
	if len(blind) == 0 {
		return ""
	}
	worst := blind[0]
	text := blindWords + " in " + worst.Where()
	if more := len(blind) - 1; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	if !worst.Since.IsZero() {
		text += fmt.Sprintf(" since %s (%s)", p.clock(worst.Since), since(p.now, worst.Since))
	}
	return text + ": " + worst.Why
}

// blindLine tells the same on a wall, in a line of its own above every page: what is green
// below it may not be.
func (w *wall) blindLine(width int) []string {
	text := w.blindness(triage.CloudWatch(w.s, w.now))
	if text == "" {
		return nil
	}
	mark := strings.Repeat(w.marks.Hatch, 3)
	return []string{w.theme.Paint(theme.Warning, w.fit(mark+" "+w.plain(text), width, false))}
}

// tellBlind tells where CloudWatch cannot be believed any more, and where it can again.
func (t *teller) tellBlind() {
	blind := map[room.Scope]bool{}
	for _, b := range triage.CloudWatch(t.shown, t.now) {
		blind[b.Scope] = true
		if t.blind[b.Scope] {
			continue
		}
		reason := blindWords + ": " + b.Why
		if !b.Since.IsZero() {
			reason = "since " + t.when(b.Since) + "; " + reason
		}
		t.out.add(t.ofScope(b.Scope, "BLIND", reason))
	}
	for _, status := range t.shown.Scopes.List {
		switch {
		case !t.blind[status.Scope] || blind[status.Scope]:
		case status.Visibility(t.now) != room.Fresh:
			blind[status.Scope] = true // nothing is known that would take it back
		default:
			t.out.add(t.ofScope(status.Scope, "SEES", "CloudWatch is not blind any more, as far as can be told"))
		}
	}
	t.blind = blind
}
