package cli

import (
	"warroom/internal/config"
	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/groups"
)

// groupWatch judges the groups of a config by what a room knows of their probes. Without
// groups, or where no room is looked at for long, there is none.
func groupWatch(cfg *config.Config, r room.Reader) []sources.Watch {
	made := probeGroups(cfg)
	if len(made) == 0 || r == nil {
		return nil
	}
	interval := cfg.Probes[0].Interval
	for i := range cfg.Probes {
		interval = min(interval, cfg.Probes[i].Interval)
	}
	return []sources.Watch{groups.New(made, r, interval)}
}

// probeGroups are the groups of a config as they are judged.
func probeGroups(cfg *config.Config) []groups.Group {
	paused := map[string]bool{}
	for i := range cfg.Probes {
		paused[cfg.Probes[i].Name] = cfg.Probes[i].Paused
	}
	var all []groups.Group
	for _, made := range cfg.ProbeGroups() {
		g := groups.Group{Name: made.Name, Service: made.Service, Region: made.Region, Limit: made.Limit}
		for _, name := range made.Probes {
			g.Probes = append(g.Probes, "probe/"+name)
			if paused[name] {
				g.Paused = append(g.Paused, "probe/"+name)
			}
		}
		all = append(all, g)
	}
	return all
}
