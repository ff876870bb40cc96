package ui

import (
	"context"
	"strings"
	"testing"
	"time"

	"warroom/internal/room"
)

// ledChart begins in a state of which nobody remembers since when.
type ledChart struct{ chartOf }

func (c ledChart) Chart(ctx context.Context, alarm *room.Signal, to time.Time, length time.Duration) (*room.Chart, error) {
	chart, err := c.chartOf.Chart(ctx, alarm, time.Time{}, length)
	if err == nil {
		chart.Turns = append([]room.Turn{{At: chart.From, State: room.Unknown, Word: "NO DATA"}}, chart.Turns...)
	}
	return chart, err
}

func TestTheStateInWhichAChartBeginsIsDrawnButIsNoChange(t *testing.T) {
	clock := &standing{now: noon}
	m := screen(t, world(clock), clock, 160, 90, func(o *Options) { o.Charts = ledChart{chartOf{clock}} })
	play(t, m, press(m, "2", "enter"))
	frame := plainFrame(m)
	_, list, found := strings.Cut(frame, "changes of state that CloudWatch remembers")
	if !found || !strings.Contains(frame, "? NO DATA ─") || strings.Contains(list, "NO DATA (") || !strings.Contains(list, "ALARM (") {
		t.Errorf("the details are\n%s", frame)
	}
}
