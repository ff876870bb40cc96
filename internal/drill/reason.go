package drill

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// How CloudWatch writes times in the reason of a state. Source: the samples of
// alarm state changes in the EventBridge reference.
const (
	pointTime     = "02/01/06 15:04:05"
	compositeTime = "Monday 02 January, 2006 15:04:05 MST"
)

// explain gives every turn of an alarm the reason that CloudWatch would give, unless
// the script gave one. What sets the state that is in force already leaves its reason
// as it was.
func (a *alarm) explain() {
	before := turn{}
	for i := range a.turns {
		t := &a.turns[i]
		switch {
		case t.why != "":
		case t.to == before.to:
			t.why = before.why
		default:
			t.why = a.crossed(*t)
		}
		before = *t
	}
	a.changes = onlyChanges(a.turns)
}

// crossed is what a metric or a log alarm says of the readings that changed it, the
// newest first.
func (a *alarm) crossed(t turn) string {
	count := int(a.evidence(t.to) / time.Minute)
	if t.to == "INSUFFICIENT_DATA" {
		return "Insufficient Data: " + counted(count, "datapoint was", "datapoints were") + " unknown."
	}
	var points []string
	for i := range count {
		minute := t.at.Truncate(time.Minute).Add(-time.Duration(i+1) * time.Minute)
		value, _ := a.reading(minute) // there is one: it is the evidence
		points = append(points, decimal(value)+" ("+minute.UTC().Format(pointTime)+")")
	}
	verb, beyond, way := "was", "greater", "OK -> ALARM"
	if count > 1 {
		verb = "were"
	}
	if a.cast.Below {
		beyond = "less"
	}
	if t.to == "OK" {
		verb, way = verb+" not", "ALARM -> OK"
	}
	return fmt.Sprintf("Threshold Crossed: %d out of the last %d datapoints [%s] %s %s than the threshold (%s) (minimum %s for %s transition).",
		count, count, strings.Join(points, ", "), verb, beyond, decimal(a.cast.Threshold), counted(count, "datapoint", "datapoints"), way)
}

func counted(count int, one, more string) string {
	if count == 1 {
		return "1 " + one
	}
	return strconv.Itoa(count) + " " + more
}

// decimal writes a number as CloudWatch does: 25.0, 1.375.
func decimal(value float64) string {
	text := strconv.FormatFloat(value, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}

// alarm is the one of a name in a region, or nil.
func (w *story) alarm(name, region string) *alarm {
	for _, a := range w.alarms {
		if a.name == name && a.region == region {
			return a
		}
	}
	return nil
}

func (a *alarm) arn(account string) string {
	return "arn:aws:cloudwatch:" + a.region + ":" + account + ":alarm:" + a.name
}
