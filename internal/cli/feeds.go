package cli

import (
	"context"
	"slices"
	"strings"

	"warroom/internal/config"
	"warroom/sources"
	"warroom/sources/awsfeed"
)

// feedWatch looks at AWS's public feeds, for all accounts at once, or says why it does not.
func feedWatch(ctx context.Context, cfg *config.Config, w world) (watches []sources.Watch, not string) {
	regions, not := feedRegions(ctx, cfg, w)
	if not != "" {
		return nil, not
	}
	f := &cfg.Feeds
	return []sources.Watch{awsfeed.New(awsfeed.Options{
		Clock: w.clock, Interval: f.Interval, Regions: regions,
		Addresses: awsfeed.Addresses{Events: f.Events, Mirrors: f.Mirrors, RSS: f.RSS, Announcement: f.Announcement},
	})}, ""
}

// feedRegions is whose events are wanted of the feeds, all if there are none, or why the
// feeds are not asked. Who asks nothing of AWS, or sends the SDK elsewhere, has no use
// for them unless the config says so. A drill is asked where it serves them.
func feedRegions(ctx context.Context, cfg *config.Config, w world) (regions []string, not string) {
	f := &cfg.Feeds
	if f.Off || !w.real() && !f.Elsewhere() {
		return nil, "the config switches them off"
	}
	regions = f.Regions
	if len(regions) == 0 {
		var own bool
		regions, own = regionsInUse(ctx, cfg, w)
		switch {
		case f.Elsewhere():
		case cfg.Health.Off && cfg.Alarms.Off && !cfg.Changes.CloudTrail && cfg.Push.Queue == "":
			return nil, "the config asks nothing of AWS, and names no regions under feeds:"
		case !own:
			return nil, "the AWS SDK is sent to other endpoints, and the config names no regions under feeds:"
		}
	}
	if inChina(regions) {
		return nil, "AWS has none of its regions in China"
	}
	return regions, ""
}

// regionsInUse are the regions of all scopes, and whether any of them asks AWS itself.
func regionsInUse(ctx context.Context, cfg *config.Config, w world) (regions []string, own bool) {
	for _, scope := range scopesOf(cfg) {
		regions = append(regions, scope.Regions...)
		if len(scope.Regions) > 0 && cfg.Feeds.Elsewhere() {
			continue // there is nothing to find out
		}
		settings, err := awsConfig(ctx, scope, w)
		own = own || err != nil || settings.BaseEndpoint == nil
		if len(scope.Regions) == 0 && err == nil && settings.Region != "" {
			regions = append(regions, settings.Region)
		}
	}
	slices.Sort(regions)
	return slices.Compact(regions), own
}

// inChina says whether all regions are in China, of which AWS has no public feed.
func inChina(regions []string) bool {
	elsewhere := func(region string) bool { return !strings.HasPrefix(region, "cn-") }
	return len(regions) > 0 && !slices.ContainsFunc(regions, elsewhere)
}
