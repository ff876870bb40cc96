package triage

import (
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
	// burnMemory is how long that says something: what has failed for a day was left in the
	// config, or everybody knows of it, and alarms that rang then are quiet again.
	burnMemory = 24 * time.Hour
	// sightMissed is how many intervals a probe may go without a reading and be seen all the
	// time, and sightLeast how long it always may.
	sightMissed = 3
	sightLeast  = 5 * time.Minute
)

// burn is how the probes of a region fail.
type burn struct {
	probes int
	since  time.Time // when enough of them did, and somebody looked
}

// watched is what is seen of the probes of a region: only what is looked at now, and that
// somebody wants to be called for.
type watched struct {
	count  int
	failed []*room.Signal
}

// burns are the regions in which enough probes fail for long enough. Where they fail in
// every region, and there are several, it is more likely to be us: our office, our proxy.
func burns(s *room.Snapshot, now time.Time) map[string]*burn {
	if s.Disconnected() != nil {
		return nil
	}
	regions := map[string]*watched{} // "" has the probes of no region
	for _, probe := range s.Of(room.KindProbe).Signals {
		detail, ok := probe.Detail.(*room.ProbeDetail)
		if !ok || detail.Part != "" || probe.State == room.Unknown || probe.Word == room.Maintenance || s.Visibility(probe, now) != room.Fresh {
			continue
		}
		of := regions[probe.Region]
		if of == nil {
			of = new(watched)
			regions[probe.Region] = of
		}
		of.count++
		if probe.State == room.Critical {
			of.failed = append(of.failed, probe)
		}
	}
	burning, judged, alight := map[string]*burn{}, 0, 0
	for region, of := range regions {
		if of.count < burnLeast {
			continue
		}
		judged++
		needed := max(burnLeast, (of.count*burnShare+99)/100)
		if len(of.failed) < needed {
			continue
		}
		alight++
		since := of.since(needed, connected(s))
		if age := now.Sub(since); region != "" && age >= burnFor && age < burnMemory {
			burning[region] = &burn{len(of.failed), since}
		}
	}
	if judged > 1 && alight == judged {
		return nil
	}
	return burning
}

// connected is since when our own connection works; zero if it was never down.
func connected(s *room.Snapshot) time.Time {
	for _, status := range s.Scopes.List {
		if status.Scope.Source == room.ConnectionSource {
			return status.Changed
		}
	}
	return time.Time{}
}

// since is when as many probes failed as are needed, and not before they were looked at: a
// laptop that slept, or had no network, does not know for how long they did.
func (w *watched) since(needed int, connected time.Time) time.Time {
	slices.SortFunc(w.failed, func(a, b *room.Signal) int { return a.Since.Compare(b.Since) })
	since := w.failed[needed-1].Since
	if connected.After(since) {
		since = connected
	}
	for _, probe := range w.failed[:burnLeast] {
		if seen := resumed(probe); seen.After(since) {
			since = seen
		}
	}
	return since
}

// resumed is the first reading of a probe since which it was looked at without a gap; zero
// if its readings have none.
func resumed(probe *room.Signal) (first time.Time) {
	var before time.Time
	gap := max(sightLeast, sightMissed*probe.Detail.(*room.ProbeDetail).Interval)
	for sample := range probe.Series.All() {
		if !before.IsZero() && sample.At.Sub(before) > gap {
			first = sample.At
		}
		before = sample.At
	}
	return first
}
