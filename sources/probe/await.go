package probe

import (
	"strings"

	"warroom/internal/room"
)

// neverUp begins the reason of an endpoint that is yet to come.
const neverUp = "it was never UP, so it calls nobody: "

// meet takes in whether an endpoint that is yet to come has come: what failed before its
// first right answer does not count.
func (l *look) meet(found outcome) {
	if l.awaited() && found.failure == nil {
		l.met, l.tally = true, newTally(l.target.spec.Confirm)
	}
}

// awaited says whether an endpoint is yet to come.
func (l *look) awaited() bool { return l.target.spec.Await && !l.met }

// metBefore says whether an endpoint had come when its room was left.
func metBefore(left *room.Signal) bool { return !strings.Contains(left.Reason, neverUp) }

// yetToCome is what a verdict comes to as long as an endpoint was never UP.
func (l *look) yetToCome(state room.State, word, reason string) (room.State, string, string) {
	if word != wordDown && word != wordUnconfirmed || !l.awaited() {
		return state, word, reason
	}
	return room.Warning, wordUnconfirmed, neverUp + reason
}
