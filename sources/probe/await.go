package probe

import (
	"strings"

	"warroom/internal/room"
)

// neverUp begins the reason of an endpoint that is yet to come.
const neverUp = "it was never UP, so it calls nobody: "

// come takes in that an endpoint has come: what failed before its first right answer does
// not count.
func (l *look) come() {
	if l.awaited() {
		l.met, l.tally = true, newTally(l.target.spec.Confirm)
	}
}

// meet takes in that an endpoint has come with all its addresses once one of them was right.
func (e *every) meet() {
	met := e.whole.met
	for _, p := range e.parts {
		met = met || p.met
	}
	if !met {
		return
	}
	e.whole.come()
	for _, p := range e.parts {
		p.come()
	}
}

// awaited says whether an endpoint is yet to come.
func (l *look) awaited() bool { return l.target.spec.Await && !l.met }

// metBefore says whether an endpoint had come when its room was left. Whatever its word was,
// the reason of one that is yet to come says so.
func metBefore(left *room.Signal) bool { return !strings.Contains(left.Reason, neverUp) }

// yetToCome is what a verdict comes to as long as an endpoint was never UP.
func (l *look) yetToCome(state room.State, word, reason string) (room.State, string, string) {
	switch {
	case !l.awaited() || state == room.OK:
		return state, word, reason
	case word == wordDown:
		state, word = room.Warning, wordUnconfirmed
	}
	return state, word, neverUp + reason
}
