package probe

import (
	"time"

	"warroom/internal/room"
)

// excused is what a verdict comes to in a time of maintenance: what is wrong calls nobody,
// and what is right is UP as ever.
func (t *target) excused(at time.Time, state room.State, word, reason string) (room.State, string, string) {
	if t.spec.Maintenance == nil || state == room.OK || state == room.Unknown {
		return state, word, reason
	}
	until, in := t.spec.Maintenance(at)
	if !in {
		return state, word, reason
	}
	return room.Warning, room.Maintenance, word + " in maintenance until " + until.UTC().Format("2006-01-02 15:04Z") + ": " + reason
}

// uncounted takes a failure in a time of maintenance out of the share of good looks.
func (t *target) uncounted(at time.Time, state room.State) room.State {
	if t.spec.Maintenance != nil && state == room.Critical {
		if _, in := t.spec.Maintenance(at); in {
			return room.Unknown
		}
	}
	return state
}
