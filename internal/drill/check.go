package drill

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"warroom/internal/alarmrule"
	"warroom/internal/config"
)

// checker finds everything that is wrong with a scenario, each with its place.
type checker struct {
	file     string
	text     []byte
	scenario *Scenario
	problems []string
	opened   map[string]bool // Health events seen so far
}

// wrong notes a problem with the value at a YAML path.
func (c *checker) wrong(at, format string, args ...any) {
	c.problems = append(c.problems, c.place(at)+": "+at+": "+fmt.Sprintf(format, args...))
}

// place is where a value stands, or, if it is missing, what it is missing from.
func (c *checker) place(at string) string {
	for at != "" {
		if p, err := yaml.PathString("$." + at); err == nil {
			if node, err := p.ReadNode(bytes.NewReader(c.text)); err == nil && node.GetToken() != nil {
				position := node.GetToken().Position
				return fmt.Sprintf("%s:%d:%d", c.file, position.Line, position.Column)
			}
		}
		at = at[:max(0, strings.LastIndexAny(at, ".["))]
	}
	return c.file + ":1:1"
}

var accountPattern = regexp.MustCompile(`^[0-9]{12}$`)

func (c *checker) check() {
	s := c.scenario
	if s.Name == "" {
		c.wrong("name", "a scenario needs a name")
	}
	if s.Begin.IsZero() || s.End.IsZero() || !s.End.After(s.Begin) {
		c.wrong("end", "the end must be a time after begin, written like 2025-10-20T21:40:00Z")
	}
	if s.Lasts <= 0 {
		c.wrong("lasts", "say in how much real time it is told, like 5m")
	} else if s.End.After(s.Begin) && (s.speed() < Slowest || s.speed() > Fastest) {
		c.wrong("lasts", "told in this time it would run at %.4g times real time; %d to %d times is possible", s.speed(), Slowest, Fastest)
	}
	if !accountPattern.MatchString(s.Account) {
		c.wrong("account", "%q is not an account number; write twelve digits in quotes", s.Account)
	}
	if len(s.Regions) == 0 {
		c.wrong("regions", "name at least one region")
	}
	c.checkCast()
	c.checkMutes()
	c.checkAnnounced()
	for i := range s.Script {
		c.checkStep(fmt.Sprintf("script[%d]", i), &s.Script[i])
	}
}

func (c *checker) checkCast() {
	s := c.scenario
	var services []string
	for _, service := range s.Services {
		services = append(services, service.Name)
	}
	for i, a := range s.Alarms {
		at := fmt.Sprintf("alarms[%d]", i)
		c.among(at+".type", a.Type, "", "metric", "composite", "log")
		for j, service := range a.Services {
			c.among(fmt.Sprintf("%s.services[%d]", at, j), service, services...)
		}
		c.checkRegions(at, a.Regions)
		c.checkRule(at+".rule", a)
		c.checkContributors(at+".contributors", a)
	}
	seen := map[string]bool{}
	for i, e := range s.Endpoints {
		at := fmt.Sprintf("endpoints[%d]", i)
		c.among(at+".scheme", e.Scheme, "", "https", "http", "tcp")
		c.among(at+".service", e.Service, services...)
		c.checkRegions(at, e.Regions)
		if seen[e.Name] {
			c.wrong(at+".name", "there is an endpoint %q already", e.Name)
		}
		seen[e.Name] = true
		c.checkProbing(at, e)
	}
}

// The most addresses that an endpoint has, and looks in a row that its probe waits for.
const addressesMost, confirmMost = 8, 20

// checkProbing wants what a probe of an endpoint can be.
func (c *checker) checkProbing(at string, e EndpointCast) {
	if e.Interval != 0 && e.Interval < time.Minute {
		c.wrong(at+".interval", "a drill looks once a simulated minute; write 1m or more")
	}
	if e.Confirm < 0 || e.Confirm > confirmMost {
		c.wrong(at+".confirm", "%d is no number of looks; write one from 1 to %d", e.Confirm, confirmMost)
	}
	if e.Addresses < 0 || e.Addresses > addressesMost {
		c.wrong(at+".addresses", "an endpoint has 1 to %d addresses, not %d", addressesMost, e.Addresses)
	}
	c.among(at+".token", e.Token, append(c.endpointNames(), "")...)
	if e.Token != "" && e.Scheme == "tcp" {
		c.wrong(at+".token", "a tcp probe shows no token; take this away, or write https as the scheme")
	}
}

// checkAnnounced looks at times of maintenance and groups, which are those of a config.
func (c *checker) checkAnnounced() {
	var probes []string
	for _, e := range c.scenario.Endpoints {
		for _, region := range c.scenario.regions(e.Regions) {
			probes = append(probes, e.Name+"-"+region)
		}
	}
	for i := range c.scenario.Maintenance {
		m, at := &c.scenario.Maintenance[i], fmt.Sprintf("maintenance[%d]", i)
		if key, wrong := m.Mistake(); wrong != "" {
			c.wrong(strings.TrimSuffix(at+"."+key, "."), "%s", wrong)
		}
		c.checkGlobs(at+".probes", m.Probes, "probe", probes, nil)
	}
	for i := range c.scenario.Groups {
		g, at := &c.scenario.Groups[i], fmt.Sprintf("groups[%d]", i)
		if key, wrong := g.Mistake(); wrong != "" {
			c.wrong(strings.TrimSuffix(at+"."+key, "."), "%s", wrong)
		}
		c.among(at+".by", g.By, "service", "region", "")
		c.checkGlobs(at+".probes", g.Probes, "probe", probes, nil)
	}
}

// checkRule wants a rule of a composite alarm, about alarms that there are, and of
// no other.
func (c *checker) checkRule(at string, a AlarmCast) {
	if a.Type != "composite" {
		if a.Rule != "" {
			c.wrong(at, "only a composite alarm has a rule; write type: composite, or take it away")
		}
		if a.Suppressor != "" {
			c.wrong(strings.TrimSuffix(at, "rule")+"suppressor", "only a composite alarm has one; write type: composite, or take it away")
		}
		return
	}
	names := slices.Concat(c.alarmNames())
	for _, service := range a.services() {
		for _, region := range c.scenario.regions(a.Regions) {
			if a.Suppressor != "" {
				c.among(strings.TrimSuffix(at, "rule")+"suppressor", fill(a.Suppressor, service, region), names...)
			}
			r, err := alarmrule.Parse(fill(a.Rule, service, region))
			if err != nil {
				c.wrong(at, "%s", err)
				return
			}
			for _, alarm := range r.Alarms() {
				name := alarmrule.Name(alarm)
				if !slices.Contains(names, name) {
					c.wrong(at, "no alarm of this scenario is called %q%s", name, config.Meant(name, names, ""))
					return
				}
			}
		}
	}
}

func (c *checker) checkRegions(at string, regions []string) {
	for i, region := range regions {
		c.among(fmt.Sprintf("%s.regions[%d]", at, i), region, c.scenario.Regions...)
	}
}

// among notes a value that is none of those allowed, and what may have been meant.
func (c *checker) among(at, value string, allowed ...string) {
	if slices.Contains(allowed, value) {
		return
	}
	known := slices.DeleteFunc(slices.Clone(allowed), func(s string) bool { return s == "" })
	c.wrong(at, "%q is not known here%s", value, config.Meant(value, known, "use one of "+strings.Join(known, ", ")))
}

func (c *checker) checkStep(at string, step *Step) {
	if when, err := c.scenario.time(step.At); err != nil {
		c.wrong(at+".at", "%s", err)
	} else if when.Before(c.scenario.Begin) || when.After(c.scenario.End) {
		c.wrong(at+".at", "%s is not between the scenario's begin and end", step.At)
	}
	if a := step.Alarms; a != nil {
		c.among(at+".alarms.become", a.Become, "ALARM", "OK", "INSUFFICIENT_DATA")
		moved, composites := c.alarmNames()
		c.checkGlobs(at+".alarms.names", a.Names, "alarm", moved, composites)
		c.checkRegions(at+".alarms", a.Regions)
	}
	if e := step.Endpoints; e != nil {
		c.among(at+".endpoints.do", e.Do, behaviours...)
		c.checkGlobs(at+".endpoints.names", e.Names, "endpoint", c.endpointNames(), nil)
		c.checkRegions(at+".endpoints", e.Regions)
	}
	if a := step.API; a != nil {
		c.among(at+".api.service", a.Service, append([]string{"health", "cloudwatch", queueService, eventBridge}, feeds...)...)
		if a.Region != "" && slices.Contains(feeds, a.Service) {
			c.wrong(at+".api.region", "a public feed has no region; take it away")
		}
		c.checkDo(at+".api", a)
	}
	if step.Health != nil {
		c.checkHealth(at+".health", step.Health)
	}
	if step.Alarms == nil && step.Endpoints == nil && step.API == nil && step.Health == nil && step.Announcement == nil {
		c.wrong(at, "nothing happens in this step; give it health, alarms, endpoints, api or announcement")
	}
}

// checkDo wants what a service can do.
func (c *checker) checkDo(at string, a *APIStep) {
	can := faults
	if a.Service == eventBridge {
		can = []string{doAnswer, doSlow}
	}
	c.among(at+".do", a.Do, can...)
	if (a.Do == doSlow) != (a.Takes > 0) {
		c.wrong(at+".takes", "say by how much slow makes the messages of eventbridge late, like 40m, and nothing with anything else")
	}
}

// checkContributors wants groups of a log alarm.
func (c *checker) checkContributors(at string, a AlarmCast) {
	if len(a.Contributors) > 0 && a.Type != "log" {
		c.wrong(at, "only a log alarm of a drill has contributors; write type: log, or take them away")
	}
	for i, group := range a.Contributors {
		if name, value, ok := strings.Cut(group, "="); !ok || name == "" || value == "" {
			c.wrong(fmt.Sprintf("%s[%d]", at, i), "%q is no group; write it like host=i-0abc", group)
		}
	}
}

// checkHealth wants a name for every event, and all about it where it opens.
func (c *checker) checkHealth(at string, h *HealthStep) {
	if h.Event == "" {
		c.wrong(at+".event", "give the event a name of your own, so that later steps can update and close it")
		return
	}
	if c.opened == nil {
		c.opened = make(map[string]bool)
	}
	if !c.opened[h.Event] && (h.Service == "" || h.Region == "" || h.Code == "") {
		c.wrong(at+".event", "the event %q opens here; say its service, region and code", h.Event)
	}
	c.opened[h.Event] = true
}

// checkGlobs wants globs that can be read, and that something answers to.
func (c *checker) checkGlobs(at string, globs []string, noun string, names, composites []string) {
	for i, glob := range globs {
		where := fmt.Sprintf("%s[%d]", at, i)
		answers := func(name string) bool { return matches([]string{glob}, name) }
		if _, err := path.Match(glob, ""); err != nil {
			c.wrong(where, "%q is not a glob; * stands for any text, ? for one character", glob)
		} else if slices.ContainsFunc(names, answers) {
			continue
		} else if slices.ContainsFunc(composites, answers) {
			c.wrong(where, "%q names composite alarms only, which follow their rules; name the alarms in those", glob)
		} else {
			c.wrong(where, "no %s of this scenario is called %q%s", noun, glob, config.Meant(glob, names, ""))
		}
	}
}

// alarmNames are the names of the alarms that the script moves, and of the composite
// ones, which follow them.
func (c *checker) alarmNames() (moved, composites []string) {
	for _, cast := range c.scenario.Alarms {
		list := &moved
		if cast.Type == "composite" {
			list = &composites
		}
		for _, service := range cast.services() {
			for _, region := range c.scenario.regions(cast.Regions) {
				*list = append(*list, fill(cast.Name, service, region))
			}
		}
	}
	return moved, composites
}

func (c *checker) endpointNames() []string {
	var names []string
	for _, cast := range c.scenario.Endpoints {
		names = append(names, cast.Name)
	}
	return names
}
