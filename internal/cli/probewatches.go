package cli

import (
	"net/netip"
	"slices"
	"time"

	"warroom/internal/config"
	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/probe"
)

// connectionEvery is how often our own connection is looked at while nothing fails.
const connectionEvery = 30 * time.Second

// connectionWatch looks at our own connection, and at our name server. Probes of the config and front doors of AWS
// both bring it along, and whoever claims them keeps one of it; where nothing is probed
// nobody calls on strangers.
func connectionWatch(w world) []sources.Watch {
	if w.network.Controls == nil || w.once {
		return nil
	}
	return w.network.Controls.Watches(connectionEvery)
}

// canaryWatches probe AWS's own front doors in some regions, and our own connection.
func canaryWatches(cfg *config.Config, regions []string, w world) []sources.Watch {
	var watches []sources.Watch
	for _, region := range regions {
		for _, service := range cfg.Canaries.Wanted() {
			spec := probe.Canary(service, region, cfg.Canaries.Interval)
			if w.once {
				spec.Confirm = probe.Confirm{}
			}
			if watch, err := probe.New(spec, &w.network); err == nil { // a known service and region: cannot fail
				watches = append(watches, watch)
			}
		}
	}
	if len(watches) == 0 {
		return nil
	}
	return append(watches, connectionWatch(w)...)
}

// awake are the probes of a config that are not paused.
func awake(cfg *config.Config) []config.Probe {
	return slices.DeleteFunc(slices.Clone(cfg.Probes), func(p config.Probe) bool { return p.Paused })
}

// probeWatches look at the probes of a config. One that is paused says so, where there is
// more than one look.
func probeWatches(cfg *config.Config, w world) []sources.Watch {
	var watches []sources.Watch
	catalogue := cfg.Catalogue()
	guard := probe.NewGuard(cfg.Additions.Ranges())
	probes := cfg.Probes
	if w.once {
		probes = awake(cfg)
	}
	for _, p := range probes {
		spec := probeSpec(p)
		spec.Maintenance = cfg.MaintenanceOf(p.Name)
		if p.Guarded {
			spec.Guard = guard
		}
		if w.once {
			spec.Confirm, spec.KeepAlive = probe.Confirm{}, false
		}
		network := &w.network
		if w.once && spec.Await {
			network = w.awaiting()
		}
		make := probe.New
		if p.Paused {
			make = probe.NewPaused
		}
		watch, err := make(spec, network)
		if err != nil {
			watch = refused(room.Scope{Source: "probe", Region: p.Region}, "probe/"+p.Name, &sources.Failure{Trouble: room.Trouble{
				What: "the probe " + p.Name + " cannot be made", Why: err.Error(), Next: "mend it in the config",
			}})
		}
		watches = append(watches, catalogued(watch, catalogue, p.Tags))
	}
	return watches
}

// awaiting is the network for a look at an endpoint that is awaited. Of the room that is
// kept nothing else holds: the one that it is seen in begins with this look.
func (w world) awaiting() *probe.Environment {
	network := w.network
	if w.left == nil {
		return &network
	}
	network.Known = func(key string) *room.Signal {
		left := w.left()
		if left == nil {
			return nil
		}
		for _, signal := range left.Of(room.KindProbe).Signals {
			if signal.Key == key {
				return &room.Signal{Reason: signal.Reason}
			}
		}
		return nil
	}
	return &network
}

// probeSpec is a probe of the config as the prober wants it.
func probeSpec(p config.Probe) probe.Spec {
	spec := probe.Spec{
		Name: p.Name, URL: p.Address(), Version: p.Version, Proxy: p.Through(), Method: p.Method, Body: p.Body.Reveal(), Service: p.Service, Region: p.Region,
		Interval: p.Interval, Timeout: p.Timeout, Slow: p.Slow, Insecure: p.Insecure, NoFollow: !p.Follow, Await: p.Await, KeepAlive: p.KeepAlive,
		Expect: probe.Expect{
			Status: p.Expect.Status, Headers: p.Expect.Headers, Body: p.Expect.Body, Latency: p.Expect.Latency, Days: int(p.Expect.Days), Phases: p.Expect.Phases,
		},
	}
	if spec.URL != p.URL {
		spec.Shown = p.URL
	}
	for _, step := range p.Steps {
		spec.Steps = append(spec.Steps, probe.Step{Send: step.Send.Reveal(), Expect: step.Expect, Close: step.Close})
	}
	answers := p.Expect.Answers
	spec.Expect.Answers = probe.Answers{Are: answers.Are, Have: answers.Have, Count: answers.Count, TTL: answers.TTL, Authoritative: answers.Authoritative}
	for path, value := range p.Expect.JSON {
		if spec.Expect.JSON == nil {
			spec.Expect.JSON = map[string]string{}
		}
		spec.Expect.JSON[path] = string(value)
	}
	spec.Objective, spec.Slower = p.Objective, p.Slower
	if spec.Pin = p.Pin(); !spec.Pin.IsValid() {
		spec.Addresses = p.Addresses
	}
	spec.From, _ = netip.ParseAddr(p.From) // "" and what the config refuses: the zero Addr
	spec.TLS.Minimum, spec.TLS.Name = p.TLS.Minimum, p.TLS.Name
	spec.TLS.Authority, spec.TLS.Certificate, spec.TLS.Key = p.TLS.Files()
	spec.Auth = probe.Auth{
		User: p.Auth.User.Reveal(), Password: p.Auth.Password.Reveal(), Token: p.Auth.Token.Reveal(),
		Client: p.Auth.Client.Reveal(), Secret: p.Auth.Secret.Reveal(), URL: p.Auth.URL, Scopes: p.Auth.Scopes,
	}
	spec.Confirm.Down, spec.Confirm.Of, spec.Confirm.Up = p.Confirmed()
	for name, values := range p.Headers {
		if spec.Header == nil {
			spec.Header = map[string][]string{}
		}
		for _, value := range values {
			spec.Header[name] = append(spec.Header[name], value.Reveal())
		}
	}
	return spec
}
