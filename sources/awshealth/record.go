package awshealth

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/health/types"

	"warroom/internal/clean"
	"warroom/internal/room"
)

// Limits of texts in runes. Source: the API's model for ARN and codes; the texts
// have no published limit.
const (
	arnLimit  = 1600
	wordLimit = 100
	textLimit = 16_000
)

// event is one version of a Health event, cleaned.
type event struct {
	arn, service, code, region string
	category                   types.EventTypeCategory
	scope                      types.EventScopeCode
	status                     types.EventStatusCode
	actionability              types.EventActionability
	start, end, updated        time.Time
}

// record is all that is known about one event.
type record struct {
	event
	endpoint int       // which of the two knew this version
	pass     uint64    // the look that last showed it
	shown    bool      // reported as it is now
	textOf   time.Time // the version whose text was fetched
	hasText  bool      // a text was fetched
	updates  []room.Update
	impactOf time.Time // the version whose resources were read
	entities []room.Entity

	concernsOf time.Time // the version of which it was asked whom it concerns
	numbers    []string  // the accounts of the organization that it concerns
}

// eventFrom copies what is needed of the SDK's event. An issue that has an end
// behind it is over, whatever its status says: AWS's own sample of a resolved
// event is still "open". A change that has its beginning ahead is upcoming.
func eventFrom(from *types.Event, now time.Time) event {
	e := event{
		arn:           clean.Line(aws.ToString(from.Arn), arnLimit),
		service:       clean.Line(aws.ToString(from.Service), wordLimit),
		code:          clean.Line(aws.ToString(from.EventTypeCode), wordLimit),
		region:        clean.Line(aws.ToString(from.Region), wordLimit),
		category:      types.EventTypeCategory(clean.Line(string(from.EventTypeCategory), wordLimit)),
		scope:         types.EventScopeCode(clean.Line(string(from.EventScopeCode), wordLimit)),
		status:        from.StatusCode,
		actionability: from.Actionability,
		start:         utc(from.StartTime),
		end:           utc(from.EndTime),
		updated:       utc(from.LastUpdatedTime),
	}
	if e.troubles() && e.status == types.EventStatusCodeOpen && !e.end.IsZero() && !e.end.After(now) {
		e.status = types.EventStatusCodeClosed
	}
	if e.category == types.EventTypeCategoryScheduledChange && e.status == types.EventStatusCodeOpen && e.start.After(now) {
		e.status = types.EventStatusCodeUpcoming
	}
	return e
}

func utc(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

// troubles says whether the event is about something that fails, as opposed to
// news and plans.
func (e *event) troubles() bool {
	return e.category == types.EventTypeCategoryIssue || e.category == types.EventTypeCategoryInvestigation
}

// concernsUs says whether the event is a plan or a notice for this very account,
// which names resources of it: what is public names none.
func (e *event) concernsUs() bool {
	planned := e.category == types.EventTypeCategoryScheduledChange || e.category == types.EventTypeCategoryAccountNotification
	ahead := e.status == types.EventStatusCodeOpen || e.status == types.EventStatusCodeUpcoming
	return planned && ahead && e.scope != types.EventScopeCodePublic
}

// outdated says whether an event ended too long ago to be shown.
func (e *event) outdated(now time.Time) bool {
	return e.status == types.EventStatusCodeClosed && !e.end.IsZero() && e.end.Before(now.Add(-closedWindow))
}

// described says whether the text of this version is known.
func (r *record) described() bool { return r.hasText && r.textOf.Equal(r.updated) }

// merge takes in what a region says about an event and returns what is known of it
// now. The version that was updated last counts, even against a later answer, so
// that the region that lags does not take back what the other one said.
func (w *watch) merge(e event, endpoint int, now time.Time) (known *record, isNew bool) {
	if e.arn == "" || e.outdated(now) {
		return nil, false
	}
	known = w.known[e.arn]
	if known == nil {
		known = &record{event: e, endpoint: endpoint, pass: w.pass}
		w.known[e.arn] = known
		return known, true
	}
	newer := e.updated.After(known.updated) || e.updated.Equal(known.updated) && known.pass != w.pass
	known.pass = w.pass
	if newer {
		if e != known.event {
			known.event, known.shown = e, false
		}
		known.endpoint = endpoint
	}
	return known, false
}
