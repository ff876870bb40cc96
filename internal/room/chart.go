package room

import (
	"context"
	"time"
)

// Charts fetches the readings behind an alarm. It is asked only while somebody has
// the alarm open, since each answer costs the account money. Safe for concurrent use.
type Charts interface {
	// Chart gives the readings of the alarm's metric, its bounds and its changes of
	// state over the given length of room time up to a moment of it, or up to now if
	// that is zero. The alarm is as it was at that moment. An error's text is for
	// people. What has no metric of its own (a composite, a log query) has a Chart
	// without Points whose Note says so.
	Chart(ctx context.Context, alarm *Signal, to time.Time, length time.Duration) (*Chart, error)
}

// Chart is the readings of one alarm over a length of room time. Immutable.
type Chart struct {
	Key      string        // the signal's
	Metric   string        // what is drawn: "p99 of AWS/ApplicationELB TargetResponseTime"
	Unit     string        // CloudWatch's own word: Seconds, Count, Percent …; "" if it is not known
	From, To time.Time     // room time
	Period   time.Duration // between two readings
	Points   []Point       // oldest first, by the beginning of their period; a period without a reading is left out
	Bounds   [][]Point     // the lines that the readings are compared with: a fixed threshold has a point at From and at To, a band has two lines; none if there is nothing to compare
	Turns    []Turn        // changes of state since From, oldest first, led by the one before From if it is known; one at From itself is no change, only the state in which the chart begins
	// Contributors are the time series because of which an alarm on several is in ALARM,
	// the newest first; none for an alarm on one metric.
	Contributors []Contributor
	Note         string // what people should know beside it: why there are no points, that they are late; "" if nothing
}

// Contributor is one time series of an alarm that looks at several.
// Source: DescribeAlarmContributors.
type Contributor struct {
	Name   string    // its attributes: FunctionName=checkout
	Reason string    // why it is in ALARM, in CloudWatch's words
	Since  time.Time // when it went into ALARM; zero if that is not known
}

// Point is one reading.
type Point struct {
	At    time.Time
	Value float64
}

// Turn is one change of an alarm's state.
type Turn struct {
	At    time.Time
	State State
	Word  string // the state's own word: ALARM, OK, NO DATA
}
