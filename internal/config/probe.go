package config

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Probe is one endpoint and what is expected of it. Times are never 0 except
// Slow and Expect.Latency, where 0 means that there is no limit. URL is as it may be
// shown, with references in its query; Address is for use.
type Probe struct {
	Name      string            `yaml:"name" doc:"What it is called; unique." need:"yes" example:"checkout-eu"`
	URL       string            `yaml:"url" doc:"What to probe: an http, https, tcp, tls, dns, grpc, grpcs, icmp, ws or wss URL, or for STARTTLS an smtp, imap, pop3, ldap or postgres one; https if it has no scheme. Values in its query may be references." need:"yes" refer:"yes" example:"https://checkout.example.com/health"`
	Service   string            `yaml:"service,omitempty" doc:"The service it belongs to, whatever the catalogue's rules say." usual:"the first service that matches" example:"checkout"`
	Region    string            `yaml:"region,omitempty" doc:"Where the endpoint runs." example:"eu-west-1"`
	Tags      map[string]string `yaml:"tags,omitempty" doc:"What the catalogue can match." example:"{team: payments}"`
	Version   string            `yaml:"version,omitempty" doc:"The version of HTTP: 2 asks for HTTP/2, over TLS by ALPN, and for an http URL as prior knowledge (h2c)." usual:"HTTP/1.1" example:"2"`
	Proxy     string            `yaml:"proxy,omitempty" doc:"The proxy to go through: an http, https or socks5 URL, whose user and password may be references, or environment for HTTPS_PROXY, HTTP_PROXY and NO_PROXY. It resolves the endpoint's name." usual:"none, whatever the environment says" refer:"yes" example:"\"http://probes:${env:PROXY_PASSWORD}@proxy.example.com:3128\""`
	KeepAlive bool              `yaml:"keep_alive,omitempty" doc:"Keep the HTTP connection open from look to look, so that every look but the first measures the answer alone. While it is open, a name that resolves to nothing any more is not noticed. For methods that may be asked again." default:"false"`
	Method    string            `yaml:"method,omitempty" doc:"The HTTP method; one that is not of RFC 9110, too." default:"GET" example:"HEAD"`
	Headers   map[string]Values `yaml:"headers,omitempty" doc:"HTTP headers; values may hold references. A list sends a header once for each of its values." example:"{Authorization: \"Bearer ${env:CHECKOUT_TOKEN}\"}"`
	Auth      Auth              `yaml:"auth,omitempty" doc:"How it shows who it is: user and password, a token, or client, secret and url, by which it is given tokens (OAuth 2.0 client credentials). It is sent to no other host."`
	Body      Secret            `yaml:"body,omitempty" doc:"What is sent with the request, or over the TCP connection; may hold references." example:"\"PING\\r\\n\""`
	Steps     []Step            `yaml:"steps,omitempty" doc:"A dialogue of a tcp probe, in place of body and expect.body: what is sent and what is waited for, one after the other."`
	Interval  time.Duration     `yaml:"interval" doc:"From one look to the next; 1s or more." usual:"intervals.probes" example:"5s"`
	Timeout   time.Duration     `yaml:"timeout" doc:"How long one look may take, redirects included; shorter than the interval." usual:"5s, or half the interval where that is less" example:"3s"`
	Slow      time.Duration     `yaml:"slow,omitempty" doc:"A right answer that takes longer is SLOW; shorter than the timeout." usual:"nothing is slow" example:"800ms"`
	Slower    float64           `yaml:"slower,omitempty" doc:"A right answer that takes more than so many times the usual, the median of its last sixty, is SLOW." usual:"nothing is slow" minimum:"1" example:"3"`
	Confirm   string            `yaml:"confirm" doc:"How many looks must fail before it is DOWN: 2 of 3, or 2 for two in a row; until then it says DOWN? and is looked at again soon. 1 believes each look." default:"2 of 3" example:"3 of 5"`
	Recover   string            `yaml:"recover" doc:"How many good looks in a row bring it back." default:"2" example:"3"`
	Objective float64           `yaml:"objective,omitempty" doc:"The share of good looks that is aimed at, in per cent; the details then show how fast the error budget goes." usual:"none is" minimum:"0" example:"99.9"`
	Expect    Expect            `yaml:"expect" doc:"What a good answer looks like."`
	Follow    bool              `yaml:"follow" doc:"Follow redirects; false takes the redirect itself as the answer." default:"true"`
	TLS       TLS               `yaml:"tls,omitempty" doc:"What is asked of TLS beyond the usual."`
	Addresses string            `yaml:"addresses,omitempty" doc:"Which addresses of the name are probed: ipv4 or ipv6, the first that answers; all, each by itself, with a row of its own; or one address, whatever the name resolves to." usual:"the first that answers, IPv4 before IPv6" example:"all"`
	From      string            `yaml:"from,omitempty" doc:"The address of this machine that connections come from." usual:"whichever the system takes" example:"192.0.2.10"`
	Insecure  bool              `yaml:"insecure,omitempty" doc:"Take any certificate; the screen says so." default:"false"`
	Await     bool              `yaml:"await,omitempty" doc:"It says DOWN? and calls nobody before it was UP once: for an endpoint that is yet to come. What failed before does not count." default:"false"`
	Paused    bool              `yaml:"paused,omitempty" doc:"Not looked at until this is taken away." default:"false"`
	Guarded   bool              `yaml:"guarded,omitempty" doc:"It was added from a screen which others share, so it reaches only what additions allows; such a screen writes this itself." default:"false"`

	address Secret // the URL with its references; zero if it has none
	proxy   Secret // the same of the proxy
}

// Expect is what a good answer looks like.
type Expect struct {
	Status  string                   `yaml:"status,omitempty" doc:"HTTP statuses, ranges with two dots, and ! before what is not good." default:"200..299" example:"\"200..299,!204\""`
	Headers map[string]string        `yaml:"headers,omitempty" doc:"For each header what one of its values contains, or a regular expression between slashes, or nothing in quotes for any value; after ! what none may." usual:"any headers" example:"{Cache-Control: no-store, Server: \"!/nginx/\", X-Powered-By: \"!\"}"`
	Body    string                   `yaml:"body,omitempty" doc:"Text that the body contains, or a regular expression between slashes." usual:"any body" example:"/\"status\": *\"ok\"/"`
	JSON    map[string]JSONValue     `yaml:"json,omitempty" doc:"For each path into the body, such as $.checks[0].state, the value that it has there: a value as JSON has it, < <= > or >= and a number, a regular expression between slashes, or text." usual:"any body" example:"{$.status: ok, \"$.checks[0].state\": /up|ready/, $.queue: \"<100\"}"`
	Answers Answers                  `yaml:"answers,omitempty" doc:"What a name server answers to a dns probe."`
	Days    float64                  `yaml:"days,omitempty" doc:"The certificate, and those it stands on, must last so many days more." usual:"for as long as it is valid" minimum:"0" example:"14"`
	Latency time.Duration            `yaml:"latency,omitempty" doc:"A right answer that takes longer is DOWN; shorter than the timeout." usual:"no limit" example:"2s"`
	Phases  map[string]time.Duration `yaml:"phases,omitempty" doc:"How long single phases may take: resolve, connect, tls, first byte, transfer; each shorter than the timeout." usual:"no limits" example:"{connect: 100ms, first byte: 500ms}"`
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
	if !p.IsHTTP() {
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

// Through is the proxy with every reference resolved, for use and not for show; "" if
// there is none.
func (p *Probe) Through() string {
	if p.proxy.IsZero() {
		return p.Proxy
	}
	return p.proxy.Reveal()
}

// Scheme is what the probe speaks: http, tcp, dns and so on.
func (p *Probe) Scheme() string {
	scheme, _, found := strings.Cut(p.URL, "://")
	if !found {
		return "https"
	}
	return strings.ToLower(scheme)
}

// IsHTTP says whether the probe makes HTTP requests and judges their answers.
func (p *Probe) IsHTTP() bool { return p.Scheme() == "http" || p.Scheme() == "https" }

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
		if p.IsHTTP() {
			r.checkHTTP(path, p)
		} else {
			r.checkSpoken(path, p)
		}
		r.checkTLS(path+".tls", p)
		r.checkAddresses(path, p)
		r.checkOnlyOf(path, p)
		r.checkSteps(path, p)
		r.checkAnswers(path+".expect.answers", &p.Expect.Answers)
		r.checkConfirm(path, p)
		r.checkMatch(path+".expect.body", p.Expect.Body)
		r.checkJSON(path+".expect.json", p.Expect.JSON)
		r.checkAnswerHeaders(path+".expect.headers", p.Expect.Headers)
		c.fillProbe(p)
		r.checkTimes(path, p)
	}
	r.checkMade(c.Probes)
}

// checkMade has the probes made with which nothing is wrong so far: what a protocol
// refuses is known only to it.
func (r *reader) checkMade(probes []Probe) {
	if r.allowed.Probe == nil || r.failed["intervals.probes"] {
		return
	}
	wrong := map[string]bool{} // by the probe's path
	for path := range r.failed {
		probe, _, _ := strings.Cut(path, ".")
		wrong[probe] = true
	}
	for i := range probes {
		path := fmt.Sprintf("probes[%d]", i)
		if wrong[path] {
			continue
		}
		if err := r.allowed.Probe(&probes[i]); err != nil {
			r.wrong(path+".url", "this probe cannot be made: %v", err)
		}
	}
}

// spoken is what a protocol other than HTTP has of what a probe can ask for.
type spoken struct{ headers, answerHeaders, body, match, certificate bool }

// speaks is that for each scheme.
var speaks = map[string]spoken{
	"tcp": {body: true, match: true}, "tls": {certificate: true}, "dns": {match: true},
	"grpc": {headers: true}, "grpcs": {headers: true, certificate: true}, "icmp": {},
	"ws": {headers: true, answerHeaders: true}, "wss": {headers: true, answerHeaders: true, certificate: true},
	"smtp": {certificate: true}, "imap": {certificate: true}, "pop3": {certificate: true}, "ldap": {certificate: true}, "postgres": {certificate: true},
}

// checkSpoken refuses what a protocol does not have, because it would be quietly ignored.
func (r *reader) checkSpoken(path string, p *Probe) {
	scheme := p.Scheme()
	has, known := speaks[scheme]
	if !known {
		return // its URL is refused
	}
	for _, key := range []struct {
		name, why string
		has       bool
	}{
		{"version", "have no version of HTTP", false}, {"proxy", "go through no proxy", false}, {"keep_alive", "keep no connection", false}, {"auth", "do not say who they are", false}, {"method", "speak no HTTP", false}, {"expect.status", "speak no HTTP", false},
		{"headers", "send no headers", has.headers}, {"body", "send no body", has.body}, {"expect.body", "get no text", has.match},
		{"expect.headers", "get no headers", has.answerHeaders}, {"expect.json", "get no JSON", false},
	} {
		if !key.has && r.given(path+"."+key.name) {
			r.wrong(path+"."+key.name, "%s probes %s; take this away, or probe an http or https URL", scheme, key.why)
		}
	}
	if !p.Follow {
		r.wrong(path+".follow", "%s probes meet no redirects; take this away, or probe an http or https URL", scheme)
	}
	if p.Insecure && !p.overTLS() {
		r.wrong(path+".insecure", "%s probes see no certificate; take this away, or probe an https URL", scheme)
	}
}

// checkOnlyOf refuses what only one protocol has.
func (r *reader) checkOnlyOf(path string, p *Probe) {
	for _, key := range []struct{ name, why, scheme string }{
		{"expect.answers", "get no DNS records", "dns"}, {"steps", "hold no dialogue", "tcp"},
	} {
		if scheme := p.Scheme(); scheme != key.scheme && contains(probeSchemes, scheme) && r.given(path+"."+key.name) {
			r.wrong(path+"."+key.name, "%s probes %s; take this away, or probe a %s URL", scheme, key.why, key.scheme)
		}
	}
}

// confirmPattern is "2 of 3" or "2".
var confirmPattern = regexp.MustCompile(`^([0-9]{1,3})(?: of ([0-9]{1,3}))?$`)

// daysLimit is longer than any certificate of a server may last.
const daysLimit = 825

// confirmLimit is how many looks a verdict may wait for: with more an outage is over first.
const confirmLimit = 20

// Confirmed is how many looks must fail among how many before the probe is DOWN, and how
// many good ones in a row bring it back. Where nothing is said each look is believed.
func (p *Probe) Confirmed() (down, of, up int) {
	if said := confirmPattern.FindStringSubmatch(p.Confirm); said != nil {
		down, _ = strconv.Atoi(said[1])
		of = down
		if said[2] != "" {
			of, _ = strconv.Atoi(said[2])
		}
	}
	up, _ = strconv.Atoi(p.Recover)
	return max(down, 1), max(of, 1), max(up, 1)
}

func (r *reader) checkConfirm(path string, p *Probe) {
	down, of, up := p.Confirmed()
	switch {
	case !confirmPattern.MatchString(p.Confirm) || strings.HasPrefix(p.Confirm, "0"):
		r.wrong(path+".confirm", "%s is no number of looks; write it like 2 of 3, or 2 for two in a row", quote(p.Confirm))
	case down > of:
		r.wrong(path+".confirm", "%d of %d looks can never fail; write %d of %d", down, of, of, down)
	case of > confirmLimit:
		r.wrong(path+".confirm", "%d looks are too many to wait for; write %d or fewer", of, confirmLimit)
	}
	if p.Objective != 0 && !(p.Objective >= 50 && p.Objective < 100) {
		r.wrong(path+".objective", "an objective is a share in per cent, from 50 to less than 100; write it like 99.9")
	}
	if days := p.Expect.Days; days != 0 && (days != float64(int(days)) || days < 1 || days > daysLimit) {
		r.wrong(path+".expect.days", "this is no number of days; write a whole one from 1 to %d", daysLimit)
	} else if days != 0 && !p.overTLS() {
		r.wrong(path+".expect.days", "%s probes see no certificate; take this away, or probe an https URL", p.Scheme())
	}
	if n, err := strconv.Atoi(p.Recover); err != nil || n < 1 || up > confirmLimit {
		r.wrong(path+".recover", "%s is no number of looks; write a number from 1 to %d", quote(p.Recover), confirmLimit)
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
	r.checkPhases(path+".expect.phases", p)
	latency := p.Expect.Latency
	if latency >= p.Timeout {
		r.wrong(path+".expect.latency", "%s is not shorter than the timeout of %s, so it could never matter; write less", plain(latency), plain(p.Timeout))
	}
	if latency > 0 && p.Slow >= latency && !r.failed[path+".slow"] {
		r.wrong(path+".slow", "%s is not shorter than expect.latency of %s, so what is slow would be DOWN already; write less", plain(p.Slow), plain(latency))
	}
}
