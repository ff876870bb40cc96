package awsclient

import (
	"errors"
	"time"
)

const (
	// rateMinutes is over how many minutes calls a minute are told: long enough for a
	// look every minute to read the same from one time to the next.
	rateMinutes = 10
	// holdLeast and holdMost are how long a throttled operation is left alone: the first
	// time, and at most.
	holdLeast = 2 * time.Second
	holdMost  = 30 * time.Second
	// month is what costs are told for: a twelfth of a year.
	month = 730 * time.Hour
)

// errHeld is why a call was not made: it would have ended before its turn came.
var errHeld = errors.New("held back after AWS has throttled it")

// publishedRates are the calls a second that AWS allows for one account and region,
// which every other tool of the account shares. Sources: the service quotas of
// CloudWatch (AWS General Reference) and of CloudTrail; AWS publishes none for Health.
var publishedRates = map[string]float64{
	"CloudWatch:DescribeAlarms":            9,
	"CloudWatch:DescribeAlarmContributors": 9,
	"CloudWatch:DescribeAlarmsForMetric":   9,
	"CloudWatch:DescribeAlarmHistory":      20,
	"CloudWatch:GetMetricData":             500,
	"CloudWatch:ListAlarmMuteRules":        50,
	"CloudWatch:GetAlarmMuteRule":          20,
	"CloudTrail:LookupEvents":              2,
}

// minute is what was asked in one minute.
type minute struct {
	number int64 // since 1970, so that an old one is known as such
	calls  int
	units  int
}

// tally is what one operation was asked, in one account and region.
type tally struct {
	began                    time.Time
	total, errors, throttles int
	minutes                  [60]minute // the last hour, each at its number's place
}

// budget is when one operation may be asked, in one account and region, by whatever names
// that account goes.
type budget struct {
	rate      float64   // calls a second, 0 for no limit
	next      time.Time // before which there is no turn, in real time
	heldUntil time.Time // in the room's
	holdFor   time.Duration
}

// minute is the one that a moment is in.
func (t *tally) minute(at time.Time) *minute {
	number := at.Unix() / 60
	m := &t.minutes[number%int64(len(t.minutes))]
	if m.number != number {
		*m = minute{number: number}
	}
	return m
}

// last is what was asked in the last so many minutes, and how long they have been so
// far: a call that has just begun counts as one in a whole minute.
func (t *tally) last(now time.Time, count int) (calls, units int, over time.Duration) {
	from := now.Unix()/60 - int64(count) + 1
	for _, m := range t.minutes {
		if m.number >= from {
			calls, units = calls+m.calls, units+m.units
		}
	}
	begin := time.Unix(from*60, 0)
	if t.began.After(begin) {
		begin = t.began
	}
	return calls, units, max(now.Sub(begin), time.Minute)
}

// take is the next turn, evenly spaced so that the rate is never passed.
func (b *budget) take(now time.Time) time.Time {
	at := now
	if b.next.After(now) {
		at = b.next
	}
	if b.rate > 0 {
		b.next = at.Add(time.Duration(float64(time.Second) / b.rate))
	}
	return at
}

// hold leaves an operation alone that AWS has throttled, twice as long as the time before.
// Those that were under way at once count once.
func (b *budget) hold(now time.Time) {
	if !now.Before(b.heldUntil) {
		b.holdFor = min(max(2*b.holdFor, holdLeast), holdMost)
		b.heldUntil = now.Add(b.holdFor)
	}
}

// merge takes in the budget of another name of the same account: whatever is later holds.
func (b *budget) merge(other *budget) {
	if other.next.After(b.next) {
		b.next = other.next
	}
	if other.heldUntil.After(b.heldUntil) {
		b.heldUntil = other.heldUntil
	}
	b.holdFor = max(b.holdFor, other.holdFor)
}
