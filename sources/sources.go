// Package sources is the contract that every source keeps, and the runner that
// calls them: jittered start, one call in flight per watch, timeouts, back-off,
// circuit breaker, freshness.
package sources

import (
	"context"
	"time"

	"warroom/internal/room"
)

// Report takes what a look has seen so far. It may be called any number of times
// during a look and never blocks for long. The runner fills in At, Interval, Next,
// Done and Trouble of the final observation; a source sets Signals only.
type Report func([]room.Signal)

// Look makes one pass over a scope. This function type is the whole contract of
// a source:
//
//   - it obeys the context, and leaves nothing running when it returns but what Close ends;
//   - it reports what it has as soon as it has it (the first page is usable at once);
//   - it returns nil only if all there is was reported, and OnlyChanges if all was well but
//     it reported no more than what has changed since the look before;
//   - any other outcome is a *Failure that says what, why and what next, in plain
//     words, with what was reported before it still standing. A Failure whose
//     Partial is set was complete for the room's purposes but is worth a warning.
type Look func(ctx context.Context, report Report) error

// Watch is one thing to be looked at again and again.
type Watch struct {
	Scope    room.Scope
	Name     string        // unique among the watches of a runner; seeds the jitter and names it in the log
	Interval time.Duration // room time from the start of one look to the start of the next
	Timeout  time.Duration // real time for one whole look
	Whole    bool          // one look shows the whole scope, so what it does not show is gone
	Unbroken bool          // a look waits for news by itself: after one that went well the next begins at once
	Look     Look
	Asked    func()      // a person wants the next look to go by nothing that is known; nil if every look is such. Safe for concurrent use, and never blocks
	Close    func()      // nobody looks any more: ends what was kept from look to look; nil if nothing is. Safe for concurrent use, also with a look
	Soon     func() bool // after a look: whether the next one should not wait for its turn; nil never. Called by whoever called Look

	// Denies is asked after a look that showed the whole scope; see room.Observation. nil
	// denies nothing. Called by whoever called Look.
	Denies func(event *room.Signal, account string) (why string)
}

func (w *Watch) close() {
	if w.Close != nil {
		w.Close()
	}
}

// OnlyChanges is no failure: what a look that ends with it did not show is as it was.
var OnlyChanges = &Failure{Trouble: room.Trouble{What: "only what has changed was looked at", Why: "the rest is known", Next: "nothing to do"}, Partial: true, Lacks: true}

// Failure is why a look did not succeed. People are shown the Trouble; Err is for
// the log only, since it may hold text from an SDK or from outside.
type Failure struct {
	room.Trouble
	Err     error     // the cause, or nil
	Partial bool      // all that matters was seen nevertheless; the data counts as fresh
	Lacks   bool      // with Partial: what was not shown may be there all the same, and is kept
	Again   time.Time // room time before which looks ask nothing and only say this again; zero if the next one asks
}

// Error implements error with the words for people.
func (f *Failure) Error() string { return f.Trouble.String() }

// Unwrap gives the cause.
func (f *Failure) Unwrap() error { return f.Err }
