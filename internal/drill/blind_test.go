package drill

import (
	"testing"
	"time"
)

// toldOf is a shipped story by its name.
func toldOf(t *testing.T, name string) *story {
	t.Helper()
	s, err := Load(name)
	if err != nil {
		t.Fatal(err)
	}
	w, err := write(s)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestEveryShippedScenarioCanBeTold(t *testing.T) {
	all := Scenarios()
	if len(all) != 3 {
		t.Fatalf("%d scenarios come along", len(all))
	}
	for _, s := range all {
		w := toldOf(t, s.Name)
		if s.Title == "" || len(w.alarms) == 0 || w.inAlarm(w.scenario.Begin, "", "ALARM")+w.failing(w.scenario.Begin) != 0 {
			t.Errorf("%s does not begin in calm", s.Name)
		}
		if w.inAlarm(w.scenario.End, "", "OK") != len(w.alarms) || w.failing(w.scenario.End) != 0 || w.open(w.scenario.End) != 0 {
			t.Errorf("%s does not end in calm", s.Name)
		}
	}
}

// TestAlarmsLoseTheirDataTogetherOnTheDayKinesisFailed holds the shape of 2020-11-25.
func TestAlarmsLoseTheirDataTogetherOnTheDayKinesisFailed(t *testing.T) {
	w := toldOf(t, "2020-11-25")
	for _, c := range []struct {
		at                  string
		dark, mostDark      int
		ringing, failing, h int
	}{
		{"13:14", 0, 0, 0, 0, 0},
		{"13:35", 30, 40, 0, 1, 0},
		{"14:30", 30, 40, 0, 3, 1},
		{"16:00", 30, 40, 2, 4, 1},
		{"2020-11-26T00:30:00Z", 30, 40, 0, 1, 1},
		{"2020-11-26T03:00:00Z", 15, 25, 0, 0, 1},
		{"2020-11-26T06:40:00Z", 0, 0, 0, 0, 0},
	} {
		when := at(t, w, c.at)
		dark, ringing, failing, open := w.inAlarm(when, "us-east-1", "INSUFFICIENT_DATA"), w.inAlarm(when, "", "ALARM"), w.failing(when), w.open(when)
		if dark < c.dark || dark > c.mostDark || ringing != c.ringing || failing != c.failing || open != c.h {
			t.Errorf("%s: %d without data, %d ring, %d endpoints fail, %d Health events; want %+v", c.at, dark, ringing, failing, open, c)
		}
	}
	if w.inAlarm(at(t, w, "16:00"), "us-west-2", "OK")*2 != len(w.alarms) {
		t.Error("us-west-2 is to notice nothing")
	}
}

// TestAlarmsStandStillOnTheDayTheNetworkWasFull holds that of 2021-12-07: probes burn for
// more than an hour before an alarm moves.
func TestAlarmsStandStillOnTheDayTheNetworkWasFull(t *testing.T) {
	w := toldOf(t, "2021-12-07")
	began := at(t, w, "15:30")
	for when := began; when.Before(at(t, w, "16:52")); when = when.Add(time.Minute) {
		for _, a := range w.alarms {
			if now, _ := latest(a.turns, when); a.region == "us-east-1" && now.at.After(began.Add(-10*time.Minute)) {
				t.Fatalf("%s moves at %s", a.name, now.at)
			}
		}
	}
	if n := w.failing(at(t, w, "15:40")); n < 4 {
		t.Errorf("at 15:40 %d endpoints fail", n)
	}
	if w.inAlarm(at(t, w, "17:00"), "us-east-1", "ALARM") == 0 || w.open(at(t, w, "16:20")) != 0 || w.open(at(t, w, "16:23")) != 1 {
		t.Error("alarms ring from 16:52 on, and AWS says nothing before 16:22")
	}
}
