package sources_test

import (
	"context"
	"testing"
	"time"

	"warroom/internal/failuremodes"
	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/sourcetest"
)

func TestADefectInASource(t *testing.T) {
	broken := false
	clock := sourcetest.NewHand(time.Date(2025, 10, 20, 6, 0, 0, 0, time.UTC))
	scope := room.Scope{Source: "test", Account: "prod", Region: "eu-west-1"}
	watch := sources.Watch{Scope: scope, Name: "alarms in eu-west-1", Interval: time.Minute, Timeout: time.Second, Whole: true,
		Look: func(_ context.Context, report sources.Report) error {
			if broken {
				panic("oh no \x1b[31m")
			}
			report([]room.Signal{{Key: "a", Scope: scope, Kind: room.KindAlarm, State: room.Critical, Detail: &room.AlarmDetail{}}})
			return nil
		}}
	failuremodes.Check(t, sourcetest.Play(t, sourcetest.Fault{
		Name: "a defect in a source", Watch: watch, Clock: clock,
		Breaks:    func() { broken = true },
		Heals:     func() { broken = false },
		Meanwhile: "the last good data stands, and the others go on",
	}))
}
