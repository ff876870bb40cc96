package drill

import (
	"strings"
	"testing"
	"time"
)

func TestRulesSayWhatTheyWouldInCloudWatch(t *testing.T) {
	state := map[string]string{"rings": "ALARM", "calm": "OK", "dark": "INSUFFICIENT_DATA"}
	for text, want := range map[string]bool{
		`ALARM("rings")`: true, `ALARM(rings)`: true, `ALARM("calm")`: false, `OK(calm)`: true, `INSUFFICIENT_DATA( "dark" )`: true,
		`ALARM("arn:aws:cloudwatch:us-east-1:123456789012:alarm:rings")`:   true,
		`ALARM("calm") OR ALARM("rings")`:                                  true,
		`ALARM("calm") AND ALARM("rings")`:                                 false,
		`NOT ALARM("calm") AND ALARM("rings")`:                             true,
		`ALARM("rings") OR ALARM("calm") AND FALSE`:                        true,
		`(ALARM("rings") OR ALARM("calm")) AND FALSE`:                      false,
		`NOT (ALARM("rings") AND TRUE)`:                                    false,
		"ALARM(\"calm\")\n  OR (NOT OK(\"calm\") OR ALARM(\"nobody\"))":    false,
		`ALARM("calm") OR INSUFFICIENT_DATA("dark") OR ALARM("elsewhere")`: true,
	} {
		r, err := parseRule(text)
		if err != nil {
			t.Errorf("%s: %s", text, err)
			continue
		}
		if got := r.holds(func(name string) string { return state[name] }); got != want {
			t.Errorf("%s is %v", text, got)
		}
	}
}

func TestRulesThatCannotBeReadSayWhere(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "a composite alarm needs a rule",
		`ALARM("a") AND`:               "ends before it is complete",
		`(ALARM("a")`:                  "ends before it is complete",
		`ALARM("a") ALARM("b")`:        `from "ALARM(\"b\")" on`,
		`ALARM("a") XOR ALARM("b")`:    `from "XOR ALARM(\"b\")" on`,
		`AT_LEAST(1, ALARM, (a, b))`:   `from "AT_LEAST(1, ALARM, (a, b))" on`,
		`NOT`:                          "ends before it is complete",
		`ALARM("a") OR (OK("b") AND )`: `from ")" on`,
	} {
		if _, err := parseRule(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// TestCompositesFollowTheirRules holds the shipped composites against the alarms
// that they name, at every minute of the story.
func TestCompositesFollowTheirRules(t *testing.T) {
	w := told(t)
	rang := 0
	for _, service := range []string{"checkout", "orders", "search", "ledger"} {
		composite := the(t, w, service+"-degraded")
		for minute := w.scenario.Begin.UTC(); minute.Before(w.scenario.End); minute = minute.Add(time.Minute) {
			any := false
			for _, part := range []string{"-5xx", "-p99-latency", "-healthy-hosts"} {
				now, _ := latest(the(t, w, service+part).turns, minute)
				any = any || now.to == "ALARM"
			}
			if now, _ := latest(composite.turns, minute); (now.to == "ALARM") != any {
				t.Fatalf("%s is %s at %s", composite.name, now.to, minute)
			}
			if any {
				rang++
			}
		}
	}
	if rang == 0 {
		t.Error("no composite rang")
	}
}
