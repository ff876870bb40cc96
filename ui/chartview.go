package ui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/internal/room"
	"warroom/theme"
)

const (
	// chartPause is how long, in real time, a row is open before its chart is
	// fetched: whoever walks through the rows asks AWS for nothing.
	chartPause = 250 * time.Millisecond
	// chartTimeout bounds one fetch in real time.
	chartTimeout = 15 * time.Second
	// chartRest is the least real time between two fetches of one chart; a drill's
	// minute is shorter.
	chartRest = 2 * time.Second
)

// chartLengths are how far back a chart can look. CloudWatch keeps readings by the
// minute for fifteen days.
var chartLengths = []time.Duration{time.Hour, 3 * time.Hour, 12 * time.Hour, 24 * time.Hour, 7 * 24 * time.Hour}

// chartLengthNames are the same in words.
var chartLengthNames = []string{"hour", "3 hours", "12 hours", "24 hours", "7 days"}

// chartView is the chart of the alarm that is open, and how far its fetching is.
type chartView struct {
	alarm   *room.Signal
	kept    bool      // only what the journal has can be shown
	moment  time.Time // of the past, at which the chart ends; zero for now
	length  int       // index of chartLengths
	serial  int       // tells answers to an earlier question apart
	cancel  context.CancelFunc
	busy    bool
	asked   time.Time // room time of the last fetch
	started time.Time // real time of it
	chart   *room.Chart
	problem string
}

// chartDue says that a row has been open for long enough.
type chartDue struct{ serial int }

// chartCame brings an answer.
type chartCame struct {
	serial int
	chart  *room.Chart
	err    error
}

// chase keeps the open alarm's chart fresh, and drops it when nothing is open.
func (m *Model) chase() tea.Cmd {
	view := &m.chart
	alarm := m.openAlarm()
	if alarm == nil || m.charts == nil && m.past.history == nil {
		view.drop()
		return nil
	}
	if view.alarm == nil || view.alarm.Key != alarm.Key || !view.moment.Equal(m.past.shown) {
		view.drop()
		view.alarm, view.moment, view.kept = alarm, m.past.shown, m.charts == nil
		return m.chartSoon()
	}
	view.alarm = alarm
	if view.busy || view.asked.IsZero() || m.standsStill() || time.Since(view.started) < chartRest {
		return nil
	}
	every := time.Minute
	if view.chart != nil {
		every = max(every, view.chart.Period)
	}
	if m.reader.Now().Sub(view.asked) < every {
		return nil
	}
	return m.fetchChart()
}

// chartSoon fetches once nothing else has been asked for a moment.
func (m *Model) chartSoon() tea.Cmd {
	serial := m.chart.serial
	return tea.Tick(chartPause, func(time.Time) tea.Msg { return chartDue{serial} })
}

// openAlarm is the alarm whose details are open, or nil.
func (m *Model) openAlarm() *room.Signal {
	if !m.detail {
		return nil
	}
	it, ok := m.panes[m.focus].selected()
	if !ok || it.signal == nil || it.signal.Kind != room.KindAlarm {
		return nil
	}
	return it.signal
}

func (m *Model) fetchChart() tea.Cmd {
	view := &m.chart
	if view.alarm == nil {
		return nil
	}
	ctx, cancel := context.WithCancel(m.context)
	view.stop()
	view.serial++
	view.cancel, view.busy = cancel, true
	view.asked, view.started = m.reader.Now(), time.Now()
	serial, q := view.serial, chartQuestion{alarm: view.alarm, to: view.moment, now: m.pen.now, length: chartLengths[view.length]}
	charts, history := m.charts, m.past.history
	return func() tea.Msg {
		defer cancel()
		chart, err := q.ask(ctx, charts, history)
		return chartCame{serial, chart, err}
	}
}

// chartQuestion is what is asked for a chart.
type chartQuestion struct {
	alarm   *room.Signal
	to, now time.Time // the moment of the past, zero for now; and what the screen shows
	length  time.Duration
}

// ask asks whoever can still tell: AWS, which remembers readings for long, else the
// room's own past, which has what was once on a screen.
func (q *chartQuestion) ask(ctx context.Context, charts room.Charts, history room.History) (*room.Chart, error) {
	if charts == nil {
		return history.Chart(ctx, q.alarm, q.now, q.length)
	}
	within, cancel := context.WithTimeout(ctx, chartTimeout)
	defer cancel()
	chart, err := charts.Chart(within, q.alarm, q.to, q.length)
	if err == nil || q.to.IsZero() || history == nil || ctx.Err() != nil {
		return chart, err
	}
	kept, unread := history.Chart(ctx, q.alarm, q.to, q.length)
	if unread != nil || len(kept.Points) == 0 {
		return nil, err
	}
	told := *kept
	told.Note = "as it was on a screen then, because " + err.Error()
	return &told, nil
}

// takeChart takes in an answer, unless it is one to an earlier question.
func (m *Model) takeChart(came chartCame) {
	view := &m.chart
	if came.serial != view.serial {
		return
	}
	view.busy, m.dirty, m.detailLines = false, true, nil
	if came.err != nil {
		view.problem = came.err.Error() // the last good chart stays
		return
	}
	view.chart, view.problem = came.chart, ""
}

func (v *chartView) stop() {
	if v.cancel != nil {
		v.cancel()
	}
	v.busy = false
}

// drop forgets the chart but not the length that was chosen.
func (v *chartView) drop() {
	if v.alarm == nil {
		return
	}
	v.stop()
	*v = chartView{serial: v.serial + 1, length: v.length}
}

// changeLength makes charts look further back, or less far.
func changeLength(by int) func(*Model, string) tea.Cmd {
	return func(m *Model, _ string) tea.Cmd {
		length := clamp(m.chart.length+by, 0, len(chartLengths)-1)
		if length == m.chart.length {
			m.say(theme.Muted, "charts look back from an hour to 7 days")
			return nil
		}
		m.chart.length, m.detailLines = length, nil
		m.chart.stop()
		m.chart.serial++ // what was asked before is not waited for
		return m.chartSoon()
	}
}
