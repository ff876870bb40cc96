package config

import (
	"fmt"
	"strings"
	"time"
)

// Probe is one endpoint and what is expected of it. Times are never 0 except
// Slow and Expect.Latency, where 0 means that there is no limit. URL is as it may be
// shown, with references in its query; Address is for use.
type Probe struct {
	Name     string            `yaml:"name" doc:"What it is called; unique." need:"yes" example:"checkout-eu"`
	URL      string            `yaml:"url" doc:"An http, https or tcp URL; https if it has no scheme. Values in its query may be references." need:"yes" refer:"yes" example:"https://checkout.example.com/health"`
	Service  string            `yaml:"service,omitempty" doc:"The service it belongs to, whatever the catalogue's rules say." usual:"the first service that matches" example:"checkout"`
	Region   string            `yaml:"region,omitempty" doc:"Where the endpoint runs." example:"eu-west-1"`
	Tags     map[string]string `yaml:"tags,omitempty" doc:"What the catalogue can match." example:"{team: payments}"`
	Method   string            `yaml:"method,omitempty" doc:"The HTTP method." default:"GET" allow:"GET HEAD POST PUT PATCH DELETE OPTIONS" example:"HEAD"`
	Headers  map[string]Secret `yaml:"headers,omitempty" doc:"HTTP headers; values may hold references." example:"{Authorization: \"Bearer ${env:CHECKOUT_TOKEN}\"}"`
	Body     Secret            `yaml:"body,omitempty" doc:"What is sent with the request, or over the TCP connection; may hold references." example:"\"PING\\r\\n\""`
	Interval time.Duration     `yaml:"interval" doc:"From one look to the next; 1s or more." usual:"intervals.probes" example:"5s"`
	Timeout  time.Duration     `yaml:"timeout" doc:"How long one look may take, redirects included; shorter than the interval." usual:"5s, or half the interval where that is less" example:"3s"`
	Slow     time.Duration     `yaml:"slow,omitempty" doc:"A right answer that takes longer is SLOW; shorter than the timeout." usual:"nothing is slow" example:"800ms"`
	Expect   Expect            `yaml:"expect" doc:"What a good answer looks like."`
	Follow   bool              `yaml:"follow" doc:"Follow redirects; false takes the redirect itself as the answer." default:"true"`
	Insecure bool              `yaml:"insecure,omitempty" doc:"Take any certificate; the screen says so." default:"false"`

	address Secret // the URL with its references; zero if it has none
}

// Expect is what a good answer looks like.
type Expect struct {
	Status  string        `yaml:"status,omitempty" doc:"HTTP statuses, ranges with two dots, and ! before what is not good." default:"200..299" example:"\"200..299,!204\""`
	Body    string        `yaml:"body,omitempty" doc:"Text that the body contains, or a regular expression between slashes." usual:"any body" example:"/\"status\": *\"ok\"/"`
	Latency time.Duration `yaml:"latency,omitempty" doc:"A right answer that takes longer is DOWN; shorter than the timeout." usual:"no limit" example:"2s"`
}

// usualTimeout is longer than one lost SYN and its retries after 1 s and 3 s.
const usualTimeout = 5 * time.Second

// fillProbe gives a probe what depends on the rest of the file.
func (c *Config) fillProbe(p *Probe) {
	if p.Interval == 0 {
		p.Interval = c.Intervals.Probes
	}
	if p.Timeout == 0 {
		p.Timeout = min(usualTimeout, p.Interval/2)
	}
	if p.IsTCP() {
		p.Method, p.Expect.Status = "", ""
	}
}

// Address is the URL with every reference resolved, for use and not for show.
func (p *Probe) Address() string {
	if p.address.IsZero() {
		return p.URL
	}
	return p.address.Reveal()
}

// IsTCP says whether the probe opens a connection and speaks no HTTP.
func (p *Probe) IsTCP() bool { return strings.HasPrefix(strings.ToLower(p.URL), "tcp://") }

func (r *reader) checkProbes(c *Config) {
	names := names{}
	for i := range c.Probes {
		p, path := &c.Probes[i], fmt.Sprintf("probes[%d]", i)
		r.checkName(path+".name", p.Name, names)
		r.checkEndpoint(path+".url", p)
		r.checkLine(path+".service", p.Service)
		if p.Region != "" {
			r.checkPlace(path+".region", p.Region)
		}
		r.checkHeaders(path+".headers", p.Headers)
		r.checkBody(path+".body", p.Body)
		if p.IsTCP() {
			r.checkTCP(path, p)
		} else {
			r.checkHTTP(path, p)
		}
		r.checkMatch(path+".expect.body", p.Expect.Body)
		c.fillProbe(p)
		r.checkTimes(path, p)
	}
}

func (r *reader) checkHTTP(path string, p *Probe) {
	r.checkStatus(path+".expect.status", p.Expect.Status)
	if p.Method == "HEAD" && p.Expect.Body != "" {
		r.wrong(path+".expect.body", "an answer to HEAD has no body, so nothing can be expected of it; take this away, or use GET")
	}
}

// checkTCP refuses what only HTTP has, because it would be quietly ignored.
func (r *reader) checkTCP(path string, p *Probe) {
	for _, key := range []string{"method", "headers", "expect.status"} {
		if r.given(path + "." + key) {
			r.wrong(path+"."+key, "a tcp probe speaks no HTTP; take this away, or probe an http or https URL")
		}
	}
	if !p.Follow {
		r.wrong(path+".follow", "a tcp probe meets no redirects; take this away, or probe an http or https URL")
	}
	if p.Insecure {
		r.wrong(path+".insecure", "a tcp probe sees no certificate; take this away, or probe an https URL")
	}
}

func (r *reader) checkTimes(path string, p *Probe) {
	if r.given(path + ".interval") {
		r.checkInterval(path+".interval", p.Interval, leastProbes)
	}
	if p.Timeout >= p.Interval && !r.failed[path+".interval"] && !r.failed["intervals.probes"] {
		at := path + ".timeout"
		if !r.given(at) {
			at = path
		}
		r.wrong(at, "a timeout of %s is not shorter than the interval of %s, so looks would pile up; make one of them smaller or larger", plain(p.Timeout), plain(p.Interval))
	}
	if r.failed[path+".timeout"] {
		return
	}
	if p.Slow >= p.Timeout {
		r.wrong(path+".slow", "%s is not shorter than the timeout of %s, so nothing could ever be slow; write less", plain(p.Slow), plain(p.Timeout))
	}
	latency := p.Expect.Latency
	if latency >= p.Timeout {
		r.wrong(path+".expect.latency", "%s is not shorter than the timeout of %s, so it could never matter; write less", plain(latency), plain(p.Timeout))
	}
	if latency > 0 && p.Slow >= latency && !r.failed[path+".slow"] {
		r.wrong(path+".slow", "%s is not shorter than expect.latency of %s, so what is slow would be DOWN already; write less", plain(p.Slow), plain(latency))
	}
}
