package config

import (
	"fmt"
	"math"
	"strings"
)

// Service is one of ours: what belongs to it, and whom to call.
type Service struct {
	Name    string   `yaml:"name" doc:"What it is called; unique." need:"yes" example:"checkout"`
	Match   Match    `yaml:"match" doc:"Which signals belong to it; any one of these rules is enough."`
	Owner   string   `yaml:"owner,omitempty" doc:"The team that owns it." example:"payments"`
	Contact string   `yaml:"contact,omitempty" doc:"How to reach the owner." example:"\"#payments-oncall\""`
	Runbook string   `yaml:"runbook,omitempty" doc:"The https URL of its runbook." example:"https://wiki.example.com/checkout"`
	Regions []string `yaml:"regions,omitempty" doc:"Where it runs." example:"[us-east-1, eu-west-1]"`
	Weight  float64  `yaml:"weight" doc:"How much it matters next to the others; 0 does not count." default:"1" minimum:"0" example:"3"`
}

// Match says which signals belong to a service.
type Match struct {
	Alarms     []string          `yaml:"alarms,omitempty" doc:"Globs over alarm names; * is any text, ? one character, [a-z] one of these; capitals do not matter." example:"[\"checkout-*\"]"`
	Dimensions map[string]string `yaml:"dimensions,omitempty" doc:"Dimensions that an alarm's metric must all have; values are globs." example:"{TableName: \"checkout-*\"}"`
	Probes     []string          `yaml:"probes,omitempty" doc:"Globs over probe names." example:"[\"checkout*\"]"`
	Resources  []string          `yaml:"resources,omitempty" doc:"Globs over the names, ids or ARNs of AWS resources whose changes are told; see changes." example:"[\"checkout-*\"]"`
	Tags       map[string]string `yaml:"tags,omitempty" doc:"Tags that a probe of this file must all have; values are globs. Those of alarms are not read." example:"{team: payments}"`
}

func (r *reader) checkServices(c *Config) {
	names := names{}
	for i := range c.Services {
		s, path := &c.Services[i], fmt.Sprintf("services[%d]", i)
		r.checkName(path+".name", s.Name, names)
		r.checkLine(path+".owner", s.Owner)
		r.checkLine(path+".contact", s.Contact)
		r.checkRunbook(path+".runbook", s.Runbook)
		r.checkGlobs(path+".match.alarms", s.Match.Alarms)
		r.checkGlobs(path+".match.probes", s.Match.Probes)
		r.checkGlobs(path+".match.resources", s.Match.Resources)
		r.checkLabels(path+".match.dimensions", s.Match.Dimensions)
		r.checkLabels(path+".match.tags", s.Match.Tags)
		for j, region := range s.Regions {
			r.checkPlace(fmt.Sprintf("%s.regions[%d]", path, j), region)
		}
		if s.Weight < 0 || math.IsNaN(s.Weight) || math.IsInf(s.Weight, 0) {
			r.wrong(path+".weight", "a weight is 0 or more; 1 is as much as any other service")
		}
	}
}

// checkLabels looks at globs over the values of names.
func (r *reader) checkLabels(path string, labels map[string]string) {
	for _, name := range sortedKeys(labels) {
		r.checkGlob(join(path, name), labels[name])
	}
}

func (r *reader) checkRunbook(path, runbook string) {
	if runbook == "" {
		return
	}
	if u, wrong := parseURL(runbook); wrong != "" {
		r.wrong(path, "%s", wrong)
	} else if u.Scheme != "https" || !strings.HasPrefix(runbook, "https://") {
		r.wrong(path, "a runbook is opened in a browser; write a whole URL that begins with https://")
	} else {
		r.checkQuery(path, Literal(runbook), "take it away, and log in where the runbook is")
	}
}

// checkProbeServices refuses a probe's service that the catalogue does not have:
// a slip there would quietly leave the probe out of its service. Without any
// catalogue, the probes' own names are all there is.
func (r *reader) checkProbeServices(c *Config) {
	if len(c.Services) == 0 {
		return
	}
	var known []string
	for i := range c.Services {
		known = append(known, c.Services[i].Name)
	}
	for i := range c.Probes {
		if name := c.Probes[i].Service; name != "" && !contains(known, name) {
			r.wrong(fmt.Sprintf("probes[%d].service", i), "there is no service %s in services%s", quote(name), Meant(name, known, "add it there, or use one of: "+list(known)))
		}
	}
}
