package cloudwatch

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/awsclient"
)

// chartTimeout bounds one chart in real time: the alarm's definition and then its
// readings, with its history meanwhile.
const chartTimeout = 12 * time.Second

// Charts fetches the readings behind alarms. It implements room.Charts for every
// account and region that was added. Safe for concurrent use.
//
// One chart is three calls: DescribeAlarms and DescribeAlarmHistory, which cost
// nothing, and GetMetricData with the alarm's own metrics (one, or up to ten in a
// formula), at $0.01 for a thousand of them.
type Charts struct {
	clock  room.Clock
	mu     sync.Mutex
	places map[room.Scope]*place
}

// place is one account in one region.
type place struct{ client *cloudwatch.Client }

// NewCharts makes charts of no alarm yet. The clock is the room's.
func NewCharts(clock room.Clock) *Charts {
	return &Charts{clock: clock, places: make(map[room.Scope]*place)}
}

// Add lets the alarms of a watch's scope be charted with the credentials and the
// transport of a config. A scope that was added before goes over to the new ones.
func (c *Charts) Add(scope room.Scope, cfg aws.Config) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.places[scope] = &place{client: newClient(cfg, scope.Region)}
}

// Retire forgets every scope that is not to be kept.
func (c *Charts) Retire(keep func(room.Scope) bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for scope := range c.places {
		if !keep(scope) {
			delete(c.places, scope)
		}
	}
}

// Chart implements room.Charts. An error is a *sources.Failure. What could be had of
// readings and history is given without the other, whose trouble is in the Note.
func (c *Charts) Chart(ctx context.Context, alarm *room.Signal, to time.Time, length time.Duration) (*room.Chart, error) {
	p, name, failure := c.find(alarm)
	if failure != nil {
		return nil, failure
	}
	within, cancel := context.WithTimeout(ctx, chartTimeout)
	defer cancel()
	detail, ok := alarm.Detail.(*room.AlarmDetail)
	if !ok {
		detail = &room.AlarmDetail{Judging: noJudging}
	}
	now := c.clock.Now()
	chart := &room.Chart{Key: alarm.Key, To: now}
	if !to.IsZero() && to.Before(now) {
		chart.To = to
	}
	seen := max(length, evaluated(detail))
	chart.From = chart.To.Add(-seen)

	var past history
	var unknown error
	var asked sync.WaitGroup
	asked.Go(func() { past, unknown = p.history(within, name, chart.From, to) })
	var parts []string // what there is to say of its contributors
	if contributes(detail) && to.IsZero() {
		asked.Go(func() { parts = p.contribute(within, name, chart) })
	}
	notes, err := p.draw(within, name, detail.Type, chart, now)
	asked.Wait()
	refused := err != nil && awsclient.Classify(err).Name == awsclient.CauseDenied // as long as the permission is missing
	if err != nil && len(past.changes) == 0 && (!refused || unknown != nil) || ctx.Err() != nil {
		return nil, awsclient.Failure(unread(alarm), cmp.Or(err, unknown, ctx.Err()))
	}
	switch {
	case err != nil:
		notes = append(notes, awsclient.Failure("Its readings could not be had", err).Error())
	case seen > length && len(chart.Points) > 0:
		notes = append(notes, fmt.Sprintf("The alarm looks at %d periods of %s, so more than was asked for is shown", max(1, detail.Evaluate), inWords(detail.Period)))
	}
	switch {
	case unknown != nil:
		notes = append(notes, awsclient.Failure("Its changes of state could not be had", unknown).Error())
	case !past.whole:
		notes = append(notes, fmt.Sprintf("It changes its state so often that only the newest %d changes are known", len(past.changes)))
	}
	notes = append(notes, parts...)
	chart.Turns = past.turns(alarm, chart.From)
	chart.Note = strings.Join(notes, ". ")
	return chart, nil
}

// find is whom to ask for an alarm's readings, and by which name.
func (c *Charts) find(alarm *room.Signal) (*place, string, *sources.Failure) {
	c.mu.Lock()
	p := c.places[alarm.Scope]
	c.mu.Unlock()
	if p == nil {
		return nil, "", &sources.Failure{Trouble: room.Trouble{
			What: unread(alarm), Why: "nobody is signed in to its account for this region", Next: "they come with the next look, or the config no longer names the account",
		}}
	}
	if !strings.HasSuffix(alarm.Key, "/"+alarm.Title) {
		return nil, "", &sources.Failure{Trouble: room.Trouble{
			What: unread(alarm), Why: "its name holds characters that are not kept here, so it cannot be asked for", Next: "look at it in the console",
		}}
	}
	return p, alarm.Title, nil
}

// unread begins the sentence about a chart that cannot be drawn.
func unread(alarm *room.Signal) string { return "the readings of " + alarm.Title + " could not be had" }

// draw fills in the readings and what they are compared with. The notes are what
// people should know beside them; an alarm without a metric has nothing but a note.
func (p *place) draw(ctx context.Context, name, kind string, chart *room.Chart, now time.Time) (notes []string, err error) {
	switch kind {
	case typeComposite:
		return []string{"A composite alarm has no metric: its state follows from other alarms"}, nil
	case typeLog:
		return []string{"A log alarm has no metric: it looks at the results of a query over logs"}, nil
	}
	d, err := p.define(ctx, name)
	if err != nil {
		return nil, err
	}
	if d.nothing != "" {
		return []string{d.nothing}, nil
	}
	span := spanOf(d.period, chart.From, chart.To, now)
	answer, err := p.ask(ctx, d, span)
	if err != nil {
		return nil, err
	}
	return d.fill(chart, span, answer), nil
}
