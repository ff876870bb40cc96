package awshealth

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/health/types"

	"warroom/internal/room"
)

// pushed is the message about an issue of these tests.
func pushed(name string, minutesAgo int, text string, change func(*types.Event)) Pushed {
	p := Pushed{Text: text, Event: types.Event{
		Arn: aws.String(arn(name)), Service: aws.String("DYNAMODB"), EventTypeCode: aws.String("AWS_DYNAMODB_OPERATIONAL_ISSUE"),
		EventTypeCategory: types.EventTypeCategoryIssue, EventScopeCode: types.EventScopeCodePublic, Region: aws.String("us-east-1"),
		StatusCode: types.EventStatusCodeOpen, StartTime: aws.Time(now.Add(-5 * time.Hour)), LastUpdatedTime: aws.Time(now.Add(time.Duration(-minutesAgo) * time.Minute)),
	}}
	if change != nil {
		change(&p.Event)
	}
	return p
}

func TestWhatIsPushedAndWhatIsLookedAtAreOneRowAndOneLine(t *testing.T) {
	ended := func(e *types.Event) {
		e.StatusCode, e.EndTime = types.EventStatusCodeClosed, aws.Time(now.Add(-8*time.Minute))
	}
	s := serve(t)
	s.both(issue("a", 10), issue("b", 5, closed(8)))
	const account = "[03:16 AM PDT] We are investigating. More.\n\n[04:51 AM PDT] We have found it."
	s.write(arn("a"), account)
	s.write(arn("b"), "[RESOLVED] Fine.")
	for _, pushedFirst := range []bool{true, false} {
		r := room.New(room.Options{Clock: still{}, OnFlush: true})
		w := s.watch()
		push := func() {
			var messages []room.Message
			for _, p := range []Pushed{pushed("a", 10, account, nil), pushed("b", 5, "[RESOLVED] Fine.", ended)} {
				m, ok := Message("222222222222", p, now)
				if !ok {
					t.Fatal("the message says nothing")
				}
				messages = append(messages, m)
			}
			_ = r.Hear(room.Scope{Source: room.PushSource}, messages)
		}
		poll := func() {
			told, err := look(t, w)
			if err != nil {
				t.Fatal(err)
			}
			o := room.Observation{Scope: w.Scope, Watch: w.Name, At: now, Done: true, Complete: true}
			for _, signal := range told.last {
				o.Signals = append(o.Signals, signal)
			}
			r.Observe(o)
		}
		if pushedFirst {
			push()
			poll()
		} else {
			poll()
			push()
		}
		r.Flush()
		s := r.Snapshot()
		rows := s.Of(room.KindHealth).Signals
		if len(rows) != 2 || rows[0].Word != "OPEN" || rows[1].Word != "CLOSED" || rows[0].Scope != w.Scope {
			t.Fatalf("pushed first %t: %d rows, %+v", pushedFirst, len(rows), rows)
		}
		if updates := rows[0].Detail.(*room.HealthDetail).Updates; len(updates) != 2 {
			t.Errorf("pushed first %t: the texts are %v", pushedFirst, updates)
		}
		open := 0
		for _, e := range s.Timeline.Events {
			if e.Signal.Key == key("a") {
				open++
			}
		}
		if open != 1 {
			t.Errorf("pushed first %t: the open event has %d lines", pushedFirst, open)
		}
	}
}

func TestAMessageWithoutAnARNOrATimeSaysNothing(t *testing.T) {
	for name, change := range map[string]func(*types.Event){
		"an ARN": func(e *types.Event) { e.Arn = nil },
		"a time": func(e *types.Event) { e.LastUpdatedTime = nil },
	} {
		if _, ok := Message("222222222222", pushed("a", 10, "Text.", change), now); ok {
			t.Errorf("a message without %s is told", name)
		}
	}
}
