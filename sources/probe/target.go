package probe

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"

	"warroom/internal/clean"
	"warroom/internal/room"
	"warroom/internal/trust"
)

// nameLimit is how many runes of a probe's name are kept: more than any pane has columns.
const nameLimit = 120

// target is a Spec that has been checked, and all that can be made ready before
// the first probe. Only clock, lookup and kept have state that is shared; the files that TLS
// stands on are kept up by its looks, which do not overlap.
type target struct {
	spec     Spec
	probe    prober
	url      *url.URL
	endpoint endpoint
	clock    room.Clock
	lookup   *lookup
	roots    *x509.CertPool
	known    func(key string) *room.Signal
	controls *Controls // nil: our own connection is not doubted
	accepts  statuses
	text     *textMatch // nil if any body will do
	headers  []headerMatch
	values   []jsonMatch
	answers  *answersMatch // nil if any will do
	limits   limits
	steps    []step // over TCP
	secure   *tls.Config
	request  []byte                // of the first hop
	proxies  func(*url.URL) *proxy // nil if there is none
	kept     *kept                 // nil if each request has a connection of its own

	authority *trust.Kept[*x509.CertPool]   // nil: roots
	identity  *trust.Kept[*tls.Certificate] // nil if a server that asks for a certificate is shown none
}

// newTarget checks a Spec. Its errors are plain sentences that show no header
// value, no body and no part of a URL that may hold a password.
func newTarget(spec Spec, env *Environment) (*target, error) {
	spec.Name = clean.Line(spec.Name, nameLimit)
	if spec.Name == "" {
		return nil, errors.New("a probe has no name; give it one, unique among the probes")
	}
	t := &target{spec: spec, clock: env.Clock, lookup: newLookup(env.Resolver), roots: env.Roots, controls: env.Controls, known: env.Known}
	if t.clock == nil {
		t.clock = room.Wall{}
	}
	if err := t.prepare(); err != nil {
		return nil, fmt.Errorf("probe %q: %w", spec.Name, err)
	}
	return t, nil
}

func (t *target) prepare() error {
	if err := t.checkTimes(); err != nil {
		return err
	}
	var err error
	if t.url, err = parseURL(t.spec.URL); err != nil {
		return err
	}
	known, ok := protocols[t.url.Scheme]
	if !ok {
		schemes := strings.Join(slices.Sorted(maps.Keys(protocols)), ", ")
		return fmt.Errorf("the scheme %q cannot be probed; use one of %s", clean.Line(t.url.Scheme, nameLimit), schemes)
	}
	if s := &t.spec; !isHTTP(t.url.Scheme) && (s.Version != "" || s.Proxy != "" || !reflect.ValueOf(s.Auth).IsZero()) {
		return fmt.Errorf("a %s probe has no version of HTTP, no proxy and no auth; leave them out, or use an http URL", strings.ToUpper(t.url.Scheme))
	}
	if s := &t.spec; s.KeepAlive && !isHTTP(t.url.Scheme) {
		return fmt.Errorf("a %s probe keeps no connection; leave that out, or use an http URL", strings.ToUpper(t.url.Scheme))
	}
	if t.endpoint, err = endpointOf(t.url); err != nil {
		return err
	}
	t.endpoint.pinned = t.spec.Pin
	if err := t.checkAddresses(); err != nil {
		return err
	}
	if t.text, err = parseText("body", t.spec.Expect.Body); err != nil {
		return err
	}
	if t.headers, err = parseHeaders(t.spec.Expect.Headers); err != nil {
		return err
	}
	if t.values, err = parseJSON(t.spec.Expect.JSON); err != nil {
		return err
	}
	if err := t.limit(t.spec.Expect.Phases); err != nil {
		return err
	}
	if err := t.checkExpected(); err != nil {
		return err
	}
	if t.probe, err = known(t); err != nil {
		return err
	}
	return t.prepareSecure()
}

// checkExpected refuses what probes of the scheme do not know.
func (t *target) checkExpected() error {
	for _, expected := range []struct {
		what    string
		given   bool
		schemes []string
	}{
		{"headers", len(t.headers) > 0, []string{"http", "https", "ws", "wss"}},
		{"JSON", len(t.values) > 0, []string{"http", "https"}},
		{"DNS records", !t.spec.Expect.Answers.isZero(), []string{"dns"}},
		{"steps", len(t.spec.Steps) > 0, []string{"tcp"}},
	} {
		if expected.given && !slices.Contains(expected.schemes, t.url.Scheme) {
			return fmt.Errorf("probes of %s know no %s; leave them out, or use one of %s",
				t.url.Scheme, expected.what, strings.Join(expected.schemes, ", "))
		}
	}
	return nil
}

// proxyTo is what stands between us and a URL; nil if nothing does.
func (t *target) proxyTo(u *url.URL) *proxy {
	if t.proxies == nil {
		return nil
	}
	return t.proxies(u)
}

func isHTTP(scheme string) bool { return scheme == "http" || scheme == "https" }

func (t *target) checkTimes() error {
	s := &t.spec
	for _, given := range []struct {
		name  string
		value *time.Duration
		usual time.Duration
	}{
		{"interval", &s.Interval, DefaultInterval}, {"timeout", &s.Timeout, DefaultTimeout},
		{"slow", &s.Slow, 0}, {"latency", &s.Expect.Latency, 0},
	} {
		if *given.value < 0 {
			return fmt.Errorf("the %s %s is less than nothing; give a positive time", given.name, *given.value)
		}
		if *given.value == 0 {
			*given.value = given.usual
		}
	}
	if s.Slow >= s.Timeout {
		return fmt.Errorf("slow is %s and the timeout %s, so nothing could ever be slow; make slow the shorter one",
			plainDuration(s.Slow), plainDuration(s.Timeout))
	}
	return nil
}

// parseURL reads a URL as people write it: https if it has no scheme, and the
// fragment left out, since no server ever sees it.
func parseURL(text string) (*url.URL, error) {
	if !strings.Contains(text, "://") {
		text = "https://" + strings.TrimPrefix(text, "//")
	}
	u, err := url.Parse(text)
	if err != nil || u.Opaque != "" {
		return nil, errors.New("its URL cannot be read; write it as https://host:port/path")
	}
	if u.User != nil {
		return nil, errors.New("its URL holds a user name or password; put it into an Authorization header instead")
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

// detail is what the room is told about the target.
func (t *target) detail() *room.ProbeDetail {
	expect := make([]string, 0, 4)
	switch t.url.Scheme {
	case "http", "https":
		expect = append(expect, "status "+t.accepts.text)
	case "ws", "wss":
		expect = append(expect, "a WebSocket handshake")
	case "grpc", "grpcs":
		expect = append(expect, "SERVING")
	case "tls", "smtp", "imap", "pop3", "ldap", "postgres":
		expect = append(expect, "a TLS handshake")
	}
	if steps := len(t.spec.Steps); steps > 0 {
		expect = append(expect, fmt.Sprintf("a dialogue of %d steps", steps))
	}
	for i := range t.headers {
		expect = append(expect, t.headers[i].words())
	}
	what := "body "
	if t.url.Scheme == "dns" {
		what = "an answer that "
	}
	if t.spec.Version != "" {
		expect = append(expect, "HTTP/"+t.spec.Version)
	}
	if t.kept != nil {
		expect = append(expect, "a connection that is kept")
	}
	if proxy := t.proxyTo(t.url); proxy != nil {
		expect = append(expect, "by way of the proxy "+proxy.String())
	}
	if t.text != nil {
		expect = append(expect, what+t.text.words)
	}
	for i := range t.values {
		expect = append(expect, t.values[i].words)
	}
	if days := t.spec.Expect.Days; days > 0 {
		expect = append(expect, fmt.Sprintf("a certificate for %d days more", days))
	}
	if limit := t.spec.Expect.Latency; limit > 0 {
		expect = append(expect, "an answer within "+plainDuration(limit))
	}
	if t.answers != nil {
		expect = append(expect, t.answers.words...)
	}
	expect = append(expect, t.limits.words()...)
	if from := t.slowFrom(); from != "" {
		expect = append(expect, "slow after "+from)
	}
	expect = append(expect, t.expectedOfTLS()...)
	if t.spec.Await {
		expect = append(expect, "calls nobody before it was UP once")
	}
	for i := range expect {
		expect[i] = clean.Line(expect[i], reasonLimit)
	}
	return &room.ProbeDetail{
		Target:   clean.Line(t.shown(), urlLimit),
		Interval: t.spec.Interval, Timeout: t.spec.Timeout, Expect: expect, Objective: t.spec.Objective, Canary: t.spec.Canary,
	}
}

// plainDuration writes a configured duration without the zeros of Duration.String.
func plainDuration(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
