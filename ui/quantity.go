package ui

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// quantity writes a reading with the unit that CloudWatch names, in at most seven
// cells where that can be: 250ms, 85%, 1.5k, 3.2 GiB.
func (p *pen) quantity(value float64, unit string) string {
	switch base, rate, perSecond := strings.Cut(unit, "/"); {
	case perSecond && rate == "Second":
		return p.quantity(value, base) + "/s"
	case base == "Seconds":
		return p.seconds(value)
	case base == "Milliseconds":
		return p.seconds(value / 1e3)
	case base == "Microseconds":
		return p.seconds(value / 1e6)
	case base == "Percent":
		return short(value) + "%"
	case base == "Bytes":
		return scaled(value, 1024, []string{"B", "KiB", "MiB", "GiB", "TiB", "PiB"}, " ")
	}
	return scaled(value, 1000, []string{"", "k", "M", "G", "T", "P"}, "")
}

// longestSeconds is where a reading in seconds is written as an age: what is longer
// than two minutes is a delay of a queue, not a latency.
const longestSeconds = 120

func (p *pen) seconds(value float64) string {
	switch {
	case value == 0:
		return "0s"
	case value < 0:
		return short(value) + "s"
	case value < longestSeconds:
		return p.latency(time.Duration(value * float64(time.Second)))
	case value > math.MaxInt32:
		return short(value) + "s"
	}
	return age(time.Duration(value) * time.Second)
}

// scaled writes a value with the largest of the given steps that it reaches.
func scaled(value, step float64, names []string, space string) string {
	at := 0
	for math.Abs(value) >= step && at < len(names)-1 {
		value /= step
		at++
	}
	if names[at] == "" {
		return short(value)
	}
	return short(value) + space + names[at]
}

// short writes a number with three figures that say something, and no zeros behind
// the point.
func short(value float64) string {
	decimals := 0
	switch size := math.Abs(value); {
	case size >= 1e6 || size > 0 && size < 0.001:
		return strings.ReplaceAll(fmt.Sprintf("%.1e", value), "e+0", "e")
	case size < 1:
		decimals = 3
	case size < 10:
		decimals = 2
	case size < 100:
		decimals = 1
	}
	text := strconv.FormatFloat(value, 'f', decimals, 64)
	if decimals > 0 {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	if text == "-0" {
		return "0"
	}
	return text
}
