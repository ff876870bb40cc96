package cloudwatch

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"warroom/internal/room"
	"warroom/sources"
)

func TestAChartHasReadingsBoundsAndTurns(t *testing.T) {
	s := serveCharts(t)
	s.answer["GetMetricData"] = []fields{{"MetricDataResults": []fields{result(onlyQuery, map[int]float64{30: 0.2, 5: 2.5, 4: 3, 3: 1.75})}}}
	s.answer["DescribeAlarmHistory"] = []fields{{"AlarmHistoryItems": []fields{turned(ago(20), "OK", "ALARM"), turned(ago(200), "ALARM", "OK"), turned(ago(300), "OK", "ALARM")}}}
	got, err := s.charts().Chart(t.Context(), theAlarm(), time.Time{}, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	from := noon.Add(-time.Hour)
	want := &room.Chart{
		Key: theAlarm().Key, Metric: "p99 of AWS/ApplicationELB TargetResponseTime", Unit: "Seconds", From: from, To: noon, Period: time.Minute,
		Points: []room.Point{{At: ago(30), Value: 0.2}, {At: ago(5), Value: 2.5}, {At: ago(4), Value: 3}, {At: ago(3), Value: 1.75}},
		Bounds: [][]room.Point{{{At: from, Value: 1500}, {At: noon, Value: 1500}}},
		Turns:  []room.Turn{{At: ago(200), State: room.OK, Word: wordOK}, {At: ago(20), State: room.Critical, Word: wordAlarm}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestAChartAsksOnceForNoMoreThanItDraws(t *testing.T) {
	s := serveCharts(t)
	if _, err := s.charts().Chart(t.Context(), theAlarm(), time.Time{}, time.Hour); err != nil {
		t.Fatal(err)
	}
	defined, metrics, history := s.calls("DescribeAlarms"), s.calls("GetMetricData"), s.calls("DescribeAlarmHistory")
	if len(defined) != 1 || len(metrics) != 1 || len(history) != 1 {
		t.Fatalf("%d, %d and %d calls", len(defined), len(metrics), len(history))
	}
	all := []any{"MetricAlarm", "CompositeAlarm", "LogAlarm"}
	name := "orders-api-00007-p99-latency-high"
	if !reflect.DeepEqual(defined[0], fields{"AlarmNames": []any{name}, "AlarmTypes": all}) {
		t.Errorf("the definition is asked for with %v", defined[0])
	}
	if !reflect.DeepEqual(history[0], fields{"AlarmName": name, "AlarmTypes": all, "HistoryItemType": "StateUpdate", "MaxRecords": uint64(historyPage), "ScanBy": "TimestampDescending"}) {
		t.Errorf("the history is asked for with %v", history[0])
	}
	queries := metrics[0]["MetricDataQueries"].([]any)
	stat := queries[0].(map[any]any)["MetricStat"].(map[any]any)
	if len(queries) != 1 || stat["Period"] != uint64(60) || stat["Stat"] != "p99" || len(stat["Metric"].(map[any]any)["Dimensions"].([]any)) != 2 {
		t.Errorf("the readings are asked for with %v", metrics[0])
	}
	// The minute under way and the two before it, which CloudWatch may still add to, are left out.
	if from, to := metrics[0]["StartTime"].(time.Time), metrics[0]["EndTime"].(time.Time); !from.Equal(ago(59)) || !to.Equal(ago(2)) {
		t.Errorf("the readings are asked for from %s to %s", from, to)
	}
}

func TestATroubleOfEitherPartLeavesTheOther(t *testing.T) {
	throttled := func(w http.ResponseWriter, _ *http.Request) {
		writeCBOR(w, http.StatusBadRequest, fields{"__type": "ThrottlingException", "message": "Rate exceeded"})
	}
	failing := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }
	garbage := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/cbor")
		_, _ = w.Write([]byte("\xff\x00garbage"))
	}
	denied := func(w http.ResponseWriter, _ *http.Request) {
		writeCBOR(w, http.StatusForbidden, fields{"__type": "AccessDenied", "message": "User: arn:aws:iam::1:user/x is not authorized"})
	}
	const what = "the readings of orders-api-00007-p99-latency-high could not be had"
	cases := []struct {
		name   string
		broken http.HandlerFunc
		why    string // with ACTION for the call
	}{
		{"throttled", throttled, "AWS is throttling calls to ACTION"},
		{"500", failing, "127.0.0.1 answered 500 Internal Server Error"},
		{"garbage", garbage, "127.0.0.1 answered 200 OK with something that is not from the API"},
		{"denied", denied, "the credentials of profile default may not call ACTION"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("AWS_PROFILE", "")
			for _, operation := range []string{"DescribeAlarms", "GetMetricData", "DescribeAlarmHistory"} {
				why := strings.ReplaceAll(c.why, "ACTION", "cloudwatch:"+operation)
				s := serveCharts(t)
				s.answer["GetMetricData"] = []fields{{"MetricDataResults": []fields{result(onlyQuery, map[int]float64{3: 1})}}}
				s.answer["DescribeAlarmHistory"] = []fields{{"AlarmHistoryItems": []fields{turned(ago(20), "OK", "ALARM")}}}
				s.broken[operation] = c.broken
				got, err := s.charts().Chart(t.Context(), theAlarm(), time.Time{}, time.Hour)
				if err != nil {
					t.Fatalf("%s: %v", operation, err)
				}
				points, turns, begin := 0, 2, "Its readings could not be had: "
				if operation == "DescribeAlarmHistory" { // the signal knows the last turn itself
					points, turns, begin = 1, 1, "Its changes of state could not be had: "
				}
				if len(got.Points) != points || len(got.Turns) != turns || !strings.HasPrefix(got.Note, begin+why+"; ") {
					t.Errorf("%s: %d points, %d turns, note %q", operation, len(got.Points), len(got.Turns), got.Note)
				}
				s.broken["DescribeAlarms"], s.broken["DescribeAlarmHistory"] = c.broken, c.broken
				_, err = s.charts().Chart(t.Context(), theAlarm(), time.Time{}, time.Hour)
				expectFailure(t, err, what, strings.ReplaceAll(c.why, "ACTION", "cloudwatch:DescribeAlarms"))
			}
		})
	}
}

func TestAHungChartEndsWithItsContext(t *testing.T) {
	s := serveCharts(t)
	arrived := make(chan struct{}, 8)
	for operation := range s.answer {
		s.broken[operation] = func(_ http.ResponseWriter, r *http.Request) {
			arrived <- struct{}{}
			<-r.Context().Done()
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		<-arrived // both the definition and the history hang
		cancel()
	}()
	for _, alarm := range []*room.Signal{theAlarm(), opened("a", func(d *room.AlarmDetail) { d.Type = typeComposite })} {
		_, err := s.charts().Chart(ctx, alarm, time.Time{}, time.Hour)
		expectFailure(t, err, "the readings of "+alarm.Title+" could not be had", "the look was stopped")
	}
}

func TestAnAlarmThatIsGoneIsNotMistakenForAQuietOne(t *testing.T) {
	s := serveCharts(t)
	s.answer["DescribeAlarms"] = []fields{{"MetricAlarms": []fields{}}}
	_, err := s.charts().Chart(t.Context(), theAlarm(), time.Time{}, time.Hour)
	expectFailure(t, err, "the readings of orders-api-00007-p99-latency-high could not be had", "CloudWatch has no alarm of this name any more")
	s.answer["DescribeAlarms"] = []fields{{"CompositeAlarms": []fields{{"AlarmName": "orders-api-00007-p99-latency-high"}}}}
	got, err := s.charts().Chart(t.Context(), theAlarm(), time.Time{}, time.Hour)
	if err != nil || got.Note != "The alarm has no metric any more: it was made anew as one of another type" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestANameThatHadToBeCleanedIsNotAskedFor(t *testing.T) {
	s := serveCharts(t)
	alarm := theAlarm()
	alarm.Key, alarm.Title = "alarm/222222222222/eu-west-1/a b#0a1b2c3d", "a b"
	_, err := s.charts().Chart(t.Context(), alarm, time.Time{}, time.Hour)
	expectFailure(t, err, "the readings of a b could not be had", "its name holds characters that are not kept here, so it cannot be asked for")
	if len(s.calls("DescribeAlarms"))+len(s.calls("DescribeAlarmHistory")) != 0 {
		t.Error("CloudWatch was asked")
	}
}

func TestEachAccountAndRegionIsAskedForItsOwnAlarms(t *testing.T) {
	prod, staging := serveCharts(t), serveCharts(t)
	charts := prod.charts()
	other := theAlarm()
	other.Scope.Account, other.Key = "333333333333", "alarm/333333333333/eu-west-1/"+other.Title
	_, err := charts.Chart(t.Context(), other, time.Time{}, time.Hour)
	expectFailure(t, err, "the readings of "+other.Title+" could not be had", "nobody is signed in to its account for this region")
	charts.Add(other.Scope, staging.config)
	asks := func(alarm *room.Signal, fromProd, fromStaging int) {
		t.Helper()
		if _, err := charts.Chart(t.Context(), alarm, time.Time{}, time.Hour); err != nil {
			t.Error(err)
		}
		if p, s := len(prod.calls("GetMetricData")), len(staging.calls("GetMetricData")); p != fromProd || s != fromStaging {
			t.Errorf("prod was asked %d times, staging %d", p, s)
		}
	}
	asks(other, 0, 1)
	asks(theAlarm(), 1, 1)
	charts.Add(chartScope, staging.config) // a changed config
	asks(theAlarm(), 1, 2)
	charts.Retire(func(s room.Scope) bool { return s == chartScope })
	asks(theAlarm(), 1, 3)
	if _, err := charts.Chart(t.Context(), other, time.Time{}, time.Hour); !errors.As(err, new(*sources.Failure)) {
		t.Errorf("a scope that was retired: %v", err)
	}
}

func TestChartsAreDrawnWhileAccountsComeAndGo(t *testing.T) {
	s := serveCharts(t)
	charts := s.charts()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 10 {
				charts.Add(chartScope, s.config)
				if _, err := charts.Chart(t.Context(), theAlarm(), time.Time{}, time.Hour); err != nil {
					t.Error(err)
				}
				charts.Retire(func(scope room.Scope) bool { return scope == chartScope })
			}
		})
	}
	all.Wait()
}

func TestAChartOfThePastKnowsNothingOfWhatCameAfter(t *testing.T) {
	s := serveCharts(t)
	s.answer["GetMetricData"] = []fields{{"MetricDataResults": []fields{result(onlyQuery, map[int]float64{30: 0.2})}}}
	s.answer["DescribeAlarmHistory"] = []fields{{"AlarmHistoryItems": []fields{turned(ago(5), "ALARM", "OK"), turned(ago(20), "OK", "ALARM"), turned(ago(200), "ALARM", "OK")}}}
	to := ago(10).Add(30 * time.Second)
	got, err := s.charts().Chart(t.Context(), theAlarm(), to, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	turns := []room.Turn{{At: ago(200), State: room.OK, Word: wordOK}, {At: ago(20), State: room.Critical, Word: wordAlarm}}
	if !got.To.Equal(to) || !got.From.Equal(to.Add(-time.Hour)) || !reflect.DeepEqual(got.Turns, turns) || !got.Bounds[0][1].At.Equal(to) {
		t.Errorf("got %+v", got)
	}
	if end := s.calls("GetMetricData")[0]["EndTime"].(time.Time); !end.Equal(ago(10)) {
		t.Errorf("the readings are asked for up to %s", end)
	}
	if end, ok := s.calls("DescribeAlarmHistory")[0]["EndDate"].(time.Time); !ok || !end.Equal(to) {
		t.Errorf("the history is asked for up to %s", end)
	}
}

func TestAnAlarmOnAQueryTellsItsContributors(t *testing.T) {
	s := serveCharts(t)
	part := func(name string, minutes int) fields {
		return fields{"ContributorId": "id-" + name, "ContributorAttributes": map[string]string{"FunctionName": name, "Account": "1"},
			"StateReason": "above 5", "StateTransitionedTimestamp": ago(minutes)}
	}
	s.answer["DescribeAlarmContributors"] = []fields{
		{"AlarmContributors": []fields{part("cart", 30)}, "NextToken": "2"}, {"AlarmContributors": []fields{part("orders", 10)}}}
	for name, change := range map[string]func(*room.AlarmDetail){
		"a log alarm": func(d *room.AlarmDetail) { d.Type = typeLog },
		"Metrics Insights": func(d *room.AlarmDetail) {
			d.Metric, d.Comparison = "SELECT MAX(Errors) FROM X GROUP BY FunctionName", ">"
		},
		"PromQL": func(d *room.AlarmDetail) { d.Metric = "rate(errors[5m]) > 5" },
	} {
		s.mu.Lock()
		s.asked["DescribeAlarmContributors"] = nil
		s.mu.Unlock()
		alarm := opened("orders-api-00007-p99-latency-high", change)
		chart, err := s.charts().Chart(t.Context(), alarm, time.Time{}, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		want := []room.Contributor{{Name: "Account=1 FunctionName=orders", Reason: "above 5", Since: ago(10)}, {Name: "Account=1 FunctionName=cart", Reason: "above 5", Since: ago(30)}}
		if !reflect.DeepEqual(chart.Contributors, want) {
			t.Errorf("%s: %+v, %s", name, chart.Contributors, chart.Note)
		}
	}
	s.broken["DescribeAlarmContributors"] = func(w http.ResponseWriter, _ *http.Request) {
		writeCBOR(w, http.StatusBadRequest, fields{"__type": "AccessDenied", "message": "raw text"})
	}
	chart, err := s.charts().Chart(t.Context(), opened("panics", func(d *room.AlarmDetail) { d.Type = typeLog }), time.Time{}, time.Hour)
	if err != nil || !strings.Contains(chart.Note, "What contributes to it could not be had") || strings.Contains(chart.Note, "raw text") {
		t.Errorf("%+v, %v", chart, err)
	}
	before := len(s.calls("DescribeAlarmContributors"))
	if _, err := s.charts().Chart(t.Context(), theAlarm(), time.Time{}, time.Hour); err != nil || len(s.calls("DescribeAlarmContributors")) != before {
		t.Errorf("an alarm on one metric was asked for contributors, %v", err)
	}
}

func TestWhoMayNotReadMetricsStillSeesTheStates(t *testing.T) {
	t.Setenv("AWS_PROFILE", "")
	s := serveCharts(t)
	s.broken["GetMetricData"] = func(w http.ResponseWriter, _ *http.Request) {
		writeCBOR(w, http.StatusForbidden, fields{"__type": "AccessDenied", "message": "not authorized"})
	}
	alarm := theAlarm()
	alarm.State, alarm.Word, alarm.Since = room.Unknown, wordBlind, ago(7) // which leaves no history
	got, err := s.charts().Chart(t.Context(), alarm, time.Time{}, time.Hour)
	if err != nil || len(got.Points) != 0 || !reflect.DeepEqual(got.Turns, []room.Turn{{At: ago(7), State: room.Unknown, Word: wordBlind}}) ||
		!strings.Contains(got.Note, "may not call cloudwatch:GetMetricData") {
		t.Errorf("%+v, %v", got, err)
	}
	s.broken["DescribeAlarmHistory"] = s.broken["GetMetricData"]
	if _, err = s.charts().Chart(t.Context(), alarm, time.Time{}, time.Hour); err == nil {
		t.Error("nothing could be had, and that is no error")
	}
}
