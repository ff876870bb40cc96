package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/probe"
)

// timeout is how long one probe of any contestant may take.
const timeout = 5 * time.Second

// look makes one probe, of one target, on a connection of its own, and asserts the answer.
// It gives the latency that the contestant reports. Looks of one target do not overlap.
type look func(ctx context.Context) (time.Duration, error)

// contestant is one way to probe. Its function makes what it shares among targets, and
// gives a function that makes the look of each.
type contestant struct {
	name    string
	prepare func(protocol string, at serving) (func(number int) (look, error), error)
}

// ours is the contestant whose figures the others' are compared with.
const ours = "warroom"

// contestants are who takes part, by protocol.
var contestants = map[string][]contestant{
	"http":  {{ours, prepareOurs}, {"net/http", prepareTransport}, {"blackbox", prepareBlackbox}},
	"https": {{ours, prepareOurs}, {"net/http", prepareTransport}, {"blackbox", prepareBlackbox}},
	"tcp":   {{ours, prepareOurs}, {"net.Dialer", prepareDialer}, {"blackbox", prepareBlackbox}},
	"dns":   {{ours, prepareOurs}, {"miekg/dns", prepareExchange}, {"blackbox", prepareBlackbox}},
	"grpc":  {{ours, prepareOurs}, {"blackbox", prepareBlackbox}},
	"icmp":  {{ours, prepareOurs}, {"blackbox", prepareBlackbox}},
}

// hostOf is a target of a ping: each has an address of its own, and loopback answers all.
func hostOf(number int) string { return fmt.Sprintf("127.1.%d.%d", number/250, 1+number%250) }

// specOf is one target as a config would have it.
func specOf(protocol string, at serving, number int) probe.Spec {
	spec := probe.Spec{
		Name: fmt.Sprintf("endpoint-%05d", number), URL: protocol + "://" + at.Addresses[protocol],
		Interval: time.Second, Timeout: timeout,
	}
	switch protocol {
	case "http", "https":
		spec.URL += "/health"
		spec.Expect.Body = wanted
	case "dns":
		spec.URL += "/" + wantedName + "?type=A"
		spec.Expect.Body = wantedHost
	case "icmp":
		spec.URL += hostOf(number)
	}
	return spec
}

// environmentOf trusts the servers' certificates.
func environmentOf(at serving) (*probe.Environment, error) {
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(at.Authority)) {
		return nil, errors.New("the server's authority is no certificate")
	}
	return &probe.Environment{Roots: roots}, nil
}

func prepareOurs(protocol string, at serving) (func(int) (look, error), error) {
	env, err := environmentOf(at)
	if err != nil {
		return nil, err
	}
	return func(number int) (look, error) {
		watch, err := probe.New(specOf(protocol, at, number), env)
		if err != nil {
			return nil, err
		}
		return func(ctx context.Context) (time.Duration, error) { return lookOnce(ctx, watch) }, nil
	}, nil
}

// lookOnce fails unless the endpoint is found well.
func lookOnce(ctx context.Context, watch sources.Watch) (total time.Duration, err error) {
	seen := errors.New("nothing was reported")
	err = watch.Look(ctx, func(signals []room.Signal) { total, seen = verdict(signals) })
	return total, errors.Join(err, seen)
}

// verdict is what one look has reported: how long it took, and an error unless it is UP.
func verdict(signals []room.Signal) (time.Duration, error) {
	s := &signals[0]
	sample := &s.Samples[len(s.Samples)-1]
	if s.Word != "UP" {
		return sample.Total, fmt.Errorf("%s: %s", s.Word, sample.Text)
	}
	return sample.Total, nil
}
