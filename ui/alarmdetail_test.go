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

// contributed is a chart without readings and with contributors.
type contributed struct{ clock *standing }

func (c contributed) Chart(_ context.Context, alarm *room.Signal, _ time.Time, length time.Duration) (*room.Chart, error) {
	return &room.Chart{Key: alarm.Key, From: c.clock.ago(length), To: c.clock.now, Contributors: []room.Contributor{
		{Name: "FunctionName=orders", Reason: "above 5", Since: c.clock.ago(10 * time.Minute)}, {Name: "FunctionName=cart", Since: c.clock.ago(30 * time.Minute)}}}, nil
}

func TestTheDetailsListTheContributors(t *testing.T) {
	clock := &standing{now: noon}
	m := screen(t, world(clock), clock, 100, 60, func(o *Options) { o.Charts = contributed{clock} })
	play(t, m, press(m, "2", "enter"))
	frame := plainFrame(m)
	_, list, found := strings.Cut(frame, "2 contributors in ALARM, newest first")
	if orders, cart := strings.Index(list, "✖ FunctionName=orders"), strings.Index(list, "✖ FunctionName=cart"); !found || orders < 0 || cart < orders || !strings.Contains(list, "above 5") {
		t.Errorf("the details are\n%s", frame)
	}
}
