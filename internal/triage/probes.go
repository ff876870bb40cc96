package triage

import (
	"fmt"
	"slices"
	"time"

	"warroom/internal/room"
)

const (
	// burnLeast is how many probes of a region fail at the least, and burnShare how many of
	// a hundred: one endpoint may fail for reasons that no alarm looks at.
	burnLeast = 3
	burnShare = 50
	// burnFor is how long they have failed: most alarms need five minutes or less to ring.
	burnFor = 15 * time.Minute
	// stillLeast is how many alarms that stand still say something.
	stillLeast = 10
	// stillLead is how long before the probes an alarm may have moved because of the same.
	stillLead = 10 * time.Minute
)

// burn is how the probes of a region fail.
type burn struct {
	probes int
	since  time.Time // when burnLeast of them did
}

// burns are the regions in which enough probes fail for long enough.
func burns(s *room.Snapshot, now time.Time) map[string]*burn {
	if s.Disconnected() != nil {
		return nil
	}
	since, all := map[string][]time.Time{}, map[string]int{}
	for _, probe := range s.Of(room.KindProbe).Signals {
		detail, ok := probe.Detail.(*room.ProbeDetail)
		if !ok || detail.Part != "" || probe.Region == "" || probe.State == room.Unknown {
			continue
		}
		all[probe.Region]++
		if probe.State == room.Critical && s.Visibility(probe, now) == room.Fresh {
			since[probe.Region] = append(since[probe.Region], probe.Since)
		}
	}
	burning := map[string]*burn{}
	for region, began := range since {
		slices.SortFunc(began, time.Time.Compare)
		if len(began) < burnLeast || len(began)*100 < burnShare*all[region] {
			continue
		}
		if at := began[burnLeast-1]; now.Sub(at) >= burnFor {
			burning[region] = &burn{len(began), at}
		}
	}
	return burning
}

// still tells of alarms none of which has moved while probes of the region fail. The total
// may be nil.
func (a *total) still(b *Blindness, burning *burn, now time.Time) {
	if a == nil || a.alarms < stillLeast || a.moved.After(burning.since.Add(-stillLead)) {
		return
	}
	b.say(burning.since, 0, fmt.Sprintf("none of %s has moved while %s failed for %s", counted(a.alarms, "alarm"), counted(burning.probes, "probe"),
		counted(int(now.Sub(burning.since)/time.Minute), "minute")))
}
