package cli

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"warroom/ui"
)

// guestChanges is how often within guestSpan the people who join may change probes, all of
// them together: each time the config file is written, and what is new is looked at soon.
const (
	guestChanges = 10
	guestSpan    = time.Minute
)

// guestPace keeps people who share a server from having it look, and write its config, as
// fast as they can type. Whoever uses it holds a lock.
type guestPace struct {
	changes []time.Time          // those of the last span, the oldest first
	looks   map[string]time.Time // when a probe was last looked at because one of them asked
}

// refuses says why an act has to wait; nil if it need not. every is how often one probe may
// be looked at by such people's wish.
func (g *guestPace) refuses(act ui.ProbeAct, every time.Duration, now time.Time) error {
	if act.Do == ui.ProbeRun {
		since := now.Sub(g.looks[act.Name])
		if since >= every {
			return nil
		}
		return fmt.Errorf("%s was looked at %s ago because somebody asked for it, and additions.interval allows that every %s; ask again in %s",
			act.Name, wholeSeconds(since), wholeSeconds(every), wholeSeconds(every-since))
	}
	g.changes = slices.DeleteFunc(g.changes, func(at time.Time) bool { return now.Sub(at) >= guestSpan })
	if len(g.changes) < guestChanges {
		return nil
	}
	return fmt.Errorf("probes were changed %d times within a minute from screens that others share, and no more is taken at once; try again in %s",
		guestChanges, wholeSeconds(guestSpan-now.Sub(g.changes[0])))
}

// done takes in an act that was done.
func (g *guestPace) done(act ui.ProbeAct, every time.Duration, now time.Time) {
	if act.Do != ui.ProbeRun {
		g.changes = append(g.changes, now)
		return
	}
	maps.DeleteFunc(g.looks, func(_ string, at time.Time) bool { return now.Sub(at) >= every })
	if g.looks == nil {
		g.looks = map[string]time.Time{}
	}
	g.looks[act.Name] = now
}

// wholeSeconds is a time for people to wait, rounded up.
func wholeSeconds(d time.Duration) time.Duration {
	return (d + time.Second - 1).Truncate(time.Second)
}
