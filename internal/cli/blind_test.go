package cli

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"warroom/internal/config"
	"warroom/internal/drill"
	"warroom/internal/room"
	"warroom/sources"
)

// TestTheDayKinesisFailedIsToldAsCloudWatchBeingBlind looks once at the drill of
// 2020-11-25, after the alarms have lost their data.
func TestTheDayKinesisFailedIsToldAsCloudWatchBeingBlind(t *testing.T) {
	alone(t)
	scenario, err := drill.Load("2020-11-25")
	if err != nil {
		t.Fatal(err)
	}
	world, err := drill.Start(t.Context(), scenario, drill.Options{From: "13:40", Speed: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer world.Close()
	cfg := config.Default()
	stage(cfg, world)
	r := room.New(room.Options{Name: "drill", Clock: world.Clock()})
	var all sync.WaitGroup
	for _, watches := range new(app).drillGroups(cfg, drillWorld(world), func() float64 { return 1 }) {
		all.Go(func() {
			found, _ := watches(t.Context())
			sources.NewRunner(world.Clock(), r, slog.New(slog.DiscardHandler)).Once(t.Context(), found)
		})
	}
	all.Wait()
	r.Flush()
	s, now := r.Snapshot(), r.Now()
	var text bytes.Buffer
	if err := printStatus(&text, s, now, acknowledgedHere(s)); err != nil {
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
