package triage

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"warroom/internal/room"
)

var night = time.Date(2020, 11, 25, 13, 45, 0, 0, time.UTC)

func ago(minutes int) time.Time { return night.Add(-time.Duration(minutes) * time.Minute) }

var east = room.Scope{Source: "cloudwatch", Account: "prod", Region: "us-east-1"}

// fleet is count alarms in us-east-1, of five namespaces in turn, all OK for two days.
func fleet(count int) []room.Signal {
	out := make([]room.Signal, count)
	for i := range out {
		name := fmt.Sprintf("alarm-%03d", i)
		out[i] = room.Signal{
			Key: "alarm/" + name, Kind: room.KindAlarm, Scope: east, State: room.OK, Word: "OK", Title: name, Account: "prod", Region: "us-east-1",
			Since:  ago(3000),
			Detail: &room.AlarmDetail{Type: "metric", Judging: &room.Judging{Namespace: []string{"AWS/ECS", "AWS/SQS", "AWS/Lambda", "AWS/RDS", "AWS/ELB"}[i%5]}, Configured: ago(9000)},
		}
	}
	return out
}

// with changes some alarms.
func with(alarms []room.Signal, from, to int, change func(*room.Signal, *room.AlarmDetail)) []room.Signal {
	for i := from; i < to; i++ {
		change(&alarms[i], alarms[i].Detail.(*room.AlarmDetail))
	}
	return alarms
}

func dark(since time.Time) func(*room.Signal, *room.AlarmDetail) {
	return func(s *room.Signal, _ *room.AlarmDetail) {
		s.State, s.Word, s.Since = room.Unknown, "NO DATA", since
	}
}

func unjudged(since time.Time) func(*room.Signal, *room.AlarmDetail) {
	return func(s *room.Signal, d *room.AlarmDetail) {
		s.State, s.Word, s.Since, d.Evaluation = room.Unknown, "BLIND", since, room.EvaluationFailure
	}
}

// probes are six endpoints in us-east-1, of which some have been down for so many minutes.
func probes(region string, down, minutes int) []room.Signal {
	out := make([]room.Signal, 6)
	for i := range out {
		name := fmt.Sprintf("%s-%d", region, i)
		out[i] = room.Signal{
			Key: "probe/" + name, Kind: room.KindProbe, Scope: room.Scope{Source: "probe", Region: region}, State: room.OK, Word: "UP", Title: name, Region: region,
			Since: ago(5000), Detail: &room.ProbeDetail{Interval: time.Minute}, Samples: []room.Sample{{At: ago(0)}},
		}
		if i < down {
			out[i].State, out[i].Word, out[i].Since = room.Critical, "DOWN", ago(minutes)
		}
	}
	return out
}

// stand is a Snapshot of alarms and probes, all seen now.
func stand(alarms, probes []room.Signal, more ...room.Observation) *room.Snapshot {
	r := room.New(room.Options{Node: "test", Clock: still{}})
	r.Observe(room.Observation{Scope: east, Watch: "a", At: night, Done: true, Complete: true, Interval: time.Minute, Signals: alarms})
	for _, p := range probes {
		r.Observe(room.Observation{Scope: p.Scope, Watch: p.Key, At: night, Done: true, Interval: time.Minute, Signals: []room.Signal{p}})
	}
	for _, o := range more {
		r.Observe(o)
	}
	r.Flush()
	return r.Snapshot()
}

// still is a clock that stands.
type still struct{ room.Wall }

func (still) Now() time.Time { return night }

func TestWhenCloudWatchIsBlind(t *testing.T) {
	connection := room.Observation{Scope: room.Scope{Source: room.ConnectionSource}, Watch: "c", At: night, Done: true, Interval: time.Minute,
		Trouble: &room.Trouble{What: "our own connection is down", Why: "no control answers", Next: "look at the network"}}
	lost := room.Observation{Scope: east, Watch: "a", At: night.Add(-time.Hour), Done: true, Complete: true, Interval: time.Minute}
	for _, c := range []struct {
		name  string
		s     *room.Snapshot
		why   string // "" if it is not
		since time.Time
	}{
		{"a calm night", stand(fleet(100), probes("us-east-1", 0, 0)), "", time.Time{}},
		{"one that it fails to evaluate", stand(with(fleet(100), 0, 1, unjudged(ago(7))), nil), "it fails to evaluate 1 of 100 alarms", ago(7)},
		{"one in ALARM that it fails to evaluate", stand(with(fleet(100), 0, 1, func(s *room.Signal, d *room.AlarmDetail) {
			s.State, s.Word, d.Evaluation = room.Critical, "ALARM", room.EvaluationFailure
		}), nil), "it fails to evaluate 1 of 100 alarms", time.Time{}},
		{"a mass flip", stand(with(with(fleet(100), 0, 20, dark(ago(30))), 20, 40, dark(ago(25))), nil), "40 of 100 alarms lost their data within 5 minutes", ago(30)},
		{"a mass flip and failures", stand(with(with(fleet(100), 0, 40, dark(ago(30))), 40, 42, unjudged(ago(12))), nil),
			"it fails to evaluate 2 of 100 alarms, and 40 of 98 alarms lost their data within 1 minute", ago(30)},
		{"a mass flip among alarms that never had data", stand(with(with(fleet(200), 0, 150, dark(ago(2000))), 150, 170, dark(ago(10))), nil),
			"20 of 50 alarms lost their data within 1 minute", ago(10)},
		{"flips over hours", stand(with(with(with(fleet(40), 0, 8, dark(ago(10))), 8, 16, dark(ago(100))), 16, 24, dark(ago(200))), nil), "", time.Time{}},
		{"a small share", stand(with(fleet(200), 0, 40, dark(ago(10))), nil), "", time.Time{}},
		{"a few alarms", stand(with(fleet(12), 0, 9, dark(ago(10))), nil), "", time.Time{}},
		{"one service that is switched off", stand(with(fleet(100), 0, 30, func(s *room.Signal, d *room.AlarmDetail) {
			dark(ago(10))(s, d)
			d.Namespace = "AWS/ECS"
		}), nil), "", time.Time{}},
		{"a region of one service", stand(with(with(fleet(40), 0, 40, func(_ *room.Signal, d *room.AlarmDetail) { d.Namespace = "AWS/ECS" }), 0, 30, dark(ago(10))), nil),
			"30 of 40 alarms lost their data within 1 minute", ago(10)},
		{"a deploy makes three new alarms", stand(with(fleet(9), 6, 9, func(s *room.Signal, d *room.AlarmDetail) {
			dark(ago(2))(s, d)
			d.Configured = ago(2)
		}), nil), "", time.Time{}},
		{"a deploy makes fifty new alarms", stand(with(fleet(100), 0, 50, func(s *room.Signal, d *room.AlarmDetail) {
			dark(ago(2))(s, d)
			d.Configured = ago(3)
		}), nil), "", time.Time{}},
		{"without data since yesterday", stand(with(fleet(100), 0, 60, dark(ago(60*25))), nil), "", time.Time{}},
		{"a mass flip in a scope that is not seen any more", stand(nil, nil, func() room.Observation {
			o := lost
			o.Signals = with(fleet(100), 0, 40, dark(ago(70)))
			return o
		}(), room.Observation{Scope: east, Watch: "a", At: night, Done: true, Interval: time.Second, Trouble: &room.Trouble{What: "x"}}), "", time.Time{}},
		{"probes burn and no alarm moves", stand(fleet(100), probes("us-east-1", 4, 20)), "none of 100 alarms has moved while 4 probes failed for 20 minutes", ago(20)},
		{"an alarm has moved", stand(with(fleet(100), 3, 4, func(s *room.Signal, _ *room.AlarmDetail) { s.State, s.Word, s.Since = room.Critical, "ALARM", ago(18) }), probes("us-east-1", 4, 20)), "", time.Time{}},
		{"an alarm has moved just before", stand(with(fleet(100), 3, 4, func(s *room.Signal, _ *room.AlarmDetail) { s.Since = ago(26) }), probes("us-east-1", 4, 20)), "", time.Time{}},
		{"probes have burned for a moment", stand(fleet(100), probes("us-east-1", 4, 5)), "", time.Time{}},
		{"two probes burn", stand(fleet(100), probes("us-east-1", 2, 20)), "", time.Time{}},
		{"probes burn elsewhere", stand(fleet(100), probes("eu-west-1", 6, 20)), "", time.Time{}},
		{"probes burn for a local reason", stand(fleet(100), probes("us-east-1", 6, 20), connection), "", time.Time{}},
		{"probes burn beside a few alarms", stand(fleet(5), probes("us-east-1", 6, 20)), "", time.Time{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			blind := CloudWatch(c.s, night)
			if c.why == "" {
				if len(blind) > 0 {
					t.Errorf("it says %s", blind[0].Sentence())
				}
				return
			}
			if len(blind) != 1 || blind[0].Why != c.why || !blind[0].Since.Equal(c.since) || blind[0].Scope != east {
				t.Fatalf("it says %+v", blind)
			}
			if want := "CloudWatch is blind in us-east-1 (prod): " + c.why; blind[0].Sentence() != want {
				t.Errorf("it says %q", blind[0].Sentence())
			}
		})
	}
}

func TestARoomWhoseAlarmsAreBlindIsNotCalm(t *testing.T) {
	flip := with(fleet(100), 0, 40, dark(ago(30)))
	if got := Condition(stand(flip, probes("us-east-1", 0, 0)), night); got != room.Blind {
		t.Errorf("a mass flip is %s", got)
	}
	if got := Condition(stand(fleet(100), probes("us-east-1", 0, 0)), night); got != room.Calm {
		t.Errorf("a calm night is %s", got)
	}
	if got := Condition(stand(fleet(100), probes("us-east-1", 4, 20)), night); got != room.InTrouble {
		t.Errorf("probes that burn are %s", got)
	}
}

func TestTheWorstPlaceComesFirst(t *testing.T) {
	r := room.New(room.Options{Node: "test", Clock: still{}})
	for i, region := range []string{"eu-west-1", "us-east-1", "us-west-2"} {
		at := room.Scope{Source: "cloudwatch", Account: "prod", Region: region}
		alarms := with(fleet(100), 0, []int{30, 60, 0}[i], dark(ago(30)))
		for j := range alarms {
			alarms[j].Scope, alarms[j].Region, alarms[j].Key = at, region, region+alarms[j].Key
		}
		r.Observe(room.Observation{Scope: at, Watch: "a", At: night, Done: true, Complete: true, Interval: time.Minute, Signals: alarms})
	}
	r.Flush()
	var regions []string
	for _, b := range CloudWatch(r.Snapshot(), night) {
		regions = append(regions, b.Scope.Region)
	}
	if got := strings.Join(regions, " "); got != "us-east-1 eu-west-1" {
		t.Errorf("blind are %s", got)
	}
}

// BenchmarkJudgingFiftyThousandAlarmsOfWhichAThirdIsDark is the dearest there is.
func BenchmarkJudgingFiftyThousandAlarmsOfWhichAThirdIsDark(b *testing.B) {
	s := stand(with(fleet(50_000), 0, 17_000, dark(ago(30))), nil)
	for b.Loop() {
		viewed.Store(nil)
		judge(s, night)
	}
}

func BenchmarkJudgingFiftyThousandAlarmsThatAreFine(b *testing.B) {
	s := stand(fleet(50_000), nil)
	for b.Loop() {
		judge(s, night)
	}
}
