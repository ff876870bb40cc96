package drill

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

// the returns the shipped alarm of a name in us-east-1.
func the(t *testing.T, w *story, name string) *alarm {
	t.Helper()
	a := w.alarm(name, "us-east-1")
	if a == nil {
		t.Fatalf("there is no alarm %s", name)
	}
	return a
}

// TestReasonsAreWrittenAsCloudWatchWritesThem holds every reason of the shipped
// story against CloudWatch's wording, type by type.
func TestReasonsAreWrittenAsCloudWatchWritesThem(t *testing.T) {
	const point = `[0-9]+\.[0-9]+ \(\d\d/\d\d/\d\d \d\d:\d\d:00\)`
	few := regexp.MustCompile(`^Threshold Crossed: 1 out of the last 1 datapoints \[` + point + `\] was (not )?(greater|less) than the threshold \([0-9]+\.[0-9]+\) \(minimum 1 datapoint for (OK -> ALARM|ALARM -> OK) transition\)\.$`)
	more := regexp.MustCompile(`^Threshold Crossed: ([2-9]) out of the last ([2-9]) datapoints \[(?:` + point + `, )+` + point + `\] were (greater|less) than the threshold \([0-9]+\.[0-9]+\) \(minimum ([2-9]) datapoints for OK -> ALARM transition\)\.$`)
	unknown := regexp.MustCompile(`^Insufficient Data: (1 datapoint was|[2-9] datapoints were) unknown\.$`)
	composite := regexp.MustCompile(`^arn:aws:cloudwatch:[a-z0-9-]+:123456789012:alarm:[a-z0-9-]+ (transitioned to (ALARM|OK) at [A-Z][a-z]+day \d\d [A-Z][a-z]+, 2025 \d\d:\d\d:\d\d UTC|was created and its alarm rule evaluates to OK)$`)
	seen := map[string]int{}
	for _, a := range told(t).alarms {
		for _, turn := range a.turns {
			form, fits := "composite", composite
			switch {
			case a.kind() == "composite":
			case turn.to == "INSUFFICIENT_DATA":
				form, fits = "unknown", unknown
			case turn.to == "ALARM" && a.periods() > 1:
				form, fits = "more", more
			default:
				form, fits = "few", few
			}
			seen[form]++
			if !fits.MatchString(turn.why) {
				t.Errorf("%s became %s: %s", a.name, turn.to, turn.why)
			}
			if a.kind() != "composite" && turn.to != "INSUFFICIENT_DATA" && strings.Contains(turn.why, " not ") != (turn.to == "OK") {
				t.Errorf("%s became %s: %s", a.name, turn.to, turn.why)
			}
		}
	}
	for _, form := range []string{"composite", "unknown", "more", "few"} {
		if seen[form] == 0 {
			t.Errorf("no reason of the form %q", form)
		}
	}
}

func TestWhatIsCountedIsWholeAndShareOfAWholeStaysBelowIt(t *testing.T) {
	w := told(t)
	value := regexp.MustCompile(`([0-9]+)\.([0-9]+) \(`)
	for _, a := range w.alarms {
		for _, turn := range a.turns {
			for _, found := range value.FindAllStringSubmatch(turn.why, -1) {
				whole := found[2] == "0"
				if counts := strings.Contains(a.name, "hosts") || strings.Contains(a.name, "tasks") || strings.Contains(a.name, "5xx") || a.kind() == "log" || strings.Contains(a.name, "queue-age"); counts && !whole {
					t.Errorf("%s: %s", a.name, turn.why)
				}
				if strings.HasSuffix(a.name, "-cpu") && len(found[1]) > 2 {
					t.Errorf("more than all of a CPU: %s", turn.why)
				}
			}
		}
	}
}

func TestACompositeNamesTheAlarmThatTookItAlong(t *testing.T) {
	w := told(t)
	a := the(t, w, "checkout-degraded")
	when := at(t, w, "07:10")
	state, _ := latest(a.turns, when)
	name, rest, ok := strings.Cut(strings.TrimPrefix(state.why, "arn:aws:cloudwatch:us-east-1:123456789012:alarm:"), " transitioned to ALARM at ")
	if state.to != "ALARM" || !ok {
		t.Fatalf("at 07:10 it is %s: %s", state.to, state.why)
	}
	child := the(t, w, name)
	told, err := time.Parse(compositeTime, rest)
	if now, _ := latest(child.changes, told); err != nil || now.to != "ALARM" || !now.at.Equal(told) || told.After(state.at) {
		t.Errorf("%s is %s since %s, and the composite says %s", name, now.to, now.at, state.why)
	}
	created := w.alarm("checkout-degraded", "eu-west-1").turns[0].why
	if created != "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:checkout-degraded was created and its alarm rule evaluates to OK" {
		t.Errorf("one that never rang says %q", created)
	}
}
