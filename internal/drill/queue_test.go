package drill

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"warroom/internal/room"
	"warroom/sources/awspush"
)

// receive takes what is on the queue, ten at a time, and deletes it.
func receive(t *testing.T, w *World, client *sqs.Client) (bodies []string) {
	t.Helper()
	for {
		got, err := client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: aws.String(w.Queue()), MaxNumberOfMessages: 10, VisibilityTimeout: 300})
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Messages) == 0 {
			return bodies
		}
		for _, m := range got.Messages {
			bodies = append(bodies, aws.ToString(m.Body))
			if _, err := client.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: aws.String(w.Queue()), ReceiptHandle: m.ReceiptHandle}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func jump(t *testing.T, w *World, to string) {
	t.Helper()
	at, err := w.story.scenario.time(to)
	if err == nil {
		err = w.Clock().Jump(at)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheQueueHasWhatHappensFromNowOnOnce(t *testing.T) {
	w := played(t, "06:45")
	client := recorded(w, queueRegion).sqs
	if got := receive(t, w, client); len(got) != 0 {
		t.Fatalf("before anything happens there are %d messages", len(got))
	}
	jump(t, w, "07:15")
	var kinds []string
	var last string
	for _, body := range receive(t, w, client) {
		var e struct {
			Kind string `json:"detail-type"`
			Time string `json:"time"`
		}
		if err := json.Unmarshal([]byte(body), &e); err != nil || e.Time < last {
			t.Fatalf("%v, %s after %s", err, e.Time, last)
		}
		kinds, last = append(kinds, e.Kind), e.Time
	}
	alarms, events := 0, 0
	for _, kind := range kinds {
		switch kind {
		case "CloudWatch Alarm State Change":
			alarms++
		case "AWS Health Event":
			events++
		}
	}
	changed := 0
	now := w.Clock().Now()
	for _, a := range w.story.alarms {
		for _, change := range a.changes {
			if change.at.After(w.story.scenario.Begin) && change.at.Before(now.Add(-arrives)) {
				changed++
			}
		}
	}
	if alarms != changed || events != 1 || alarms+events != len(kinds) {
		t.Errorf("%d of alarms, %d of events, of %d; %d alarms have changed", alarms, events, len(kinds), changed)
	}
	if again := receive(t, w, client); len(again) != 0 {
		t.Errorf("%d messages came again after they were deleted", len(again))
	}
}

func TestAMessageThatWasReceivedIsHiddenUntilItIsGivenBack(t *testing.T) {
	w := played(t, "06:45")
	client, queue := recorded(w, queueRegion).sqs, aws.String(w.Queue())
	jump(t, w, "07:15")
	one := func() sqstypes.Message {
		t.Helper()
		got, err := client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: queue, VisibilityTimeout: 43200})
		if err != nil || len(got.Messages) != 1 {
			t.Fatalf("%v, %v", got, err)
		}
		return got.Messages[0]
	}
	first, second := one(), one()
	if aws.ToString(first.MessageId) == aws.ToString(second.MessageId) {
		t.Error("the same message came twice")
	}
	if _, err := client.ChangeMessageVisibility(t.Context(), &sqs.ChangeMessageVisibilityInput{QueueUrl: queue, ReceiptHandle: first.ReceiptHandle}); err != nil {
		t.Fatal(err)
	}
	if again := one(); aws.ToString(again.MessageId) != aws.ToString(first.MessageId) {
		t.Error("the message that was given back does not come again")
	}
}

func TestALongPollEndsWithTheNextMessage(t *testing.T) {
	w := played(t, "06:45")
	client := recorded(w, queueRegion).sqs
	came := make(chan int, 1)
	go func() {
		got, err := client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: aws.String(w.Queue()), WaitTimeSeconds: 20})
		if err != nil {
			came <- -1
			return
		}
		came <- len(got.Messages)
	}()
	jump(t, w, "07:15") // wakes whoever waits
	if n := <-came; n != 1 {
		t.Errorf("%d messages came", n)
	}
}

func TestWhatSQSRefuses(t *testing.T) {
	w := played(t, "06:45")
	client, queue := recorded(w, queueRegion).sqs, aws.String(w.Queue())
	for _, in := range []*sqs.ReceiveMessageInput{
		{QueueUrl: queue, MaxNumberOfMessages: 11}, {QueueUrl: queue, WaitTimeSeconds: 21}, {QueueUrl: queue, VisibilityTimeout: 43201},
	} {
		if _, err := client.ReceiveMessage(t.Context(), in); code(err) != "InvalidParameterValue" {
			t.Errorf("%+v: %v", in, err)
		}
	}
	if _, err := client.DeleteMessageBatch(t.Context(), &sqs.DeleteMessageBatchInput{QueueUrl: queue, Entries: []sqstypes.DeleteMessageBatchRequestEntry{}}); err == nil {
		t.Error("an empty batch is taken")
	}
}

// late is a story in which EventBridge lags in one region.
const late = `name: x
title: t
begin: 2025-10-20T06:00:00Z
end: 2025-10-20T09:00:00Z
lasts: 1m
account: "123456789012"
regions: [us-east-1, us-west-2]
services: [{name: checkout}]
alarms: [{name: "{service}-5xx", services: [checkout]}]
script:
  - {at: "06:10", api: {service: eventbridge, region: us-east-1, do: slow, takes: 40m}}
  - {at: "06:20", alarms: {names: ["*"], become: ALARM}}
  - {at: "06:20", health: {event: e, service: EC2, region: us-east-1, code: AWS_EC2_OPERATIONAL_ISSUE, says: "We look into it."}}
  - {at: "06:50", api: {service: eventbridge, region: us-east-1, do: answer}}
  - {at: "06:55", alarms: {names: ["*"], become: OK}}
`

func TestMessagesOfARegionComeLate(t *testing.T) {
	s, err := parse("late.yaml", []byte(late))
	if err != nil {
		t.Fatal(err)
	}
	told, err := write(s)
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, m := range told.messages(s.Begin) {
		var e struct{ Region, Time, Source string }
		if err := json.Unmarshal([]byte(m.body), &e); err != nil {
			t.Fatal(err)
		}
		order = append(order, strings.Join([]string{m.at.Format("15:04"), e.Source, e.Region, e.Time[11:16]}, " "))
	}
	want := []string{"06:20 aws.cloudwatch us-west-2 06:20", "06:20 aws.health us-west-2 06:20",
		"06:55 aws.cloudwatch us-east-1 06:55", "06:55 aws.cloudwatch us-west-2 06:55", "07:00 aws.cloudwatch us-east-1 06:20"}
	if !slices.Equal(order, want) {
		t.Errorf("%q\nwant %q", order, want)
	}
}

// stateOf is how the room has CloudWatch's states.
var stateOf = map[string]room.State{"OK": room.OK, "ALARM": room.Critical, "INSUFFICIENT_DATA": room.Unknown}

// ear keeps what it hears.
type ear struct{ messages []room.Message }

func (e *ear) Hear(_ room.Scope, messages []room.Message) func(context.Context) error {
	e.messages = append(e.messages, messages...)
	return func(context.Context) error { return nil }
}

func (*ear) Unkept() error { return nil }

func (*ear) Retire(func(*room.Signal) bool, func(room.Scope, string) bool) {}

// TestTheProgramUnderstandsEveryMessageOfEveryDrill has the program's own watch read the
// queue of each shipped drill from its beginning to its end.
func TestTheProgramUnderstandsEveryMessageOfEveryDrill(t *testing.T) {
	for _, shipped := range Scenarios() {
		t.Run(shipped.Name, func(t *testing.T) {
			w := playedOf(t, shipped.Name, "")
			if err := w.Clock().Jump(w.story.scenario.End); err != nil {
				t.Fatal(err)
			}
			cfg, heard := sdk(w, queueRegion), new(ear)
			cfg.APIOptions = nil // the watch hardens its client itself
			watch := awspush.New(awspush.Options{Config: cfg, Queue: w.Queue(), Region: queueRegion, Room: heard, Clock: w.Clock(),
				Place: func(_, account, _ string) awspush.Place { return awspush.Place{Account: account, Watched: true} }})
			if err := watch.Look(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			if got, want := len(heard.messages), len(w.story.messages(w.story.scenario.Begin)); got != want {
				t.Errorf("%d messages were heard, of %d", got, want)
			}
			last := map[string]room.Message{}
			for _, m := range heard.messages {
				if known, ok := last[m.Signal.Key]; !ok || !m.At.Before(known.At) {
					last[m.Signal.Key] = m
				}
			}
			for _, a := range w.story.alarms {
				state, _ := latest(a.changes, w.Clock().Now())
				if m, ok := last["alarm/"+w.Account()+"/"+a.region+"/"+a.name]; ok != (len(a.changes) > 1) || ok && m.Signal.State != stateOf[state.to] {
					t.Errorf("%s is %s at the end, and by the messages %s", a.name, state.to, m.Signal.Word)
				}
			}
		})
	}
}
