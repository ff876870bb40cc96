package drill

import (
	"testing"
	"time"
)

// beyond says whether a reading is on the bad side of an alarm's threshold.
func (a *alarm) beyond(value float64) bool {
	if a.cast.Below {
		return value < a.cast.Threshold
	}
	return value > a.cast.Threshold
}

// TestReadingsTellWhatTheStatesTell holds every metric alarm's readings against its
// state, minute by minute through the story.
func TestReadingsTellWhatTheStatesTell(t *testing.T) {
	w := told(t)
	rang, calm, silent := 0, 0, 0
	for _, a := range w.alarms {
		if a.kind() != "metric" {
			continue
		}
		for minute := w.scenario.Begin.UTC(); minute.Before(w.scenario.End); minute = minute.Add(time.Minute) {
			end := minute.Add(time.Minute)
			state, _ := latest(a.changes, minute)
			if soon, _ := latest(a.changes, end.Add(a.evidence("ALARM"))); soon.at != state.at {
				continue // what makes the next state is tried below
			}
			value, ok := a.reading(minute)
			if ok == (state.to == "INSUFFICIENT_DATA") || ok && a.beyond(value) != (state.to == "ALARM") || value < 0 || a.isPercent() && value > 100 {
				t.Fatalf("%s in %s is %s at %s and reads %g, %v (threshold %g)", a.name, a.region, state.to, minute, value, ok, a.cast.Threshold)
			}
			switch state.to {
			case "ALARM":
				rang++
			case "OK":
				calm++
			default:
				silent++
			}
		}
	}
	if rang < 1000 || calm < 10_000 || silent < 100 {
		t.Errorf("only %d minutes rang, %d were calm and %d without readings", rang, calm, silent)
	}
}

func TestReadingsRiseOverThePeriodsBeforeAnAlarm(t *testing.T) {
	w := told(t)
	tried := 0
	for _, a := range w.alarms {
		for i, change := range a.changes {
			if a.kind() != "metric" || change.to != "ALARM" || a.changes[i-1].to != "OK" || change.at.Sub(a.changes[i-1].at) < time.Hour {
				continue
			}
			tried++
			begin := change.at.Truncate(time.Minute).Add(-a.evidence("ALARM"))
			if value, _ := a.reading(begin.Add(-time.Minute)); a.beyond(value) {
				t.Errorf("%s reads %g before its time", a.name, value)
			}
			before := a.cast.Threshold
			for minute := begin; minute.Before(change.at.Truncate(time.Minute)); minute = minute.Add(time.Minute) {
				value, _ := a.reading(minute)
				if !a.beyond(value) || !a.cast.Below && value < before || a.cast.Below && value > before {
					t.Errorf("%s reads %g after %g on its way to ALARM", a.name, value, before)
				}
				before = value
			}
			if before != a.tidy(a.peak()) {
				t.Errorf("%s says it rings for %g and reads %g", a.name, a.tidy(a.peak()), before)
			}
		}
	}
	if tried < 50 {
		t.Errorf("only %d alarms rang", tried)
	}
}

func TestReadingsAreTheSameEachTime(t *testing.T) {
	one, two := told(t), told(t)
	minute := at(t, one, "07:00")
	for i := range one.alarms {
		a, aok := one.alarms[i].reading(minute)
		b, bok := two.alarms[i].reading(minute)
		if a != b || aok != bok {
			t.Fatalf("%s reads %g and %g", one.alarms[i].name, a, b)
		}
	}
}
