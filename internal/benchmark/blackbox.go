package main

import (
	"context"
	"errors"
	"log/slog"
	"regexp"
	"time"

	"github.com/prometheus/blackbox_exporter/config"
	"github.com/prometheus/blackbox_exporter/prober"
	"github.com/prometheus/client_golang/prometheus"
	common "github.com/prometheus/common/config"
)

// blackboxes are the probers of blackbox_exporter, by protocol.
var blackboxes = map[string]prober.ProbeFn{
	"http": prober.ProbeHTTP, "https": prober.ProbeHTTP, "tcp": prober.ProbeTCP,
	"dns": prober.ProbeDNS, "grpc": prober.ProbeGRPC, "icmp": prober.ProbeICMP,
}

// prepareBlackbox makes each probe as the exporter's handler does, with a registry of its
// own that takes the phases, but without writing them out for a scraper.
func prepareBlackbox(protocol string, at serving) (func(int) (look, error), error) {
	module, fn, quiet := moduleOf(protocol, at), blackboxes[protocol], slog.New(slog.DiscardHandler)
	return func(number int) (look, error) {
		target := at.Addresses[protocol]
		switch protocol {
		case "http", "https":
			target = specOf(protocol, at, number).URL
		case "icmp":
			target = hostOf(number)
		}
		return func(ctx context.Context) (time.Duration, error) {
			start := time.Now()
			if !fn(ctx, target, module, prometheus.NewRegistry(), quiet) {
				return 0, errors.New("the probe of " + target + " was no success")
			}
			return time.Since(start), nil
		}, nil
	}, nil
}

// moduleOf is the exporter's default config with the same assertions as the others'.
func moduleOf(protocol string, at serving) config.Module {
	m := config.DefaultModule
	m.Timeout, m.GRPC = timeout, config.DefaultGRPCProbe
	m.HTTP.IPProtocol, m.TCP.IPProtocol, m.DNS.IPProtocol, m.ICMP.IPProtocol, m.GRPC.PreferredIPProtocol = "ip4", "ip4", "ip4", "ip4", "ip4"
	m.HTTP.FailIfBodyNotMatchesRegexp = []config.Regexp{config.MustNewRegexp(regexp.QuoteMeta(wanted))}
	m.HTTP.HTTPClientConfig.TLSConfig = common.TLSConfig{CA: at.Authority}
	m.DNS.QueryName, m.DNS.QueryType, m.DNS.TransportProtocol = wantedName, "A", "udp"
	m.DNS.ValidateAnswer.FailIfNoneMatchesRegexp = []string{regexp.QuoteMeta(wantedHost)}
	return m
}
