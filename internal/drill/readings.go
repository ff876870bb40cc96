package drill

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// reading is what an alarm's metric reads in the minute that begins at a time, in the
// alarm's own statistic. ok is false for a minute without readings.
//
// It depends on the story alone, and tells what the alarm's state tells:
//
//	        ╭─╮╭──╮          beyond the threshold while the alarm rings,
//	╌╌╌╌╌╌╌╱╌╌╌╌╌╌╲╌╌╌╌╌╌    rising over the periods before it does
//	  ╭╮  ╱        ╲╭─╮      calm from the minute before it is OK again
//	──╯╰─╯          ╰ ╰──
//	 OK      ALARM     OK    nothing while there is INSUFFICIENT_DATA
func (a *alarm) reading(minute time.Time) (value float64, ok bool) {
	state, since := "INSUFFICIENT_DATA", time.Time{} // before the alarm's first state its metric was not written
	for _, change := range a.changes {
		begin := change.at.Truncate(time.Minute).Add(-a.evidence(change.to))
		if !begin.After(minute) {
			state, since = change.to, begin
		}
	}
	switch state {
	case "ALARM":
		return a.tidy(a.ringing(minute, int(minute.Sub(since)/time.Minute))), true
	case "OK":
		return a.tidy(a.calm(minute)), true
	}
	return 0, false
}

// evidence is how long before a change of state the readings are such as to cause it:
// one good minute ends an alarm.
func (a *alarm) evidence(state string) time.Duration {
	if state == "OK" {
		return time.Minute
	}
	return time.Duration(a.periods()) * time.Minute
}

// peak is the reading that makes the alarm ring.
func (a *alarm) peak() float64 {
	switch threshold := a.cast.Threshold; {
	case a.cast.Below:
		return threshold / 10
	case a.isPercent() && threshold < 100:
		return threshold + (100-threshold)*0.8
	default:
		return threshold*3 + 1
	}
}

// ringing is a reading beyond the threshold: on its way to the peak for the alarm's
// periods, and about there after them.
func (a *alarm) ringing(minute time.Time, after int) float64 {
	height := float64(after+1) / float64(a.periods())
	if after >= a.periods() {
		height = 0.7 + 0.5*a.noise(minute)
	}
	return max(0, a.cast.Threshold+(a.peak()-a.cast.Threshold)*height)
}

// calm is a reading well on the good side of the threshold.
func (a *alarm) calm(minute time.Time) float64 {
	switch noise, threshold := a.noise(minute), a.cast.Threshold; {
	case a.cast.Below && a.isCount(): // hosts and tasks come and go a few times a day
		return threshold * (2 + 0.5*a.chance("few", minute.Unix()/int64(6*time.Hour/time.Second)))
	case a.cast.Below:
		return threshold * (1.8 + 0.4*noise)
	case a.isPercent():
		return threshold * (0.35 + 0.25*noise)
	case a.isCount():
		return threshold * 0.15 * noise
	default:
		return threshold * (0.08 + 0.15*noise)
	}
}

// tidy makes a whole number of what is counted, on the side of the threshold where it is.
func (a *alarm) tidy(value float64) float64 {
	switch {
	case !a.isCount():
		return math.Round(value*10_000) / 10_000
	case value > a.cast.Threshold:
		return math.Ceil(value)
	}
	return math.Floor(value)
}

func (a *alarm) isCount() bool {
	return a.kind() == "log" || a.cast.Statistic == "Sum" || a.cast.Statistic == "SampleCount" || strings.Contains(a.cast.Metric, "Count") ||
		strings.Contains(a.cast.Metric, "AgeOf") // whole seconds
}

func (a *alarm) isPercent() bool {
	return strings.HasSuffix(a.cast.Metric, "Utilization") || strings.Contains(a.cast.Metric, "Percent")
}

// noise is between 0 and 1: a wave of some twenty minutes, and grain on it.
func (a *alarm) noise(minute time.Time) float64 {
	const wave = int64(20 * time.Minute / time.Second)
	at := minute.Unix()
	block, into := at/wave, float64(at%wave)/float64(wave)
	slow := a.chance("wave", block)*(1-into) + a.chance("wave", block+1)*into
	return 0.5*slow + 0.5*a.chance("grain", at)
}

// chance is a number from 0 up to 1 that depends on the alarm and the number alone.
func (a *alarm) chance(of string, number int64) float64 {
	return float64(mixed(a.region+a.name+of+strconv.FormatInt(number, 10))) / (1 << 53)
}
