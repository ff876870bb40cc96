package cloudwatch

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"warroom/internal/room"
)

// muteRule answers for one active rule that mutes the alarms of the given numbers.
func (r *region) muteRule(name, expression, length string, numbers ...int) {
	arn := "arn:aws:cloudwatch:eu-west-1:222222222222:alarm-mute-rule:" + name
	r.others["ListAlarmMuteRules"] = func(asked fields) fields {
		if fmt.Sprint(asked["Statuses"]) != "[ACTIVE]" {
			return nil
		}
		return fields{"AlarmMuteRuleSummaries": []fields{{"AlarmMuteRuleArn": arn, "Status": "ACTIVE", "LastUpdatedTimestamp": changed}}}
	}
	r.others["GetAlarmMuteRule"] = func(asked fields) fields {
		if asked["AlarmMuteRuleName"] != name {
			return nil
		}
		names := []string{"one that was deleted"}
		for _, i := range numbers {
			names = append(names, r.alarms[i]["AlarmName"].(string))
		}
		return fields{"AlarmMuteRuleArn": arn, "Name": name, "LastUpdatedTimestamp": changed, "MuteTargets": fields{"AlarmNames": names},
			"Rule": fields{"Schedule": fields{"Expression": expression, "Duration": length, "Timezone": "UTC"}}}
	}
}

// mutes are the mutes of the alarms that a look reports, by name, the last word on each.
func (r *region) mutesSeen(by time.Duration) map[string]*room.Mute {
	r.clock.now = r.clock.now.Add(by)
	seen := map[string]*room.Mute{}
	_ = r.watch.Look(r.t.Context(), func(signals []room.Signal) {
		for i := range signals {
			seen[signals[i].Title] = signals[i].Detail.(*room.AlarmDetail).Mute
		}
	})
	return seen
}

func TestAMutedAlarmSaysByWhatAndUntilWhen(t *testing.T) {
	r := newRegion(t, 320)
	at := r.clock.now.Truncate(time.Minute)
	r.muteRule("nightly backup", "at("+at.Add(-10*time.Minute).Format("2006-01-02T15:04")+")", "PT1H", 5, 300)
	seen := r.mutesSeen(0)
	until := at.Add(50 * time.Minute)
	for i := range r.alarms {
		mute := seen[r.alarms[i]["AlarmName"].(string)]
		switch muted := i == 5 || i == 300; {
		case muted && (mute == nil || mute.By != "nightly backup" || !mute.Until.Equal(until)):
			t.Errorf("alarm %d is muted by %+v", i, mute)
		case !muted && mute != nil:
			t.Errorf("alarm %d is muted by %+v", i, mute)
		}
	}
	r.tally()
	for range 6 { // three minutes
		r.mutesSeen(30 * time.Second)
	}
	if calls := r.tally(); calls["ListAlarmMuteRules"]+calls["GetAlarmMuteRule"] != 0 {
		t.Errorf("it asked %v", calls)
	}
	r.mutesSeen(3 * time.Minute)
	if calls := r.tally(); calls["ListAlarmMuteRules"] != 1 || calls["GetAlarmMuteRule"] != 0 {
		t.Errorf("of a rule that has not changed it asked %v", calls)
	}
	r.others["ListAlarmMuteRules"] = func(fields) fields { return fields{"AlarmMuteRuleSummaries": []fields{}} }
	r.watch.Asked()
	if seen := r.mutesSeen(time.Second); seen[r.alarms[5]["AlarmName"].(string)] != nil {
		t.Error("the rule is over, and the alarm still muted")
	}
}

func TestWhoMayNotReadMuteRulesStillSeesAlarms(t *testing.T) {
	r := newRegion(t, 5)
	if titles, whole := r.later(0); !whole || len(titles) != 5 {
		t.Errorf("%d, whole %v", len(titles), whole)
	}
}

func TestAListOfMuteRulesThatNeverEndsIsLeftAndLoggedOnce(t *testing.T) {
	for name, token := range map[string]func(page int) string{
		"the same mark": func(int) string { return "again" }, "always another": func(page int) string { return fmt.Sprint(page) },
	} {
		r := newRegion(t, 5)
		var log bytes.Buffer
		r.watch = New(Options{Config: r.config, Account: "222222222222", Region: "eu-west-1", Clock: r.clock, Log: slog.New(slog.NewTextHandler(&log, nil))})
		r.muteRule("nightly backup", "cron(0 2 * * *)", "PT1H", 3)
		if seen := r.mutesSeen(0); seen[r.alarms[3]["AlarmName"].(string)] == nil {
			t.Fatal("the alarm is not muted")
		}
		r.tally()
		whole, page := r.others["ListAlarmMuteRules"], 0
		r.others["ListAlarmMuteRules"] = func(asked fields) fields {
			page++
			answer := whole(asked)
			answer["NextToken"] = token(page)
			return answer
		}
		for again := range 2 { // a list of five alarms is swept with each look, and then the muted one is told to be old
			if titles, _ := r.later(mutesEvery); len(titles) != []int{6, 5}[again] {
				t.Errorf("%s: %d alarms", name, len(titles))
			}
		}
		if calls := r.tally()["ListAlarmMuteRules"]; calls > 2*mutePageLimit {
			t.Errorf("%s: the rules were asked for %d times", name, calls)
		}
		if lines := strings.Count(log.String(), "\n"); lines != 1 || !strings.Contains(log.String(), errEndlessMutes.Error()) {
			t.Errorf("%s: the log is\n%s", name, &log)
		}
		r.others["ListAlarmMuteRules"] = whole
		if r.later(mutesEvery); !strings.Contains(log.String(), "over: ") {
			t.Errorf("%s: once it has healed the log is\n%s", name, &log)
		}
	}
}

func TestMuteRulesThatAreRefusedAreLoggedOnce(t *testing.T) {
	for _, operation := range []string{"ListAlarmMuteRules", "GetAlarmMuteRule"} {
		r := newRegion(t, 5)
		var log bytes.Buffer
		r.watch = New(Options{Config: r.config, Account: "222222222222", Region: "eu-west-1", Clock: r.clock, Log: slog.New(slog.NewTextHandler(&log, nil))})
		r.muteRule("nightly backup", "cron(0 2 * * *)", "PT1H", 3)
		r.others[operation] = nil
		for range 3 {
			r.later(mutesEvery)
		}
		if lines := strings.Count(log.String(), "\n"); lines != 1 || !strings.Contains(log.String(), "not authorized to perform "+operation) || !strings.Contains(log.String(), "cloudwatch 222222222222 eu-west-1") {
			t.Errorf("the log is\n%s", &log)
		}
	}
}

func TestMutesThatCannotBeAskedStandWithTheirAgeUntilTheirOwnEnd(t *testing.T) {
	r := newRegion(t, 5)
	at := r.clock.now.Truncate(time.Minute)
	began := at.Add(-10 * time.Minute).Format("2006-01-02T15:04")
	r.muteRule("nightly backup", "at("+began+")", "PT20M", 3)
	name := r.alarms[3]["AlarmName"].(string)
	asked := r.clock.now
	if mute := r.mutesSeen(0)[name]; mute == nil || !mute.As.IsZero() {
		t.Fatalf("the alarm is muted by %+v", mute)
	}
	list := r.others["ListAlarmMuteRules"]
	r.others["ListAlarmMuteRules"] = nil
	if mute := r.mutesSeen(mutesEvery)[name]; mute == nil || !mute.As.Equal(asked) || mute.By != "nightly backup" {
		t.Errorf("while it cannot be asked the alarm is muted by %+v, want as of %s", mute, asked)
	}
	if mute := r.mutesSeen(at.Add(10 * time.Minute).Sub(r.clock.now))[name]; mute != nil {
		t.Errorf("its time is over, and it is muted by %+v", mute)
	}
	r.others["ListAlarmMuteRules"] = list
	r.muteRule("nightly backup", "at("+began+")", "PT5H", 3)
	r.watch.Asked()
	_ = r.mutesSeen(time.Second) // the rule has not changed, as far as is told
	r.others["ListAlarmMuteRules"] = func(asked fields) fields {
		answer := list(asked)
		answer["AlarmMuteRuleSummaries"].([]fields)[0]["LastUpdatedTimestamp"] = changed.Add(time.Hour)
		return answer
	}
	get := r.others["GetAlarmMuteRule"]
	r.others["GetAlarmMuteRule"] = nil
	r.watch.Asked()
	if mute := r.mutesSeen(time.Second)[name]; mute == nil || !mute.As.Equal(asked) {
		t.Errorf("of a rule that has changed and cannot be read the alarm is muted by %+v", mute)
	}
	r.others["GetAlarmMuteRule"] = get
	r.watch.Asked()
	if mute := r.mutesSeen(time.Second)[name]; mute == nil || !mute.As.IsZero() || !mute.Until.Equal(at.Add(4*time.Hour+50*time.Minute)) {
		t.Errorf("once it can be read the alarm is muted by %+v", mute)
	}
}

func TestARuleThatCannotBeReadCostsNoOther(t *testing.T) {
	r := newRegion(t, 5)
	r.muteRule("nightly backup", "cron(0 2 * * *)", "PT1H", 3)
	list, get := r.others["ListAlarmMuteRules"], r.others["GetAlarmMuteRule"]
	r.mutesSeen(0)
	r.others["ListAlarmMuteRules"] = func(asked fields) fields {
		answer := list(asked)
		other := fields{"AlarmMuteRuleArn": "arn:aws:cloudwatch:eu-west-1:222222222222:alarm-mute-rule:new", "Status": "ACTIVE", "LastUpdatedTimestamp": changed}
		answer["AlarmMuteRuleSummaries"] = append([]fields{other}, answer["AlarmMuteRuleSummaries"].([]fields)...)
		return answer
	}
	r.others["GetAlarmMuteRule"] = get // which refuses the new one
	if mute := r.mutesSeen(mutesEvery)[r.alarms[3]["AlarmName"].(string)]; mute == nil || !mute.As.IsZero() {
		t.Errorf("beside a rule that cannot be read the alarm is muted by %+v", mute)
	}
}

func TestTheEndOfAMute(t *testing.T) {
	now := time.Date(2026, 3, 14, 3, 30, 20, 0, time.UTC) // a Saturday
	for _, c := range []struct {
		expression, length, zone string
		expires                  time.Time
		want                     string
	}{
		{"cron(0 2 * * *)", "PT4H", "", time.Time{}, "2026-03-14T06:00:00Z"},
		{"cron(0 2 * * SAT)", "PT4H", "UTC", time.Time{}, "2026-03-14T06:00:00Z"},
		{"cron(0 2 * * SUN)", "PT4H", "", time.Time{}, ""},
		{"cron(0 18 * * FRI)", "P2DT12H", "", time.Time{}, "2026-03-16T06:00:00Z"},
		{"cron(0 18 * * MON-FRI)", "PT12H", "America/New_York", time.Time{}, "2026-03-14T10:00:00Z"},
		{"cron(0 1 14 MAR *)", "PT3H", "", time.Time{}, "2026-03-14T04:00:00Z"},
		{"cron(0,15,30 3 * * *)", "PT20M", "", time.Time{}, "2026-03-14T03:50:00Z"},
		{"cron(30 3 * * *)", "PT1M", "", time.Time{}, "2026-03-14T03:31:00Z"},
		{"cron(0 0 * * 7)", "P15D", "", time.Time{}, "2026-03-23T00:00:00Z"},
		{"at(2026-03-14T03:00)", "PT1H", "", time.Time{}, "2026-03-14T04:00:00Z"},
		{"at(2026-03-14T04:00)", "PT1H", "Europe/Berlin", time.Time{}, "2026-03-14T04:00:00Z"},
		{"at(2026-03-13T03:00)", "PT1H", "", time.Time{}, ""},
		{"at(2026-03-14T03:00)", "PT1H", "", time.Date(2026, 3, 14, 3, 45, 0, 0, time.UTC), "2026-03-14T03:45:00Z"},
		{"cron(*/5 * * * *)", "PT1H", "", time.Time{}, ""},
		{"cron(0 2 * *)", "PT1H", "", time.Time{}, ""},
		{"cron(0 2 32 * *)", "PT1H", "", time.Time{}, ""},
		{"rate(5 minutes)", "PT1H", "", time.Date(2026, 3, 15, 0, 0, 0, 0, time.UTC), "2026-03-15T00:00:00Z"},
		{"cron(0 2 * * *)", "an hour", "", time.Time{}, ""},
		{"cron(0 2 * * *)", "P1Y", "", time.Time{}, ""},
		{"cron(0 2 * * *)", "PT4H", "Nowhere/At_All", time.Time{}, ""},
	} {
		rule := &cloudwatch.GetAlarmMuteRuleOutput{Rule: &types.Rule{Schedule: &types.Schedule{
			Expression: aws.String(c.expression), Duration: aws.String(c.length), Timezone: aws.String(c.zone)}}}
		if !c.expires.IsZero() {
			rule.ExpireDate = aws.Time(c.expires)
		}
		got := ""
		if end := muteEnd(rule, now); !end.IsZero() {
			got = end.Format(time.RFC3339)
		}
		if got != c.want {
			t.Errorf("%s for %s in %q ends %s, want %s", c.expression, c.length, c.zone, got, c.want)
		}
	}
}

func FuzzMuteEnd(f *testing.F) {
	f.Add("cron(0 2 * * SUN)", "PT4H", "UTC")
	f.Add("at(2026-03-14T03:00)", "P15D", "Asia/Tokyo")
	f.Fuzz(func(t *testing.T, expression, length, zone string) {
		rule := &cloudwatch.GetAlarmMuteRuleOutput{Rule: &types.Rule{Schedule: &types.Schedule{
			Expression: aws.String(expression), Duration: aws.String(length), Timezone: aws.String(zone)}}}
		if end := muteEnd(rule, changed); !end.IsZero() && (!end.After(changed) || end.Sub(changed) > muteLongest) {
			t.Errorf("it ends %s", end)
		}
	})
}
