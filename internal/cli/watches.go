package cli

import (
	"context"
	"log/slog"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"

	"warroom/internal/config"
	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/awsclient"
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

// real says whether the world is that outside, and not a drill's.
func (w world) real() bool { return w.account == nil }

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
