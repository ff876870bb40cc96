package cloudwatch

import (
	"slices"
	"strings"
	"time"

	"warroom/internal/room"
)

const (
	// pointLimit is the most readings of one chart: twelve hours by the minute, more
	// than the widest screen has columns of dots.
	pointLimit = 720
	// settling is how long CloudWatch may still add to a period that is over. A sum
	// read before then is too low, and looks like a recovery.
	settling = 2 * time.Minute
	// alignment is the grid on which periods begin, so that a chart drawn anew keeps
	// its older readings. CloudWatch lets the first period begin at StartTime.
	alignment = 5 * time.Minute
)

// How long CloudWatch keeps readings, by how fine they are; those by the hour last
// for 455 days. Source: GetMetricData, "Amazon CloudWatch retains metric data as follows".
const (
	keptBelowMinute = 3 * time.Hour
	keptByMinute    = 15 * 24 * time.Hour
	keptByFive      = 63 * 24 * time.Hour
)

// finePeriods are the only ones below a minute. Source: MetricStat, Period.
var finePeriods = []time.Duration{time.Second, 5 * time.Second, 10 * time.Second, 20 * time.Second, 30 * time.Second}

// span is a length of time cut into periods, all of them over and settled.
type span struct {
	from, to time.Time // whole periods apart
	period   time.Duration
}

// spanOf cuts the time of a chart into periods of the alarm's length, or longer ones
// where that would be too many, or more than CloudWatch keeps. Of a chart that ends in
// the past all periods have settled that were over by then.
func spanOf(period time.Duration, from, to, now time.Time) span {
	age := now.Sub(from)
	s := span{period: readingPeriod(period, to.Sub(from), age)}
	grid := min(s.period, alignment)
	if age > keptByFive {
		grid = time.Hour // CloudWatch rounds StartTime to it
	}
	if settled := now.Add(-settling); to.After(settled) {
		to = settled
	}
	s.to = to.Truncate(grid)
	count := max(1, s.to.Sub(from)/s.period)
	s.from = s.to.Add(-count * s.period)
	return s
}

// readingPeriod is the alarm's period, or the least multiple of it of which the length
// has few enough and CloudWatch still has all, the oldest being of that age; one that fits
// into an hour, or into which hours fit, is preferred.
func readingPeriod(period, length, age time.Duration) time.Duration {
	if period <= 0 {
		period = time.Minute
	}
	var first time.Duration
	for p := period; ; p += period {
		if length/p > pointLimit || !kept(p, age) {
			continue
		}
		if p == period || time.Hour%p == 0 || p%time.Hour == 0 {
			return p
		}
		if first == 0 {
			first = p
		}
		if p >= 2*first {
			return first
		}
	}
}

// kept reports whether CloudWatch knows such a period and has readings of it that are
// as old as that.
func kept(period, age time.Duration) bool {
	switch {
	case period < time.Minute:
		return slices.Contains(finePeriods, period) && age < keptBelowMinute
	case age <= keptByMinute:
		return period%time.Minute == 0
	case age <= keptByFive:
		return period%(5*time.Minute) == 0
	}
	return period%time.Hour == 0
}

// farthest is the longest time that an alarm may look at.
// Source: PutMetricAlarm, EvaluationPeriods.
const farthest = 7 * 24 * time.Hour

// evaluated is how far back an alarm looks, and a period more: a chart that shows
// less would not show why the alarm is in its state.
func evaluated(d *room.AlarmDetail) time.Duration {
	periods := time.Duration(max(1, d.Evaluate)) + 1
	if d.Period > farthest/periods {
		return farthest
	}
	return periods*d.Period + settling
}

// inWords is a length of time without the parts that are zero: 15m, 1h, 1h30m, 10s.
func inWords(d time.Duration) string {
	text := d.Truncate(time.Second).String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
