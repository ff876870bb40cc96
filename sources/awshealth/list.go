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
			err := w.endpoints[i].list(regional, since, func(events []types.Event) { pages <- page{endpoint: i, events: events} })
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

// list reads the events that go on or are announced, then those that have ended
// since the given time. In this order an event that ends in between is seen twice,
// not never.
func (e *endpoint) list(ctx context.Context, since time.Time, show func([]types.Event)) error {
	filters := []*types.EventFilter{
		{EventStatusCodes: []types.EventStatusCode{types.EventStatusCodeOpen, types.EventStatusCodeUpcoming}},
		{EventStatusCodes: []types.EventStatusCode{types.EventStatusCodeClosed}, EndTimes: []types.DateTimeRange{{From: &since}}},
	}
	for _, filter := range filters {
		seen := make(map[string]bool)
		input := &health.DescribeEventsInput{Filter: filter, MaxResults: aws.Int32(pageSize)}
		for {
			answer, err := e.events(ctx, input)
			if err != nil {
				return err
			}
			show(answer.Events)
			token := aws.ToString(answer.NextToken)
			if token == "" {
				break
			}
			if seen[token] || len(seen) == pageLimit {
				return &sources.Failure{Err: errEndless, Trouble: room.Trouble{
					What: what, Why: "the list of events from " + e.region + " would never end",
					Next: "what was shown stands; if it stays, please report it"}}
			}
			seen[token] = true
			input.NextToken = aws.String(token)
		}
	}
	return nil
}

func (e *endpoint) events(ctx context.Context, input *health.DescribeEventsInput) (*health.DescribeEventsOutput, error) {
	ctx, cancel := awsclient.WithTimeout(ctx)
	defer cancel()
	return e.client.DescribeEvents(ctx, input)
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
