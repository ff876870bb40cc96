package cli

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"warroom/internal/config"
	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/awsclient"
	"warroom/sources/awshealth"
	"warroom/sources/cloudtrail"
	"warroom/sources/cloudwatch"
	"warroom/sources/probe"
)

// world is what the sources look at: the real one, or a drill's.
type world struct {
	clock   room.Clock
	network probe.Environment
	room    room.Reader // that what is seen goes to, and groups are judged by; nil where one looks once
	// left is the room as it was kept last, where one looks once: of an endpoint that is
	// awaited it is asked whether it was UP before. nil, or nil from it: nothing is known.
	left func() *room.Snapshot
	// account makes the config for calling AWS; nil goes through the SDK's own chain.
	account func() aws.Config
	// charts gets to know every account and region that is watched; nil if nobody
	// looks at charts.
	charts *cloudwatch.Charts
	// calls counts what is asked of AWS; nil if nobody looks at it.
	calls *awsclient.Calls
	// announce puts changes into the room's timeline; nil where nobody asks for them.
	announce func([]room.Change)
	// controls are those of the config before, if it names the same networks: what is known
	// of them holds for probes that come later, too. nil keeps none.
	controls *heldControls
	// listed and sessions are what is known of organizations and what credentials are held,
	// both kept when the config changes; nil keeps none.
	listed   *heldRosters
	sessions *awsclient.Sessions
	// hearing takes in what AWS pushes; without a room nobody does.
	hearing hearing
	log     *slog.Logger
	// anew finds out everything that is watched anew, because something that could not be
	// looked at now can, or there is more to look at; nil if nobody does. It does not wait.
	anew func()
	// follow goes over to the accounts that an organization has now; nil where there is one
	// look at each thing.
	follow func(gone, came []sources.Watch, settled []string)
	// publicFeed says whether AWS's public feed is watched as well, so that an account whose
	// support plan has no Health API leaves nobody blind; nil says no.
	publicFeed func() bool
	// once says that there is one look at each thing: nothing bears it out, so it is
	// believed.
	once bool
}

// chart lets the alarms of an account's watches be charted with the account's config.
func (w world) chart(watches []sources.Watch, settings aws.Config) {
	for _, watch := range watches {
		if w.charts != nil && watch.Scope.Source == cloudwatch.SourceName && watch.Scope.Region != "" {
			w.charts.Add(watch.Scope, settings)
		}
	}
}

// scopesOf is as whom and where a config looks at AWS: without any scope, with the
// SDK's own credentials and region.
func scopesOf(cfg *config.Config) []config.Scope {
	if len(cfg.Scopes) == 0 {
		return []config.Scope{{}}
	}
	return cfg.Scopes
}

// leftWith says what a room knows of an endpoint, so that its probe goes on from there
// after a restart, and after the config has changed.
func leftWith(r *room.Room) func(key string) *room.Signal {
	var mu sync.Mutex
	var list room.List
	var byKey map[string]*room.Signal // of list, since ten thousand probes ask one after the other
	return func(key string) *room.Signal {
		mu.Lock()
		defer mu.Unlock()
		if now := r.Snapshot().Of(room.KindProbe); byKey == nil || now.Version != list.Version {
			list, byKey = now, make(map[string]*room.Signal, len(now.Signals))
			for _, signal := range now.Signals {
				byKey[signal.Key] = signal
			}
		}
		return byKey[key]
	}
}

// heldControls keeps the controls of one config for the next. Safe for concurrent use.
type heldControls struct {
	mu       sync.Mutex
	networks []string
	names    []string
	held     *probe.Controls
}

func (h *heldControls) of(networks, names []string) *probe.Controls {
	if h == nil {
		return probe.NewControls(networks, names, nil)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.held == nil || !slices.Equal(h.networks, networks) || !slices.Equal(h.names, names) {
		h.networks, h.names, h.held = networks, names, probe.NewControls(networks, names, nil)
	}
	return h.held
}

// prepared is the world as the probes of a config see it.
func (w world) prepared(cfg *config.Config) world {
	w.network.Clock = w.clock
	if w.real() && !cfg.Controls.Off {
		w.network.Controls = w.controls.of(cfg.Controls.Wanted(), cfg.Controls.WantedNames())
	}
	return w
}

// groups are the watches that a config asks for.
func (a *app) groups(cfg *config.Config, w world) []group {
	w = w.prepared(cfg)
	w.publicFeed = sync.OnceValue(func() bool {
		_, not := feedRegions(context.Background(), cfg, w)
		return not == ""
	})
	var taken claims
	groups := []group{func(context.Context) ([]sources.Watch, []string) {
		watches := slices.Concat(probeWatches(cfg, w), groupWatch(cfg, w.room))
		if len(awake(cfg)) > 0 {
			watches = append(watches, taken.claim(connectionWatch(w))...)
		}
		return watches, nil
	}}
	if regions := cfg.Canaries.Regions; len(regions) > 0 && !cfg.Canaries.Off && w.real() {
		groups = append(groups, func(context.Context) ([]sources.Watch, []string) {
			return taken.claim(canaryWatches(cfg, regions, w)), nil
		})
	}
	groups = append(groups, func(ctx context.Context) ([]sources.Watch, []string) {
		watches, _ := feedWatch(ctx, cfg, w)
		return watches, nil
	})
	scopes := scopesOf(cfg)
	if !asksAWS(cfg) {
		scopes = nil // so not who we are either
	}
	known, named := newPlaces(len(scopes), cfg.AccountName), newTwins(cfg, w)
	account := func(ctx context.Context, scope config.Scope) (watches []sources.Watch, unsure []string) {
		watches, settings, sure := awsWatches(ctx, cfg, scope, w)
		if !sure {
			unsure = sourcesOf(watches)
		}
		known.add(watches, settings)
		watches = named.warned(taken.claim(watches), settings)
		w.chart(watches, settings)
		return watches, unsure
	}
	forget := func(watches []sources.Watch) {
		taken.release(watches)
		known.drop(watches)
		named.forget(watches)
	}
	for _, scope := range scopes {
		groups = append(groups, func(ctx context.Context) ([]sources.Watch, []string) {
			defer known.found.Done()
			if scope.Organization {
				return (&membership{world: w, config: cfg, scope: scope, account: account, forget: forget}).find(ctx)
			}
			return account(ctx, scope)
		})
	}
	return append(groups, pushGroup(cfg, w, known)...)
}

// asksAWS says whether a config has anything asked of AWS.
func asksAWS(cfg *config.Config) bool {
	return !cfg.Health.Off || !cfg.Alarms.Off || cfg.Changes.CloudTrail
}

// accountGroup finds the watches of one account, as a group does.
type accountGroup func(ctx context.Context, scope config.Scope) (watches []sources.Watch, unsure []string)

// claims keeps two scopes of a config from watching the same thing, which only
// AWS's answer to "who am I" can tell. Two passes over one scope, mixed, would each
// take away what the other has yet to show. Safe for concurrent use.
type claims struct {
	mu    sync.Mutex
	names map[string]bool
}

// claim leaves out what is watched already.
func (c *claims) claim(watches []sources.Watch) []sources.Watch {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.names == nil {
		c.names = map[string]bool{}
	}
	return slices.DeleteFunc(watches, func(w sources.Watch) bool {
		again := c.names[w.Name]
		c.names[w.Name] = true
		return again
	})
}

// release lets watches that are gone be claimed anew.
func (c *claims) release(watches []sources.Watch) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, w := range watches {
		delete(c.names, w.Name)
	}
}

// real says whether the world is that outside, and not a drill's.
func (w world) real() bool { return w.account == nil }

// accountTimeout is how long one waits to learn an account's number, real time.
const accountTimeout = 3 * time.Second

// numberTime is how long one account may take to say its number: at most a third of
// the time there is, so that a short `status` looks at the alarms beside a hung STS.
func numberTime(ctx context.Context) time.Duration {
	if deadline, ok := ctx.Deadline(); ok {
		return min(accountTimeout, time.Until(deadline)/3)
	}
	return accountTimeout
}

// awsWatches are the watches of one account: its Health events, and its alarms in
// each region; the config with which they ask; and whether the account goes by the name
// that it always goes by.
func awsWatches(ctx context.Context, cfg *config.Config, scope config.Scope, w world) (watches []sources.Watch, settings aws.Config, sure bool) {
	label := cmp.Or(scope.Account, scope.Profile, "default")
	settings, err := awsConfig(ctx, scope, w)
	if err != nil {
		if !cfg.Health.Off {
			watches = append(watches, w.untilLoaded(refused(room.Scope{Source: "health", Account: label, Region: "global"}, "health/"+label, err), scope))
		}
		if !cfg.Alarms.Off {
			watches = append(watches, w.untilLoaded(refused(room.Scope{Source: "cloudwatch", Account: label}, "cloudwatch/"+label, err), scope))
		}
		return watches, settings, scope.Account != ""
	}
	sure = true
	if scope.Account == "" {
		ctx, cancel := context.WithTimeout(ctx, numberTime(ctx))
		number, err := awsclient.Account(ctx, w.calls.Count(settings, label))
		if sure = err == nil; sure {
			label = cfg.AccountName(number)
		}
		cancel()
	}
	settings = w.calls.Count(settings, label)
	regions := scope.Regions
	if len(regions) == 0 && settings.Region != "" {
		regions = []string{settings.Region}
	}
	if w.real() && frontDoors(cfg, settings) {
		watches = append(watches, canaryWatches(cfg, regions, w)...)
	}
	if !cfg.Health.Off {
		watches = append(watches, warned(awshealth.New(awshealth.Options{
			Config: settings, Account: label, Clock: w.clock, Interval: cfg.Intervals.Health,
			Organization: cfg.Wide(label), AccountName: cfg.AccountName, PublicFeed: w.publicFeed != nil && w.publicFeed(),
		}), settings))
	}
	catalogue := cfg.Catalogue()
	if cfg.Changes.CloudTrail && w.announce != nil {
		for _, region := range regions {
			watches = append(watches, cloudtrail.New(cloudtrail.Options{
				Config: settings, Account: label, Region: region, Clock: w.clock, Interval: cfg.Changes.Interval,
				Service: catalogue.Resource, Announce: w.announce,
			}))
		}
	}
	if cfg.Alarms.Off {
		return watches, settings, sure
	}
	for _, region := range regions {
		watches = append(watches, warned(catalogued(cloudwatch.New(cloudwatch.Options{
			Config: settings, Account: label, Region: region, Clock: w.clock, Log: w.log, Interval: cfg.Intervals.Alarms, Wanted: cfg.Alarms.Watches(),
		}), catalogue, nil), settings))
	}
	if len(regions) == 0 {
		watches = append(watches, refused(room.Scope{Source: "cloudwatch", Account: label}, "cloudwatch/"+label, noRegion(label)))
	}
	return watches, settings, sure
}

// mayProbeAWS says whether a config may lead to front doors of AWS being probed: which
// regions are in use only the accounts can tell.
func mayProbeAWS(cfg *config.Config) bool {
	return !cfg.Canaries.Off && (len(cfg.Canaries.Regions) > 0 || asksAWS(cfg))
}

// frontDoors says whether the regions in use have their front doors probed. Who sends the
// SDK to other endpoints does not mean AWS's own.
func frontDoors(cfg *config.Config, settings aws.Config) bool {
	return !cfg.Canaries.Off && len(cfg.Canaries.Regions) == 0 && settings.BaseEndpoint == nil
}

func noRegion(account string) *sources.Failure {
	return &sources.Failure{Trouble: room.Trouble{
		What: "CloudWatch alarms of " + account + " are not watched", Why: "no region is set anywhere",
		Next: "name regions under scopes: in warroom.yaml, use --region, or set AWS_REGION",
	}}
}

func awsConfig(ctx context.Context, scope config.Scope, w world) (aws.Config, error) {
	if w.account != nil {
		return w.account(), nil
	}
	options := awsclient.Options{Profile: scope.Profile, RoleARN: scope.Role, ExternalID: scope.ExternalID.Reveal(), FIPS: scope.FIPS, DualStack: scope.DualStack, Sessions: w.sessions, Log: w.log, Calls: w.calls}
	if len(scope.Regions) > 0 {
		options.Region = scope.Regions[0]
	}
	if len(scope.Regions) > 1 {
		options.Elsewhere = scope.Regions[1]
	}
	settings, err := awsclient.Load(ctx, options)
	if err != nil {
		return settings, err
	}
	for _, region := range append(slices.Clone(scope.Regions), settings.Region) {
		if failure := awsclient.NoFIPS(settings, region); failure != nil && region != "" {
			return aws.Config{}, failure
		}
	}
	return settings, nil
}

// refusedEvery is how often a watch that cannot work says so again.
const refusedEvery = time.Minute

// refused is a watch of something that cannot be looked at, so that its reason is
// on the screen where its data would be.
func refused(scope room.Scope, name string, err error) sources.Watch {
	return sources.Watch{
		Scope: scope, Name: name, Interval: refusedEvery, Timeout: time.Second,
		Look: func(context.Context, sources.Report) error { return err },
	}
}

// untilLoaded tries with every look whether a scope's settings can be loaded by now, since
// somebody may have mended a profile, and has everything found out anew if so.
func (w world) untilLoaded(watch sources.Watch, scope config.Scope) sources.Watch {
	look := watch.Look
	watch.Look = func(ctx context.Context, report sources.Report) error {
		if _, err := awsConfig(ctx, scope, w); err == nil && w.anew != nil {
			w.anew()
		}
		return look(ctx, report)
	}
	return watch
}

// warned warns beside what a look has seen when the credentials with which it asks come
// to their end and cannot be renewed.
func warned(w sources.Watch, settings aws.Config) sources.Watch {
	look := w.Look
	w.Look = func(ctx context.Context, report sources.Report) error {
		err := look(ctx, report)
		ending := awsclient.Ending(settings)
		if ending == nil || err != nil && err != sources.OnlyChanges {
			return err
		}
		warning := *ending
		warning.Lacks = err == sources.OnlyChanges
		return &warning
	}
	return w
}

// catalogued names the service of the catalogue on every signal that one matches.
func catalogued(w sources.Watch, catalogue *config.Catalogue, tags map[string]string) sources.Watch {
	look := w.Look
	w.Look = func(ctx context.Context, report sources.Report) error {
		return look(ctx, func(signals []room.Signal) {
			for i := range signals {
				if service := catalogue.Service(&signals[i], tags); service != "" {
					signals[i].Service = service
				}
			}
			report(signals)
		})
	}
	return w
}
