package awshealth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/health"
	"github.com/aws/aws-sdk-go-v2/service/health/types"

	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/awsclient"
)

const (
	// pageSize is the most that DescribeEvents and DescribeAffectedEntities give at once.
	pageSize = 100
	// pageLimit ends a list that never ends: 20,000 events are far more than the
	// API keeps for one account.
	pageLimit = 200
	// patience is how long, in real time, the second region may take at the most
	// after the first has answered everything: the rest of the look needs time too.
	patience = 3 * time.Second
	// patienceShare is the part of a look's remaining time that it may take instead,
	// where that is less: a drill's look lasts no longer than a simulated minute. It
	// is also what one batch of texts or resources may take of it.
	patienceShare = 3
)

var errEndless = errors.New("the list of events does not end")

// page is one page of a region's list, or the end of it.
type page struct {
	endpoint int
	events   []types.Event
	last     bool
	err      error // with last
}

// list asks both regions at once, and returns once both have finished. The result
// is why each region failed, or nil.
func (w *watch) list(ctx context.Context, report sources.Report) (failed []error) {
	since := w.clock.Now().Add(-closedWindow)
	pages := make(chan page)
	cancels := make([]context.CancelCauseFunc, len(w.endpoints))
	failed = make([]error, len(w.endpoints))
	for i := range w.endpoints {
		regional, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		cancels[i] = cancel
		go func() {
			err := w.endpoints[i].list(regional, since, w.wide, func(events []types.Event) { pages <- page{endpoint: i, events: events} })
			if err != nil && errors.Is(context.Cause(regional), context.DeadlineExceeded) {
				err = fmt.Errorf("%w: %w", context.DeadlineExceeded, err)
			}
			pages <- page{endpoint: i, last: true, err: err}
		}()
	}
	for running := len(w.endpoints); running > 0; {
		p := <-pages
		if !p.last {
			w.take(p, report)
			continue
		}
		running--
		failed[p.endpoint] = p.err
		if p.err == nil && running > 0 {
			other := cancels[1-p.endpoint]
			timer := time.AfterFunc(patienceFor(ctx), func() { other(context.DeadlineExceeded) })
			defer timer.Stop()
		}
	}
	return failed
}

// patienceFor is how long the second region is waited for in a look that ends with
// the context.
func patienceFor(ctx context.Context) time.Duration { return min(patience, shareOf(ctx)) }

// shareOf is how much of a look's time one region may take from now on, so that one
// which hangs leaves enough for the other.
func shareOf(ctx context.Context) time.Duration {
	if deadline, ok := ctx.Deadline(); ok {
		return time.Until(deadline) / patienceShare
	}
	return DefaultTimeout / patienceShare
}

// query is one page of one of the two lists that are read.
type query struct {
	over  bool      // events that have ended since the given time, and not those that go on
	since time.Time //
	token *string   // of the page; nil for the first
}

// list reads the events that go on or are announced, then those that have ended
// since the given time. In this order an event that ends in between is seen twice,
// not never.
func (e *endpoint) list(ctx context.Context, since time.Time, wide bool, show func([]types.Event)) error {
	ask := e.events
	if wide {
		ask = e.eventsForOrganization
	}
	for _, over := range []bool{false, true} {
		seen := make(map[string]bool)
		q := query{over: over, since: since}
		for {
			events, next, err := ask(ctx, q)
			if err != nil {
				return err
			}
			show(events)
			token := aws.ToString(next)
			if token == "" {
				break
			}
			if seen[token] || len(seen) == pageLimit {
				return &sources.Failure{Err: errEndless, Trouble: room.Trouble{
					What: what, Why: "the list of events from " + e.region + " would never end",
					Next: "what was shown stands; if it stays, please report it"}}
			}
			seen[token] = true
			q.token = aws.String(token)
		}
	}
	return nil
}

// goingOn are the statuses of what is not over.
var goingOn = []types.EventStatusCode{types.EventStatusCodeOpen, types.EventStatusCodeUpcoming}

func (e *endpoint) events(ctx context.Context, q query) ([]types.Event, *string, error) {
	ctx, cancel := awsclient.WithTimeout(ctx)
	defer cancel()
	filter := &types.EventFilter{EventStatusCodes: goingOn}
	if q.over {
		filter = &types.EventFilter{EventStatusCodes: []types.EventStatusCode{types.EventStatusCodeClosed}, EndTimes: []types.DateTimeRange{{From: &q.since}}}
	}
	answer, err := e.client.DescribeEvents(ctx, &health.DescribeEventsInput{Filter: filter, MaxResults: aws.Int32(pageSize), NextToken: q.token})
	if err != nil {
		return nil, nil, err
	}
	return answer.Events, answer.NextToken, nil
}

// take merges a page and reports what can be shown at once. An event that is known
// and has changed waits for its new text, so that people read one line, not two.
func (w *watch) take(p page, report sources.Report) {
	now := w.clock.Now()
	signals := make([]room.Signal, 0, len(p.events))
	for i := range p.events {
		known, isNew := w.merge(eventFrom(&p.events[i], now), p.endpoint, now)
		if known == nil || known.shown || !isNew && !known.described() {
			continue
		}
		known.shown = true
		signals = append(signals, w.signal(known))
	}
	report(signals)
}
