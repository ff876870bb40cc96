package triage

import (
	"fmt"
	"slices"
	"time"

	"warroom/internal/room"
)

const (
	// stillLeast is how many alarms that stand still say something.
	stillLeast = 10
	// stillLead is how long before the probes an alarm may have moved because of the same,
	// and ringLead how long before them one may have begun to ring, if it still does: alarms
	// that were first are not blind.
	stillLead = 10 * time.Minute
	ringLead  = time.Hour
)

// placeOf is the account and region of an alarm. One that only messages tell of is in the
// queue's scope, which is another region than its own and has alarms of many.
func placeOf(alarm *room.Signal) room.Scope {
	if alarm.Scope.Source == looked {
		return alarm.Scope
	}
	return room.Scope{Source: alarm.Scope.Source, Account: alarm.Account, Region: alarm.Region}
}

// standstill tells of alarms none of which has moved while probes of their region fail. All that
// can be seen of a region is taken together: an account in which nothing has happened says
// nothing while the alarms of another ring. What is not seen at the moment is no alarm that
// stands still, nor is one of which only messages tell: they may be hours late while CloudWatch
// works. That one moved is true from wherever it is known.
func standstill(all map[room.Scope]*total, seen []room.Scope, region string, burning *burn, now time.Time) (b Blindness, ok bool) {
	sum := new(total)
	for at, of := range all {
		if at.Region != region {
			continue
		}
		if !slices.Contains(seen, at) {
			sum.move(of)
			continue
		}
		if b.Scope = at; sum.alarms > 0 {
			b.Scope = room.Scope{Source: looked, Region: region}
		}
		sum.add(of)
	}
	if sum.able < stillLeast || sum.moved.After(burning.since.Add(-stillLead)) || sum.rang.After(burning.since.Add(-ringLead)) {
		return b, false
	}
	b.say(burning.since, 0, fmt.Sprintf("none of %s has moved while %s failed for %s", counted(sum.able, "alarm"), counted(burning.probes, "probe"),
		counted(int(now.Sub(burning.since)/time.Minute), "minute")))
	return b, true
}
