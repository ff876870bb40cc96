package awshealth

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/health/types"

	"warroom/internal/room"
	"warroom/sources/awsnames"
)

// The words of an event's state.
const (
	wordOpen     = "OPEN"
	wordUpcoming = "UPCOMING"
	wordClosed   = room.Closed
	wordNotice   = "NOTICE"
	wordChange   = "CHANGE"
	wordUnknown  = "UNKNOWN"
)

// operationalIssue ends the type code of an event that says a service is failing.
const operationalIssue = "_OPERATIONAL_ISSUE"

// signal turns what is known about an event into what the room is told.
func (w *watch) signal(r *record) room.Signal {
	state, word := judge(&r.event)
	since := r.start
	if word == wordClosed {
		since = r.end
		if since.IsZero() {
			since = r.updated
		}
	}
	service := awsnames.Service(r.service)
	accounts, account := w.accountNames(r)
	return room.Signal{
		Key:     room.HealthKey(r.arn),
		Kind:    room.KindHealth,
		Scope:   w.scope,
		State:   state,
		Word:    word,
		Title:   title(service, r.service, r.code),
		Reason:  reason(r.updates),
		Service: service,
		Account: account,
		Region:  r.region,
		Since:   since,
		Detail: &room.HealthDetail{
			ARN: r.arn, Service: r.service, TypeCode: r.code, Category: string(r.category), Scope: string(r.scope),
			Start: r.start, End: r.end, Updated: r.updated, Updates: r.updates, Accounts: accounts, Entities: r.entities,
		},
	}
}

// judge says how bad an event is.
func judge(e *event) (room.State, string) {
	switch {
	case e.status == types.EventStatusCodeClosed:
		return room.OK, wordClosed
	case e.status == types.EventStatusCodeUpcoming:
		return room.OK, wordUpcoming
	case e.status != types.EventStatusCodeOpen:
		return room.Unknown, wordUnknown
	case e.category == types.EventTypeCategoryAccountNotification:
		if e.actionability == types.EventActionabilityActionRequired {
			return room.Warning, wordNotice
		}
		return room.OK, wordNotice
	case e.category == types.EventTypeCategoryScheduledChange:
		return room.Warning, wordChange
	case e.category == types.EventTypeCategoryIssue && strings.HasSuffix(e.code, operationalIssue):
		return room.Critical, wordOpen
	}
	return room.Warning, wordOpen
}
