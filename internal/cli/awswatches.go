package cli

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"warroom/internal/config"
	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/awsclient"
	"warroom/sources/awshealth"
	"warroom/sources/cloudtrail"
	"warroom/sources/cloudwatch"
)

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
