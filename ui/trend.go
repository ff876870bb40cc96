package ui

import (
	"math"

	"warroom/internal/room"
)

// sparkWidth is how many readings a row draws, and sparkLeast how many where there is
// little room.
const sparkWidth, sparkLeast = 12, 6

// trend is what a row tells of a probe's readings: how many were good, how long they took,
// and the newest. It takes one walk over them, of which a screen of rows has fifty.
type trend struct {
	good, counted    int
	slowest, fastest int64
	newest           [sparkWidth]glimpse // the last ones, if there are fewer readings
	readings         int
}

// glimpse is as much of a reading as a small chart needs.
type glimpse struct {
	failed bool
	total  int64 // of a right answer; room.Absent without one
}

func trendOf(readings *room.Series) trend {
	t := trend{slowest: 1, fastest: math.MaxInt64 / steady, readings: readings.Len()}
	number := sparkWidth - t.readings
	for s := range readings.All() {
		if s.State != room.Unknown {
			t.counted++
		}
		if s.State == room.OK || s.State == room.Warning {
			t.good++
		}
		if s.Right() && s.Total > 0 {
			t.slowest, t.fastest = max(t.slowest, int64(s.Total)), min(t.fastest, int64(s.Total))
		}
		if number >= 0 {
			t.newest[number] = glimpse{s.Failed(), int64(s.Total)}
			if !s.Right() {
				t.newest[number].total = int64(room.Absent)
			}
		}
		number++
	}
	return t
}

// uptime is the share of readings that were not failures, as a percentage; ok is
// false without any. Those that say nothing of the endpoint do not count.
func (t *trend) uptime() (percent float64, ok bool) {
	if t.counted == 0 {
		return 0, false
	}
	return 100 * float64(t.good) / float64(t.counted), true
}

// steady is how many times the fastest reading the top of a small chart is at
// least, so that an even endpoint draws a low and even line.
const steady = 3

// spark draws the newest readings as a small chart, its top the slowest of all that
// are kept. A reading without a time is a gap, a failed look a cross.
func (p *pen) spark(t *trend, width int) string {
	slowest := max(t.slowest, steady*min(t.fastest, t.slowest))
	drawn := min(width, t.readings)
	glyphs := p.marks.Spark
	line := make([]byte, 0, 3*width)
	for range width - drawn {
		line = append(line, ' ')
	}
	for _, s := range t.newest[sparkWidth-drawn:] {
		switch {
		case s.failed:
			line = append(line, p.marks.Times...) // how fast it failed says nothing
		case s.total < 0:
			line = append(line, p.marks.Gap...)
		default:
			line = append(line, glyphs[int(s.total*int64(len(glyphs)-1)/slowest)]...)
		}
	}
	return string(line)
}
