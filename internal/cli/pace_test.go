package cli

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"warroom/internal/config"
	"warroom/internal/drill"
	"warroom/internal/room"
	"warroom/sources"
)

func TestALookOfADrillIsOverBeforeTheNextOneIsDue(t *testing.T) {
	for _, c := range []struct {
		speed float64
		want  time.Duration
	}{
		{1, 45 * time.Second}, {60, 750 * time.Millisecond}, {180, 250 * time.Millisecond},
		{450, 100 * time.Millisecond}, {3000, leastLook},
	} {
		if got := lookTime(time.Minute, c.speed); got != c.want {
			t.Errorf("at %gx a look may take %s, want %s", c.speed, got, c.want)
		}
	}
}

// broken is a world in which one API of each kind hangs, one throttles, one fails,
// and one answers, from the beginning to the end.
const broken = `name: broken
begin: 2025-10-20T06:00:00Z
end: 2025-10-20T08:00:00Z
lasts: 2m
account: "123456789012"
regions: [us-east-1, eu-west-1, us-west-2, eu-west-2]
services: [{name: shop, match: {alarms: ["shop-*"]}}]
alarms:
  - {name: "{service}-5xx", services: [shop], namespace: AWS/ApplicationELB, metric: HTTPCode_Target_5XX_Count, statistic: Sum, threshold: 25}
endpoints:
  - {name: front, service: shop, regions: [us-east-1], scheme: http}
  - {name: back, service: shop, regions: [us-east-1], scheme: http}
script:
  - {at: "06:00", api: {service: health, region: us-east-1, do: hang}}
  - {at: "06:00", api: {service: cloudwatch, region: us-east-1, do: hang}}
  - {at: "06:00", api: {service: cloudwatch, region: eu-west-1, do: throttle}}
  - {at: "06:00", api: {service: cloudwatch, region: us-west-2, do: fail}}
  - {at: "06:00", endpoints: {names: [back], do: hang}}
  - {at: "06:00", health: {event: trouble, service: DYNAMODB, region: us-east-1, code: AWS_DYNAMODB_OPERATIONAL_ISSUE, says: "We are investigating."}}
`

// minutes remembers how the passes of each watch ended, and why each signal is what
// it is.
type minutes struct {
	mu      sync.Mutex
	ends    map[string][]room.Observation
	reasons map[room.Kind]string
}

func (m *minutes) Observe(o room.Observation) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range o.Signals {
		m.reasons[o.Signals[i].Kind] = o.Signals[i].Reason
	}
	if o.Done {
		m.ends[o.Watch] = append(m.ends[o.Watch], o)
	}
}

// TestEverythingIsLookedAtEverySimulatedMinuteHoweverAPIsFail plays some simulated
// minutes, each long enough for a busy machine, and counts looks against them. With
// bounds made for the real AWS a hung API costs ten simulated minutes a look.
func TestEverythingIsLookedAtEverySimulatedMinuteHoweverAPIsFail(t *testing.T) {
	const played = 6
	path := filepath.Join(alone(t), "broken.yaml")
	write(t, path, broken)
	scenario, err := drill.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	world, err := drill.Start(t.Context(), scenario, drill.Options{Speed: 60})
	if err != nil {
		t.Fatal(err)
	}
	defer world.Close()
	cfg := config.Default()
	stage(cfg, world)
	seen := &minutes{ends: map[string][]room.Observation{}, reasons: map[room.Kind]string{}}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var all sync.WaitGroup
	for _, watches := range new(app).drillGroups(cfg, drillWorld(world), world.Clock().Speed) {
		all.Go(func() {
			found, _ := watches(ctx)
			sources.NewRunner(world.Clock(), seen, slog.New(slog.DiscardHandler)).Run(ctx, found)
		})
	}
	if err := world.Clock().Sleep(ctx, scenario.Begin.Add(played*time.Minute)); err != nil {
		t.Fatal(err)
	}
	cancel()
	all.Wait()
	for name, want := range map[string]string{
		"cloudwatch 123456789012 us-east-1": "did not answer in time",
		"cloudwatch 123456789012 eu-west-1": "is throttling",
		"cloudwatch 123456789012 us-west-2": "503",
		"cloudwatch 123456789012 eu-west-2": "",
		"health 123456789012 global":        "did not answer in time",
		"probe/front-us-east-1":             "",
		"probe/back-us-east-1":              "",
	} {
		ends := seen.ends[name]
		if len(ends) < played-1 {
			t.Errorf("%s was looked at %d times in %d simulated minutes", name, len(ends), played)
			continue
		}
		last := ends[len(ends)-2] // the last one may have been cut off by the end of the test
		if (last.Trouble == nil) != (want == "") || last.Trouble != nil && !strings.Contains(last.Trouble.Why, want) {
			t.Errorf("%s ended with %+v, want %q", name, last.Trouble, want)
		}
		if partial := strings.HasPrefix(name, "health"); last.Complete != (partial || want == "" && strings.HasPrefix(name, "cloudwatch")) {
			t.Errorf("%s: complete is %v", name, last.Complete)
		}
	}
	if seen.reasons[room.KindHealth] != "We are investigating." {
		t.Errorf("waiting for the region that hangs left no time for the text; the event says %q", seen.reasons[room.KindHealth])
	}
}
