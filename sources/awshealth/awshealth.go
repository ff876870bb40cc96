// Package awshealth watches the AWS Health API: the events that concern one
// account, with the texts AWS wrote about them and the resources it names.
//
// AWS runs the API in two regions of a partition, of which one is active and has
// the newest data, and nothing reliable says which. So both are asked, and of each
// event the version that was updated last counts. Source: AWS Health endpoints and
// quotas, https://docs.aws.amazon.com/general/latest/gr/awshealth.html.
package awshealth

import (
	"cmp"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/health"

	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/awsclient"
)

const (
	// SourceName is the Scope's Source.
	SourceName = "health"
	// DefaultInterval is as often as the API may be asked without being throttled;
	// AWS publishes no quota, but throttles those who ask more.
	DefaultInterval = time.Minute
	// DefaultTimeout leaves time for the texts of a bad day after one of the two
	// regions has used up its patience.
	DefaultTimeout = 30 * time.Second
	// closedWindow is for how long an event is shown after its end, in room time.
	closedWindow = 24 * time.Hour
	// refusedAgain is how long, in room time, an account is not asked again for what its
	// support plan or its place in the organization does not give: that changes seldom.
	refusedAgain = time.Hour

	globalRegion = "global"
)

// Options says as whom to ask. Config and Account are needed.
type Options struct {
	Config   aws.Config    // credentials and transport; its region chooses the partition only
	Account  string        // as the room names it
	Clock    room.Clock    // room time; nil means real time
	Interval time.Duration // room time; 0 means DefaultInterval
	Timeout  time.Duration // real time; 0 means DefaultTimeout
	// Organization asks for the events of the whole organization, which AWS answers to the
	// management account and to a delegated administrator. Where it does not, the account's
	// own events are read, and the look says so.
	Organization bool
	// AccountName is what an account is called, by its number; nil means its number.
	AccountName func(number string) string
	// PublicFeed says that AWS's public feed is watched as well, so that an account
	// whose support plan has no Health API does not leave the room blind.
	PublicFeed bool
}

// endpoint is the API in one of its regions.
type endpoint struct {
	region string
	client *health.Client
}

// watch is what lasts between looks. Only one look runs at a time.
type watch struct {
	endpoints []endpoint // of both regions, or of the one that has FIPS
	scope     room.Scope
	clock     room.Clock
	options   Options
	known     map[string]*record // by ARN
	pass      uint64             // the number of the look
	wide      bool               // this look asks for the whole organization
	narrow    refusal            // to show the organization
	noPlan    refusal            // to show anything: the support plan has no Health API
	asked     atomic.Bool        // a person wants to know: what was put off is asked now
	began     time.Time          // when the watch was made
	listed    bool               // the last look showed all that goes on
	whole     bool               // both regions have answered once
	wasWide   bool               // the organization has been shown once
}

// leftFor is how long the rows with which a room was left stay while a region is silent.
const leftFor = time.Hour

// refusal is something that AWS does not give to the account, and until when it is not
// asked for again.
type refusal struct {
	failure *sources.Failure // nil if there is none
	until   time.Time        // room time
}

// New makes the watch of one account. It calls nothing yet.
func New(options Options) sources.Watch {
	if options.Config.Retryer == nil {
		options.Config.Retryer = awsclient.NewRetryer
	}
	return newWatch(options, endpointsOf(options.Config))
}

// endpointsOf are where the API is asked: in both regions of the partition, as far as it is
// there. Also where a base endpoint stands for both: it may tell them apart by the
// signature, and is asked once more if it does not.
func endpointsOf(config aws.Config) []endpoint {
	var all []endpoint
	for _, region := range Regions(config.Region) {
		if client := Client(config, region); client != nil {
			all = append(all, endpoint{region, client})
		}
	}
	return all
}

// Client makes a client of the API in one of its Regions. It is nil in us-east-1 where FIPS
// is wanted, since AWS has no such endpoint there; and that of us-east-2 has no IPv6, so
// that FIPS goes before dual-stack. Source: AWS General Reference, "AWS Health endpoints".
func Client(config aws.Config, region string) *health.Client {
	fips := false
	client := health.NewFromConfig(config, func(o *health.Options) {
		fips = o.EndpointOptions.UseFIPSEndpoint == aws.FIPSEndpointStateEnabled
		if fips && region == "us-east-2" {
			o.EndpointOptions.UseDualStackEndpoint = aws.DualStackEndpointStateDisabled
		}
		o.Region = region
		o.APIOptions = append(o.APIOptions, awsclient.Harden)
	})
	if fips && region == "us-east-1" {
		return nil
	}
	return client
}

func newWatch(options Options, endpoints []endpoint) sources.Watch {
	scope := room.Scope{Source: SourceName, Account: options.Account, Region: globalRegion}
	w := &watch{endpoints: endpoints, scope: scope, clock: options.Clock, options: options, known: make(map[string]*record)}
	if w.clock == nil {
		w.clock = room.Wall{}
	}
	w.began = w.clock.Now()
	return sources.Watch{
		Scope:    scope,
		Name:     scope.String(),
		Interval: cmp.Or(options.Interval, DefaultInterval),
		Timeout:  cmp.Or(options.Timeout, DefaultTimeout),
		Whole:    true,
		Look:     w.look,
		Denies:   w.denies,
		Asked:    func() { w.asked.Store(true) },
	}
}

// Regions are where the Health API lives in the partition of the given region. It
// is never asked in the user's own region: the SDK would make up a host there.
func Regions(region string) [2]string {
	switch {
	case strings.HasPrefix(region, "us-gov-"):
		return [2]string{"us-gov-west-1", "us-gov-east-1"}
	case strings.HasPrefix(region, "cn-"):
		return [2]string{"cn-northwest-1", "cn-north-1"}
	}
	return [2]string{"us-east-1", "us-east-2"}
}
