package awshealth

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/health/types"

	"warroom/internal/clean"
	"warroom/internal/room"
)

// Pushed is what a message of AWS Health says about an event.
type Pushed struct {
	Event    types.Event
	Text     string
	Entities []room.Entity
}

// Message is such a message for the room: about the same signal that a look at the account
// shows. The scope of the signal is that look's. ok is false for a message without an ARN or
// a time, about which nothing can be said.
func Message(account string, p Pushed, now time.Time) (m room.Message, ok bool) {
	w := &watch{scope: room.Scope{Source: SourceName, Account: account, Region: globalRegion}}
	e := eventFrom(&p.Event, now)
	if e.arn == "" || e.updated.IsZero() {
		return room.Message{}, false
	}
	r := &record{event: e, entities: make([]room.Entity, 0, len(p.Entities))}
	r.updates = addUpdates(nil, clean.Text(p.Text, textLimit), e.updated)
	for _, entity := range p.Entities {
		r.entities = append(r.entities, room.Entity{Value: clean.Line(entity.Value, entityLimit), Status: clean.Line(entity.Status, wordLimit)})
	}
	m = room.Message{Signal: w.signal(r), At: e.updated}
	if e.status == types.EventStatusCodeClosed {
		e.status = types.EventStatusCodeOpen
		m.Was, m.WasTo = judge(&e)
	}
	return m, true
}

// abuse is the service of reports of abuse, of which AWS does not say that the API lists them.
const abuse = "ABUSE"

// denies says why an event that messages tell of does not go on for an account: the look
// that has just ended would have shown it. Of a whole organization that is known only of
// what it has shown before, also for the account that asks: AWS does not say that its list has
// every public event.
func (w *watch) denies(s *room.Signal, account string) string {
	detail, ok := s.Detail.(*room.HealthDetail)
	if !ok || !w.listed || detail.Service == abuse || partitionOf(detail.ARN) != partitionIn(w.endpoints[0].region) {
		return ""
	}
	own, public := account == w.scope.Account, detail.Scope == string(types.EventScopeCodePublic)
	shown := slices.ContainsFunc(detail.Sightings, func(s room.Sighting) bool {
		return s.Scope == w.scope && (own || slices.Contains(s.Accounts, account))
	})
	if !shown && (w.wide || !own && !public) {
		return ""
	}
	return "AWS Health does not list it any more, so it is over; no message has said so"
}

// partitionOf is the second part of an ARN: aws, aws-cn or aws-us-gov.
func partitionOf(arn string) string {
	_, rest, _ := strings.Cut(arn, ":")
	partition, _, _ := strings.Cut(rest, ":")
	return partition
}

// partitionIn is the partition of a region.
func partitionIn(region string) string {
	switch {
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	}
	return "aws"
}

// Outdated says whether a signal is of an event that ended so long ago that a look does not
// show it any more, or is known to have ended for as long.
func Outdated(s *room.Signal, now time.Time) bool {
	detail, ok := s.Detail.(*room.HealthDetail)
	if !ok || s.Word != wordClosed {
		return false
	}
	end := detail.End
	if end.IsZero() {
		end = detail.Unlisted
	}
	return !end.IsZero() && end.Before(now.Add(-closedWindow))
}
