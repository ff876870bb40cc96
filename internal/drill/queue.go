package drill

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// queueRegion is where the queue is: every standard region's events of AWS Health come to
// us-west-2. Source: "Choosing a Region", AWS Health User Guide.
const queueRegion = "us-west-2"

// Limits of SQS. Source: its API reference.
const (
	receiveMost  = 10
	longestPoll  = 20
	longestHold  = 43200
	batchMost    = 10
	usualHold    = 30
	queueService = "sqs"
)

// queue is an SQS queue that EventBridge fills. What was received is hidden for real time,
// since whoever takes it needs real time to keep it.
type queue struct {
	clock    *Clock
	address  string
	messages []message

	mu      sync.Mutex
	hidden  map[int]time.Time // until when, in real time
	deleted map[int]bool
}

// openQueue is a queue on which there is what happens from now on.
func openQueue(w *story, clock *Clock) *queue {
	return &queue{clock: clock, address: "https://sqs." + queueRegion + ".amazonaws.com/" + w.scenario.Account + "/warroom",
		messages: w.messages(clock.Now()), hidden: map[int]time.Time{}, deleted: map[int]bool{}}
}

type receiveRequest struct {
	QueueURL            string `json:"QueueUrl"`
	MaxNumberOfMessages *int
	VisibilityTimeout   *int
	WaitTimeSeconds     *int
}

type receiptRequest struct {
	QueueURL          string `json:"QueueUrl"`
	ReceiptHandle     string
	VisibilityTimeout int
}

type batchRequest struct {
	QueueURL string `json:"QueueUrl"`
	Entries  []struct {
		ID                string `json:"Id"`
		ReceiptHandle     string
		VisibilityTimeout int
	}
}

// ServeHTTP answers SQS in awsJson1.0.
func (q *queue) serve(w http.ResponseWriter, r *http.Request, body []byte, region string) {
	operation := strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "AmazonSQS.")
	switch operation {
	case "ReceiveMessage":
		takeQueue(q, w, body, region, func(in *receiveRequest) string { return in.QueueURL }, func(in *receiveRequest) { q.receive(w, r, in) })
	case "DeleteMessage", "ChangeMessageVisibility":
		takeQueue(q, w, body, region, func(in *receiptRequest) string { return in.QueueURL }, func(in *receiptRequest) {
			if !q.settle(in.ReceiptHandle, operation == "DeleteMessage", in.VisibilityTimeout) {
				writeQueueError(w, "ReceiptHandleIsInvalid", "", "the receipt is not one of ours")
				return
			}
			writeQueue(w, map[string]any{})
		})
	case "DeleteMessageBatch", "ChangeMessageVisibilityBatch":
		takeQueue(q, w, body, region, func(in *batchRequest) string { return in.QueueURL }, func(in *batchRequest) { q.batch(w, in, operation == "DeleteMessageBatch") })
	default:
		writeQueueError(w, "UnknownOperationException", "", operation)
	}
}

// takeQueue reads a request about the one queue that there is, or refuses it.
func takeQueue[T any](q *queue, w http.ResponseWriter, body []byte, region string, address func(*T) string, answer func(*T)) {
	in := new(T)
	switch err := json.Unmarshal(body, in); {
	case err != nil:
		writeQueueError(w, "SerializationException", "", "the body is not JSON")
	case address(in) != q.address || region != queueRegion:
		writeQueueError(w, "QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", "the specified queue does not exist")
	default:
		answer(in)
	}
}

// receive gives the oldest messages, and waits for one if there is none.
func (q *queue) receive(w http.ResponseWriter, r *http.Request, in *receiveRequest) {
	most, hold, wait := or(in.MaxNumberOfMessages, 1), or(in.VisibilityTimeout, usualHold), or(in.WaitTimeSeconds, 0)
	if most < 1 || most > receiveMost || hold < 0 || hold > longestHold || wait < 0 || wait > longestPoll {
		writeQueueError(w, "InvalidParameterValue", "InvalidParameterValue", "MaxNumberOfMessages, VisibilityTimeout or WaitTimeSeconds is out of its range")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), time.Duration(wait)*time.Second)
	defer cancel()
	found, next := q.take(most, time.Duration(hold)*time.Second)
	for len(found) == 0 && ctx.Err() == nil && q.clock.Sleep(ctx, next) == nil {
		found, next = q.take(most, time.Duration(hold)*time.Second)
	}
	if r.Context().Err() != nil {
		return
	}
	if len(found) == 0 { // SQS leaves the list out
		writeQueue(w, map[string]any{})
		return
	}
	writeQueue(w, map[string]any{"Messages": found})
}

func or(given *int, usual int) int {
	if given == nil {
		return usual
	}
	return *given
}

// take takes what is there and not hidden, and says when the next message comes.
func (q *queue) take(most int, hold time.Duration) (found []any, next time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := q.clock.Now()
	for i, m := range q.messages {
		switch {
		case m.at.After(now):
			return found, m.at
		case len(found) == most:
			return found, now
		case q.deleted[i] || q.hidden[i].After(time.Now()):
			continue
		}
		q.hidden[i] = time.Now().Add(hold)
		sum := md5.Sum([]byte(m.body))
		found = append(found, map[string]any{"MessageId": m.id, "ReceiptHandle": "drill-" + strconv.Itoa(i), "Body": m.body, "MD5OfBody": hex.EncodeToString(sum[:])})
	}
	return found, now.Add(longestPoll * Fastest * time.Second) // never, for whoever waits
}

// settle deletes a message, or hides it for other seconds. False: there is none of that receipt.
func (q *queue) settle(receipt string, deletes bool, seconds int) bool {
	text, ours := strings.CutPrefix(receipt, "drill-")
	i, err := strconv.Atoi(text)
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case !ours || err != nil || i < 0 || i >= len(q.messages):
		return false
	case deletes:
		q.deleted[i] = true
	default:
		q.hidden[i] = time.Now().Add(time.Duration(seconds) * time.Second)
	}
	return true
}

// batch settles several messages, and tells of each.
func (q *queue) batch(w http.ResponseWriter, in *batchRequest, deletes bool) {
	if len(in.Entries) == 0 || len(in.Entries) > batchMost {
		writeQueueError(w, "TooManyEntriesInBatchRequest", "AWS.SimpleQueueService.TooManyEntriesInBatchRequest", fmt.Sprintf("a batch has 1 to %d entries", batchMost))
		return
	}
	done, failed := []any{}, []any{}
	for _, entry := range in.Entries {
		if q.settle(entry.ReceiptHandle, deletes, entry.VisibilityTimeout) {
			done = append(done, map[string]any{"Id": entry.ID})
			continue
		}
		failed = append(failed, map[string]any{"Id": entry.ID, "Code": "ReceiptHandleIsInvalid", "SenderFault": true, "Message": "the receipt is not one of ours"})
	}
	writeQueue(w, map[string]any{"Successful": done, "Failed": failed})
}

func writeQueue(w http.ResponseWriter, answer any) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	_ = json.NewEncoder(w).Encode(answer)
}

// writeQueueError writes an error with the code that it had in the query protocol, if that
// was another.
func writeQueueError(w http.ResponseWriter, name, query, message string) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	if query != "" {
		w.Header().Set("x-amzn-query-error", query+";Sender")
	}
	w.WriteHeader(http.StatusBadRequest)
	_ = json.NewEncoder(w).Encode(map[string]string{"__type": "com.amazonaws.sqs#" + name, "message": message})
}

// failQueue is how the script has SQS refuse.
func failQueue(w http.ResponseWriter, _ int, _, message string) {
	writeQueueError(w, "RequestThrottled", "RequestThrottled", message)
}
