package config

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"warroom/internal/room"
)

// Group is probes that are judged together. With By or Tag it is several: one for each
// value that probes have.
type Group struct {
	Name   string   `yaml:"name,omitempty" doc:"What it is called; with by or tag it stands before each value." usual:"with by or tag: service, region, or the name of the tag" example:"front doors"`
	By     string   `yaml:"by,omitempty" doc:"A group for each service, or for each region, that probes have." allow:"service region" example:"region"`
	Tag    string   `yaml:"tag,omitempty" doc:"A group for each value of this tag that probes have." example:"team"`
	Probes []string `yaml:"probes,omitempty" doc:"Which probes: globs over their names." usual:"all" example:"[\"checkout-*\"]"`
	Down   string   `yaml:"down" doc:"How many of its probes must be DOWN until the group is: 2, or a share, 50%. 2 of 6 is 2, and refuses a group that has not six probes. Where there are fewer, it is all of them." default:"50%" example:"2"`
}

// limitPattern is "2", "2 of 6" or "50%".
var limitPattern = regexp.MustCompile(`^(?:([1-9][0-9]{0,4})(?: of ([1-9][0-9]{0,4}))?|([1-9][0-9]?|100)%)$`)

// limit reads Down: so many probes, of how many if that is said, or a share in per cent.
// What is not said is 0.
func (g *Group) limit() (down, of, percent int) {
	if said := limitPattern.FindStringSubmatch(g.Down); said != nil {
		down, _ = strconv.Atoi(said[1])
		of, _ = strconv.Atoi(said[2])
		percent, _ = strconv.Atoi(said[3])
	}
	return down, of, percent
}

// limitOf is how many of so many probes must be DOWN: from 1 to all of them.
func (g *Group) limitOf(probes int) int {
	down, _, percent := g.limit()
	if percent > 0 {
		down = (probes*percent + 99) / 100
	}
	return min(max(down, 1), probes)
}

// named says whether it is one group, and not one for each value of something.
func (g *Group) named() bool { return g.By == "" && g.Tag == "" }

// ProbeGroup is one group, with its probes.
type ProbeGroup struct {
	Name            string
	Service, Region string   // of all its probes, or ""
	Probes          []string // their names; at least one
	Limit           int      // the group is DOWN when so many of them are
}

// ProbeGroups are all groups, in the order of the file, each entry's by name.
func (c *Config) ProbeGroups() []ProbeGroup {
	catalogue := c.Catalogue()
	var all []ProbeGroup
	for i := range c.Groups {
		all = append(all, c.made(&c.Groups[i], catalogue)...)
	}
	return all
}

// made are the groups that one entry makes.
func (c *Config) made(g *Group, catalogue *Catalogue) []ProbeGroup {
	which := compileGlobs(g.Probes)
	groups := map[string]*ProbeGroup{}
	for i := range c.Probes {
		p := &c.Probes[i]
		if len(g.Probes) > 0 && !which.match(strings.ToLower(p.Name)) {
			continue
		}
		service := cmp.Or(catalogue.Service(&room.Signal{Kind: room.KindProbe, Title: p.Name}, p.Tags), p.Service)
		name := g.Name
		if !g.named() {
			value := map[string]string{"service": service, "region": p.Region}[g.By] + p.Tags[g.Tag]
			if value == "" {
				continue
			}
			name = cmp.Or(g.Name, g.By, g.Tag) + " " + value
		}
		group := groups[name]
		if group == nil {
			group = &ProbeGroup{Name: name, Service: service, Region: p.Region}
			groups[name] = group
		}
		group.Probes = append(group.Probes, p.Name)
		if group.Service != service {
			group.Service = ""
		}
		if group.Region != p.Region {
			group.Region = ""
		}
	}
	var all []ProbeGroup
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		group := groups[name]
		group.Limit = g.limitOf(len(group.Probes))
		all = append(all, *group)
	}
	return all
}

func (r *reader) checkGroups(c *Config) {
	catalogue, first := c.Catalogue(), map[string]string{}
	for i := range c.Groups {
		g, path := &c.Groups[i], fmt.Sprintf("groups[%d]", i)
		r.checkLine(path+".name", g.Name)
		r.checkGlobs(path+".probes", g.Probes)
		if key, wrong := g.Mistake(); wrong != "" {
			r.wrong(strings.TrimSuffix(path+"."+key, "."), "%s", wrong)
			if key != "down" {
				continue // what it is made of is not known
			}
		}
		made := c.made(g, catalogue)
		r.checkSize(path, g, made)
		r.checkMembers(c, path, g, made)
		for _, group := range made {
			if other, taken := first[strings.ToLower(group.Name)]; taken {
				r.wrong(path, "%s makes a group %s already; give one of them another name", other, quote(group.Name))
				break
			}
			first[strings.ToLower(group.Name)] = path
		}
	}
}

// Mistake says in words what cannot be meant, whatever probes there are, or "", and in
// which key the mistake is; in none if it is of the whole.
func (g *Group) Mistake() (key, wrong string) {
	down, of, _ := g.limit()
	switch {
	case g.By != "" && g.Tag != "":
		return "tag", "it is made by " + g.By + " already; take one of the two away, and make two groups of them"
	case g.named() && g.Name == "":
		return "", "a group needs a name, or by or tag, of which each value makes a group; write one of them"
	case !limitPattern.MatchString(g.Down):
		return "down", quote(g.Down) + " is no number of probes; write it like 2, 2 of 6 or 50%"
	case of > 0 && down > of:
		return "down", fmt.Sprintf("%d of %d can never be DOWN; write %d of %d", down, of, of, down)
	case of > 0 && !g.named():
		return "down", fmt.Sprintf("a group for each %s has as many probes as there are; write %d, or a share such as 50%%", cmp.Or(g.By, g.Tag), down)
	}
	return "", ""
}

// checkSize refuses a limit that the one group of an entry is too small for, or that was
// meant for another one.
func (r *reader) checkSize(path string, g *Group, made []ProbeGroup) {
	if len(made) == 0 || !g.named() {
		return
	}
	down, of, _ := g.limit()
	switch has := len(made[0].Probes); {
	case of > 0 && of != has:
		r.wrong(path+".down", "it has %d probes and not %d; write %d of %d, or look which probes it should have", has, of, min(down, has), has)
	case down > has:
		r.wrong(path+".down", "it has %d probes, so %d can never be DOWN; write less", has, down)
	}
}

// checkMembers refuses what no probe has, which is a slip: the group would not be there.
// Where there is no probe at all, nothing is said of groups.
func (r *reader) checkMembers(c *Config, path string, g *Group, made []ProbeGroup) {
	if len(c.Probes) == 0 {
		return
	}
	var names, tags []string
	for i := range c.Probes {
		names = append(names, c.Probes[i].Name)
		for _, tag := range sortedKeys(c.Probes[i].Tags) {
			if !contains(tags, tag) {
				tags = append(tags, tag)
			}
		}
	}
	for i, pattern := range g.Probes {
		glob, err := compileGlob(pattern)
		if err == nil && !slices.ContainsFunc(names, func(name string) bool { return glob.match(strings.ToLower(name)) }) {
			r.wrong(fmt.Sprintf("%s.probes[%d]", path, i), "no probe is called %s%s", quote(pattern), Meant(pattern, names, "name one of those under probes"))
		}
	}
	switch {
	case len(made) > 0:
	case g.By != "":
		r.wrong(path+".by", "none of its probes has a %s; give them one, or take this away", g.By)
	case g.Tag != "":
		r.wrong(path+".tag", "none of its probes has a tag %s%s", quote(g.Tag), Meant(g.Tag, tags, "give them one under tags"))
	}
}
