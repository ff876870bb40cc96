package cloudwatch

import (
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"warroom/internal/clean"
	"warroom/internal/room"
)

// The types of alarm as AlarmDetail has them.
const (
	typeMetric    = "metric"
	typeComposite = "composite"
	typeLog       = "log"
)

// metric describes an alarm on one metric, on an expression over several, or on a
// PromQL query; the last two have no metric of their own and show their expression.
func (w *watch) metric(a *types.MetricAlarm) *room.AlarmDetail {
	detail := &room.AlarmDetail{Type: typeMetric, Dimensions: w.dimensions(a.Dimensions)}
	judging := room.Judging{
		Namespace:  w.word(a.Namespace),
		Metric:     w.word(a.MetricName),
		Statistic:  w.words.intern(clean.Line(string(a.Statistic), wordLimit)),
		Comparison: w.words.intern(clean.Line(string(a.ComparisonOperator), wordLimit)),
		Threshold:  w.threshold(a.Threshold),
		Period:     seconds(a.Period),
		Evaluate:   aws.ToInt32(a.EvaluationPeriods),
		Breach:     aws.ToInt32(a.DatapointsToAlarm),
		Missing:    w.word(a.TreatMissingData),
	}
	if a.ExtendedStatistic != nil {
		judging.Statistic = w.word(a.ExtendedStatistic)
	}
	if a.Threshold == nil && a.ThresholdMetricId != nil {
		judging.Threshold = "band " + line(a.ThresholdMetricId, wordLimit)
	}
	w.describeQueries(detail, &judging, a.Metrics)
	if query, ok := a.EvaluationCriteria.(*types.EvaluationCriteriaMemberPromQLCriteria); ok {
		judging.Metric = line(query.Value.Query, ruleLimit)
		judging.Period = seconds(a.EvaluationInterval)
	}
	detail.Judging = w.alike.judging(judging)
	return detail
}

// describeQueries fills in the query that the alarm decides by.
func (w *watch) describeQueries(detail *room.AlarmDetail, judging *room.Judging, queries []types.MetricDataQuery) {
	for i := range queries {
		query := &queries[i]
		if len(queries) > 1 && !aws.ToBool(query.ReturnData) {
			continue
		}
		judging.Period = max(judging.Period, seconds(query.Period))
		if query.Expression != nil {
			judging.Metric = line(query.Expression, descriptionLimit)
		} else if stat := query.MetricStat; stat != nil && stat.Metric != nil {
			judging.Namespace, judging.Metric = w.word(stat.Metric.Namespace), w.word(stat.Metric.MetricName)
			judging.Statistic, judging.Period = w.word(stat.Stat), seconds(stat.Period)
			detail.Dimensions = w.dimensions(stat.Metric.Dimensions)
		}
	}
}

// noJudging is that of a composite, which looks at alarms and not at a metric.
var noJudging = new(room.Judging)

func composite(a *types.CompositeAlarm) *room.AlarmDetail {
	detail := &room.AlarmDetail{Type: typeComposite, Judging: noJudging, Rule: line(a.AlarmRule, ruleLimit)}
	if aws.ToString(a.ActionsSuppressor) != "" {
		detail.Suppressor = &room.Suppressor{
			Alarm: line(a.ActionsSuppressor, arnLimit), Why: line(a.ActionsSuppressedReason, reasonLimit),
			Wait: seconds(a.ActionsSuppressorWaitPeriod), Extension: seconds(a.ActionsSuppressorExtensionPeriod),
		}
	}
	switch a.ActionsSuppressedBy {
	case types.ActionsSuppressedByAlarm:
		detail.Suppressed = "alarm " + line(a.ActionsSuppressor, arnLimit)
	case types.ActionsSuppressedByWaitPeriod:
		detail.Suppressed = room.SuppressedByWait
	case types.ActionsSuppressedByExtensionPeriod:
		detail.Suppressed = room.SuppressedByExtension
	default:
		detail.Suppressed = clean.Line(string(a.ActionsSuppressedBy), wordLimit)
	}
	return detail
}

// log describes an alarm on the results of a scheduled query over logs.
func (w *watch) log(a *types.LogAlarm) *room.AlarmDetail {
	detail := &room.AlarmDetail{Type: typeLog}
	judging := room.Judging{
		Comparison: w.words.intern(clean.Line(string(a.ComparisonOperator), wordLimit)),
		Threshold:  w.threshold(a.Threshold),
		Evaluate:   aws.ToInt32(a.QueryResultsToEvaluate),
		Breach:     aws.ToInt32(a.QueryResultsToAlarm),
		Missing:    w.word(a.TreatMissingData),
	}
	if query := a.ScheduledQueryConfiguration; query != nil {
		detail.Rule = line(query.QueryString, ruleLimit)
		judging.Metric = line(query.AggregationExpression, descriptionLimit)
	}
	detail.Judging = w.alike.judging(judging)
	return detail
}

func (w *watch) dimensions(from []types.Dimension) []room.Dimension {
	if len(from) == 0 {
		return nil
	}
	out := make([]room.Dimension, len(from))
	for i, d := range from {
		out[i] = room.Dimension{Name: w.word(d.Name), Value: w.word(d.Value)}
	}
	return w.alike.dimensions(out)
}

func (w *watch) threshold(value *float64) string {
	if value == nil {
		return ""
	}
	return w.words.intern(strconv.FormatFloat(*value, 'f', -1, 64))
}

// word is a text that many alarms share.
func (w *watch) word(s *string) string { return w.words.intern(line(s, wordLimit)) }

func seconds(n *int32) time.Duration { return time.Duration(aws.ToInt32(n)) * time.Second }
