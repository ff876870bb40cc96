package cloudwatch

import (
	"math"
	"reflect"
	"testing"
	"time"

	"warroom/internal/room"
)

func TestWhatAFormulaOrABandDraws(t *testing.T) {
	sum := func(id string, set any) fields {
		return fields{"Id": id, "ReturnData": set, "MetricStat": fields{"Period": 60, "Stat": "Sum", "Metric": fields{"Namespace": "Shop", "MetricName": "Orders"}}}
	}
	cases := []struct {
		name     string
		alarm    fields
		length   time.Duration
		results  []fields
		metric   string
		points   []float64
		bounds   []float64 // the last value of each
		note     string
		returned []string
	}{
		{"a formula", fields{"Threshold": 5.0, "Metrics": []fields{sum("m1", false), sum("m2", false), {"Id": "e1", "Label": "error rate", "Expression": "100*m1/m2", "ReturnData": true}}},
			time.Hour, []fields{result("e1", map[int]float64{4: 7, 3: 8})}, "error rate", []float64{7, 8}, []float64{5}, "", []string{"e1"}},
		{"a formula whose label CloudWatch fills in", fields{"Threshold": 5.0, "Metrics": []fields{sum("m1", false), {"Id": "e1", "Label": "${LAST}", "Expression": "m1*2", "ReturnData": true}}},
			time.Hour, []fields{result("e1", map[int]float64{3: 8})}, "m1*2", []float64{8}, []float64{5}, "", []string{"e1"}},
		{"a formula of sums over longer than the alarm's", fields{"Threshold": 5.0, "Metrics": []fields{sum("m1", false), {"Id": "e1", "Expression": "m1*2", "ReturnData": true}}},
			24 * time.Hour, []fields{result("e1", map[int]float64{4: 8})}, "m1*2 over 2m (the alarm looks at 1m)", []float64{8}, nil,
			"The threshold is left out: the alarm's formula is of sums over 1m, and these are over 2m", []string{"e1"}},
		{"a band", fields{"ThresholdMetricId": "ad1", "Metrics": []fields{sum("m1", true), {"Id": "ad1", "Expression": "ANOMALY_DETECTION_BAND(m1, 2)", "ReturnData": true}}},
			time.Hour, []fields{result("m1", map[int]float64{3: 50}), result("ad1", map[int]float64{4: 30, 3: 40}), result("ad1", map[int]float64{4: 10, 3: 15})},
			"Sum of Shop Orders", []float64{50}, []float64{15, 40}, "", []string{"m1", "ad1"}},
		{"a band that is still learning", fields{"ThresholdMetricId": "ad1", "Metrics": []fields{{"Id": "ad1", "Expression": "ANOMALY_DETECTION_BAND(m1, 2)"}, {"Id": "m1", "MetricStat": sum("", nil)["MetricStat"]}}},
			time.Hour, []fields{result("m1", map[int]float64{3: 50}), result("ad1", nil)}, "Sum of Shop Orders", []float64{50}, nil,
			"CloudWatch gave no band; its model may not have learned enough yet", []string{"ad1", "m1"}},
		{"a sum over longer than the alarm's", fields{"Threshold": 25.0, "Metrics": []fields{sum("m1", true)}},
			24 * time.Hour, []fields{result("m1", map[int]float64{4: 60})}, "Sum of Shop Orders in 1m, the mean of 2m", []float64{30}, []float64{25}, "", []string{"m1"}},
		{"no fixed threshold at all", fields{"Metrics": []fields{sum("m1", true)}},
			time.Hour, []fields{result("m1", map[int]float64{3: 60})}, "Sum of Shop Orders", []float64{60}, nil, "", []string{"m1"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := serveCharts(t)
			c.alarm["AlarmName"] = "a"
			s.answer["DescribeAlarms"] = []fields{{"MetricAlarms": []fields{c.alarm}}}
			s.answer["GetMetricData"] = []fields{{"MetricDataResults": c.results}}
			got, err := s.charts().Chart(t.Context(), opened("a"), time.Time{}, c.length)
			if err != nil {
				t.Fatal(err)
			}
			var points, bounds []float64
			for _, point := range got.Points {
				points = append(points, point.Value)
			}
			for _, bound := range got.Bounds {
				bounds = append(bounds, bound[len(bound)-1].Value)
			}
			if got.Metric != c.metric || got.Note != c.note || !reflect.DeepEqual(points, c.points) || !reflect.DeepEqual(bounds, c.bounds) {
				t.Errorf("%q %v bounds %v note %q", got.Metric, points, bounds, got.Note)
			}
			var returned []string
			for _, query := range s.calls("GetMetricData")[0]["MetricDataQueries"].([]any) {
				if q := query.(map[any]any); q["ReturnData"] == true {
					returned = append(returned, q["Id"].(string))
				}
			}
			if !reflect.DeepEqual(returned, c.returned) {
				t.Errorf("%v are returned, want %v", returned, c.returned)
			}
		})
	}
}

func TestAlarmsWithoutAMetricSayWhyAndKeepTheirTurns(t *testing.T) {
	cases := []struct {
		name   string
		kind   string
		answer fields
		note   string
	}{
		{"composite", typeComposite, nil, "A composite alarm has no metric: its state follows from other alarms"},
		{"log", typeLog, nil, "A log alarm has no metric: it looks at the results of a query over logs"},
		{"PromQL", typeMetric, fields{"EvaluationInterval": 30, "EvaluationCriteria": fields{"PromQLCriteria": fields{"Query": "up == 0"}}},
			"A PromQL alarm has no metric that could be drawn: it looks at the results of its query"},
		{"Metrics Insights", typeMetric, fields{"Metrics": []fields{{"Id": "q1", "Period": 60, "ReturnData": true, "Expression": ` select MAX(CPUUtilization) FROM "AWS/EC2" GROUP BY InstanceId`}}},
			"It is not drawn here: the alarm's query looks through many metrics, and AWS charges for each of them each time; the console draws it for nothing"},
		{"Lambda", typeMetric, fields{"Metrics": []fields{{"Id": "q1", "ReturnData": true, "Expression": `LAMBDA("connector")`}}},
			"It is not drawn here: a Lambda function of the account would have to run for it; the console draws it"},
		{"Lambda in another function", typeMetric, fields{"Metrics": []fields{{"Id": "q1", "ReturnData": true, "Expression": `FILL(lambda ('f', "x"), 0)`}}},
			"It is not drawn here: a Lambda function of the account would have to run for it; the console draws it"},
		{"nothing", typeMetric, fields{}, "The alarm names no metric"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := serveCharts(t)
			if c.answer != nil {
				c.answer["AlarmName"] = "a"
				s.answer["DescribeAlarms"] = []fields{{"MetricAlarms": []fields{c.answer}}}
			}
			s.answer["DescribeAlarmHistory"] = []fields{{"AlarmHistoryItems": []fields{turned(ago(20), "OK", "ALARM")}}}
			got, err := s.charts().Chart(t.Context(), opened("a", func(d *room.AlarmDetail) { d.Type = c.kind }), time.Time{}, time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			if got.Note != c.note || len(got.Points) != 0 || len(got.Turns) != 2 || len(s.calls("GetMetricData")) != 0 {
				t.Errorf("%d points, %d turns, %d calls for readings, note %q", len(got.Points), len(got.Turns), len(s.calls("GetMetricData")), got.Note)
			}
		})
	}
}

func TestWhatCloudWatchSaysOfItsReadingsIsNoted(t *testing.T) {
	readings := func(change func(fields)) fields {
		r := result(onlyQuery, map[int]float64{4: 1, 3: 2})
		change(r)
		return fields{"MetricDataResults": []fields{r}}
	}
	cases := []struct {
		name   string
		answer fields
		points int
		note   string
	}{
		{"complete", readings(func(fields) {}), 2, ""},
		{"partial", readings(func(r fields) { r["StatusCode"] = "PartialData" }), 2, "CloudWatch gave only a part of the readings"},
		{"failed inside", readings(func(r fields) { r["StatusCode"], r["Values"], r["Timestamps"] = "InternalError", nil, nil }), 0, "CloudWatch failed inside while it read the metric, so readings may be missing"},
		{"forbidden", readings(func(r fields) { r["StatusCode"], r["Values"], r["Timestamps"] = "Forbidden", nil, nil }), 0,
			"CloudWatch does not let these credentials see the metric, which may belong to another account"},
		{"empty", readings(func(r fields) { r["Values"], r["Timestamps"] = nil, nil }), 0, "The metric has no readings in this time"},
		{"nothing at all", fields{}, 0, "The metric has no readings in this time"},
		{"old", fields{"MetricDataResults": []fields{result(onlyQuery, map[int]float64{24: 1})}}, 1,
			"The newest reading is 23m old: CloudWatch is late, or nothing is written while there is nothing to count"},
		{"remarks", fields{"MetricDataResults": []fields{result(onlyQuery, map[int]float64{3: 1})}, "Messages": []fields{
			{"Code": "X", "Value": "Too many \x1b[31mmetrics"}, {"Code": "X", "Value": "Too many \x1b[31mmetrics"}, {"Code": "Y"}}}, 1, "CloudWatch says: Too many ␛[31mmetrics"},
		{"no numbers, other times, doubles, and more times than values", readings(func(r fields) {
			r["Timestamps"] = []time.Time{ago(5), ago(6), ago(90), noon.Add(time.Hour), ago(4), ago(4), ago(3), ago(2), ago(7)}
			r["Values"] = []float64{math.NaN(), math.Inf(1), 1, 1, 1, 1, 1, 1}
		}), 2, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := serveCharts(t)
			s.answer["GetMetricData"] = []fields{c.answer}
			got, err := s.charts().Chart(t.Context(), theAlarm(), time.Time{}, time.Hour)
			if err != nil || len(got.Points) != c.points || got.Note != c.note {
				t.Errorf("%+v, %v\nwant %d points and %q", got, err, c.points, c.note)
			}
		})
	}
}
