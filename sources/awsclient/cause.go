package awsclient

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"warroom/internal/clean"
	"warroom/internal/room"
	"warroom/sources"
)

// Cause is one way in which a call to AWS fails, and what people are told about
// it. Why and Next may hold {host}, {status}, {action}, {profile}, {login} and {skew},
// which Classify fills in.
type Cause struct {
	Name string // stable, for the log and the documentation: throttled, denied …
	Why  string
	Next string

	credentials bool // the words are about credentials already
	match       func(*facts) bool
}

// Names of causes that callers branch on.
const (
	CauseSubscription = "subscription"
	CauseTimeout      = "timeout"
	CauseThrottled    = "throttled"
	CauseExpired      = "expired"
	CauseUnknownKeys  = "unknown-keys"
	CauseDenied       = "denied"
)

// wordLimit bounds what is put into a sentence from outside: host and profile names.
const wordLimit = 255

// Causes lists every cause in the order in which they are tried; the last one
// matches anything.
func Causes() []Cause { return slices.Clone(causes) }

// Classify finds the cause of an error from a service client, with its words
// filled in.
func Classify(err error) Cause {
	f := gather(err)
	found := causes[slices.IndexFunc(causes, func(c Cause) bool { return c.match(f) })]
	host := cmp.Or(f.host, "the "+cmp.Or(f.service, "AWS")+" API")
	profile := cmp.Or(f.profile, ProfileName(""))
	fill := strings.NewReplacer(
		"{host}", clean.Line(host, wordLimit), "{status}", f.statusLine(),
		"{action}", clean.Line(f.action, wordLimit), "{profile}", clean.Line(profile, wordLimit),
		"{login}", clean.Line(cmp.Or(f.login, profile), wordLimit), "{skew}", f.skewed())
	found.Why, found.Next = fill.Replace(found.Why), fill.Replace(found.Next)
	if f.renewing && !found.credentials {
		had := "the credentials of profile {profile} could not be had: "
		if !f.ended.IsZero() {
			had = "the credentials of profile {profile} ended at " + f.ended.UTC().Format("15:04Z") + " and could not be renewed: "
		}
		found.Why = fill.Replace(had) + found.Why
	}
	return found
}

// Failure says in plain words why something could not be done. what is the
// beginning of the sentence, such as "CloudWatch alarms in us-east-1 could not be
// read". The SDK's own text is kept in Err alone. A *sources.Failure keeps its
// reason and takes the new beginning.
func Failure(what string, err error) *sources.Failure {
	var known *sources.Failure
	if errors.As(err, &known) {
		renamed := *known
		renamed.What = what
		return &renamed
	}
	cause := Classify(err)
	return &sources.Failure{Trouble: room.Trouble{What: what, Why: cause.Why, Next: cause.Next}, Err: err}
}

// WithTimeout bounds one API call by OperationTimeout.
func WithTimeout(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, OperationTimeout)
}
