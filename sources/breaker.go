package sources

import (
	"math/rand/v2"
	"time"
)

const (
	// openAfter is how many failures in a row open the breaker: the quick retries
	// of a passing fault are over by then.
	openAfter = 5
	// firstRetry is the part of the interval after which a first failure is tried
	// again; it doubles from there.
	firstRetry = 16
)

// breaker is a circuit breaker with back-off. While closed, failures are tried
// again sooner than the interval, later each time. Open, there is one try an
// interval, no more and no less. That try is the half-open state: its success
// closes the breaker.
type breaker struct {
	failures int // in a row
}

// record takes in the outcome of a look and returns how many had failed in a row
// before it.
func (b *breaker) record(ok bool) (before int) {
	before = b.failures
	if ok {
		b.failures = 0
	} else {
		b.failures++
	}
	return before
}

// open says whether quick retries are over.
func (b *breaker) open() bool { return b.failures >= openAfter }

// next is when to look again, in room time: never after due, the watch's next slot.
func (b *breaker) next(now, due time.Time, interval time.Duration) time.Time {
	if b.failures == 0 || b.open() {
		return due
	}
	wait := interval / firstRetry << (b.failures - 1)
	wait = wait*3/4 + rand.N(wait/2+1) // a quarter to either side, so that many do not retry together
	if retry := now.Add(wait); retry.Before(due) {
		return retry
	}
	return due
}
