package sources

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"warroom/internal/clean"
	"warroom/internal/room"
)

// sentenceLimit is how many runes one sentence about trouble may have: three lines
// of a narrow pane.
const sentenceLimit = 300

// tell ends the pass in the room, and logs the cause of a failure. next is zero if
// no other try is planned.
func (r *Runner) tell(w Watch, failure *Failure, next time.Time) {
	if failure != nil && !next.IsZero() && failure.Again.After(next) {
		next = failure.Again
	}
	o := room.Observation{
		Scope: w.Scope, Watch: w.Name, At: r.clock.Now(), Interval: w.Interval, Next: next,
		Done: true, Complete: w.Whole && failure != OnlyChanges && (failure == nil || failure.Partial), Lacks: failure != nil && failure.Lacks,
	}
	if o.Complete && !o.Lacks {
		o.Denies = w.Denies
	}
	if failure != nil && failure != OnlyChanges {
		o.Trouble = &room.Trouble{
			What: clean.Line(failure.What, sentenceLimit),
			Why:  clean.Line(failure.Why, sentenceLimit),
			Next: clean.Line(withNext(failure.Next, next), sentenceLimit),
		}
		r.log.Warn("look failed", "watch", w.Name, "scope", w.Scope.String(), "what", o.Trouble.What, "why", o.Trouble.Why, "cause", failure.Err)
	}
	r.sink.Observe(o)
}

// withNext adds when the next try is to what a source says comes next.
func withNext(said string, next time.Time) string {
	if next.IsZero() {
		return cmp.Or(said, "look again to try once more")
	}
	again := "trying again at " + next.UTC().Format("15:04:05Z")
	if said == "" {
		return again
	}
	return again + "; " + said
}

// unlooked is a failure of the look itself.
func unlooked(w Watch, why, next string, cause error) *Failure {
	return &Failure{Trouble: room.Trouble{What: w.Name + " could not be looked at", Why: why, Next: next}, Err: cause}
}

func missed(w Watch, cause error) *Failure {
	return unlooked(w, "the time was up before its turn came", "give it more time", cause)
}

func hung(w Watch) *Failure {
	return unlooked(w, "the look did not stop when its time was up", "it is looked at again once it has stopped",
		errors.New("look does not obey its context"))
}

func panicked(w Watch, defect any) *Failure {
	return unlooked(w, "a defect in this program", "the log has the details (--log FILE); please report them",
		fmt.Errorf("panic: %v", defect))
}

// asFailure is a look's error in words for people, whatever it was.
func asFailure(w Watch, err error) *Failure {
	var failure *Failure
	switch {
	case err == nil:
		return nil
	case errors.As(err, &failure):
		return failure
	case errors.Is(err, context.DeadlineExceeded):
		return unlooked(w, fmt.Sprintf("there was no answer within %s", w.Timeout), "", err)
	}
	return unlooked(w, "the source gave an error that has no words yet", "the log has it (--log FILE)", err)
}
