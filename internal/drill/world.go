// Package drill is a simulated world on loopback: AWS endpoints that speak the real
// wire protocols, services that fail on a script, names that get lost, and the one
// clock that rules them all. It touches no real credential, endpoint or room.
package drill

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"warroom/internal/config"
	"warroom/internal/playback"
)

// Options are how a drill is played.
type Options struct {
	Speed float64 // times faster than real time; 0 for the scenario's own
	From  string  // a time of day to begin at, HH:MM; "" for the scenario's beginning
}

// World is a drill being played.
type World struct {
	story  *story
	clock  *Clock
	roots  *x509.CertPool
	names  *nameServer
	stands []*stand
	queue  *queue
	aws    *http.Server
	url    string
	feeds  *http.Server
	public string // where the public feeds answer
	stop   context.CancelFunc
	done   sync.WaitGroup
}

// Start begins to play a scenario. Close must be called.
func Start(ctx context.Context, s *Scenario, o Options) (*World, error) {
	told, err := write(s)
	if err != nil {
		return nil, err
	}
	from := s.Begin.UTC()
	if o.From != "" {
		if from, err = s.time(o.From); err != nil {
			return nil, fmt.Errorf("--from: %w", err)
		}
		if from.Before(s.Begin) || !from.Before(s.End) {
			return nil, fmt.Errorf("--from: the scenario plays from %s to %s; begin between the two", s.Begin.UTC().Format("15:04"), s.End.UTC().Format("15:04"))
		}
	}
	if o.Speed == 0 {
		o.Speed = s.speed()
	}
	if !(o.Speed >= Slowest && o.Speed <= Fastest) { // so that what is no number is refused too
		return nil, fmt.Errorf("--speed: a drill cannot be played at %g; %d is real time, 60 a minute each second, and %d the most that its looks can follow", o.Speed, Slowest, Fastest)
	}
	w := &World{story: told, clock: &Clock{playback.New(from, s.End.UTC(), o.Speed), s.Name}}
	ctx, w.stop = context.WithCancel(ctx)
	if err := w.open(ctx); err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

// open makes everything listen.
func (w *World) open(ctx context.Context) error {
	var hosts []string
	for _, e := range w.story.endpoints {
		hosts = append(hosts, e.host())
	}
	secure, roots, err := certify(hosts)
	if err != nil {
		return err
	}
	w.roots = roots
	for _, e := range w.story.endpoints {
		s := &stand{endpoint: e, clock: w.clock, secure: secure}
		if err := s.claim(); err != nil {
			return err
		}
		w.stands = append(w.stands, s)
		w.done.Go(func() { s.follow(ctx) })
	}
	if w.names, err = openNames(w.clock, w.stands); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("the simulated AWS cannot listen: %w", err)
	}
	w.url = "http://" + listener.Addr().String()
	w.queue = openQueue(w.story, w.clock)
	w.aws = &http.Server{Handler: &awsServer{story: w.story, clock: w.clock, queue: w.queue}, ReadHeaderTimeout: time.Minute}
	w.done.Go(func() { _ = w.aws.Serve(listener) })
	public, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("the simulated feeds of AWS cannot listen: %w", err)
	}
	w.public = "http://" + public.Addr().String()
	w.feeds = &http.Server{Handler: &feedServer{story: w.story, clock: w.clock}, ReadHeaderTimeout: time.Minute}
	w.done.Go(func() { _ = w.feeds.Serve(public) })
	return nil
}

// Close stops the world and waits until nothing of it is left.
func (w *World) Close() {
	w.stop()
	if w.aws != nil {
		_ = w.aws.Close()
	}
	if w.feeds != nil {
		_ = w.feeds.Close()
	}
	if w.names != nil {
		w.names.close()
	}
	w.done.Wait()
	for _, s := range w.stands {
		_ = s.listen(0)
	}
}

// Queue is the address of the SQS queue that the simulated EventBridge fills. It is read at
// AWSURL.
func (w *World) Queue() string { return w.queue.address }

// Clock is the world's clock.
func (w *World) Clock() *Clock { return w.clock }

// AWSURL is where the simulated AWS answers, for every service and region.
func (w *World) AWSURL() string { return w.url }

// Feeds are where the simulated public feeds of AWS answer. The caller sets the interval.
func (w *World) Feeds() config.Feeds {
	return config.Feeds{
		Events:  w.public + "/public/currentevents",
		Mirrors: []string{w.public + "/us-west-2/historyevents.json", w.public + "/eu-west-1/historyevents.json"},
		RSS:     w.public + "/rss/all.rss", Announcement: w.public + "/public/announcement",
	}
}

// Account is the made-up account's number.
func (w *World) Account() string { return w.story.scenario.Account }

// Regions are the regions in which the story plays.
func (w *World) Regions() []string { return w.story.scenario.Regions }

// Resolver knows the endpoints' made-up names, and no others.
func (w *World) Resolver() *net.Resolver { return w.names.resolver() }

// Roots verify the endpoints' certificates.
func (w *World) Roots() *x509.CertPool { return w.roots }

// Services is the made-up company's service catalogue.
func (w *World) Services() []config.Service { return w.story.scenario.Services }

// probeTimeout is short, in real time, because a simulated minute of the scenario
// that comes along is a third of a second: a probe that hangs is given up before it
// is due again.
const probeTimeout = 300 * time.Millisecond

// Maintenance is what the company has announced.
func (w *World) Maintenance() []config.Maintenance { return w.story.scenario.Maintenance }

// Groups is which endpoints are judged together.
func (w *World) Groups() []config.Group { return w.story.scenario.Groups }

// Loopback is what guarded probes may reach: the address at which every endpoint listens.
const Loopback = "127.0.0.1"

// tokens is where an endpoint's probe is given tokens: at another one of its region.
func (w *World) tokens(s *stand) string {
	for _, other := range w.stands {
		if other.cast.Name == s.cast.Token && other.region == s.region {
			return strings.TrimSuffix(other.url(), "/health") + tokenPath
		}
	}
	return ""
}

// Probes is how the endpoints are probed. The caller sets the interval where there is none.
func (w *World) Probes() []config.Probe {
	var probes []config.Probe
	for _, s := range w.stands {
		p := config.Probe{
			Name: s.name, URL: s.url(), Service: s.cast.Service, Region: s.region,
			Timeout: probeTimeout, Slow: s.cast.Slow, Follow: true,
			Expect: config.Expect{Body: s.expect()}, Interval: s.cast.Interval, Paused: s.cast.Paused, Guarded: s.cast.Guarded,
		}
		if s.cast.Confirm > 0 {
			p.Confirm = strconv.Itoa(s.cast.Confirm)
		}
		if s.cast.Addresses > 1 {
			p.Addresses = "all"
		}
		if s.cast.Token != "" {
			p.Auth = config.Auth{Client: config.Literal("warroom"), Secret: config.Literal("made-up"), URL: w.tokens(s)}
		}
		if p.IsHTTP() {
			p.Method, p.Expect.Status = http.MethodGet, "200..299"
		}
		probes = append(probes, p)
	}
	return probes
}
