package config

import (
	"slices"
	"strings"

	"warroom/internal/room"
)

// Catalogue tells which service a signal belongs to. Immutable; safe for
// concurrent use.
type Catalogue struct {
	services    []serviceRules
	probes      map[string]string // probe name to the service that it names itself
	byDimension bool              // some service goes by dimensions
}

type serviceRules struct {
	name           string
	alarms, probes globs
	resources      globs
	dimensions     labelRules
	tags           labelRules
}

// labelRules are names of tags or dimensions, with what the value of each must match.
type labelRules []labelRule

type labelRule struct {
	name  string
	value *glob
}

// Catalogue compiles the services of the configuration.
func (c *Config) Catalogue() *Catalogue {
	catalogue := &Catalogue{probes: map[string]string{}}
	for i := range c.Probes {
		if p := &c.Probes[i]; p.Service != "" {
			catalogue.probes[p.Name] = p.Service
		}
	}
	for i := range c.Services {
		s := &c.Services[i]
		catalogue.byDimension = catalogue.byDimension || len(s.Match.Dimensions) > 0
		catalogue.services = append(catalogue.services, serviceRules{
			name: s.Name, alarms: compileGlobs(s.Match.Alarms), probes: compileGlobs(s.Match.Probes),
			resources: compileGlobs(s.Match.Resources), dimensions: compileLabels(s.Match.Dimensions), tags: compileLabels(s.Match.Tags),
		})
	}
	return catalogue
}

func compileLabels(labels map[string]string) labelRules {
	var rules labelRules
	for _, name := range sortedKeys(labels) {
		if value, err := compileGlob(labels[name]); err == nil {
			rules = append(rules, labelRule{name, value})
		}
	}
	return rules
}

// Service gives the name of the service that a signal belongs to, or "" if none
// claims it. A probe that names its service belongs to that one; otherwise the
// first service of the file with a rule that matches the signal's title, or all of
// whose tags or dimensions the signal has. tags may be nil.
func (c *Catalogue) Service(s *room.Signal, tags map[string]string) string {
	if s.Kind == room.KindProbe {
		if named := c.probes[s.Title]; named != "" {
			return named
		}
	}
	if len(c.services) == 0 {
		return ""
	}
	title, dimension := strings.ToLower(s.Title), c.dimensions(s)
	tag := func(name string) (value string, has bool) {
		value, has = tags[name]
		return strings.ToLower(value), has
	}
	for i := range c.services {
		rules := &c.services[i]
		switch {
		case s.Kind == room.KindAlarm && rules.alarms.match(title),
			s.Kind == room.KindProbe && rules.probes.match(title),
			rules.tags.match(tag), rules.dimensions.match(dimension):
			return rules.name
		}
	}
	return ""
}

// Resource gives the name of the first service of the file to which one of some AWS
// resources belongs, by its rules for resources or for dimensions, or "". An ARN is also
// matched by what stands behind its last colon, and behind its last slash.
func (c *Catalogue) Resource(names []string) string {
	for i := range c.services {
		rules := &c.services[i]
		for _, name := range names {
			lower := strings.ToLower(name)
			for _, part := range []string{lower, lower[strings.LastIndex(lower, ":")+1:], lower[strings.LastIndex(lower, "/")+1:]} {
				if rules.resources.match(part) || rules.dimensions.any(part) {
					return rules.name
				}
			}
		}
	}
	return ""
}

// any says whether one of the rules holds for a value in small letters.
func (l labelRules) any(value string) bool {
	return slices.ContainsFunc(l, func(rule labelRule) bool { return rule.value.match(value) })
}

// dimensions finds the values of the dimensions of an alarm's metric, in small letters.
func (c *Catalogue) dimensions(s *room.Signal) func(name string) (value string, has bool) {
	var known []room.Dimension
	if detail, ok := s.Detail.(*room.AlarmDetail); ok && c.byDimension {
		for _, d := range detail.Dimensions {
			known = append(known, room.Dimension{Name: d.Name, Value: strings.ToLower(d.Value)})
		}
	}
	return func(name string) (string, bool) {
		for i := range known {
			if known[i].Name == name {
				return known[i].Value, true
			}
		}
		return "", false
	}
}

// match says whether there are rules and every one of them holds. find gives values
// in small letters.
func (l labelRules) match(find func(name string) (value string, has bool)) bool {
	for _, rule := range l {
		if value, has := find(rule.name); !has || !rule.value.match(value) {
			return false
		}
	}
	return len(l) > 0
}

// Watches makes the function that says whether an alarm of the given name is
// watched. It is safe for concurrent use.
func (a Alarms) Watches() func(name string) bool {
	include, exclude := compileGlobs(a.Include), compileGlobs(a.Exclude)
	return func(name string) bool {
		lower := strings.ToLower(name)
		return (len(include) == 0 || include.match(lower)) && !exclude.match(lower)
	}
}
