// Package cloudtrail tells what was changed in one account and region: the write events
// of CloudTrail on the resources of our services, as marks in the timeline.
package cloudtrail

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/awsclient"
)

const (
	// SourceName is the Scope's Source.
	SourceName = "cloudtrail"
	// DefaultInterval is short beside the minutes that CloudTrail itself is late.
	DefaultInterval = time.Minute
	// DefaultTimeout lets pageLimit pages come at two a second.
	DefaultTimeout = time.Minute

	// lookBack is what the first look asks for: what was changed before somebody was woken.
	lookBack = 2 * time.Hour
	// lateness is how far back each later look goes: CloudTrail delivers within about five
	// minutes on average, and says so without a promise.
	// Source: CloudTrail user guide, "How CloudTrail works".
	lateness = 5 * time.Minute
	// deepLateness is how far back a look goes once in deepEvery, for what comes later than
	// that. In a busy account each minute of it is a call or more.
	deepLateness = 15 * time.Minute
	deepEvery    = 5 * time.Minute
	// pageSize is the most that LookupEvents gives at once.
	pageSize = 50
	// pageLimit ends a look in a busy account: 2,000 changes, twenty seconds' worth of
	// LookupEvents at two a second.
	pageLimit = 40
)

// Options says what to watch. Config, Account, Region, Clock, Service and Announce are needed.
type Options struct {
	Config   aws.Config // credentials and transport; its region is not used
	Account  string     // as the room names it
	Region   string     // the region to ask
	Clock    room.Clock
	Interval time.Duration // room time; 0 means DefaultInterval
	// Service is the service of ours that one of some resources belongs to, "" if none
	// does; resources are named as CloudTrail names them, by name, id or ARN.
	Service func(resources []string) string
	// Announce takes the changes of one page. It is called from the look.
	Announce func([]room.Change)
}

// watch is what lasts between looks. Only one look runs at a time.
type watch struct {
	Options
	client *cloudtrail.Client
	since  time.Time // up to when there is nothing new to read; zero before the first look
	deep   time.Time // when a look that went far back ended
}

// New makes the watch of one account and region. It calls nothing yet. It shows no
// signals: what it finds goes to Announce, and may go there more than once.
func New(options Options) sources.Watch {
	cfg := options.Config
	if cfg.Retryer == nil {
		cfg.Retryer = awsclient.NewRetryer
	}
	w := &watch{Options: options, client: cloudtrail.NewFromConfig(cfg, func(o *cloudtrail.Options) {
		o.Region = options.Region
		o.APIOptions = append(o.APIOptions, awsclient.Harden)
	})}
	scope := room.Scope{Source: SourceName, Account: options.Account, Region: options.Region}
	return sources.Watch{
		Scope: scope, Name: scope.String(), Whole: true, Look: w.look,
		Interval: cmp.Or(options.Interval, DefaultInterval), Timeout: DefaultTimeout,
	}
}

// look reads the write events since the last look, newest first.
func (w *watch) look(ctx context.Context, _ sources.Report) error {
	now := w.Clock.Now()
	from, deep := w.from(now)
	what := "what was changed in " + w.Region + " could not be read from CloudTrail"
	input := &cloudtrail.LookupEventsInput{
		StartTime: aws.Time(from), EndTime: aws.Time(now), MaxResults: aws.Int32(pageSize),
		LookupAttributes: []types.LookupAttribute{{AttributeKey: types.LookupAttributeKeyReadOnly, AttributeValue: aws.String("false")}},
	}
	seen := map[string]bool{}
	for page := 1; ; page++ {
		answer, err := w.page(ctx, input)
		if err != nil {
			return awsclient.Failure(what, err)
		}
		w.Announce(w.changes(answer.Events))
		token := aws.ToString(answer.NextToken)
		if token == "" || seen[token] || page == pageLimit {
			missed := token != "" && !w.reaches(answer.Events)
			w.since = now // what is older will not come any sooner by asking again
			if deep {
				w.deep = now
			}
			if missed {
				return w.cut(page)
			}
			return nil
		}
		seen[token] = true
		input.NextToken = aws.String(token)
	}
}

// from is since when a look asks, and whether that is far back.
func (w *watch) from(now time.Time) (from time.Time, deep bool) {
	switch {
	case w.since.IsZero():
		return now.Add(-lookBack), true
	case now.Sub(w.deep) >= deepEvery || now.Before(w.deep):
		return w.since.Add(-deepLateness), true
	}
	return w.since.Add(-lateness), false
}

// reaches says whether a page goes back to where the look before ended: then nothing new is
// older than that page, and at most something late is. CloudTrail gives the newest first.
func (w *watch) reaches(page []types.Event) bool {
	for i := range page {
		if at := page[i].EventTime; at != nil && !at.After(w.since) {
			return true
		}
	}
	return false
}

// cut is the warning that there is something new beyond the pages that were read.
func (w *watch) cut(pages int) *sources.Failure {
	return &sources.Failure{Partial: true, Trouble: room.Trouble{
		What: "not all that was changed in " + w.Region + " was read from CloudTrail",
		Why:  fmt.Sprintf("it has more than the newest %d pages that were read", pages),
		Next: "what was read stands; `warroom` tells changes of your own services only, and the console has the rest",
	}}
}

// page makes one API call within its own bound of time.
func (w *watch) page(ctx context.Context, input *cloudtrail.LookupEventsInput) (*cloudtrail.LookupEventsOutput, error) {
	ctx, cancel := awsclient.WithTimeout(ctx)
	defer cancel()
	return w.client.LookupEvents(ctx, input)
}
