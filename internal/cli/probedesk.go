package cli

import (
	"errors"
	"fmt"
	"maps"
	"reflect"

	"warroom/internal/config"
	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/groups"
	"warroom/ui"
)

// probeDesk gives a person what changes the probes. Who is not trusted, because others
// share the server, adds guarded ones and changes only those, and all who use this desk
// share one pace. What it gives is safe for concurrent use; it writes a file and takes its
// time.
func (i *intake) probeDesk(trusted bool) ui.ProbeDesk {
	if trusted {
		return func(act ui.ProbeAct) (string, error) {
			i.turn.Lock()
			defer i.turn.Unlock()
			return i.act(act, trusted)
		}
	}
	var pace guestPace
	return func(act ui.ProbeAct) (string, error) {
		i.turn.Lock()
		defer i.turn.Unlock()
		every, now := i.current.Additions.Interval, i.crew.clock.Now()
		if err := pace.refuses(act, every, now); err != nil {
			return "", err
		}
		said, err := i.act(act, trusted)
		if err == nil {
			pace.done(act, every, now)
		}
		return said, err
	}
}

// act does one act on the probes. Its caller holds the turn.
func (i *intake) act(act ui.ProbeAct, trusted bool) (string, error) {
	if act.Do == ui.ProbeRun {
		return i.runProbe(act.Name)
	}
	edit := config.Edit{Config: i.current, Path: config.FileName, Allowed: i.app.allowed(), Shared: !trusted}
	next, said, err := changed(edit, act)
	if err != nil {
		return "", errors.New(inOneLine(err))
	}
	if err := i.app.override(next); err != nil {
		return "", err
	}
	before := i.current
	i.current = next
	i.crew.swap(i.changes(before, next))
	return said, nil
}

// changed does one act on the file, and says what was done.
func changed(edit config.Edit, act ui.ProbeAct) (next *config.Config, said string, err error) {
	keys := maps.Clone(act.Keys)
	switch act.Do {
	case ui.ProbeAdd:
		next, err = edit.Add(config.NewProbe{Name: act.Name, URL: act.URL, Keys: keys})
		return next, "probe " + act.Name + " was added", err
	case ui.ProbeSet:
		next, err = edit.Change(act.Name, keys)
		return next, "probe " + act.Name + " was changed", err
	case ui.ProbePause:
		next, err = edit.Change(act.Name, map[string]string{"paused": "true"})
		return next, "probe " + act.Name + " was paused", err
	case ui.ProbeResume:
		next, err = edit.Change(act.Name, map[string]string{"paused": ""})
		return next, "probe " + act.Name + " goes on", err
	case ui.ProbeRemove:
		next, err = edit.Remove(act.Name)
		return next, "probe " + act.Name + " was removed", err
	}
	return nil, "", fmt.Errorf("a probe can be added, set, paused, resumed, run or removed, not %q", act.Do)
}

// runProbe has an endpoint looked at now.
func (i *intake) runProbe(name string) (string, error) {
	if !i.crew.againAt("probe/" + name) {
		var known []string
		for _, p := range i.current.Probes {
			known = append(known, p.Name)
		}
		return "", fmt.Errorf("there is no probe %q%s", name, config.Meant(name, known, "see the list of probes"))
	}
	return "looking at " + name + " now", nil
}

// changes are the watches of probes that are no more, and those that are new or others
// than they were.
func (i *intake) changes(before, next *config.Config) (gone []string, came []sources.Watch) {
	was := map[string]config.Probe{}
	for _, p := range before.Probes {
		was[p.Name] = p
	}
	changed := *next
	changed.Probes = nil
	for _, p := range next.Probes {
		if old, known := was[p.Name]; !known || !reflect.DeepEqual(old, p) {
			changed.Probes = append(changed.Probes, p)
		}
		delete(was, p.Name)
	}
	for name := range was {
		gone = append(gone, "probe/"+name)
	}
	w := i.world.prepared(next)
	came = append(probeWatches(&changed, w), groupWatch(next, w.room)...)
	if len(groupWatch(next, w.room)) == 0 {
		gone = append(gone, groups.WatchName)
	}
	switch had, has := len(awake(before)) > 0, len(awake(next)) > 0; {
	case has && !had:
		came = append(came, connectionWatch(w)...)
	case had && !has && !mayProbeAWS(next): // nothing is left whose silence would be doubted
		gone = append(gone, room.ConnectionSource, room.NameSource)
	}
	return gone, came
}

// swap has the running crew look at some watches in place of others of the same names,
// and no more at those that are gone. All else looks on.
func (c *crew) swap(gone []string, came []sources.Watch) {
	c.mu.Lock()
	defer c.mu.Unlock()
	away := map[string]bool{}
	for _, name := range gone {
		away[name] = true
		for _, runner := range c.runs {
			runner.Remove(name)
		}
	}
	moved := map[string]room.Scope{}
	for _, w := range came {
		moved[w.Name] = w.Scope
		for _, runner := range c.runs {
			runner.Remove(w.Name)
		}
		if len(c.runs) > 0 {
			c.runs[0].Add(w)
		}
	}
	if c.found != nil {
		c.found.swap(gone, came)
	}
	c.room.Retire(func(s *room.Signal) bool { return !away[watchOf(s)] }, func(s room.Scope, watch string) bool {
		to, swapped := moved[watch]
		return !away[watch] && (!swapped || to == s) // one that has gone to another region is not waited for in the old one
	})
}

// againAt has one watch look now. It says whether there is one of that name.
func (c *crew) againAt(name string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	found := false
	for _, runner := range c.runs {
		found = runner.AgainAt(name) || found
	}
	return found
}
