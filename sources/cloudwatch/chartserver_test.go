package cloudwatch

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/fxamacker/cbor/v2"

	"warroom/internal/room"
)

// chartServer speaks what charts ask for, in RPC v2 CBOR.
type chartServer struct {
	config aws.Config
	mu     sync.Mutex
	asked  map[string][]fields         // by operation
	answer map[string][]fields         // by operation: the first call's answer, the second's …; the last stays
	broken map[string]http.HandlerFunc // by operation, instead of an answer
}

func serveCharts(t *testing.T) *chartServer {
	t.Helper()
	s := &chartServer{asked: map[string][]fields{}, broken: map[string]http.HandlerFunc{}, answer: map[string][]fields{
		"DescribeAlarms":       {{"MetricAlarms": []fields{alarm(7, "ALARM")}}},
		"DescribeAlarmHistory": {{"AlarmHistoryItems": []fields{}}},
		"GetMetricData":        {{"MetricDataResults": []fields{}}},

		"DescribeAlarmContributors": {{"AlarmContributors": []fields{}}},
	}}
	listener := httptest.NewServer(s)
	t.Cleanup(listener.Close)
	s.config = configFor(listener.URL)
	return s
}

func (s *chartServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	operation := path.Base(r.URL.Path)
	var asked fields
	if err := cbor.Unmarshal(body, &asked); err != nil {
		http.Error(w, "not CBOR", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	s.asked[operation] = append(s.asked[operation], asked)
	broken, answers := s.broken[operation], s.answer[operation]
	count := len(s.asked[operation])
	s.mu.Unlock()
	if broken != nil {
		broken(w, r)
		return
	}
	writeCBOR(w, http.StatusOK, answers[min(count, len(answers))-1])
}

// calls are the requests of one operation so far.
func (s *chartServer) calls(operation string) []fields {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[operation]
}

// standing is a clock that stands still.
type standing struct{ now time.Time }

func (c standing) Now() time.Time { return c.now }

func (c standing) Sleep(ctx context.Context, _ time.Time) error {
	<-ctx.Done()
	return ctx.Err()
}

// noon is when the charts of these tests are asked for.
var noon = time.Date(2025, 10, 20, 12, 0, 30, 0, time.UTC)

var chartScope = room.Scope{Source: SourceName, Account: "222222222222", Region: "eu-west-1"}

func (s *chartServer) charts() *Charts {
	charts := NewCharts(standing{noon})
	charts.Add(chartScope, s.config)
	return charts
}

// opened is an alarm of the room as the watch would have made it.
func opened(name string, change ...func(*room.AlarmDetail)) *room.Signal {
	detail := &room.AlarmDetail{Type: typeMetric, Judging: &room.Judging{Period: time.Minute, Evaluate: 3}}
	for _, f := range change {
		f(detail)
	}
	return &room.Signal{
		Key: "alarm/222222222222/eu-west-1/" + name, Kind: room.KindAlarm, Scope: chartScope, State: room.Critical, Word: wordAlarm,
		Title: name, Since: noon.Add(-20 * time.Minute), Detail: detail,
	}
}

// theAlarm is the room's signal of the alarm that the server has.
func theAlarm() *room.Signal { return opened("orders-api-00007-p99-latency-high") }

// ago is some time before noon, to the minute.
func ago(minutes int) time.Time {
	return noon.Truncate(time.Minute).Add(-time.Duration(minutes) * time.Minute)
}

// result is one result of GetMetricData, with readings for some minutes ago.
func result(id string, readings map[int]float64) fields {
	times, values := []time.Time{}, []float64{}
	for minutes, value := range readings { // in any order
		times, values = append(times, ago(minutes)), append(values, value)
	}
	return fields{"Id": id, "Label": id, "StatusCode": "Complete", "Timestamps": times, "Values": values}
}

// turned is one item of a history.
func turned(at time.Time, old, next string) fields {
	return fields{
		"AlarmName": "orders-api-00007-p99-latency-high", "AlarmType": "MetricAlarm", "HistoryItemType": "StateUpdate", "Timestamp": at,
		"HistorySummary": "Alarm updated from " + old + " to " + next,
		"HistoryData":    `{"version":"1.0","oldState":{"stateValue":"` + old + `","stateReason":"because"},"newState":{"stateValue":"` + next + `","stateReason":"because"}}`,
	}
}
