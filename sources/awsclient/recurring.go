package awsclient

import (
	"context"
	"errors"
	"log/slog"
)

// Recurring is something that is done again and again, whose failures nobody sees on the
// screen. The log has them once: when they begin, when they become others, and when they
// are over. Not safe for concurrent use.
type Recurring struct {
	Log  *slog.Logger // nil logs nothing
	What string       // what could not be done, as the beginning of a sentence
	last string       // how it failed the last time; "" if it did not
}

// Ended takes in how it ended. That it was stopped from outside says nothing.
func (r *Recurring) Ended(err error) {
	if r.Log == nil || errors.Is(err, context.Canceled) {
		return
	}
	if err == nil {
		if r.last != "" {
			r.Log.Info("over: "+r.What, "cause", r.last)
		}
		r.last = ""
		return
	}
	// The SDK's text has the number of the request, which is another each time.
	f, cause := gather(err), Classify(err).Name
	if how := cause + " " + f.action + " " + f.code; how != r.last {
		r.last = how
		r.Log.Warn(r.What, "why", cause, "cause", err)
	}
}
