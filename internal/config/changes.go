package config

import "time"

// Changes is what is told of changes in AWS.
type Changes struct {
	CloudTrail bool          `yaml:"cloudtrail" doc:"Tell what was changed on AWS resources of the services below, as marks in the timeline; needs cloudtrail:LookupEvents." default:"false"`
	Interval   time.Duration `yaml:"interval" doc:"From one look at CloudTrail to the next; 30s or more, since CloudTrail itself is minutes late." default:"60s"`
}

// leastChanges leaves the better part of CloudTrail's two calls a second, for an account
// and region, to others.
const leastChanges = 30 * time.Second

func (r *reader) checkChanges(c *Config) {
	r.checkInterval("changes.interval", c.Changes.Interval, leastChanges)
	if !c.Changes.CloudTrail {
		return
	}
	for i := range c.Services {
		if match := &c.Services[i].Match; len(match.Resources) > 0 || len(match.Dimensions) > 0 {
			return
		}
	}
	r.wrong("changes.cloudtrail", "no service says which AWS resources belong to it, so nothing would be told; write globs under services: match: resources:")
}
