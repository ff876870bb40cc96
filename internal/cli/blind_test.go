package cli

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"warroom/internal/config"
	"warroom/internal/drill"
	"warroom/internal/room"
	"warroom/sources"
)

// blind is a drill that is looked at by hand.
type blind struct {
	world *drill.World
	room  *room.Room
	found [][]sources.Watch
	run   *sources.Runner
}

func blindDay(t *testing.T, name, from string) *blind {
	t.Helper()
	alone(t)
	scenario, err := drill.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	world, err := drill.Start(t.Context(), scenario, drill.Options{From: from, Speed: 1})
	if err != nil {
		t.Fatal(err)
	}
	world.Clock().Pause()
	t.Cleanup(world.Close)
	cfg := config.Default()
	stage(cfg, world)
	day := &blind{world: world, room: room.New(room.Options{Name: "drill", Clock: world.Clock()})}
	day.run = sources.NewRunner(world.Clock(), day.room, slog.New(slog.DiscardHandler))
	for _, watches := range new(app).drillGroups(cfg, drillWorld(world), func() float64 { return 1 }) {
		found, _ := watches(t.Context())
		day.found = append(day.found, found)
	}
	return day
}

// look looks once at everything.
func (day *blind) look(t *testing.T) {
	t.Helper()
	var all sync.WaitGroup
	for _, found := range day.found {
		all.Go(func() { day.run.Once(t.Context(), found) })
	}
	all.Wait()
	day.room.Flush()
}

// TestTheDayKinesisFailedIsToldAsCloudWatchBeingBlind looks once at the drill of
// 2020-11-25, after the alarms have lost their data.
func TestTheDayKinesisFailedIsToldAsCloudWatchBeingBlind(t *testing.T) {
	day := blindDay(t, "2020-11-25", "13:40")
	day.look(t)
	s, now := day.room.Snapshot(), day.room.Now()
	var text bytes.Buffer
	if err := printStatus(&text, s, now, count(s), acknowledgedHere(s)); err != nil {
		t.Fatal(err)
	}
	if line := "CloudWatch is blind in us-east-1 (123456789012): 35 of 45 alarms lost their data within 10 minutes, since 2020-11-25 13:18:"; !strings.Contains(text.String(), line) {
		t.Errorf("status says\n%s", text.String())
	}
	out, err := json.Marshal(newReport(s, now, acknowledgedHere(s), nil))
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Blind []struct{ Account, Region, Since, Why string } `json:"cloudwatch_blind"`
	}
	if err := json.Unmarshal(out, &got); err != nil || len(got.Blind) != 1 || got.Blind[0].Region != "us-east-1" || got.Blind[0].Account != "123456789012" || !strings.HasPrefix(got.Blind[0].Since, "2020-11-25T13:18:") {
		t.Errorf("the report says %+v, %v", got.Blind, err)
	}
}

// TestTheDayTheNetworkWasFullIsToldAsAlarmsThatStandStill looks at the drill of 2021-12-07
// again and again, while probes fail and no alarm moves.
func TestTheDayTheNetworkWasFullIsToldAsAlarmsThatStandStill(t *testing.T) {
	day := blindDay(t, "2021-12-07", "15:38")
	status := func() string {
		day.look(t)
		s := day.room.Snapshot()
		var text bytes.Buffer
		if err := printStatus(&text, s, day.room.Now(), count(s), acknowledgedHere(s)); err != nil {
			t.Fatal(err)
		}
		return text.String()
	}
	if first := status(); strings.Contains(first, "CloudWatch is blind") {
		t.Errorf("as soon as probes fail status says\n%s", first)
	}
	second := ""
	for _, minute := range []int{42, 46, 50, 54, 56} {
		if err := day.world.Clock().Jump(time.Date(2021, time.December, 7, 15, minute, 30, 0, time.UTC)); err != nil {
			t.Fatal(err)
		}
		second = status()
	}
	// a slow machine may add probes that take too long
	_, told, _ := strings.Cut(second, "CloudWatch is blind in us-east-1 (123456789012): none of 53 alarms has moved while ")
	if !strings.Contains(told, " probes failed for 18 minutes, since 2021-12-07 15:38:") || strings.Count(second, "CloudWatch is blind") != 1 {
		t.Errorf("after 18 minutes status says\n%s", second)
	}
}
