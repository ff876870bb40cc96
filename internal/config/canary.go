package config

import (
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Canaries are probes of AWS's own regional front doors, which need no credentials.
type Canaries struct {
	Off      bool          `yaml:"off" doc:"Do not probe AWS's front doors." default:"false"`
	Regions  []string      `yaml:"regions,omitempty" doc:"Regions whose front doors are probed." usual:"the regions under scopes, or the AWS SDK's own" example:"[us-east-1, eu-west-1]"`
	Services []string      `yaml:"services,omitempty" doc:"AWS services, as their endpoints are called." usual:"dynamodb, ec2, lambda, s3, sqs and sts" example:"[dynamodb, sqs, sts, s3]"`
	Interval time.Duration `yaml:"interval" doc:"From one look at a front door to the next; 10s or more, out of courtesy." default:"30s"`
}

// usualCanaries are the services that are probed unless others are named: those on
// which most others stand.
var usualCanaries = []string{"dynamodb", "ec2", "lambda", "s3", "sqs", "sts"}

// Wanted are the services whose front doors are probed.
func (c *Canaries) Wanted() []string {
	if len(c.Services) == 0 {
		return usualCanaries
	}
	return c.Services
}

// canaryServices are the services that have a front door SERVICE.REGION.amazonaws.com.
// Source: AWS General Reference, service endpoints.
var canaryServices = strings.Fields(`autoscaling cloudformation dynamodb ec2 ecs eks elasticache elasticloadbalancing
	events firehose kinesis kms lambda logs monitoring rds s3 secretsmanager sns sqs ssm states sts`)

// leastCanaries is how often a stranger's door may be knocked at.
const leastCanaries = 10 * time.Second

func (r *reader) checkCanaries(c *Config) {
	for i, region := range c.Canaries.Regions {
		if wrong := RegionMistake(region); wrong != "" {
			r.wrong(fmt.Sprintf("canaries.regions[%d]", i), "%s", wrong)
		}
	}
	for i, service := range c.Canaries.Services {
		if !slices.Contains(canaryServices, service) {
			r.wrong(fmt.Sprintf("canaries.services[%d]", i), "no front door of %s is known%s", quote(service),
				Meant(strings.ToLower(service), canaryServices, "use one of: "+list(canaryServices)))
		}
	}
	r.checkInterval("canaries.interval", c.Canaries.Interval, leastCanaries)
}

// Controls are a few probes of independent networks. When all of them fail together it
// is our own connection that is down.
type Controls struct {
	Off     bool     `yaml:"off" doc:"Do not look whether our own connection works." default:"false"`
	Targets []string `yaml:"targets,omitempty" doc:"Addresses of networks that do not depend on each other, as host:port; two or more." usual:"1.1.1.1:443 (Cloudflare), 8.8.8.8:443 (Google) and 9.9.9.9:443 (Quad9)" example:"[\"192.0.2.1:443\", \"198.51.100.7:443\"]"`
	Names   []string `yaml:"names,omitempty" doc:"Names that do not depend on each other, looked up with this machine's own name server; two or more. When none is found, no endpoint is called DOWN because its name is not." usual:"one.one.one.one (Cloudflare), dns.google (Google) and dns.quad9.net (Quad9); none with targets of your own" example:"[a.example.com, b.example.net]"`
}

// usualControls are resolvers of three companies that are reached by address alone, so
// that they need no name to be resolved, and have answered for years.
var usualControls = []string{"1.1.1.1:443", "8.8.8.8:443", "9.9.9.9:443"}

// usualNames are those resolvers' own names.
var usualNames = []string{"one.one.one.one", "dns.google", "dns.quad9.net"}

// WantedNames are the names that are looked up. Whoever has networks of their own may have no
// other names either.
func (c *Controls) WantedNames() []string {
	if len(c.Names) == 0 && len(c.Targets) == 0 {
		return usualNames
	}
	return c.Names
}

// Wanted are the addresses that are tried.
func (c *Controls) Wanted() []string {
	if len(c.Targets) == 0 {
		return usualControls
	}
	return c.Targets
}

// leastControls is how many networks there must be: one alone may be down itself.
const leastControls = 2

var controlName = regexp.MustCompile(`^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?$`)

var controlPattern = regexp.MustCompile(`^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):[0-9]{1,5}$`)

func (r *reader) checkControls(c *Config) {
	for i, target := range c.Controls.Targets {
		if !controlPattern.MatchString(target) {
			r.wrong(fmt.Sprintf("controls.targets[%d]", i), "%s is no address with a port; write it like 192.0.2.1:443", quote(target))
		}
	}
	for i, name := range c.Controls.Names {
		if !controlName.MatchString(name) || net.ParseIP(name) != nil {
			r.wrong(fmt.Sprintf("controls.names[%d]", i), "%s is no name to look up; write it like www.example.com", quote(name))
		}
	}
	if n := len(c.Controls.Names); n > 0 && n < leastControls {
		r.wrong("controls.names", "one name may be lost by itself; write %d or more", leastControls)
	}
	if n := len(c.Controls.Targets); n > 0 && n < leastControls {
		r.wrong("controls.targets", "one network may be down by itself; name %d or more", leastControls)
	}
}
