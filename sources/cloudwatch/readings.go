package cloudwatch

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"warroom/internal/room"
	"warroom/sources/awsclient"
)

const (
	// lateAfter is how old the newest reading may be before people are told; CloudWatch
	// has most readings after two or three minutes.
	lateAfter = 5 * time.Minute
	// latePeriods is the same for alarms with long periods.
	latePeriods = 3
	// messageLimit is how many of CloudWatch's remarks are passed on, and
	// messageLength how long each may be.
	messageLimit  = 3
	messageLength = 200
)

// ask fetches the readings of a definition's queries in one call.
func (p *place) ask(ctx context.Context, d *definition, s span) (*cloudwatch.GetMetricDataOutput, error) {
	ctx, cancel := awsclient.WithTimeout(ctx)
	defer cancel()
	return p.client.GetMetricData(ctx, &cloudwatch.GetMetricDataInput{
		StartTime: aws.Time(s.from), EndTime: aws.Time(s.to), MetricDataQueries: d.over(s.period),
		ScanBy: types.ScanByTimestampDescending, // if something is missing it is the oldest
	})
}

// over is the queries with another period, which return what is drawn and no more.
func (d *definition) over(period time.Duration) []types.MetricDataQuery {
	length := aws.Int32(int32(period / time.Second))
	queries := slices.Clone(d.queries)
	for i := range queries {
		q := &queries[i]
		id := aws.ToString(q.Id)
		q.ReturnData = aws.Bool(id == d.watched || id == d.band)
		if q.Period != nil {
			q.Period = length
		}
		if q.MetricStat != nil {
			stat := *q.MetricStat
			stat.Period = length
			q.MetricStat = &stat
		}
	}
	return queries
}

// fill puts an answer into a chart and returns what people should know beside it.
func (d *definition) fill(chart *room.Chart, s span, answer *cloudwatch.GetMetricDataOutput) (notes []string) {
	chart.Metric, chart.Unit, chart.Period = d.metric, d.unit, s.period
	var heard []types.MessageData
	for i := range answer.MetricDataResults {
		result := &answer.MetricDataResults[i]
		switch id := aws.ToString(result.Id); {
		case id == d.watched && chart.Points == nil:
			chart.Points = points(result, s)
			notes = append(notes, trouble(result.StatusCode)...)
		case id == d.band && d.band != "":
			if bound := points(result, s); len(bound) > 0 {
				chart.Bounds = append(chart.Bounds, bound)
			}
		}
		heard = append(heard, result.Messages...)
	}
	if len(notes) == 0 {
		notes = lateness(chart, s)
	}
	notes = append(notes, d.compare(chart)...)
	return append(notes, remarks(append(answer.Messages, heard...))...)
}

// compare makes readings and bounds such that they can be compared, or says why they
// cannot be.
func (d *definition) compare(chart *room.Chart) (notes []string) {
	longer := chart.Period > d.period
	if longer {
		chart.Metric += " over " + inWords(chart.Period) + " (the alarm looks at " + inWords(d.period) + ")"
	}
	switch {
	case d.band != "":
		slices.SortFunc(chart.Bounds, func(a, b []room.Point) int { return cmp.Compare(a[0].Value, b[0].Value) })
		if len(chart.Bounds) == 0 {
			return []string{"CloudWatch gave no band; its model may not have learned enough yet"}
		}
	case d.threshold == nil || math.IsNaN(*d.threshold) || math.IsInf(*d.threshold, 0):
	case longer && d.additive && d.formula:
		return []string{"The threshold is left out: the alarm's formula is of sums over " + inWords(d.period) + ", and these are over " + inWords(chart.Period)}
	default:
		chart.Bounds = [][]room.Point{{{At: chart.From, Value: *d.threshold}, {At: chart.To, Value: *d.threshold}}}
		if longer && d.additive {
			chart.Metric = d.metric + " in " + inWords(d.period) + ", the mean of " + inWords(chart.Period)
			for i := range chart.Points {
				chart.Points[i].Value *= float64(d.period) / float64(chart.Period)
			}
		}
	}
	return notes
}

// points are the readings of one result, oldest first. What is not a number, not of
// this time, or there twice is left out.
func points(result *types.MetricDataResult, s span) []room.Point {
	count := min(len(result.Timestamps), len(result.Values))
	all := make([]room.Point, 0, min(count, 2*pointLimit))
	for i := range count {
		at, value := result.Timestamps[i].UTC(), result.Values[i]
		if at.Before(s.from) || !at.Before(s.to) || math.IsNaN(value) || math.IsInf(value, 0) {
			continue
		}
		all = append(all, room.Point{At: at, Value: value})
	}
	slices.SortStableFunc(all, func(a, b room.Point) int { return a.At.Compare(b.At) })
	all = slices.CompactFunc(all, func(a, b room.Point) bool { return a.At.Equal(b.At) })
	return slices.Clip(all[max(0, len(all)-2*pointLimit):])
}

// trouble is what CloudWatch says of a result as a whole.
func trouble(code types.StatusCode) []string {
	switch code {
	case types.StatusCodeComplete, "":
		return nil
	case types.StatusCodeForbidden:
		return []string{"CloudWatch does not let these credentials see the metric, which may belong to another account"}
	case types.StatusCodePartialData:
		return []string{"CloudWatch gave only a part of the readings"}
	}
	return []string{"CloudWatch failed inside while it read the metric, so readings may be missing"}
}

// lateness says that there are no readings, or that the newest is old.
func lateness(chart *room.Chart, s span) []string {
	if len(chart.Points) == 0 {
		return []string{"The metric has no readings in this time"}
	}
	newest := chart.Points[len(chart.Points)-1].At.Add(s.period)
	if missing := s.to.Sub(newest); missing < max(lateAfter, latePeriods*s.period) {
		return nil
	}
	return []string{"The newest reading is " + inWords(chart.To.Sub(newest).Truncate(time.Minute)) +
		" old: CloudWatch is late, or nothing is written while there is nothing to count"}
}

// remarks are CloudWatch's own, in its words.
func remarks(messages []types.MessageData) []string {
	var said []string
	for i := range messages {
		text := line(messages[i].Value, messageLength)
		if text == "" {
			continue
		}
		if text = "CloudWatch says: " + text; !slices.Contains(said, text) && len(said) < messageLimit {
			said = append(said, text)
		}
	}
	return said
}
