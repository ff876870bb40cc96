package drill

import (
	"testing"
	"time"
)

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
