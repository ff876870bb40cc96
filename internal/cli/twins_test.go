package cli

import (
	"strings"
	"testing"
	"time"

	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/awsclient"
)

// TestTwoNamesOfOneAccountAreTold: only AWS knows that two sets of keys are of one account.
func TestTwoNamesOfOneAccountAreTold(t *testing.T) {
	alone(t)
	down := true
	cloud := new(organization)
	cloud.refuse = func(action, _ string) string {
		if action == "sts:GetCallerIdentity" && down {
			return "InternalFailure"
		}
		return ""
	}
	cloud.start(t)
	cfg := readConfig(t, `scopes: [{account: shop, profile: "", regions: [us-east-1]}, {account: audit, role: "arn:aws:iam::222222222222:role/r", regions: [us-east-1, us-west-2]}, {account: search, role: "arn:aws:iam::333333333333:role/r", regions: [us-east-1]}]
canaries: {off: true}
health: {off: true}
`)
	clock := &handClock{now: time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)}
	w := world{clock: clock, calls: awsclient.NewCalls(clock)}
	watches := watchesOf(t.Context(), cfg, w)
	look := func() string {
		var said []string
		for _, watch := range watches {
			if watch.Scope.Source != "cloudwatch" {
				continue
			}
			err := watch.Look(t.Context(), func([]room.Signal) {})
			if failure, ok := err.(*sources.Failure); ok && err != sources.OnlyChanges {
				if !failure.Partial {
					t.Fatalf("%s: %v", watch.Name, err)
				}
				said = append(said, failure.Error())
			}
		}
		return strings.Join(said, "\n")
	}
	if got := look(); got != "" {
		t.Errorf("while nobody says whose they are it says %s", got)
	}
	down = false
	asked := strings.Count(cloud.requests(), "sts:GetCallerIdentity")
	look()
	if again := strings.Count(cloud.requests(), "sts:GetCallerIdentity"); again != asked {
		t.Errorf("it was asked for %d times more at once", again-asked)
	}
	clock.now = clock.now.Add(numberEvery)
	look()
	const want = "the alarms of shop in us-east-1 are looked at twice: audit and shop are one account, 222222222222; take us-east-1 out of the scope of one of the two"
	if got := look(); got != want {
		t.Errorf("it says\n%s\nwant\n%s", got, want)
	}
}
