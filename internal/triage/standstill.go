package triage

import (
	"fmt"
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

// place is where the alarms of an account and region are, and from what they are known.
type place struct {
	scope room.Scope // of the account and the region
	from  room.Scope // whose looks show them, or the queue whose messages tell of them
}

// placeOf is the place of an alarm. One that only messages tell of is in the queue's scope,
// which is another region than its own and has alarms of many.
func placeOf(alarm *room.Signal) place {
	if alarm.Scope.Source == looked {
		return place{alarm.Scope, alarm.Scope}
	}
	return place{room.Scope{Source: alarm.Scope.Source, Account: alarm.Account, Region: alarm.Region}, alarm.Scope}
}

// standstill tells of alarms none of which has moved while probes of their region fail. All that
// can be seen of a region is taken together: an account in which nothing has happened says
// nothing while the alarms of another ring. What is not seen at the moment is no alarm that
// stands still; that it moved before stays true.
func standstill(s *room.Snapshot, all map[place]*total, region string, burning *burn, now time.Time) (b Blindness, ok bool) {
	sum := new(total)
	for at, of := range all {
		if at.scope.Region != region {
			continue
		}
		if status := s.Scope(at.from); status == nil || status.Visibility(now) != room.Fresh {
			sum.move(of)
			continue
		}
		if b.Scope = at.scope; sum.alarms > 0 {
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
