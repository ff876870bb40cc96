package ui

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"warroom/internal/room"
)

// counting answers as another does, and counts; it fails when told.
type counting struct {
	room.Charts
	asked int
	fail  bool
}

func (c *counting) Chart(ctx context.Context, alarm *room.Signal, to time.Time, length time.Duration) (*room.Chart, error) {
	if c.asked++; c.fail {
		return nil, errors.New("AWS is throttling")
	}
	return c.Charts.Chart(ctx, alarm, time.Time{}, length)
}

func TestAChartIsFetchedOnlyWhileItIsOpenAndOnlyWhenItsLengthChanges(t *testing.T) {
	clock := &standing{now: noon}
	charts := &counting{Charts: chartOf{clock}}
	m := screen(t, world(clock), clock, 130, 40, func(o *Options) { o.Charts = charts })
	play(t, m, press(m, "2"))
	if charts.asked != 0 {
		t.Fatal("it is fetched for a closed row")
	}
	play(t, m, press(m, "enter"))
	for range 3 {
		play(t, m, press(m, "-"))
	}
	if charts.asked != 1 {
		t.Errorf("it was asked for %d times, at an end that does not move", charts.asked)
	}
	for range 2 * len(chartLengths) {
		play(t, m, press(m, "+"))
	}
	if want := len(chartLengths); charts.asked != want {
		t.Errorf("it was asked for %d times, want %d", charts.asked, want)
	}
}

func TestAChartSaysHowFarBackItLooksAndNotHowFarItWasAskedFor(t *testing.T) {
	clock := &standing{now: noon}
	charts := &counting{Charts: chartOf{clock}}
	m := screen(t, world(clock), clock, 130, 40, func(o *Options) { o.Charts = charts })
	play(t, m, press(m, "2", "enter"))
	if frame := plainFrame(m); !strings.Contains(frame, "newest 68, last hour") {
		t.Fatalf("no chart:\n%s", frame)
	}
	charts.fail = true
	play(t, m, press(m, "+"))
	if frame := plainFrame(m); !strings.Contains(frame, "last 1h00m, 3 hours asked for") || !strings.Contains(frame, "AWS is throttling") {
		t.Errorf("a chart that could not be had is told wrongly:\n%s", frame)
	}
}
