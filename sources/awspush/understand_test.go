package awspush

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"warroom/internal/room"
)

func TestAnAlarmThatIsPushedIsTheRowThatALookShows(t *testing.T) {
	m := heard(t, turned("111111111111", "checkout 5xx", 10, "OK", "ALARM"))[0]
	since := epoch.Add(10*time.Minute + 989*time.Millisecond)
	s := m.Signal
	if s.Key != "alarm/prod/us-east-1/checkout 5xx" || s.Kind != room.KindAlarm || s.State != room.Critical || s.Word != "ALARM" ||
		s.Scope != (room.Scope{Source: "cloudwatch", Account: "prod", Region: "us-east-1"}) || !s.Since.Equal(since) || !m.At.Equal(since) ||
		s.Title != "checkout 5xx" || s.Reason != "Threshold Crossed: 1 datapoint." || s.Service != "EC2" || s.Account != "prod" || s.Region != "us-east-1" {
		t.Errorf("the signal is %+v", s)
	}
	if m.Was != room.OK || m.WasTo != "OK" || m.Gone {
		t.Errorf("before it was %s %s, gone %t", m.Was, m.WasTo, m.Gone)
	}
	want := &room.AlarmDetail{
		ARN: "arn:aws:cloudwatch:us-east-1:111111111111:alarm:checkout 5xx", Type: "metric", Description: "Pages the team",
		Judging:    &room.Judging{Namespace: "AWS/EC2", Metric: "CPUUtilization", Statistic: "Average", Period: 5 * time.Minute},
		Dimensions: []room.Dimension{{Name: "InstanceId", Value: "i-1"}},
	}
	if !s.Detail.Equal(want) {
		t.Errorf("the detail is %+v", s.Detail)
	}
}

func TestACompositeAlarmSaysByWhatItIsSuppressedOrMuted(t *testing.T) {
	composite := func(state fields, more ...fields) string {
		detail := fields{
			"alarmName": "all", "state": state, "previousState": fields{"value": "INSUFFICIENT_DATA", "timestamp": at(1)},
			"configuration": fields{"alarmRule": "ALARM(a) OR ALARM(b)", "actionsSuppressor": "maintenance", "actionsSuppressorWaitPeriod": 120, "actionsSuppressorExtensionPeriod": 180},
		}
		for _, m := range more {
			for key, value := range m {
				detail[key] = value
			}
		}
		return event(fromCloudWatch, stateType, "111111111111", detail, fields{"region": "us-east-1"})
	}
	for _, c := range []struct {
		body, suppressed, because string
		mute                      *room.Mute
	}{
		{composite(fields{"value": "ALARM", "timestamp": at(2)}), "", "", nil},
		{composite(fields{"value": "ALARM", "timestamp": at(3), "actionsSuppressedBy": "WaitPeriod", "actionsSuppressedReason": "Actions suppressed by WaitPeriod"}), "wait period", "Actions suppressed by WaitPeriod", nil},
		{composite(fields{"value": "ALARM", "timestamp": at(4), "actionsSuppressedBy": "Alarm"}), "alarm maintenance", "", nil},
		{composite(fields{"value": "ALARM", "timestamp": at(5)}, fields{"muteDetail": fields{
			"mutedByArn": "arn:aws:cloudwatch:us-east-1:111111111111:alarm-mute-rule:night", "muteWindowEnd": "2025-10-20T12:00:00.000+0000",
		}}), "", "", &room.Mute{By: "night", Until: time.Date(2025, 10, 20, 12, 0, 0, 0, time.UTC)}},
	} {
		m := heard(t, c.body)[0]
		d := m.Signal.Detail.(*room.AlarmDetail)
		if d.Type != "composite" || d.Rule != "ALARM(a) OR ALARM(b)" || d.Suppressed != c.suppressed || d.Suppressor == nil || d.Suppressor.Why != c.because || d.Suppressor.Wait != 2*time.Minute || d.Suppressor.Extension != 3*time.Minute || !d.Mute.Equal(c.mute) || d.ARN == "" || m.WasTo != "NO DATA" {
			t.Errorf("was %s, %+v, want suppressed by %q", m.WasTo, d, c.suppressed)
		}
	}
}

func TestAnAlarmThatIsDeletedIsGoneAndAChangedOneIsLookedAt(t *testing.T) {
	definition := func(operation string) string {
		return event(fromCloudWatch, definitionType, "111111111111", fields{
			"alarmName": "a", "operation": operation, "state": fields{"value": "INSUFFICIENT_DATA", "timestamp": at(5)},
			"configuration": fields{"threshold": 80, "evaluationPeriods": 3, "comparisonOperator": "GreaterThanThreshold", "treatMissingData": "ignore"},
		}, fields{"region": "us-east-1"})
	}
	contributor := event(fromCloudWatch, contributorType, "111111111111", fields{
		"alarmName": "a", "alarmContributor": fields{"id": "6d44", "attributes": fields{"TableName": "orders"}}, "state": fields{"value": "ALARM", "timestamp": at(6)},
	}, fields{"region": "us-east-1"})
	q, e := newQueue(), new(ear)
	o := listen(t, q, e)
	var looked []room.Scope
	o.Nudge = func(s room.Scope) { looked = append(looked, s) }
	w := New(o)
	for i, body := range []string{definition("create"), definition("update"), contributor, definition("delete"), turned("111111111111", "a", 1, "OK", "ALARM")} {
		q.send(body)
		if err := look(t, w); err != nil {
			t.Fatal(err)
		}
		if want := []int{1, 2, 2, 3, 3}[i]; len(looked) != want || looked[0] != (room.Scope{Source: "cloudwatch", Account: "prod", Region: "us-east-1"}) {
			t.Errorf("after message %d these were looked at: %v", i, looked)
		}
	}
	if len(e.messages) != 4 || e.messages[0].Signal.Word != "NO DATA" || e.messages[0].WasTo != "" {
		t.Fatalf("heard %+v", e.messages)
	}
	if d := e.messages[0].Signal.Detail.(*room.AlarmDetail); d.Threshold != "80" || d.Evaluate != 3 || d.Missing != "ignore" || d.Comparison == "" {
		t.Errorf("the rule is %+v", d)
	}
	if gone := e.messages[2]; !gone.Gone || !gone.At.Equal(time.Date(2025, 10, 20, 7, 0, 0, 0, time.UTC)) {
		t.Errorf("the deleted alarm is %+v", gone)
	}
}

func TestAHealthEventThatIsPushedIsTheRowThatALookShows(t *testing.T) {
	m := heard(t, posted("111111111111", "X1", 23, "Increased \x1b[31merrors. More.", fields{"affectedEntities": []fields{{"entityValue": "i-1", "status": "IMPAIRED"}}}))[0]
	s := m.Signal
	arn := "arn:aws:health:us-east-1::event/DYNAMODB/AWS_DYNAMODB_OPERATIONAL_ISSUE/X1"
	if s.Key != room.HealthKey(arn) || s.Kind != room.KindHealth || s.State != room.Critical || s.Word != "OPEN" || s.Title != "DynamoDB operational issue" ||
		s.Scope != (room.Scope{Source: "health", Account: "prod", Region: "global"}) || !s.Since.Equal(epoch) || s.Region != "us-east-1" || s.Service != "DynamoDB" {
		t.Errorf("the signal is %+v", s)
	}
	d := s.Detail.(*room.HealthDetail)
	if !m.At.Equal(epoch.Add(23*time.Minute)) || !d.Updated.Equal(m.At) || len(d.Updates) != 1 || d.Updates[0].Text != "Increased ␛[31merrors. More." || len(d.Entities) != 1 {
		t.Errorf("at %s, %+v", m.At, d)
	}
}

func TestAnIssueWithItsEndBehindItIsClosedWhateverItsStatusSays(t *testing.T) {
	m := heard(t, posted("111111111111", "X1", 90, "[RESOLVED] Fine.", fields{"endTime": gmt(80)}))[0]
	if m.Signal.Word != "CLOSED" || !m.Signal.Since.Equal(epoch.Add(80*time.Minute)) || m.WasTo != "OPEN" || m.Was != room.Critical {
		t.Errorf("it is %s since %s, and was %s", m.Signal.Word, m.Signal.Since, m.WasTo)
	}
}

func TestADayOfTheWeekThatIsWrongIsNoObstacle(t *testing.T) {
	for text, want := range map[string]time.Time{
		"Thu, 27 Jan 2023 13:19:03 GMT":   time.Date(2023, 1, 27, 13, 19, 3, 0, time.UTC), // a Friday, as AWS's own sample has it
		"Fri, 27 Jan 2023 06:02:51 GMT":   time.Date(2023, 1, 27, 6, 2, 51, 0, time.UTC),
		"Fri, 27 Jan 2023 06:02:51 +0100": time.Date(2023, 1, 27, 5, 2, 51, 0, time.UTC),
		"2023-01-27T06:02:51Z":            time.Date(2023, 1, 27, 6, 2, 51, 0, time.UTC),
		"soon":                            {},
	} {
		if got := healthTime(text); !got.Equal(want) {
			t.Errorf("%q is %s", text, got)
		}
	}
}

func TestWhatATopicWrapsIsUnwrapped(t *testing.T) {
	wrap := func(body string) string {
		text, _ := json.Marshal(fields{"Type": "Notification", "MessageId": "m", "TopicArn": "arn:aws:sns:us-west-2:111111111111:t", "Message": body})
		return string(text)
	}
	if m := heard(t, wrap(wrap(turned("111111111111", "a", 1, "OK", "ALARM")))); len(m) != 1 || m[0].Signal.Title != "a" {
		t.Errorf("heard %+v", m)
	}
}

func TestTheSameThingIsHeardOnceHoweverItComes(t *testing.T) {
	issue := posted("111111111111", "X1", 23, "Errors.")
	backup := posted("111111111111", "X1", 23, "Errors.", fields{"backupEvent": "true"})
	page := posted("111111111111", "X1", 23, "Errors.", fields{"page": 2, "totalPages": 2})
	other := posted("222222222222", "X1", 23, "Errors.")
	again := turned("111111111111", "a", 1, "OK", "ALARM")
	if m := heard(t, issue, again, backup, issue, page, again, other); len(m) != 4 {
		t.Errorf("%d messages were heard, want the event, its second page, the other account's, and the alarm", len(m))
	}
}

func TestTwiceForgetsOnlyTheOldest(t *testing.T) {
	known := newTwice()
	for i := range 3 * twiceLimit {
		known.add(fmt.Sprint(i))
		if i >= twiceLimit && !known.has(fmt.Sprint(i-twiceLimit+1)) {
			t.Fatalf("%d is forgotten after %d", i-twiceLimit+1, i)
		}
	}
	if known.has("0") || len(known.young)+len(known.old) > 2*twiceLimit {
		t.Errorf("%d and %d are remembered", len(known.young), len(known.old))
	}
}

func TestAnAccountThatNobodyLooksAtIsShownThroughTheQueue(t *testing.T) {
	for _, m := range heard(t, turned("222222222222", "a", 1, "OK", "ALARM"), posted("222222222222", "X1", 23, "Errors.")) {
		if s := m.Signal; s.Scope != (room.Scope{Source: "push", Region: "us-west-2"}) || s.Account != "222222222222" || s.Kind == room.KindAlarm && !strings.Contains(s.Key, "/222222222222/") {
			t.Errorf("the signal is %+v", s)
		}
	}
}

func TestAnAlarmThatIsNotWantedIsTakenOffTheQueueAndNotShown(t *testing.T) {
	q, e := newQueue(), new(ear)
	q.send(turned("111111111111", "TargetTracking-1", 1, "OK", "ALARM"))
	o := listen(t, q, e)
	o.Wanted = func(name string) bool { return !strings.HasPrefix(name, "TargetTracking-") }
	if err := look(t, New(o)); err != nil || len(e.messages) != 0 || q.left() != 0 {
		t.Errorf("%v, heard %d, left %d", err, len(e.messages), q.left())
	}
}

func TestWhatIsNotUnderstoodSaysWhy(t *testing.T) {
	for want, body := range map[string]string{
		"no event of EventBridge":                  "hello",
		"it is no event":                           `{"orders": [1]}`,
		`nothing is known of "EC2 Instance State"`: event("aws.ec2", "EC2 Instance State", "111111111111", fields{}),
		`from "my.app"`:                            event("my.app", stateType, "111111111111", fields{}),
		"another shape":                            event(fromCloudWatch, stateType, "111111111111", fields{"alarmName": 7}),
		"without the name of an alarm":             event(fromCloudWatch, stateType, "111111111111", fields{}),
		"without an account and a region":          event(fromCloudWatch, stateType, "me", fields{"alarmName": "a"}),
		"without a state and its time":             event(fromCloudWatch, stateType, "111111111111", fields{"alarmName": "a", "state": fields{"value": "OK", "timestamp": "soon"}}),
		"without the ARN of an event":              event(fromHealth, healthType, "111111111111", fields{}),
		"without an account":                       event(fromHealth, healthType, "x", fields{"eventArn": "arn:aws:health:a"}),
		"without a time":                           event(fromHealth, healthType, "111111111111", fields{"eventArn": "arn:aws:health:a"}, fields{"time": "soon"}),
	} {
		if _, err := read(body); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", body, err, want)
		}
	}
}

func TestTheRuleOfAnAlarmAtWhichNobodyLooksSaysWhenItWasSent(t *testing.T) {
	for _, watched := range []bool{true, false} {
		q, e := newQueue(), new(ear)
		o := listen(t, q, e)
		place := o.Place
		o.Place = func(source, account, region string) Place {
			p := place(source, account, region)
			p.Watched = watched
			return p
		}
		q.send(turned("111111111111", "a", 1, "OK", "ALARM"))
		if err := look(t, New(o)); err != nil || len(e.messages) != 1 {
			t.Fatalf("%v, %+v", err, e.messages)
		}
		if push := e.messages[0].Signal.Detail.(*room.AlarmDetail).Push; (push != nil) == watched || push != nil && push.Defined.IsZero() {
			t.Errorf("watched %t: %+v", watched, push)
		}
	}
}
