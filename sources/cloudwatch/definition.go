package cloudwatch

import (
	"context"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"warroom/internal/clean"
	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/awsclient"
)

// onlyQuery is the Id of the query for an alarm on a single metric.
const onlyQuery = "m"

// definition is what of an alarm's definition says what to draw. The room keeps only
// a summary of it.
type definition struct {
	queries   []types.MetricDataQuery // as GetMetricData takes them, with the alarm's own periods
	watched   string                  // the Id of the query whose readings the alarm looks at
	band      string                  // the Id of the query that gives a band; "" if the threshold is fixed
	threshold *float64
	period    time.Duration
	metric    string // what is watched, in words
	unit      string
	additive  bool   // a reading over two periods is the sum of both
	formula   bool   // what is watched is computed from others
	nothing   string // why there is nothing to draw; "" if there is
}

// define asks for an alarm's definition by its name.
func (p *place) define(ctx context.Context, name string) (*definition, error) {
	ctx, cancel := awsclient.WithTimeout(ctx)
	defer cancel()
	answer, err := p.client.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{name}, AlarmTypes: alarmTypes})
	if err != nil {
		return nil, err
	}
	for i := range answer.MetricAlarms {
		if a := &answer.MetricAlarms[i]; aws.ToString(a.AlarmName) == name {
			return newDefinition(a), nil
		}
	}
	if len(answer.CompositeAlarms)+len(answer.LogAlarms) > 0 {
		return &definition{nothing: "The alarm has no metric any more: it was made anew as one of another type"}, nil
	}
	return nil, &sources.Failure{Trouble: room.Trouble{
		What: "the alarm was not found", Why: "CloudWatch has no alarm of this name any more", Next: "the next look takes it off the list",
	}}
}

func newDefinition(a *types.MetricAlarm) *definition {
	d := &definition{threshold: a.Threshold, period: seconds(a.Period), band: aws.ToString(a.ThresholdMetricId)}
	switch {
	case a.EvaluationCriteria != nil:
		d.nothing = "A PromQL alarm has no metric that could be drawn: it looks at the results of its query"
	case len(a.Metrics) > 0:
		d.takeQueries(a.Metrics)
	case a.MetricName != nil:
		stat := string(a.Statistic)
		if a.ExtendedStatistic != nil {
			stat = *a.ExtendedStatistic
		}
		d.takeQueries([]types.MetricDataQuery{{Id: aws.String(onlyQuery), ReturnData: aws.Bool(true), MetricStat: &types.MetricStat{
			Metric: &types.Metric{Namespace: a.Namespace, MetricName: a.MetricName, Dimensions: a.Dimensions},
			Period: a.Period, Stat: aws.String(stat), Unit: a.Unit,
		}}})
	default:
		d.nothing = "The alarm names no metric"
	}
	return d
}

// takeQueries takes over an alarm's queries and finds the one that it looks at.
func (d *definition) takeQueries(queries []types.MetricDataQuery) {
	d.queries = queries
	for i := range queries {
		q := &queries[i]
		d.period = max(d.period, seconds(q.Period))
		if q.MetricStat != nil {
			d.period = max(d.period, seconds(q.MetricStat.Period))
			d.additive = d.additive || addsUp(aws.ToString(q.MetricStat.Stat))
		}
		if why := dear(aws.ToString(q.Expression)); why != "" {
			d.nothing = why
		}
	}
	watched := findWatched(queries, d.band)
	if watched == nil {
		d.nothing = "The alarm does not say which of its metrics it looks at"
		return
	}
	d.watched = aws.ToString(watched.Id)
	d.describe(watched)
}

// findWatched is the query that an alarm compares: the one that returns data, beside
// the band that it is compared with.
func findWatched(queries []types.MetricDataQuery, band string) *types.MetricDataQuery {
	for _, want := range []func(*bool) bool{aws.ToBool, func(set *bool) bool { return set == nil }} {
		for i := range queries {
			if q := &queries[i]; aws.ToString(q.Id) != band && want(q.ReturnData) {
				return q
			}
		}
	}
	return nil
}

// describe puts into words what is watched.
func (d *definition) describe(q *types.MetricDataQuery) {
	stat := q.MetricStat
	if stat == nil || stat.Metric == nil {
		d.formula = true
		d.metric = line(q.Label, descriptionLimit)
		if d.metric == "" || strings.Contains(d.metric, "${") {
			d.metric = line(q.Expression, descriptionLimit)
		}
		return
	}
	statistic := line(stat.Stat, wordLimit)
	d.additive = addsUp(statistic)
	d.metric = statistic + " of " + line(stat.Metric.Namespace, wordLimit) + " " + line(stat.Metric.MetricName, wordLimit)
	d.unit = clean.Line(string(stat.Unit), wordLimit)
	if d.unit == "" {
		d.unit = unitOf(aws.ToString(stat.Metric.Namespace), aws.ToString(stat.Metric.MetricName), statistic)
	}
}

// addsUp reports whether a statistic of two periods is the sum of theirs.
func addsUp(statistic string) bool {
	return statistic == string(types.StatisticSum) || statistic == string(types.StatisticSampleCount)
}

// quoted is a text in an expression, such as a search's or a function's name; a quote
// that is not closed quotes nothing.
var quoted = regexp.MustCompile(`'[^']*'|"[^"]*"`)

// lambdaCall is the call of a Lambda function, anywhere in an expression: as the
// argument of another function, it runs as well.
var lambdaCall = regexp.MustCompile(`(?i)\bLAMBDA\s*\(`)

// dear says why an expression is not asked for: nobody may be charged, or have code of
// theirs run, for having opened an alarm. Source: CloudWatch pricing, "each metric
// analyzed by the query"; metric math functions, LAMBDA.
func dear(expression string) string {
	switch {
	case strings.HasPrefix(strings.ToUpper(strings.TrimSpace(expression)), "SELECT"):
		return "It is not drawn here: the alarm's query looks through many metrics, and AWS charges for each of them each time; the console draws it for nothing"
	case lambdaCall.MatchString(quoted.ReplaceAllString(expression, "''")):
		return "It is not drawn here: a Lambda function of the account would have to run for it; the console draws it"
	}
	return ""
}
