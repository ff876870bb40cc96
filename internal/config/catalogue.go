package config

import (
	"strings"

	"warroom/internal/room"
)

// Catalogue tells which service a signal belongs to. Immutable; safe for
// concurrent use.
type Catalogue struct {
	services []serviceRules
	probes   map[string]string // probe name to the service that it names itself
}

type serviceRules struct {
	name           string
	alarms, probes globs
	tags           []tagRule
}

type tagRule struct {
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
		rules := serviceRules{name: s.Name, alarms: compileGlobs(s.Match.Alarms), probes: compileGlobs(s.Match.Probes)}
		for _, name := range sortedKeys(s.Match.Tags) {
			if value, err := compileGlob(s.Match.Tags[name]); err == nil {
				rules.tags = append(rules.tags, tagRule{name, value})
			}
		}
		catalogue.services = append(catalogue.services, rules)
	}
	return catalogue
}

// Service gives the name of the service that a signal belongs to, or "" if none
// claims it. A probe that names its service belongs to that one; otherwise the
// first service of the file with a rule that matches the signal's title, or all of
// whose tags the signal has. tags may be nil.
func (c *Catalogue) Service(s *room.Signal, tags map[string]string) string {
	if s.Kind == room.KindProbe {
		if named := c.probes[s.Title]; named != "" {
			return named
		}
	}
	if len(c.services) == 0 {
		return ""
	}
	title := strings.ToLower(s.Title)
	for i := range c.services {
		rules := &c.services[i]
		switch {
		case s.Kind == room.KindAlarm && rules.alarms.match(title),
			s.Kind == room.KindProbe && rules.probes.match(title),
			rules.tagged(tags):
			return rules.name
		}
	}
	return ""
}

func (r *serviceRules) tagged(tags map[string]string) bool {
	if len(r.tags) == 0 || len(tags) == 0 {
		return false
	}
	for _, rule := range r.tags {
		value, has := tags[rule.name]
		if !has || !rule.value.match(strings.ToLower(value)) {
			return false
		}
	}
	return true
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
