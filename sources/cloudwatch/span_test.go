package cloudwatch

import (
	"testing"
	"time"

	"warroom/internal/room"
)

func TestPeriodsOfReadings(t *testing.T) {
	const day = 24 * time.Hour
	cases := []struct{ alarm, length, want time.Duration }{
		{time.Minute, time.Hour, time.Minute},
		{time.Minute, 12 * time.Hour, time.Minute},
		{time.Minute, day, 2 * time.Minute},
		{time.Minute, 7 * day, 15 * time.Minute},
		{time.Minute, 20 * day, time.Hour},
		{time.Minute, 80 * day, 3 * time.Hour},
		{5 * time.Minute, time.Hour, 5 * time.Minute},
		{5 * time.Minute, 7 * day, 15 * time.Minute},
		{time.Hour, 7 * day, time.Hour},
		{day, time.Hour, day},
		{10 * time.Second, time.Hour, 10 * time.Second},
		{10 * time.Second, 2*time.Hour + 59*time.Minute, 20 * time.Second},
		{10 * time.Second, 3 * time.Hour, time.Minute},
		{30 * time.Second, 12 * time.Hour, time.Minute},
		{20 * time.Second, 7 * day, 15 * time.Minute},
		{0, time.Hour, time.Minute},
		{7 * time.Second, time.Hour, 7 * time.Minute},
		{7 * time.Minute, 7 * day, 14 * time.Minute},
		{-time.Second, time.Hour, time.Minute},
	}
	for _, c := range cases {
		got := readingPeriod(c.alarm, c.length, c.length)
		if got != c.want {
			t.Errorf("an alarm's %s over %s is read by %s, want %s", c.alarm, c.length, got, c.want)
		}
		s := spanOf(c.alarm, noon.Add(-c.length), noon, noon)
		if count := s.to.Sub(s.from) / s.period; count < 1 || count > pointLimit || s.to.After(noon.Add(-settling)) || s.to.Sub(s.from)%s.period != 0 {
			t.Errorf("an alarm's %s over %s is asked for from %s to %s", c.alarm, c.length, s.from, s.to)
		}
	}
}

func TestAChartShowsAllThatTheAlarmLooksAt(t *testing.T) {
	s := serveCharts(t)
	s.answer["DescribeAlarms"] = []fields{{"MetricAlarms": []fields{{"AlarmName": "a", "Threshold": 1.0, "Period": 3600, "EvaluationPeriods": 3, "Statistic": "Average",
		"Namespace": "AWS/EC2", "MetricName": "CPUUtilization"}}}}
	s.answer["GetMetricData"] = []fields{{"MetricDataResults": []fields{result(onlyQuery, map[int]float64{125: 1, 65: 2, 185: 3})}}}
	got, err := s.charts().Chart(t.Context(), opened("a", func(d *room.AlarmDetail) { d.Period, d.Evaluate = time.Hour, 3 }), time.Time{}, time.Hour)
	if err != nil || len(got.Points) != 3 || got.Unit != "Percent" || got.To.Sub(got.From) != 4*time.Hour+settling ||
		got.Note != "The alarm looks at 3 periods of 1h, so more than was asked for is shown" {
		t.Errorf("%+v, %v", got, err)
	}
	absurd := opened("a", func(d *room.AlarmDetail) { d.Period, d.Evaluate = 1<<31*time.Second, 1<<31-1 })
	if got, err := s.charts().Chart(t.Context(), absurd, time.Time{}, time.Hour); err != nil || got.To.Sub(got.From) != farthest {
		t.Errorf("an absurd definition: %+v, %v", got, err)
	}
}

func TestLengthsOfTimeInWords(t *testing.T) {
	for length, want := range map[time.Duration]string{
		10 * time.Second: "10s", time.Minute: "1m", 10 * time.Minute: "10m", time.Hour: "1h", 90 * time.Minute: "1h30m", 24 * time.Hour: "24h", 20 * time.Hour: "20h",
	} {
		if got := inWords(length); got != want {
			t.Errorf("%d s is %s, want %s", length/time.Second, got, want)
		}
	}
}

func TestAChartOfThePastEndsThereAndIsAsFineAsItIsStillKept(t *testing.T) {
	for _, c := range []struct {
		ago    time.Duration
		period time.Duration
		to     time.Time
	}{
		{time.Minute, time.Minute, noon.Add(-settling).Truncate(time.Minute)}, // what has not settled yet is left out
		{10 * time.Minute, time.Minute, noon.Add(-10 * time.Minute).Truncate(time.Minute)},
		{20 * 24 * time.Hour, 5 * time.Minute, noon.Add(-20 * 24 * time.Hour).Truncate(5 * time.Minute)},
		{100 * 24 * time.Hour, time.Hour, noon.Add(-100 * 24 * time.Hour).Truncate(time.Hour)},
	} {
		to := noon.Add(-c.ago)
		if s := spanOf(time.Minute, to.Add(-3*time.Hour), to, noon); s.period != c.period || !s.to.Equal(c.to) {
			t.Errorf("%s ago: periods of %s up to %s, want %s up to %s", c.ago, s.period, s.to, c.period, c.to)
		}
	}
}
