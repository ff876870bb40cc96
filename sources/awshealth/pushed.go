package awshealth

import (
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

// Outdated says whether a signal is of an event that ended so long ago that a look does not
// show it any more.
func Outdated(s *room.Signal, now time.Time) bool {
	detail, ok := s.Detail.(*room.HealthDetail)
	return ok && s.Word == wordClosed && !detail.End.IsZero() && detail.End.Before(now.Add(-closedWindow))
}
