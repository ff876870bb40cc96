package drill

import (
	"testing"
	"time"
)

func TestOneCompositeOfTheDayIsSuppressedInEveryWay(t *testing.T) {
	w := told(t)
	a := w.alarm("orders-degraded", "us-east-1")
	var order []string
	for now := w.scenario.Begin; now.Before(w.scenario.End); now = now.Add(30 * time.Second) {
		by, why, since := w.suppression(a, now)
		if by != "" && (why == "" || since.After(now)) {
			t.Fatalf("%s: by %s since %s, %q", now, by, since, why)
		}
		if len(order) == 0 || order[len(order)-1] != by {
			order = append(order, by)
			t.Logf("%s %q", now.Format("15:04:05"), by)
		}
	}
	want := []string{"", "Alarm", "ExtensionPeriod", "", "WaitPeriod", ""}
	if len(order) < len(want) {
		t.Fatalf("it is suppressed by %q", order)
	}
	for i := range want {
		if order[i] != want[i] {
			t.Fatalf("it is suppressed by %q, want %q", order, want)
		}
	}
	out := a.describe("123456789012", w.scenario.Begin)
	if w.suppress(a, out, at(t, w, "07:10")); out["ActionsSuppressedBy"] != "Alarm" || out["ActionsSuppressor"] != "orders-table-system-errors" || out["ActionsSuppressorExtensionPeriod"] != 600 {
		t.Errorf("it is described as %v", out)
	}
}
