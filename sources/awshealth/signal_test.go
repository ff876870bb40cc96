package awshealth

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/health/types"

	"warroom/internal/room"
	"warroom/sources/awsnames"
)

func TestJudgement(t *testing.T) {
	const issueCode, otherCode = "AWS_EC2_OPERATIONAL_ISSUE", "AWS_EC2_INSTANCE_DEGRADED"
	past, future := now.Add(-time.Hour), now.Add(time.Hour)
	cases := []struct {
		category, status, code, action string
		end                            *time.Time
		want                           room.State
		word                           string
	}{
		{"issue", "open", issueCode, "", nil, room.Critical, "OPEN"},
		{"issue", "open", otherCode, "", nil, room.Warning, "OPEN"},
		{"issue", "open", issueCode, "", &past, room.OK, "CLOSED"},
		{"issue", "open", issueCode, "", &future, room.Critical, "OPEN"},
		{"issue", "closed", issueCode, "", &past, room.OK, "CLOSED"},
		{"investigation", "open", otherCode, "", nil, room.Warning, "OPEN"},
		{"accountNotification", "open", otherCode, "ACTION_REQUIRED", nil, room.Warning, "NOTICE"},
		{"accountNotification", "open", otherCode, "INFORMATIONAL", nil, room.OK, "NOTICE"},
		{"accountNotification", "open", otherCode, "", &past, room.OK, "NOTICE"},
		{"scheduledChange", "upcoming", otherCode, "", &future, room.OK, "UPCOMING"},
		{"scheduledChange", "open", otherCode, "", &future, room.Warning, "CHANGE"},
		{"scheduledChange", "closed", otherCode, "", nil, room.OK, "CLOSED"},
		{"issue", "something new", issueCode, "", nil, room.Unknown, "UNKNOWN"},
	}
	for _, c := range cases {
		e := eventFrom(&types.Event{
			Arn: aws.String("a"), EventTypeCode: &c.code, EventTypeCategory: types.EventTypeCategory(c.category),
			StatusCode: types.EventStatusCode(c.status), Actionability: types.EventActionability(c.action), EndTime: c.end,
		}, now)
		if state, word := judge(&e); state != c.want || word != c.word {
			t.Errorf("%+v is %s %s", c, state, word)
		}
	}
}

func TestTitles(t *testing.T) {
	for _, c := range []struct{ service, code, name, title string }{
		{"DYNAMODB", "AWS_DYNAMODB_OPERATIONAL_ISSUE", "DynamoDB", "DynamoDB operational issue"},
		{"EC2", "AWS_EC2_INSTANCE_STORE_DRIVE_PERFORMANCE_DEGRADED", "EC2", "EC2 instance store drive performance degraded"},
		{"ELASTICLOADBALANCING", "AWS_ELASTICLOADBALANCING_API_ISSUE", "ELB", "ELB API issue"},
		{"BRANDNEW", "AWS_BRANDNEW_EBS_CHANGE", "BRANDNEW", "BRANDNEW EBS change"},
		{"RISK", "AWS_ABUSE_REPORT", "RISK", "RISK abuse report"},
		{"", "", "", ""},
	} {
		name := awsnames.Service(c.service)
		if got := title(name, c.service, c.code); got != c.title || name != c.name {
			t.Errorf("%s: %q, %q", c.code, name, got)
		}
	}
}

func TestTheAPIIsAskedWhereItLives(t *testing.T) {
	for region, want := range map[string][2]string{
		"":              {"us-east-1", "us-east-2"},
		"eu-west-1":     {"us-east-1", "us-east-2"},
		"us-gov-west-1": {"us-gov-west-1", "us-gov-east-1"},
		"cn-north-1":    {"cn-northwest-1", "cn-north-1"},
	} {
		if got := Regions(region); got != want {
			t.Errorf("%q: %v", region, got)
		}
	}
}

// story told in one description, as AWS writes it for a long issue.
const account = `[RESOLVED] Increased API Error Rates and Latencies

[11:45 PM PDT] We are investigating increased API error rates. More soon.

[12:16 AM PDT] We found the cause.
It is DNS.

[03:16 AM PDT] The issue has been resolved and the service is operating normally.`

func TestARunningAccountIsTakenApart(t *testing.T) {
	at := time.Date(2025, 10, 20, 10, 20, 0, 0, time.UTC)
	want := []room.Update{
		{At: time.Date(2025, 10, 20, 10, 16, 0, 0, time.UTC), Text: "The issue has been resolved and the service is operating normally."},
		{At: time.Date(2025, 10, 20, 7, 16, 0, 0, time.UTC), Text: "We found the cause.\nIt is DNS."},
		{At: time.Date(2025, 10, 20, 6, 45, 0, 0, time.UTC), Text: "Increased API Error Rates and Latencies\nWe are investigating increased API error rates. More soon."},
	}
	got := addUpdates(nil, account, at)
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	if again := addUpdates(got, account, at.Add(time.Hour)); fmt.Sprint(again) != fmt.Sprint(want) {
		t.Errorf("the same account again gave %v", again)
	}
	more := addUpdates(got, account+"\n\n[05:00 AM PDT] A last word.", at.Add(2*time.Hour))
	if len(more) != 4 || more[0].Text != "A last word." || len(got) != 3 {
		t.Errorf("a longer account gave %v", more)
	}
	if reason(more) != "A last word." || reason(nil) != "" || reason(want[1:]) != "We found the cause." {
		t.Errorf("reasons %q %q", reason(more), reason(want[1:]))
	}
}

func TestNoMoreUpdatesThanTheLimitAreKept(t *testing.T) {
	var updates []room.Update
	for i := range 2 * updateLimit {
		updates = addUpdates(updates, fmt.Sprint("update ", i), now.Add(time.Duration(i)*time.Minute))
	}
	if len(updates) != updateLimit || updates[0].Text != fmt.Sprint("update ", 2*updateLimit-1) {
		t.Errorf("%d updates, the newest %q", len(updates), updates[0].Text)
	}
	if len(addUpdates(nil, "", now)) != 0 {
		t.Error("an empty text is an update")
	}
}
