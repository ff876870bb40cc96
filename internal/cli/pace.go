package cli

import (
	"context"
	"slices"
	"time"

	"warroom/sources"
	"warroom/sources/awsfeed"
	"warroom/sources/awshealth"
	"warroom/sources/cloudwatch"
)

const (
	// paceShare is the part of a simulated interval, in quarters, that a look of a
	// drill at AWS may take: it has to be over when the next one is due.
	paceShare = 3
	// leastLook is what such a look may take however fast room time goes, in real
	// time: Health takes four calls after one another, and the machine may be busy.
	leastLook = 100 * time.Millisecond
)

// lookTime is how long, in real time, a look at AWS may take that is made once in
// the given room time, which goes the given times faster than real time. Bounds
// made for the real AWS are whole seconds, and a simulated minute may last a third
// of one.
func lookTime(interval time.Duration, speed float64) time.Duration {
	return max(leastLook, time.Duration(float64(interval)*paceShare/4/speed))
}

// pacedSources are those that look at AWS.
var pacedSources = []string{awshealth.SourceName, awsfeed.SourceName, cloudwatch.SourceName}

// paced bounds the looks of a drill at AWS, at the speed of the moment, so that an
// API which hangs is given up before its scope is due again. Probes have bounds of
// their own.
func paced(watches group, speed func() float64) group {
	return func(ctx context.Context) ([]sources.Watch, []string) {
		found, unsure := watches(ctx)
		for i := range found {
			w := &found[i]
			if !slices.Contains(pacedSources, w.Scope.Source) {
				continue
			}
			look, interval := w.Look, w.Interval
			w.Look = func(ctx context.Context, report sources.Report) error {
				ctx, cancel := context.WithTimeout(ctx, lookTime(interval, speed()))
				defer cancel()
				return look(ctx, report)
			}
		}
		return found, unsure
	}
}
