package cloudwatch

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"warroom/internal/room"
	"warroom/sources"
)

func TestAMetricAlarmIsToldInFull(t *testing.T) {
	s := serve(t)
	s.alarms = []fields{alarm(7, "ALARM")}
	w := s.watch(nil)
	pages, err := look(t, w)
	if err != nil || len(pages) != 1 || len(pages[0]) != 1 {
		t.Fatalf("%v, %v", pages, err)
	}
	scope := room.Scope{Source: "cloudwatch", Account: "222222222222", Region: "eu-west-1"}
	if w.Scope != scope || !w.Whole || w.Interval != DefaultInterval || w.Timeout != DefaultTimeout {
		t.Errorf("watch %+v", w)
	}
	want := room.Signal{
		Key: "alarm/222222222222/eu-west-1/orders-api-00007-p99-latency-high", Kind: room.KindAlarm, Scope: scope,
		State: room.Critical, Word: "ALARM", Title: "orders-api-00007-p99-latency-high", Reason: s.alarms[0]["StateReason"].(string),
		Service: "ApplicationELB", Account: "222222222222", Region: "eu-west-1", Since: changed, Lasted: time.Hour,
		Detail: &room.AlarmDetail{
			ARN: "arn:aws:cloudwatch:eu-west-1:222222222222:alarm:orders-api-00007-p99-latency-high", Type: "metric",
			Description: "Latency of the orders API is too high; see the runbook.",
			Judging: &room.Judging{
				Namespace: "AWS/ApplicationELB", Metric: "TargetResponseTime", Statistic: "p99", Comparison: "GreaterThanThreshold",
				Threshold: "1500", Period: time.Minute, Evaluate: 3, Breach: 2, Missing: "notBreaching",
			},
			Dimensions: []room.Dimension{{Name: "LoadBalancer", Value: "app/orders/0000000000000007"}, {Name: "TargetGroup", Value: "targetgroup/orders/0123456789abcdef"}},
		},
	}
	if got := pages[0][0]; !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v %+v\nwant %+v %+v", got, got.Detail, want, want.Detail)
	}
}

func TestEveryPageIsReportedAsItComesAndAllTypesAreAskedFor(t *testing.T) {
	s := serve(t)
	s.alarms = alarms(230)
	s.beside = fields{
		"CompositeAlarms": []fields{{"AlarmName": "checkout", "StateValue": "ALARM", "AlarmRule": "ALARM(a) OR ALARM(b)", "ActionsEnabled": false,
			"ActionsSuppressedBy": "Alarm", "ActionsSuppressor": "maintenance", "ActionsSuppressorWaitPeriod": 120, "ActionsSuppressorExtensionPeriod": 180, "ActionsSuppressedReason": "Actions suppressed by maintenance", "StateUpdatedTimestamp": changed}},
		"LogAlarms": []fields{{"AlarmName": "panics", "StateValue": "OK", "Threshold": 0.5, "QueryResultsToEvaluate": 5, "QueryResultsToAlarm": 3,
			"ScheduledQueryConfiguration": fields{"QueryString": "filter @message like /panic/", "AggregationExpression": "count(*)"}}},
	}
	pages, err := look(t, s.watch(nil))
	if err != nil || len(pages) != 3 || len(pages[0]) != 102 || len(pages[1]) != 100 || len(pages[2]) != 30 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	for i, asked := range s.calls() {
		if !reflect.DeepEqual(asked["AlarmTypes"], []any{"MetricAlarm", "CompositeAlarm", "LogAlarm"}) || asked["MaxRecords"] != uint64(100) {
			t.Errorf("call %d asked %v", i, asked)
		}
	}
	composite, log := pages[0][100], pages[0][101]
	if composite.State != room.Critical || !composite.Since.Equal(changed) || !composite.Detail.Equal(&room.AlarmDetail{
		Type: "composite", Rule: "ALARM(a) OR ALARM(b)", Suppressed: "alarm maintenance", Suppressor: &room.Suppressor{Alarm: "maintenance", Why: "Actions suppressed by maintenance", Wait: 2 * time.Minute, Extension: 3 * time.Minute}, Silent: true}) {
		t.Errorf("composite %+v %+v", composite, composite.Detail)
	}
	if log.State != room.OK || !log.Detail.Equal(&room.AlarmDetail{Type: "log", Rule: "filter @message like /panic/",
		Judging: &room.Judging{Threshold: "0.5", Evaluate: 5, Breach: 3, Metric: "count(*)"}}) {
		t.Errorf("log %+v %+v", log, log.Detail)
	}
}

func TestStates(t *testing.T) {
	cases := []struct {
		state, evaluation string
		want              room.State
		word              string
	}{
		{"ALARM", "", room.Critical, "ALARM"},
		{"ALARM", "EVALUATION_FAILURE", room.Critical, "ALARM"},
		{"OK", "", room.OK, "OK"},
		{"OK", "PARTIAL_DATA", room.OK, "OK"},
		{"OK", "EVALUATION_ERROR", room.OK, "OK"},
		{"OK", "EVALUATION_FAILURE", room.Unknown, "BLIND"},
		{"INSUFFICIENT_DATA", "", room.Unknown, "NO DATA"},
		{"INSUFFICIENT_DATA", "EVALUATION_FAILURE", room.Unknown, "NO DATA"},
		{"SOMETHING_NEW", "", room.Unknown, "NO DATA"},
	}
	s := serve(t)
	for i, c := range cases {
		a := alarm(i, c.state)
		if c.evaluation != "" {
			a["EvaluationState"] = c.evaluation
		}
		s.alarms = append(s.alarms, a)
	}
	pages, err := look(t, s.watch(nil))
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range cases {
		got := pages[0][i]
		if got.State != c.want || got.Word != c.word || got.Detail.(*room.AlarmDetail).Evaluation != c.evaluation {
			t.Errorf("%s %s is %s %s", c.state, c.evaluation, got.State, got.Word)
		}
		if blind := got.Reason == blindReason; blind != (c.word == "BLIND") {
			t.Errorf("%s %s: %s", c.state, c.evaluation, got.Reason)
		}
	}
}

func TestAlarmsWithoutAMetricOfTheirOwnShowTheirExpression(t *testing.T) {
	s := serve(t)
	bare := func(extra fields) fields {
		a := fields{"AlarmName": "a", "StateValue": "OK", "EvaluationPeriods": 1}
		for name, value := range extra {
			a[name] = value
		}
		return a
	}
	s.alarms = []fields{
		bare(fields{"Threshold": 5, "Metrics": []fields{
			{"Id": "m1", "ReturnData": false, "MetricStat": fields{"Metric": fields{"Namespace": "X", "MetricName": "Y"}, "Period": 60, "Stat": "Sum"}},
			{"Id": "e1", "ReturnData": true, "Expression": "m1/m2*100", "Period": 300}}}),
		bare(fields{"ThresholdMetricId": "ad1", "Metrics": []fields{
			{"Id": "m1", "ReturnData": true, "MetricStat": fields{"Metric": fields{"Namespace": "AWS/SQS", "MetricName": "Depth"}, "Period": 60, "Stat": "Sum"}},
			{"Id": "ad1", "ReturnData": false, "Expression": "ANOMALY_DETECTION_BAND(m1, 2)"}}}),
		bare(fields{"EvaluationInterval": 30, "EvaluationCriteria": fields{"PromQLCriteria": fields{"Query": "sum(rate(errors[5m])) > 1"}}}),
	}
	pages, err := look(t, s.watch(nil))
	if err != nil {
		t.Fatal(err)
	}
	want := []room.AlarmDetail{
		{Type: "metric", Judging: &room.Judging{Metric: "m1/m2*100", Threshold: "5", Period: 5 * time.Minute, Evaluate: 1}},
		{Type: "metric", Judging: &room.Judging{Namespace: "AWS/SQS", Metric: "Depth", Statistic: "Sum", Threshold: "band ad1", Period: time.Minute, Evaluate: 1}},
		{Type: "metric", Judging: &room.Judging{Metric: "sum(rate(errors[5m])) > 1", Period: 30 * time.Second, Evaluate: 1}},
	}
	for i := range want {
		if got := pages[0][i].Detail; !got.Equal(&want[i]) {
			t.Errorf("got  %+v\nwant %+v", got, want[i])
		}
	}
}

func TestOnlyWantedAlarmsAreReported(t *testing.T) {
	s := serve(t)
	s.alarms = alarms(20)
	pages, err := look(t, s.watch(func(name string) bool { return strings.Contains(name, "00003") }))
	if err != nil || len(pages[0]) != 1 || pages[0][0].Title != "orders-api-00003-p99-latency-high" {
		t.Errorf("%v, %v", pages, err)
	}
}

func TestHostileTextIsCleaned(t *testing.T) {
	s := serve(t)
	for _, name := range []string{"safe\x1b[2Jname\n", "safe\u202e[2Jname", "safe[2Jname"} {
		s.alarms = append(s.alarms, fields{"AlarmName": name, "StateValue": "ALARM", "StateReason": "\x1b]0;owned\x07",
			"AlarmDescription": strings.Repeat("x\x00", 100_000), "Dimensions": []fields{{"Name": "\x9b", "Value": "\u2066"}}})
	}
	pages, err := look(t, s.watch(nil))
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]bool{}
	for _, signal := range pages[0] {
		keys[signal.Key] = true
		detail := signal.Detail.(*room.AlarmDetail)
		for _, text := range []string{signal.Key, signal.Title, signal.Reason, detail.Description, detail.Dimensions[0].Name, detail.Dimensions[0].Value} {
			if strings.ContainsAny(text, "\x1b\x07\x00\n\u202e\u2066\u009b") || len(text) > 4*descriptionLimit {
				t.Errorf("not clean: %.80q", text)
			}
		}
	}
	if len(keys) != 3 {
		t.Errorf("names that look alike share a key: %v", keys)
	}
}

func TestAFailureKeepsThePagesBeforeIt(t *testing.T) {
	s := serve(t)
	s.alarms = alarms(250)
	s.broken[3] = func(w http.ResponseWriter, _ *http.Request) {
		writeCBOR(w, http.StatusBadRequest, fields{"__type": "ThrottlingException", "message": "Rate exceeded"})
	}
	pages, err := look(t, s.watch(nil))
	expectFailure(t, err, "CloudWatch alarms in eu-west-1 could be read only in part (200 so far)", "AWS is throttling calls to cloudwatch:DescribeAlarms")
	if len(pages) != 2 {
		t.Errorf("%d pages", len(pages))
	}
}

func expectFailure(t *testing.T, err error, what, why string) {
	t.Helper()
	var failure *sources.Failure
	if !errors.As(err, &failure) {
		t.Fatalf("no failure: %v", err)
	}
	if failure.What != what || failure.Why != why || failure.Next == "" || failure.Partial {
		t.Errorf("%+v\nwant %s: %s", failure, what, why)
	}
}

func TestAListThatNeverEndsIsLeft(t *testing.T) {
	s := serve(t)
	s.alarms = alarms(3)
	s.tokens = func(int) string { return "0" }
	_, err := look(t, s.watch(nil))
	expectFailure(t, err, "CloudWatch alarms in eu-west-1 could be read only in part (3 so far)", "CloudWatch gave the same page mark twice, so its list would never end")
}

func TestAnEmptyAnswerFromAStrangerIsNotAnEmptyList(t *testing.T) {
	s := serve(t)
	s.broken[1] = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }
	_, err := look(t, s.watch(nil))
	expectFailure(t, err, "CloudWatch alarms in eu-west-1 could not be read", "127.0.0.1 answered 200 OK with something that is not from the API")
}

func TestAHangObeysTheContext(t *testing.T) {
	s := serve(t)
	arrived := make(chan struct{})
	s.broken[1] = func(_ http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-r.Context().Done()
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	err := s.watch(nil).Look(ctx, func([]room.Signal) {})
	expectFailure(t, err, "CloudWatch alarms in eu-west-1 could not be read", "the look was stopped")
}

func TestWhatAlarmsHaveInCommonIsKeptOnce(t *testing.T) {
	s := serve(t)
	s.alarms = append(alarms(2), alarms(2)...)
	for i, name := range []string{"a", "b", "c", "d"} {
		s.alarms[i]["AlarmName"] = name
	}
	s.alarms[1]["Threshold"] = 7.0
	pages, err := look(t, s.watch(nil))
	if err != nil || len(pages[0]) != 4 {
		t.Fatal(pages, err)
	}
	detail := func(i int) *room.AlarmDetail { return pages[0][i].Detail.(*room.AlarmDetail) }
	for i, c := range []struct {
		judges, looks int // the first alarm that judges alike, and that looks at the same resource
	}{{0, 0}, {1, 1}, {0, 0}, {0, 1}} {
		if detail(i).Judging != detail(c.judges).Judging || &detail(i).Dimensions[0] != &detail(c.looks).Dimensions[0] {
			t.Errorf("alarm %d has what alarms %d and %d have already, once more", i, c.judges, c.looks)
		}
	}
	if detail(0).Judging == detail(1).Judging || &detail(0).Dimensions[0] == &detail(1).Dimensions[0] {
		t.Error("alarms that are not alike have one rule and one resource")
	}
	kept := newAlike()
	for i := range 2 * internLimit {
		kept.judging(room.Judging{Evaluate: int32(i)})
		kept.dimensions([]room.Dimension{{Name: "a", Value: strconv.Itoa(i)}, {Name: "b", Value: strconv.Itoa(i / 20)}})
	}
	if len(kept.judgings) > internLimit || kept.count > internLimit {
		t.Errorf("%d rules and %d resources are kept", len(kept.judgings), kept.count)
	}
}

func TestWordsThatAlarmsShareAreKeptOnce(t *testing.T) {
	words := make(interner)
	first := words.intern(strings.Clone("AWS/SQS"))
	for range 3 {
		if again := words.intern(strings.Clone("AWS/SQS")); again != first || len(words) != 1 {
			t.Fatalf("%q, %d words", again, len(words))
		}
	}
	for i := range 2 * internLimit {
		words.intern(string(rune('0'+i%10)) + strings.Repeat("x", i/10))
	}
	if len(words) > internLimit {
		t.Errorf("%d words are kept", len(words))
	}
}
