// Package probe asks our own endpoints whether they answer, how fast, and with
// what. One file is one protocol, and the type prober is its whole contract.
package probe

import (
	"context"
	"crypto/x509"
	"net"
	"net/netip"
	"time"

	"warroom/internal/room"
	"warroom/sources"
)

// What a Spec gets that leaves them out.
const (
	// DefaultInterval is often enough to lead AWS's first post by minutes.
	DefaultInterval = 15 * time.Second
	// DefaultTimeout is longer than one lost SYN and its retries after 1 s and 3 s.
	DefaultTimeout = 5 * time.Second
	// DefaultStatus is what an endpoint that is well answers.
	DefaultStatus = "200..299"
)

// Spec is one endpoint and what is expected of it. The zero value of every field
// but Name and URL asks for the default.
type Spec struct {
	Name      string              // unique among all probes
	URL       string              // of one of protocols; without a scheme, https
	Shown     string              // the URL with the query that people see; "" hides there what keys like token have
	Version   string              // of HTTP: "2", or "" for HTTP/1.1
	Method    string              // GET if empty
	Header    map[string][]string // values may be secret and are never printed
	Auth      Auth                // how it shows who it is, beside the headers
	Body      string              // sent with the request; over TCP, sent as it is
	Steps     []Step              // over TCP, in place of Body and Expect.Body
	Service   string              // of the catalogue, or ""
	Region    string              //
	Interval  time.Duration       // room time between two looks
	Timeout   time.Duration       // real time for one probe, redirects included
	Slow      time.Duration       // a right answer that takes longer is SLOW; 0 never is
	Slower    float64             // a right answer that takes more than so many times the usual is SLOW; 0 never is
	Confirm   Confirm             // how many looks make a verdict; the zero value believes each
	Objective float64             // the share of good looks that is aimed at, in per cent; 0: none
	Expect    Expect              //
	Addresses string              // which of the addresses of a name: AnyAddress, OnlyIPv4, OnlyIPv6 or EveryAddress
	From      netip.Addr          // the address that connections come from; the zero Addr: whichever the system takes
	Proxy     string              // http, https or socks5 URL of the proxy to go through, "environment", or "" for none; may hold a password
	Pin       netip.Addr          // where to connect to whatever its name resolves to; the zero Addr: resolve
	TLS       TLS                 // what is asked of it where the scheme goes over TLS
	// Maintenance says whether the endpoint may fail at a moment of room time without
	// calling anybody, and until when; nil: never.
	Maintenance func(at time.Time) (until time.Time, in bool)
	Guard       *Guard // which addresses may be reached; nil: all
	Insecure    bool   // a certificate that does not verify is accepted, and said so
	Canary      bool   // a stranger's front door, whose failure says nothing while nothing outside was ever reached
	Await       bool   // it calls nobody before it was UP once
	NoFollow    bool   // a redirect is the answer, and not followed
	KeepAlive   bool   // over HTTP: the connection stays open from look to look, as long as the server lets it
}

// Expect is what a good answer looks like.
type Expect struct {
	Status  string                   // "200..299,!204"; DefaultStatus if empty
	Headers map[string]string        // for each header's name what one of its values contains, or /a regular expression/; after ! what none may; over HTTP and WebSocket
	Body    string                   // text that the body contains, or /a regular expression/
	JSON    map[string]string        // for each path, $.checks[0].state, a value of JSON, < <= > >= and a number, /a regular expression/, or text; over HTTP
	Answers Answers                  // of a name server
	Days    int                      // the certificate, and those it stands on, must last so many days more; 0 for as long as it is valid
	Latency time.Duration            // a right answer that takes longer is DOWN; 0 has no limit
	Phases  map[string]time.Duration // the same for single phases: resolve, connect, tls, first byte, transfer
}

// Environment is what the probes of one room share. The zero value is the
// system's own resolver and roots, and wall time.
type Environment struct {
	Resolver *net.Resolver                 // nil: the system's
	Roots    *x509.CertPool                // nil: the system's
	Clock    room.Clock                    // nil: room.Wall
	Known    func(key string) *room.Signal // what a room was left with, by the signal's key, nil if nothing; nil: nothing
	Controls *Controls                     // asked when an endpoint gives no sign of life; nil: our own connection is not doubted
}

// prober makes one probe of a target and is done when the target's own time is
// up, or the context is. It laps the stopwatch as each phase ends, the one in
// which it fails included.
type prober func(ctx context.Context, t *target, watch *stopwatch) outcome

// protocol is what one scheme brings: it checks the Spec before anything starts, and
// makes the prober of a target. What the prober needs to have ready it keeps to itself.
type protocol func(t *target) (prober, error)

// protocols names the schemes that can be probed.
var protocols = map[string]protocol{
	"http":  prepareHTTP,
	"https": prepareHTTP,
	"tcp":   prepareTCP,
	"dns":   prepareDNS,
	"grpc":  prepareGRPC,
	"icmp":  prepareICMP,
	"grpcs": prepareGRPC,
	"tls":   prepareTLS,
	"ws":    prepareWebSocket,
	"wss":   prepareWebSocket,

	"smtp":     prepareTLS,
	"imap":     prepareTLS,
	"pop3":     prepareTLS,
	"ldap":     prepareTLS,
	"postgres": prepareTLS,
}

// outcome is what one probe found out.
type outcome struct {
	status  int      // HTTP status, 0 if there was none
	did     string   // what was reached, in a word: "200", "connected"
	ignored string   // why the certificate would not have verified; "" if it did
	reused  bool     // all went over connections that were kept from the look before
	exposed bool     // a redirect led from https to http, which anybody on the way can read and change
	answers []string // of a name server, sorted
	failure *failure // nil if the endpoint did all that was expected of it
}

// New makes the watch of one endpoint. The error is a plain sentence about the
// Spec, given before anything has started. Each look makes one probe, on connections of
// its own unless the Spec has them kept, and reports one signal; an endpoint that fails is
// a signal, not an error. The looks of one watch may not overlap.
func New(spec Spec, env *Environment) (sources.Watch, error) {
	if env == nil {
		env = new(Environment)
	}
	t, err := newTarget(spec, env)
	if err != nil {
		return sources.Watch{}, err
	}
	l := newLook(t)
	timeout := t.spec.Timeout + lookGrace
	if spec.Auth.Client != "" {
		timeout += 2 * t.spec.Timeout // for a token, and for one more look after a 401
	}
	if t.controls != nil {
		timeout += controlTimeout
	}
	w := sources.Watch{
		Scope:    l.signal.Scope,
		Name:     l.signal.Key,
		Interval: t.spec.Interval,
		Timeout:  timeout,
		Look:     l.look,
		Soon:     l.soon,
	}
	if t.kept != nil {
		w.Close = t.kept.close
	}
	if t.spec.Addresses == EveryAddress && !t.endpoint.literal.IsValid() && !t.spec.Pin.IsValid() {
		e := newEvery(l, t.spec, env)
		w.Timeout += t.spec.Timeout // the name has one, and each address
		w.Look, w.Soon = e.look, e.soon
	}
	return w, nil
}
