package config

import (
	"fmt"
	"net/url"
	"time"
)

// Feeds are AWS's public feeds of its own troubles, which need no credentials.
type Feeds struct {
	Off          bool          `yaml:"off" doc:"Do not ask AWS's public feeds." default:"false"`
	Interval     time.Duration `yaml:"interval" doc:"From one look at the feeds to the next; 30s or more, out of courtesy." default:"60s"`
	Regions      []string      `yaml:"regions,omitempty" doc:"Regions whose events are shown, beside those of no region." usual:"the regions under scopes, or the AWS SDK's own; all if there are none" example:"[us-east-1, eu-west-1]"`
	Events       string        `yaml:"events,omitempty" doc:"Where the events are that go on." usual:"health.aws.amazon.com" example:"https://mirror.example.com/currentevents"`
	Mirrors      []string      `yaml:"mirrors,omitempty" doc:"Where the history is, asked one after the other when the events cannot be read." usual:"three buckets of AWS's" example:"[\"https://mirror.example.com/historyevents.json\"]"`
	RSS          string        `yaml:"rss,omitempty" doc:"Where the RSS feed is, asked when no mirror can be read." usual:"status.aws.amazon.com" example:"https://mirror.example.com/all.rss"`
	Announcement string        `yaml:"announcement,omitempty" doc:"Where the banner of the status page is." usual:"health.aws.amazon.com" example:"https://mirror.example.com/announcement"`
}

// Elsewhere says whether any feed is asked at an address that is not AWS's own.
func (f *Feeds) Elsewhere() bool {
	return f.Events != "" || len(f.Mirrors) > 0 || f.RSS != "" || f.Announcement != ""
}

// leastFeeds is how often they may be asked.
const leastFeeds = 30 * time.Second

func (r *reader) checkFeeds(c *Config) {
	f := &c.Feeds
	r.checkInterval("feeds.interval", f.Interval, leastFeeds)
	for i, region := range f.Regions {
		if wrong := RegionMistake(region); wrong != "" {
			r.wrong(fmt.Sprintf("feeds.regions[%d]", i), "%s", wrong)
		}
	}
	r.checkFeed("feeds.events", f.Events)
	for i, mirror := range f.Mirrors {
		r.checkFeed(fmt.Sprintf("feeds.mirrors[%d]", i), mirror)
	}
	r.checkFeed("feeds.rss", f.RSS)
	r.checkFeed("feeds.announcement", f.Announcement)
}

// checkFeed looks at the address of a feed. It is shown on the screen, so it holds no
// secret.
func (r *reader) checkFeed(path, address string) {
	if address == "" {
		return
	}
	_, wrong := parseURL(address)
	if u, err := url.Parse(address); wrong == "" && (err != nil || u.Scheme != "https" && u.Scheme != "http") {
		wrong = "a feed is read over https or http; write it like https://host.example.com/path"
	}
	if wrong != "" {
		r.wrong(path, "%s", wrong)
	}
}
