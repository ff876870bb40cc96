package cli

import (
	"context"
	"errors"
	"strings"
	"sync"

	"warroom/internal/config"
	"warroom/internal/room"
	"warroom/sources"
)

// probes makes each probe of the config once.
func (c *checker) probes(ctx context.Context) []finding {
	about := subject{topic: topicProbe, name: "probes"}
	switch {
	case c.broken:
		return []finding{about.skip("the config says what to probe, and it has mistakes", "mend the config first")}
	case len(c.cfg.Probes) == 0:
		return []finding{about.skip("the config has none, so nothing tells what your users see", "put your endpoints under probes: in "+config.FileName)}
	case len(awake(c.cfg)) == 0:
		return []finding{about.skip("each of them is paused, so nothing tells what your users see", "take paused: away in "+config.FileName)}
	}
	made, watches := awake(c.cfg), probeWatches(c.cfg, world{clock: room.Wall{}, once: true, left: sync.OnceValue(func() *room.Snapshot { return c.asKept(ctx, c.cfg.Room, c.log) })})
	return c.together(about, len(watches), func(i int) []finding {
		p := made[i]
		return []finding{c.probe(ctx, subject{topic: topicProbe, name: p.Name, region: p.Region}, watches[i])}
	})
}

func (c *checker) probe(ctx context.Context, about subject, watch sources.Watch) finding {
	done, err := c.turn(ctx)
	if err != nil {
		return c.overdue(about)
	}
	defer done()
	within, cancel := context.WithTimeout(ctx, watch.Timeout)
	defer cancel()
	var seen []room.Signal
	err = watch.Look(within, func(signals []room.Signal) { seen = append(seen, signals...) })
	if ctx.Err() != nil && err != nil {
		return about.fail("no answer within "+c.timeout.String(), "give it more time: --timeout "+(2*c.timeout).String())
	}
	var failure *sources.Failure
	if errors.As(err, &failure) {
		c.log.Warn("check failed", "topic", topicProbe, "name", about.name, "cause", failure.Err)
		return about.fail(failure.Why, failure.Next)
	}
	if err != nil || len(seen) == 0 || len(seen[len(seen)-1].Samples) == 0 {
		return about.fail("the probe found nothing out", "make it again; if it stays, please report it")
	}
	signal := &seen[len(seen)-1] // its addresses come before it
	sample, found := signal.Samples[0], signal.Word+": "+signal.Why()
	switch {
	case signal.State == room.OK:
		return about.ok(signal.Word + ": " + sample.Text)
	case signal.Word == room.Maintenance:
		return about.warn(found, "wait until the maintenance is over, or correct maintenance: in the config")
	case signal.Word == room.Unconfirmed:
		return about.warn(found, "see to it once it should be there; await: true is in the config")
	case signal.State == room.Warning && sample.Class != "" || strings.Contains(signal.Word, "/"):
		return about.warn(found, probeFix(sample.Class))
	case signal.State == room.Warning:
		return about.warn(found, "see what slows it down, or raise slow: in the config")
	}
	if sample.Class != "timeout" { // its reason has the time
		found += ", after " + coarse(sample.Total)
	}
	if detail, ok := signal.Detail.(*room.ProbeDetail); ok && sample.Class == "cert" && detail.Certificate != nil && !detail.Certificate.Chain.IsZero() {
		return about.fail(found, "renew the certificate, or lower expect.days in the config") // it verifies
	}
	return about.fail(found, probeFix(sample.Class))
}

// probeFix is where to look when an endpoint fails in one way.
func probeFix(class string) string {
	switch class {
	case "dns":
		return "correct the name in the config, or see what happened to it in DNS"
	case "connect":
		return "see whether the service runs and whether a firewall is in between"
	case "tls":
		return "see which TLS versions the endpoint speaks, and whether a proxy is in between"
	case "cert":
		return "renew the certificate, name its authority under tls:, or write insecure: true if it is meant to be like this"
	case "timeout":
		return "see whether the endpoint can be reached from here, or raise timeout: in the config"
	case "status":
		return "see to the service, or correct expect.status in the config"
	case "body", "assert":
		return "see to the service, or correct expect: in the config"
	case "grpc":
		return "see to the service, or correct its name in the config's URL"
	case "icmp":
		return "see whether the host runs and whether a firewall is in between"
	case "blocked":
		return "write its address under additions.allow in the config, or take guarded: away from the probe"
	case "proxy":
		return "see whether the proxy runs and lets this machine through, or correct proxy: in the config"
	case "redirect":
		return "correct the URL in the config, or write follow: false"
	}
	return "see to the service, or correct the URL in the config"
}
