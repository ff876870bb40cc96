// Package config reads warroom.yaml: defaults, validation that names line and
// column, secrets by reference, the service catalogue, and reload. Theme files are
// read in the same way.
package config

import (
	"crypto/sha256"
	"time"
)

// FileName is what the config file is called where it is looked for.
const FileName = "warroom.yaml"

// Config is a whole, valid configuration with every default filled in. It is
// immutable once loaded, and safe for concurrent use.
//
// The struct tags of this type and of those below are the one description of the
// file: the reader, the JSON Schema and the table in docs/config.md follow them.
//
//	yaml     the key; omitempty leaves it out of Show when it has no value
//	doc      one sentence about it
//	default  the value if it is not given
//	usual    where the value comes from if it is not given, in words
//	example  a value that may stand in a file
//	need     "yes" if it must be given
//	allow    the only words that are taken
//	minimum  the smallest number
//	refer    "yes" if text that is shown may hold references
type Config struct {
	Room        string              `yaml:"room,omitempty" doc:"What the room is called in the header." example:"prod"`
	Theme       string              `yaml:"theme" doc:"The colours of the screen: a name, or the path of a theme of your own (docs/themes.md); auto follows the terminal's background." default:"auto" example:"dark"`
	ASCII       bool                `yaml:"ascii" doc:"Draw with ASCII characters only." default:"false"`
	Attention   Attention           `yaml:"attention" doc:"How new trouble calls whoever does not look at the terminal."`
	Intervals   Intervals           `yaml:"intervals" doc:"How often each source looks."`
	Scopes      []Scope             `yaml:"scopes,omitempty" doc:"As whom and where to look at AWS." usual:"the AWS SDK's own credentials and region"`
	Accounts    map[string]string   `yaml:"accounts,omitempty" doc:"What accounts are called on the screen, by their numbers; account in a scope goes before." usual:"their numbers" example:"{\"111122223333\": payments}"`
	Health      Health              `yaml:"health" doc:"AWS Health."`
	Feeds       Feeds               `yaml:"feeds" doc:"What AWS says in public of its own troubles, asked without credentials (docs/feeds.md)."`
	Alarms      Alarms              `yaml:"alarms" doc:"CloudWatch alarms."`
	Push        Push                `yaml:"push" doc:"What AWS tells by itself, beside the looks: Health events and the alarms' changes of state."`
	Probes      []Probe             `yaml:"probes,omitempty" doc:"Our own endpoints and what is expected of them."`
	Groups      []Group             `yaml:"groups,omitempty" doc:"Probes that are judged together: each group is a row that is DOWN when enough of its probes are."`
	Additions   Additions           `yaml:"additions" doc:"What probes may reach that were added from a screen which others share; those that whoever writes this file puts into it may reach everything."`
	Changes     Changes             `yaml:"changes" doc:"What is told of changes in AWS: who changed what, as marks in the timeline."`
	Canaries    Canaries            `yaml:"canaries" doc:"Probes of AWS's own regional front doors, without credentials: often the first sign that it is AWS."`
	Controls    Controls            `yaml:"controls" doc:"Tells our own connection from the world: when none of these networks answers, no endpoint is called DOWN."`
	Maintenance []Maintenance       `yaml:"maintenance,omitempty" doc:"Times in which probes may fail without calling anybody."`
	Services    []Service           `yaml:"services,omitempty" doc:"The service catalogue; the first service in the file that matches a signal gets it."`
	Keys        map[string][]string `yaml:"keys,omitempty" doc:"Keys by action, in place of the action's own; the screen's help (?) lists the actions." example:"{zoom: [z, f11]}"`

	file   string
	digest digest
}

// Same says whether two configs were read from the same content of the same file.
func (c *Config) Same(o *Config) bool { return c.file == o.file && c.digest == o.digest }

// Outdated says whether the file now holds something else than what was read. A file
// that cannot be read does not outdate anything.
func (c *Config) Outdated() bool {
	if c.file == "" {
		return false
	}
	content, err := readFile(c.file)
	return err == nil && sha256.Sum256(content) != c.digest
}

// Intervals is how often each source looks.
type Intervals struct {
	Health time.Duration `yaml:"health" doc:"AWS Health; 30s or more, since AWS itself posts minutes apart and throttles below." default:"60s"`
	Alarms time.Duration `yaml:"alarms" doc:"CloudWatch alarms; 10s or more, since no alarm is evaluated more often." default:"30s"`
	Probes time.Duration `yaml:"probes" doc:"Probes that say nothing else; 1s or more." default:"15s"`
}

// Health is what is wanted of AWS Health.
type Health struct {
	Off          bool   `yaml:"off" doc:"Do not ask AWS Health." default:"false"`
	Organization string `yaml:"organization,omitempty" doc:"The account that may read AWS Health for its whole organization (docs/health.md), by its name under scopes or accounts, or else its number." usual:"none: each account is asked for its own" example:"management"`
}

// Wide says whether the account of a name is to be asked for its whole organization.
func (c *Config) Wide(account string) bool {
	wanted := c.Health.Organization
	return wanted != "" && c.AccountName(account) == c.AccountName(wanted)
}

// Alarms says which CloudWatch alarms are watched. Use Watches to ask.
type Alarms struct {
	Off     bool     `yaml:"off" doc:"Do not ask CloudWatch." default:"false"`
	Include []string `yaml:"include,omitempty" doc:"Name globs; only alarms that match one are watched." usual:"every alarm" example:"[\"prod-*\"]"`
	Exclude []string `yaml:"exclude,omitempty" doc:"Name globs; alarms that match one are not watched, whatever include says." example:"[\"TargetTracking-*\"]"`
}

// Least intervals, in the order of Intervals. AWS Health is throttled per account
// and posts minutes apart; CloudWatch evaluates at most every ten seconds; a probe
// below a second is a load test.
const (
	leastHealth = 30 * time.Second
	leastAlarms = 10 * time.Second
	leastProbes = time.Second
)

// longest bounds every time in the file: what looks less than once a day is not
// watching, and such a number is a typing mistake.
const longest = 24 * time.Hour

// Default is the configuration without any file.
func Default() *Config {
	c := new(Config)
	fillDefaults(c)
	return c
}

// File is the path the configuration was read from, or "" if there was none.
func (c *Config) File() string { return c.file }

func (r *reader) checkIntervals(c *Config) {
	for _, interval := range []struct {
		path  string
		value time.Duration
		least time.Duration
	}{
		{"intervals.health", c.Intervals.Health, leastHealth},
		{"intervals.alarms", c.Intervals.Alarms, leastAlarms},
		{"intervals.probes", c.Intervals.Probes, leastProbes},
	} {
		r.checkInterval(interval.path, interval.value, interval.least)
	}
}

func (r *reader) checkInterval(path string, value, least time.Duration) {
	if value < least {
		r.wrong(path, "%s is too often; write %s or more", plain(value), plain(least))
	}
}
