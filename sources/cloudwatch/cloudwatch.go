// Package cloudwatch watches the alarms of one account in one region: metric,
// composite and log alarms, page by page, usable from the first page on; afterwards
// those that have changed, and all of them now and then. For an alarm that somebody
// opens it also fetches the readings behind it.
package cloudwatch

import (
	"cmp"
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/awsclient"
)

const (
	// SourceName is the Scope's Source.
	SourceName = "cloudwatch"
	// DefaultInterval is short enough to see an alarm within half a minute of the
	// minute in which CloudWatch evaluates it.
	DefaultInterval = 30 * time.Second
	// DefaultTimeout lets a look at 10,000 alarms end on a slow day.
	DefaultTimeout = time.Minute
)

// Options says which alarms to watch. Config, Account and Region are needed.
type Options struct {
	Config   aws.Config             // credentials and transport; its region is not used
	Account  string                 // as the room names it
	Region   string                 // the region to ask
	Clock    room.Clock             // room time; nil for real time
	Log      *slog.Logger           // of what is done without; nil logs nothing
	Wanted   func(name string) bool // by the alarm's name as AWS has it; nil wants all
	Interval time.Duration          // room time; 0 means DefaultInterval
	Timeout  time.Duration          // real time; 0 means DefaultTimeout
}

// watch is what lasts between looks. Only one look runs at a time.
type watch struct {
	client *cloudwatch.Client
	scope  room.Scope
	wanted func(string) bool
	words  interner
	alike  alike
	clock  room.Clock

	asked atomic.Bool // a person wants all to be read anew
	swept time.Time   // room time at which the last sweep began; zero if the next look has to be one
	due   time.Time   // room time of the next one
	pages int         // of the last one
	since since
	mutes mutes

	ringing map[string]bool // the alarms that were in ALARM when CloudWatch told of them last

	untold awsclient.Recurring // trouble with the history, while all alarms can be read
}

// New makes the watch of one account and region. It calls nothing yet.
func New(options Options) sources.Watch {
	scope := room.Scope{Source: SourceName, Account: options.Account, Region: options.Region}
	w := &watch{
		client: newClient(options.Config, options.Region),
		scope:  scope,
		wanted: options.Wanted,
		words:  make(interner),
		alike:  newAlike(),
		clock:  options.Clock,

		ringing: make(map[string]bool),
	}
	log := scoped(options.Log, scope)
	w.mutes.trouble = awsclient.Recurring{Log: log, What: "which alarms are muted is not known"}
	w.untold = awsclient.Recurring{Log: log, What: "what has changed is not known, and all alarms are read instead"}
	if w.clock == nil {
		w.clock = room.Wall{}
	}
	if w.wanted == nil {
		w.wanted = func(string) bool { return true }
	}
	return sources.Watch{
		Scope:    scope,
		Name:     scope.String(),
		Interval: cmp.Or(options.Interval, DefaultInterval),
		Timeout:  cmp.Or(options.Timeout, DefaultTimeout),
		Whole:    true,
		Look:     w.look,
		Asked:    func() { w.asked.Store(true) },
	}
}

// scoped is a log that says where something was; nil for nil.
func scoped(log *slog.Logger, scope room.Scope) *slog.Logger {
	if log == nil {
		return nil
	}
	return log.With("scope", scope.String())
}

// newClient makes a client for one region, with few retries and no trust in answers
// that are not CloudWatch's.
func newClient(cfg aws.Config, region string) *cloudwatch.Client {
	if cfg.Retryer == nil {
		cfg.Retryer = awsclient.NewRetryer
	}
	return cloudwatch.NewFromConfig(cfg, func(o *cloudwatch.Options) {
		o.Region = region
		o.APIOptions = append(o.APIOptions, awsclient.Harden)
	})
}

// call makes one API call within its own bound of time.
func (w *watch) call(ctx context.Context, input *cloudwatch.DescribeAlarmsInput) (*cloudwatch.DescribeAlarmsOutput, error) {
	ctx, cancel := awsclient.WithTimeout(ctx)
	defer cancel()
	answer, err := w.client.DescribeAlarms(ctx, input)
	if err == nil {
		w.hear(answer)
	}
	return answer, err
}
