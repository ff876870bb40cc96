package cloudwatch

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/fxamacker/cbor/v2"

	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/awsclient"
)

// fields is one structure as it goes over the wire.
type fields = map[string]any

// operations is where the API's operations are. Source: Smithy RPC v2 CBOR.
const operations = "/service/GraniteServiceVersion20100801/operation/"

// server speaks DescribeAlarms in RPC v2 CBOR, and the other operations that a test gives.
type server struct {
	config aws.Config
	mu     sync.Mutex
	asked  []fields
	times  []time.Time                          // of those asked, in real time
	others map[string]func(asked fields) fields // by operation; nil refuses it
	counts map[string]int                       // calls by operation
	alarms []fields                             // metric alarms, given out in pages of MaxRecords
	beside fields                               // goes with the first page: CompositeAlarms, LogAlarms
	broken map[int]http.HandlerFunc
	tokens func(page int) string // replaces the marks of pages
}

func serve(t testing.TB) *server {
	t.Helper()
	s := newServer()
	listener := httptest.NewServer(s)
	t.Cleanup(listener.Close)
	s.config = configFor(listener.URL)
	return s
}

func newServer() *server {
	return &server{broken: map[int]http.HandlerFunc{}, others: map[string]func(fields) fields{}, counts: map[string]int{}}
}

func configFor(base string) aws.Config {
	return aws.Config{
		BaseEndpoint: aws.String(base),
		Credentials:  credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "secret", ""),
		HTTPClient:   awsclient.HTTPClient(),
		Retryer:      func() aws.Retryer { return aws.NopRetryer{} },
	}
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var asked fields
	operation, ok := strings.CutPrefix(r.URL.Path, operations)
	if err := cbor.Unmarshal(body, &asked); err != nil || !ok {
		http.Error(w, "not CloudWatch in CBOR", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts[operation]++
	if operation != "DescribeAlarms" {
		s.answer(w, operation, asked)
		return
	}
	s.asked, s.times = append(s.asked, asked), append(s.times, time.Now())
	if broken := s.broken[len(s.asked)]; broken != nil {
		broken(w, r)
		return
	}
	if names, ok := asked["AlarmNames"].([]any); ok {
		writeCBOR(w, http.StatusOK, s.named(names))
		return
	}
	from, size := 0, int(asked["MaxRecords"].(uint64))
	if token, ok := asked["NextToken"].(string); ok {
		from, _ = strconv.Atoi(token)
	}
	listed := s.in(asked["StateValue"])
	from = min(from, len(listed))
	end := min(from+size, len(listed))
	answer := fields{"MetricAlarms": listed[from:end], "CompositeAlarms": []fields{}, "LogAlarms": []fields{}}
	if from == 0 {
		for name, list := range s.beside {
			answer[name] = list
		}
	}
	if end < len(listed) {
		answer["NextToken"] = strconv.Itoa(end)
	}
	if s.tokens != nil {
		answer["NextToken"] = s.tokens(len(s.asked))
	}
	writeCBOR(w, http.StatusOK, answer)
}

// answer answers another operation, or refuses it as AWS does without permission.
func (s *server) answer(w http.ResponseWriter, operation string, asked fields) {
	var answer fields
	if other := s.others[operation]; other != nil {
		answer = other(asked)
	}
	if answer == nil {
		writeCBOR(w, http.StatusBadRequest, fields{"__type": "AccessDenied", "message": "not authorized to perform " + operation})
		return
	}
	writeCBOR(w, http.StatusOK, answer)
}

// in is the alarms in a state, or all if none is given.
func (s *server) in(state any) []fields {
	if state == nil {
		return s.alarms
	}
	found := []fields{}
	for _, a := range s.alarms {
		if a["StateValue"] == state {
			found = append(found, a)
		}
	}
	return found
}

// named is the alarms of the given names.
func (s *server) named(names []any) fields {
	found := []fields{}
	for _, a := range s.alarms {
		if slices.Contains(names, a["AlarmName"]) {
			found = append(found, a)
		}
	}
	return fields{"MetricAlarms": found, "CompositeAlarms": []fields{}, "LogAlarms": []fields{}}
}

// tally takes the numbers of calls by operation since the last time.
func (s *server) tally() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	counts := s.counts
	s.counts = map[string]int{}
	return counts
}

func writeCBOR(w http.ResponseWriter, status int, answer any) {
	mode, err := cbor.EncOptions{Time: cbor.TimeUnixMicro, TimeTag: cbor.EncTagRequired}.EncMode()
	if err != nil {
		panic(err)
	}
	body, err := mode.Marshal(answer)
	if err != nil {
		panic(err)
	}
	w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
	w.Header().Set("Content-Type", "application/cbor")
	w.WriteHeader(status)
	w.Write(body)
}

func (s *server) calls() []fields {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

func (s *server) watch(wanted func(string) bool) sources.Watch {
	return New(Options{Config: s.config, Account: "222222222222", Region: "eu-west-1", Wanted: wanted})
}

// look makes one look and gives what was reported, page by page.
func look(t testing.TB, w sources.Watch) (pages [][]room.Signal, err error) {
	t.Helper()
	err = w.Look(t.Context(), func(signals []room.Signal) { pages = append(pages, signals) })
	return pages, err
}

var changed = time.Date(2025, 10, 20, 7, 4, 5, 0, time.UTC)

// alarm makes a metric alarm as AWS would give it.
func alarm(i int, state string) fields {
	name := fmt.Sprintf("orders-api-%05d-p99-latency-high", i)
	return fields{
		"AlarmName": name, "AlarmArn": "arn:aws:cloudwatch:eu-west-1:222222222222:alarm:" + name,
		"AlarmDescription": "Latency of the orders API is too high; see the runbook.", "ActionsEnabled": true,
		"StateValue": state, "StateReason": fmt.Sprintf("Threshold Crossed: 3 out of the last 3 datapoints [%d.5 (20/10/25 07:03:00), 1893.0 (20/10/25 07:02:00), 2011.2 (20/10/25 07:01:00)] were greater than the threshold (1500.0) (minimum 3 datapoints for OK -> ALARM transition).", i),
		"StateReasonData":            `{"version":"1.0","queryDate":"2025-10-20T07:04:05.250+0000","startDate":"2025-10-20T07:01:00.000+0000","statistic":"p99","period":60,"recentDatapoints":[2011.2,1893.0],"threshold":1500.0}`,
		"StateTransitionedTimestamp": changed, "StateUpdatedTimestamp": changed.Add(time.Hour),
		"AlarmActions": []string{"arn:aws:sns:eu-west-1:222222222222:page-on-call"},
		"Namespace":    "AWS/ApplicationELB", "MetricName": "TargetResponseTime", "ExtendedStatistic": "p99",
		"Dimensions": []fields{{"Name": "LoadBalancer", "Value": fmt.Sprintf("app/orders/%016x", i)}, {"Name": "TargetGroup", "Value": "targetgroup/orders/0123456789abcdef"}},
		"Period":     60, "EvaluationPeriods": 3, "DatapointsToAlarm": 2, "Threshold": 1500.0,
		"ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": "notBreaching",
	}
}

func alarms(count int) []fields {
	out := make([]fields, count)
	for i := range out {
		out[i] = alarm(i, "OK")
	}
	return out
}
