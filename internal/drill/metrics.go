package drill

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"time"
)

// The limits of GetMetricData. Source: its API reference.
const (
	queryLimit     = 500
	datapointLimit = 100_800
)

type metricsRequest struct {
	StartTime, EndTime time.Time
	MetricDataQueries  []metricQuery
	MaxDatapoints      int
	NextToken          string
	ScanBy             string
}

type metricQuery struct {
	ID         string `cbor:"Id"`
	Expression string
	Label      string
	ReturnData *bool
	MetricStat *metricStat
}

type metricStat struct {
	Metric struct {
		Namespace, MetricName string
		Dimensions            []dimension
	}
	Period int
	Stat   string
}

type dimension struct{ Name, Value string }

// series is the readings of one query, in the order in which they are asked for.
type series struct {
	query  *metricQuery
	times  []time.Time
	values []float64
}

// getMetricData answers from the readings of the alarms' metrics. A metric that no
// alarm looks at has none, as one that does not exist has none in AWS.
func (s *awsServer) getMetricData(w http.ResponseWriter, in *metricsRequest, region string) {
	if wrong := in.check(); wrong != "" {
		writeCBORError(w, http.StatusBadRequest, "ValidationError", wrong)
		return
	}
	if in.MaxDatapoints == 0 {
		in.MaxDatapoints = datapointLimit
	}
	var all []series
	total := 0
	for i := range in.MetricDataQueries {
		q := &in.MetricDataQueries[i]
		if q.ReturnData != nil && !*q.ReturnData {
			continue
		}
		one := s.read(q, in, region)
		all, total = append(all, one), total+len(one.times)
	}
	from, to, next, ok := page(in.NextToken, in.MaxDatapoints, total)
	if !ok {
		writeCBORError(w, http.StatusBadRequest, "InvalidNextToken", "the token is not one of ours")
		return
	}
	results, before := []any{}, 0
	for _, one := range all {
		results = append(results, one.cut(from-before, to-before))
		before += len(one.times)
	}
	answer := map[string]any{"MetricDataResults": results, "Messages": []any{}}
	if next != "" {
		answer["NextToken"] = next
	}
	writeCBOR(w, http.StatusOK, answer)
}

// queryID is what the Id of a query may be. Source: MetricDataQuery, Id.
var queryID = regexp.MustCompile(`^[a-z][a-zA-Z0-9_]*$`)

// check says what of a request AWS would refuse, or the drill cannot do.
func (in *metricsRequest) check() string {
	switch {
	case in.StartTime.IsZero() || in.EndTime.IsZero():
		return "the parameters StartTime and EndTime are needed"
	case !in.StartTime.Before(in.EndTime):
		return "the parameter StartTime must be less than the parameter EndTime"
	case len(in.MetricDataQueries) == 0 || len(in.MetricDataQueries) > queryLimit:
		return fmt.Sprintf("MetricDataQueries must have 1 to %d members", queryLimit)
	case in.MaxDatapoints < 0 || in.MaxDatapoints > datapointLimit:
		return fmt.Sprintf("MaxDatapoints must be between 1 and %d", datapointLimit)
	case !slices.Contains(scanOrders, in.ScanBy):
		return "ScanBy must be TimestampDescending or TimestampAscending"
	}
	seen := map[string]bool{}
	for i := range in.MetricDataQueries {
		q := &in.MetricDataQueries[i]
		if seen[q.ID] || !queryID.MatchString(q.ID) {
			return fmt.Sprintf("the Id %q is not unique, or does not begin with a lower-case letter", q.ID)
		}
		seen[q.ID] = true
		if wrong := q.check(); wrong != "" {
			return wrong
		}
	}
	return ""
}

// scanOrders are the orders in which lists can be asked for; "" is the newest first.
var scanOrders = []string{"", "TimestampDescending", "TimestampAscending"}

func (q *metricQuery) check() string {
	switch {
	case (q.Expression == "") == (q.MetricStat == nil):
		return "each query needs either MetricStat or Expression"
	case q.Expression != "":
		return "this drill computes no expressions"
	case q.MetricStat.Stat == "" || q.MetricStat.Metric.MetricName == "":
		return "MetricStat needs a Stat and a Metric"
	case !validPeriod(q.MetricStat.Period):
		return "Period must be 1, 5, 10, 20, 30 or a multiple of 60"
	}
	return ""
}

func validPeriod(seconds int) bool {
	return slices.Contains([]int{1, 5, 10, 20, 30}, seconds) || seconds > 0 && seconds%60 == 0
}

// read reads the metric of a query. Periods begin at StartTime, as AWS has them.
func (s *awsServer) read(q *metricQuery, in *metricsRequest, region string) series {
	one := series{query: q}
	a := s.story.watching(q.MetricStat, region)
	if a == nil {
		return one
	}
	now, period := s.clock.Now(), time.Duration(q.MetricStat.Period)*time.Second
	oldest := now.Add(-retention(period))
	for at := in.StartTime.UTC().Truncate(min(period, time.Minute)); at.Before(in.EndTime); at = at.Add(period) {
		if at.Before(oldest) {
			continue
		}
		if value, ok := a.over(at, period, q.MetricStat.Stat, now); ok {
			one.times, one.values = append(one.times, at), append(one.values, value)
		}
	}
	if in.ScanBy != "TimestampAscending" {
		slices.Reverse(one.times)
		slices.Reverse(one.values)
	}
	return one
}

// retention is how long readings of a period are kept. Source: GetMetricData,
// "Amazon CloudWatch retains metric data as follows".
func retention(period time.Duration) time.Duration {
	const day = 24 * time.Hour
	switch {
	case period < time.Minute:
		return 3 * time.Hour
	case period < 5*time.Minute:
		return 15 * day
	case period < time.Hour:
		return 63 * day
	}
	return 455 * day
}

// watching is the alarm that looks at a metric.
func (w *story) watching(m *metricStat, region string) *alarm {
	for _, a := range w.alarms {
		if a.region == region && a.kind() == "metric" && a.cast.Namespace == m.Metric.Namespace && a.cast.Metric == m.Metric.MetricName && a.dimensioned(m.Metric.Dimensions) {
			return a
		}
	}
	return nil
}

// dimensioned reports whether these are the dimensions of the alarm's metric.
func (a *alarm) dimensioned(dimensions []dimension) bool {
	for _, d := range dimensions {
		if value, ok := a.cast.Dimensions[d.Name]; !ok || fill(value, a.service, a.region) != d.Value {
			return false
		}
	}
	return len(dimensions) == len(a.cast.Dimensions)
}

// over is a statistic over a period, of the minutes of it that are over.
func (a *alarm) over(from time.Time, period time.Duration, statistic string, now time.Time) (value float64, ok bool) {
	var values []float64
	for minute := from; minute.Before(from.Add(period)) && !minute.Add(time.Minute).After(now); minute = minute.Add(time.Minute) {
		if !minute.Equal(minute.Truncate(time.Minute)) {
			continue // a period below a minute, where nothing is written
		}
		if reading, ok := a.reading(minute); ok {
			values = append(values, reading)
		}
	}
	if len(values) == 0 {
		return 0, false
	}
	sum := 0.0
	for _, reading := range values {
		sum += reading
	}
	switch {
	case statistic == "Sum":
		return sum, true
	case statistic == "Average":
		return sum / float64(len(values)), true
	case statistic == "SampleCount":
		return float64(len(values)), true
	case statistic == "Minimum":
		return slices.Min(values), true
	}
	return slices.Max(values), true // Maximum, and a high percentile is near it
}

// cut is a result as GetMetricData gives it, with the readings of one page.
func (one *series) cut(from, to int) map[string]any {
	from, to = min(max(from, 0), len(one.times)), min(max(to, 0), len(one.times))
	status := "Complete"
	if to < len(one.times) {
		status = "PartialData"
	}
	label := one.query.Label
	if label == "" {
		label = one.query.MetricStat.Metric.MetricName
	}
	return map[string]any{
		"Id": one.query.ID, "Label": label, "StatusCode": status,
		"Timestamps": append([]time.Time{}, one.times[from:to]...), "Values": append([]float64{}, one.values[from:to]...),
	}
}
