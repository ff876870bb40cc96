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

// until counts what is asked for, by the moment at which it is to end.
type until struct {
	room.Charts
	asked []string
	fail  bool
}

func (c *until) Chart(ctx context.Context, alarm *room.Signal, to time.Time, length time.Duration) (*room.Chart, error) {
	if c.asked = append(c.asked, to.Format("15:04:05")); c.fail {
		return nil, errors.New("AWS is throttling")
	}
	return c.Charts.Chart(ctx, alarm, to, length)
}

func TestChartsOfThePastEndThereAndAreNotMixedWithThoseOfThePresent(t *testing.T) {
	n := newNight(t, nil)
	charts := &until{Charts: chartOf{n.clock}}
	m := n.screen(t, 160, 40, func(o *Options) { o.Charts = charts })
	play(t, m, press(m, "2", "j", "j", "enter"))
	command(t, m, "at 14:05")
	want := m.past.shown
	if got := m.chart.chart; got == nil || !got.To.Equal(want) {
		t.Fatalf("the chart is %+v", got)
	}
	late := press(m, "[") // leads elsewhere while an answer is under way
	stale := m.fetchChart()
	play(t, m, late)
	m.Update(stale())
	if got := m.chart.chart; got == nil || !got.To.Equal(m.past.shown) {
		t.Errorf("the chart is %+v, on a screen of %s", got, m.past.shown)
	}
	play(t, m, press(m, "0"))
	if got := m.chart.chart; got == nil || !got.To.Equal(n.clock.now) {
		t.Errorf("the chart of the present is %+v", got)
	}
	if got, want := strings.Join(charts.asked, " "), "00:00:00 14:05:00 14:04:27 14:05:00 00:00:00"; got != want {
		t.Errorf("asked for %s, want %s", got, want)
	}
}

func TestWhereAWSDoesNotTellTheJournalDoes(t *testing.T) {
	for _, c := range []struct {
		name       string
		charts     room.Charts
		kept       bool
		want, note string
	}{
		{"nobody to ask", nil, true, "newest 99", ""},
		{"AWS fails", &until{fail: true}, true, "newest 99", "as it was on a screen then, because AWS is throttling"},
		{"neither", &until{fail: true}, false, "AWS is throttling", ""},
		{"nobody looked", nil, false, "nobody had this alarm open by then", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := newNight(t, nil)
			if c.kept {
				chart, _ := chartOf{n.clock}.Chart(t.Context(), alarmOf(n, "orders-p99-latency"), n.moments[0], time.Hour)
				chart.Points[len(chart.Points)-1].Value = 99
				n.charts = append(n.charts, chart)
			}
			m := n.screen(t, 160, 40, func(o *Options) { o.Charts = c.charts })
			command(t, m, "at 14:05")
			press(m, "2")
			m.panes[1].goTo(alarmOf(n, "orders-p99-latency").Key)
			play(t, m, press(m, "enter"))
			if frame := plainFrame(m); !strings.Contains(frame, c.want) || !strings.Contains(frame, c.note) {
				t.Errorf("the details lack %q or %q:\n%s", c.want, c.note, frame)
			}
		})
	}
}

// alarmOf is an alarm of the room as it is now.
func alarmOf(n *night, title string) *room.Signal {
	for _, s := range n.room.Snapshot().Of(room.KindAlarm).Signals {
		if s.Title == title {
			return s
		}
	}
	return nil
}
