package ui

import (
	"strings"
	"testing"
	"time"

	"warroom/internal/room"
)

func TestRowsThatDifferInAccountOrRegionOnlyAreToldApart(t *testing.T) {
	clock := &standing{now: noon}
	r := room.New(room.Options{Name: "prod", Node: "test", Clock: clock})
	for _, in := range []room.Scope{
		scope("cloudwatch", "111111111111", "us-east-1"), scope("cloudwatch", "222222222222", "us-east-1"), scope("cloudwatch", "111111111111", "us-west-2"),
	} {
		observed(r, room.Observation{Scope: in, Watch: "a", At: clock.now, Done: true, Complete: true, Signals: []room.Signal{
			alarmIn(clock, in, "orders-table-latency", room.Critical, "ALARM", 5),
		}}, 30)
	}
	r.Flush()
	for width := 44; width <= 200; width++ {
		m := screen(t, r, clock, width, 30)
		press(m, "2")
		seen := map[string]bool{}
		for _, line := range strings.Split(plainFrame(m), "\n") {
			_, line, isRow := strings.Cut(line, "✖ ALARM")
			if !isRow {
				continue
			}
			if seen[line] {
				t.Fatalf("%d columns: two rows read %q:\n%s", width, line, plainFrame(m))
			}
			seen[line] = true
		}
	}
}

func TestRegionsHaveCodesForLittleRoom(t *testing.T) {
	for name, want := range map[string]string{
		"us-east-1": "use1", "us-west-2": "usw2", "eu-central-1": "euc1", "ap-southeast-2": "apse2", "ap-northeast-1": "apne1",
		"us-gov-west-1": "usgw1", "me-south-1": "mes1", "global": "globa", "": "", "dc1": "dc1",
	} {
		if got := regionCode(name); got != want || len(got) > regionCodeWidth {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestTheNextTryIsNoPromiseOnceItHasPassed(t *testing.T) {
	status := &room.ScopeStatus{Next: noon, Trouble: &room.Trouble{What: "a", Why: "b", Next: "trying again at 14:03:22Z; nothing to do"}}
	for after, want := range map[time.Duration]string{
		-time.Second: "a: b; trying again at 14:03:22Z; nothing to do",
		time.Second:  "a: b; trying again now; nothing to do",
	} {
		if got := trying(status, noon.Add(after)); got != want {
			t.Errorf("%s after: %s, want %s", after, got, want)
		}
	}
}

func TestTheRegionIsLeftOutOfANameBesideIt(t *testing.T) {
	for _, c := range []struct{ title, region, want string }{
		{"checkout-us-east-1", "us-east-1", "checkout"},
		{"checkout-us-east-1", "eu-west-1", "checkout-us-east-1"},
		{"edge-us-east-1 127.0.0.3", "us-east-1", "edge 127.0.0.3"},
		{"region us-east-1", "us-east-1", "region"},
		{"us-east-1", "us-east-1", "us-east-1"},
		{"shop-", "", "shop-"},
	} {
		if got := withoutRegion(c.title, c.region); got != c.want {
			t.Errorf("%q in %q is called %q, want %q", c.title, c.region, got, c.want)
		}
	}
}
