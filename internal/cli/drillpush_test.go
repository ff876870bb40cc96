package cli

import (
	"log/slog"
	"testing"
	"time"

	"warroom/internal/drill"
	"warroom/internal/journal"
	"warroom/internal/room"
	"warroom/sources/awspush"
	"warroom/sources/cloudwatch"
)

// TestADrillIsPushed plays the first minutes of the drill while CloudWatch's API throttles,
// and wants the alarms to ring all the same: by what EventBridge pushes.
func TestADrillIsPushed(t *testing.T) {
	scenario, err := drill.Load(drill.DefaultScenario)
	if err != nil {
		t.Fatal(err)
	}
	simulated, err := drill.Start(t.Context(), scenario, drill.Options{From: "06:45", Speed: 60})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(simulated.Close)
	a := new(app)
	cfg, err := a.drillConfig()
	if err != nil {
		t.Fatal(err)
	}
	stage(cfg, simulated)
	cfg.Probes, cfg.Alarms.Off, cfg.Health.Off, cfg.Feeds.Off = nil, true, true, true // so that all that is known was pushed
	clock, made := simulated.Clock(), drillWorld(simulated)
	k := openRoomAt(t.Context(), journal.PlaceOf(t.TempDir(), scenario.Name), journal.Options{Room: scenario.Name, Log: slog.New(slog.DiscardHandler)}, clock)
	defer k.close()
	made.room = k.room
	c := &crew{room: k.room, clock: clock, log: slog.New(slog.DiscardHandler), charts: made.charts}
	made.hearing = drillHearing(k, c)
	c.start(t.Context(), a.drillGroups(cfg, made, clock.Speed))
	t.Cleanup(c.stop)

	bell, leave := k.room.Join()
	defer leave()
	if err := clock.Jump(time.Date(2025, 10, 20, 7, 12, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	pushed := func(s *room.Snapshot) bool {
		ringing := 0
		for _, alarm := range s.Of(room.KindAlarm).Signals {
			if alarm.Word == "ALARM" && alarm.Region == "us-east-1" {
				ringing++
			}
		}
		status := s.Scope(room.Scope{Source: awspush.SourceName, Region: cfg.Push.Region()})
		return ringing >= 20 && len(s.Of(room.KindHealth).Signals) == 1 && status != nil && status.Trouble == nil && !status.Heard.IsZero()
	}
	for deadline := time.After(time.Minute); !pushed(k.room.Snapshot()); {
		select {
		case <-bell:
		case <-deadline:
			s := k.room.Snapshot()
			t.Fatalf("%d alarms and %d events were pushed; %+v", len(s.Of(room.KindAlarm).Signals), len(s.Of(room.KindHealth).Signals), s.Scopes.List)
		}
	}
	if k.room.Snapshot().Scope(room.Scope{Source: cloudwatch.SourceName, Account: simulated.Account(), Region: "us-east-1"}) != nil {
		t.Error("CloudWatch was looked at")
	}
}
