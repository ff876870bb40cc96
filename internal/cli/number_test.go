package cli

import (
	"testing"
	"time"

	"warroom/internal/room"
)

func TestScriptsAreGivenAccountNumbersAndNeverLabels(t *testing.T) {
	r := room.New(room.Options{})
	now := time.Now()
	see := func(label, region string, signals ...room.Signal) {
		scope := room.Scope{Source: "cloudwatch", Account: label, Region: region}
		for i := range signals {
			signals[i].Scope, signals[i].Account = scope, label
		}
		r.Observe(room.Observation{Scope: scope, Watch: scope.String(), At: now, Interval: time.Minute, Signals: signals, Done: true, Complete: true})
	}
	alarm := func(arn string) room.Signal {
		return room.Signal{Key: "alarm/" + arn, Kind: room.KindAlarm, State: room.OK, Word: "OK", Title: arn, Detail: &room.AlarmDetail{ARN: arn}}
	}
	event := func(arn string) room.Signal {
		return room.Signal{Key: "health/" + arn, Kind: room.KindHealth, State: room.OK, Word: "CLOSED", Title: arn, Service: "Route 53",
			Detail: &room.HealthDetail{ARN: arn, Service: "ROUTE53"}}
	}
	const public = "arn:aws:health:global::event/ROUTE53/AWS_ROUTE53_OPERATIONAL_ISSUE/x"
	see("prod", "us-east-1", alarm("arn:aws:cloudwatch:us-east-1:111111111111:alarm:a"))
	see("prod", "eu-west-1") // the same account, where it has no alarms
	see("both", "us-east-1", alarm("arn:aws:cloudwatch:us-east-1:222222222222:alarm:b"))
	see("both", "eu-west-1", alarm("arn:aws:cloudwatch:eu-west-1:333333333333:alarm:c"))
	see("default", "global", event(public))
	see("444444444444", "global", event(public+"4"))
	see("both", "global", event("arn:aws:health:us-east-1:333333333333:event/EC2/AWS_EC2_PLAN/y"))
	r.Flush()
	report := newReport(r.Snapshot(), now, nil, nil)
	scopes, signals := map[string]string{}, map[string]string{}
	name := func(s *string) string {
		if s == nil {
			return "null"
		}
		return *s
	}
	for i, status := range r.Snapshot().Scopes.List {
		scopes[status.Scope.Account+" "+status.Scope.Region] = name(report.Scopes[i].Account)
	}
	for _, signal := range report.Signals {
		signals[signal.Title] = name(signal.Account) + " " + name(signal.Service)
	}
	for scope, want := range map[string]string{
		"prod us-east-1": "111111111111", "prod eu-west-1": "111111111111", "both us-east-1": "null", "both global": "null",
		"default global": "null", "444444444444 global": "444444444444",
	} {
		if scopes[scope] != want {
			t.Errorf("the scope %s is of account %s, want %s", scope, scopes[scope], want)
		}
	}
	for title, want := range map[string]string{
		"arn:aws:cloudwatch:us-east-1:111111111111:alarm:a": "111111111111 null", "arn:aws:cloudwatch:eu-west-1:333333333333:alarm:c": "333333333333 null",
		public: "null ROUTE53", public + "4": "444444444444 ROUTE53", "arn:aws:health:us-east-1:333333333333:event/EC2/AWS_EC2_PLAN/y": "333333333333 ROUTE53",
	} {
		if signals[title] != want {
			t.Errorf("%s is of account and service %s, want %s", title, signals[title], want)
		}
	}
}
