package awspush

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/awsclient"
)

type fields = map[string]any

// queue speaks SQS in AWS JSON 1.0. What was received is hidden until hidden messages are
// made to reappear, since no test waits for five minutes.
type queue struct {
	mu       sync.Mutex
	came     chan struct{} // closed and made anew when a message is sent
	messages []*message
	sent     int
	deleted  int
	held     map[string]float64 // by message id, for how many seconds
	asked    map[string]int     // calls by operation
	broken   map[string]http.HandlerFunc
	problems []string
}

type message struct {
	id, body, receipt string
	hidden            bool
}

func newQueue() *queue {
	return &queue{came: make(chan struct{}), held: map[string]float64{}, asked: map[string]int{}, broken: map[string]http.HandlerFunc{}}
}

const address = "https://sqs.us-west-2.amazonaws.com/111122223333/warroom"

func (q *queue) send(bodies ...string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, body := range bodies {
		q.sent++
		q.messages = append(q.messages, &message{id: fmt.Sprint("id-", q.sent), body: body})
	}
	close(q.came)
	q.came = make(chan struct{})
}

// reappear ends the time for which messages are hidden.
func (q *queue) reappear() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, m := range q.messages {
		m.hidden = false
	}
}

// left is how many messages are not deleted.
func (q *queue) left() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.messages)
}

func (q *queue) breakDown(operation string, how http.HandlerFunc) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.broken[operation] = how
}

func (q *queue) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct {
		QueueUrl                             string
		MaxNumberOfMessages, WaitTimeSeconds int
		VisibilityTimeout                    float64
		Entries                              []struct {
			Id, ReceiptHandle string
			VisibilityTimeout float64
		}
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, "not JSON", http.StatusBadRequest)
		return
	}
	operation := strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "AmazonSQS.")
	q.mu.Lock()
	q.asked[operation]++
	broken := q.broken[operation]
	if in.QueueUrl != address || !strings.Contains(r.Header.Get("Authorization"), "/us-west-2/sqs/") {
		q.problems = append(q.problems, operation+" of "+in.QueueUrl+", signed "+r.Header.Get("Authorization"))
	}
	q.mu.Unlock()
	if broken != nil {
		broken(w, r)
		return
	}
	switch operation {
	case "ReceiveMessage":
		if in.VisibilityTimeout != 300 || in.MaxNumberOfMessages != 10 {
			http.Error(w, "not as expected", http.StatusBadRequest)
			return
		}
		answer(w, fields{"Messages": q.receive(r.Context(), in.MaxNumberOfMessages, time.Duration(in.WaitTimeSeconds)*time.Second)})
	case "DeleteMessageBatch", "ChangeMessageVisibilityBatch":
		done := []fields{}
		q.mu.Lock()
		for _, entry := range in.Entries {
			done = append(done, fields{"Id": entry.Id})
			if operation == "DeleteMessageBatch" {
				q.remove(entry.ReceiptHandle)
			} else {
				q.held[entry.ReceiptHandle] = entry.VisibilityTimeout
			}
		}
		q.mu.Unlock()
		answer(w, fields{"Successful": done, "Failed": []fields{}})
	default:
		http.Error(w, "unknown operation "+operation, http.StatusBadRequest)
	}
}

func (q *queue) remove(receipt string) {
	for i, m := range q.messages {
		if m.receipt == receipt {
			q.messages = append(q.messages[:i], q.messages[i+1:]...)
			q.deleted++
			return
		}
	}
}

func (q *queue) receive(ctx context.Context, most int, wait time.Duration) []fields {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for {
		q.mu.Lock()
		out, came := []fields{}, q.came
		for _, m := range q.messages {
			if m.hidden || len(out) == most {
				continue
			}
			m.hidden, m.receipt = true, m.id+"-receipt"
			sum := md5.Sum([]byte(m.body))
			out = append(out, fields{"MessageId": m.id, "ReceiptHandle": m.receipt, "Body": m.body, "MD5OfBody": hex.EncodeToString(sum[:])})
		}
		q.mu.Unlock()
		if len(out) > 0 || wait == 0 {
			return out
		}
		select {
		case <-came:
		case <-timer.C:
			return out
		case <-ctx.Done():
			return out
		}
	}
}

func answer(w http.ResponseWriter, body fields) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	_ = json.NewEncoder(w).Encode(body)
}

// refuse answers with an error of SQS: its name, and what the query protocol called it.
func refuse(name, query string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		if query != "" {
			w.Header().Set("x-amzn-query-error", query+";Sender")
		}
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(fields{"__type": "com.amazonaws.sqs#" + name, "message": "raw text of the SDK"})
	}
}

func configFor(base string) aws.Config {
	return aws.Config{
		Region: "eu-west-1", BaseEndpoint: aws.String(base),
		Credentials: credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "secret", ""),
		HTTPClient:  awsclient.HTTPClient(),
		Retryer:     func() aws.Retryer { return aws.NopRetryer{} },
	}
}

// epoch is the beginning of the outage in these tests, and now room time.
var (
	epoch = time.Date(2025, 10, 20, 6, 48, 0, 0, time.UTC)
	now   = epoch.Add(6 * time.Hour)
)

// still is a clock that stands.
type still struct{ room.Wall }

func (still) Now() time.Time { return now }

// listen serves a queue, and gives options for a watch of it. The account 111111111111 is
// looked at, and called prod.
func listen(t *testing.T, q *queue, r Room) Options {
	t.Helper()
	server := httptest.NewServer(q)
	t.Cleanup(server.Close)
	t.Cleanup(func() {
		for _, problem := range q.problems {
			t.Error(problem)
		}
	})
	return Options{Config: configFor(server.URL), Queue: address, Region: "us-west-2", Room: r, Place: places, Clock: still{}}
}

func places(_, account, _ string) Place {
	if account == "111111111111" {
		return Place{Account: "prod", Watched: true}
	}
	return Place{Account: account}
}

func look(t *testing.T, w sources.Watch) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), DefaultTimeout)
	defer cancel()
	return w.Look(ctx, func([]room.Signal) { t.Error("a signal was reported as if it had been looked at") })
}

// ear notes what it hears, and says that it is kept.
type ear struct {
	messages []room.Message
	kept     error
	unkept   error
}

func (e *ear) Hear(_ room.Scope, messages []room.Message) func(context.Context) error {
	e.messages = append(e.messages, messages...)
	return func(context.Context) error { return e.kept }
}

func (e *ear) Unkept() error { return e.unkept }

func (*ear) Retire(func(*room.Signal) bool, func(room.Scope, string) bool) {}

// heard is what comes of the bodies.
func heard(t *testing.T, bodies ...string) []room.Message {
	t.Helper()
	q, e := newQueue(), new(ear)
	q.send(bodies...)
	if err := look(t, New(listen(t, q, e))); err != nil {
		t.Fatal(err)
	}
	if q.left() != 0 {
		t.Errorf("%d messages were left", q.left())
	}
	return e.messages
}

// event is a message of EventBridge.
func event(source, kind, account string, detail fields, change ...fields) string {
	e := fields{
		"version": "0", "id": fmt.Sprint("id of ", detail), "detail-type": kind, "source": source, "account": account,
		"time": "2025-10-20T07:00:00Z", "region": "us-west-2", "resources": []string{}, "detail": detail,
	}
	for _, c := range change {
		for key, value := range c {
			e[key] = value
		}
	}
	text, err := json.Marshal(e)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// at is a moment some minutes after the beginning, as CloudWatch writes it, and gmt as
// AWS Health does.
func at(minute int) string {
	return epoch.Add(time.Duration(minute)*time.Minute + 989*time.Millisecond).Format("2006-01-02T15:04:05.000-0700")
}

func gmt(minute int) string {
	return epoch.Add(time.Duration(minute) * time.Minute).Format("Mon, 02 Jan 2006 15:04:05 GMT")
}

// turned is a message about an alarm of an account.
func turned(account, name string, minute int, from, to string) string {
	arn := "arn:aws:cloudwatch:us-east-1:" + account + ":alarm:" + name
	return event(fromCloudWatch, stateType, account, fields{
		"alarmName":     name,
		"state":         fields{"value": to, "reason": "Threshold Crossed: 1 datapoint.", "timestamp": at(minute)},
		"previousState": fields{"value": from, "timestamp": at(minute - 60)},
		"configuration": fields{"description": "Pages the team", "metrics": []fields{{"id": "m", "returnData": true, "metricStat": fields{
			"metric": fields{"namespace": "AWS/EC2", "name": "CPUUtilization", "dimensions": fields{"InstanceId": "i-1"}}, "period": 300, "stat": "Average"}}}},
	}, fields{"resources": []string{arn}, "region": "us-east-1"})
}

// posted is a message of AWS Health about an issue that began with the outage.
func posted(account, name string, minute int, text string, change ...fields) string {
	detail := fields{
		"eventArn": "arn:aws:health:us-east-1::event/DYNAMODB/AWS_DYNAMODB_OPERATIONAL_ISSUE/" + name, "service": "DYNAMODB",
		"eventTypeCode": "AWS_DYNAMODB_OPERATIONAL_ISSUE", "eventTypeCategory": "issue", "eventScopeCode": "PUBLIC", "communicationId": fmt.Sprint(name, "-", minute),
		"startTime": gmt(0), "lastUpdatedTime": gmt(minute), "statusCode": "open", "eventRegion": "us-east-1",
		"eventDescription": []fields{{"language": "de_DE", "latestDescription": "auf Deutsch"}, {"language": "en_US", "latestDescription": text}},
		"affectedAccount":  account, "page": "1", "totalPages": "1", "backupEvent": "false",
	}
	for _, c := range change {
		for key, value := range c {
			detail[key] = value
		}
	}
	return event(fromHealth, healthType, account, detail)
}
