package awspush

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"time"

	"warroom/internal/clean"
	"warroom/internal/room"
)

// note is a message of EventBridge that was understood: one of the two is there.
// Source: https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html.
type note struct {
	envelope
	id     string    // the same however often and by whatever way the same thing comes
	at     time.Time // when EventBridge was told
	health *healthEvent
	alarm  *alarmEvent
}

type envelope struct {
	ID         string          `json:"id"`
	DetailType string          `json:"detail-type"`
	Source     string          `json:"source"`
	Account    string          `json:"account"`
	Time       string          `json:"time"`
	Region     string          `json:"region"`
	Resources  []string        `json:"resources"`
	Detail     json.RawMessage `json:"detail"`
}

// telling is what a note comes to.
type telling struct {
	messages []room.Message
	look     room.Scope // to be looked at now, since the note does not say all; zero if it does
}

// The sources and detail types that are understood.
const (
	fromHealth     = "aws.health"
	fromCloudWatch = "aws.cloudwatch"

	healthType      = "AWS Health Event"
	abuseType       = "AWS Health Abuse Event"
	stateType       = "CloudWatch Alarm State Change"
	definitionType  = "CloudWatch Alarm Configuration Change"
	contributorType = "CloudWatch Alarm Contributor State Change"
)

// wrappings is how often a message is unwrapped: one topic may feed another.
const wrappings = 2

var errNoEvent = errors.New("it is no event of EventBridge")

// read understands the body of a message. The error says in words why it cannot.
func read(body string) (note, error) {
	text := []byte(body)
	for range wrappings {
		var wrapped struct{ Type, Message string } // as SNS sends it, unless it delivers raw
		if json.Unmarshal(text, &wrapped) != nil || wrapped.Type != "Notification" || wrapped.Message == "" {
			break
		}
		text = []byte(wrapped.Message)
	}
	var n note
	if err := json.Unmarshal(text, &n.envelope); err != nil || n.DetailType == "" || n.Source == "" {
		return note{}, errNoEvent
	}
	n.at, _ = time.Parse(time.RFC3339, n.Time) // what has its own time does without
	switch {
	case n.Source == fromHealth && (n.DetailType == healthType || n.DetailType == abuseType):
		n.health = new(healthEvent)
		return n, n.readDetail(n.health, n.readHealth)
	case n.Source == fromCloudWatch && (n.DetailType == stateType || n.DetailType == definitionType || n.DetailType == contributorType):
		n.alarm = new(alarmEvent)
		return n, n.readDetail(n.alarm, n.readAlarm)
	}
	const nameLimit = 60
	return note{}, fmt.Errorf("nothing is known of %q from %q", clean.Line(n.DetailType, nameLimit), clean.Line(n.Source, nameLimit))
}

func (n *note) readDetail(into any, check func() error) error {
	if json.Unmarshal(n.Detail, into) != nil {
		return fmt.Errorf("the detail of %q has another shape than AWS documents", n.DetailType)
	}
	return check()
}

func (n *note) lacks(what string) error {
	return fmt.Errorf("%q without %s", n.DetailType, what)
}

var (
	accountPattern = regexp.MustCompile(`^[0-9]{12}$`)
	regionPattern  = regexp.MustCompile(`^[a-z]{2,}(-[a-z]+)+-[0-9]+$`)
)

// loose is a text that AWS sends as a text and documents as a number, or the other way.
type loose string

// UnmarshalJSON implements json.Unmarshaler.
func (l *loose) UnmarshalJSON(text []byte) error {
	var s string
	if json.Unmarshal(text, &s) == nil {
		*l = loose(s)
		return nil
	}
	*l = loose(text)
	return nil
}

// telling is what the room is told of a note.
func (w *watch) telling(n note) (telling, error) {
	if n.health != nil {
		return w.tellHealth(n)
	}
	return w.tellAlarm(n)
}

// place gives a signal the scope through which it is seen: that of the looks, or where none
// goes that of the queue.
func (w *watch) place(s *room.Signal, watched bool) {
	if !watched {
		s.Scope = w.scope
	}
	w.Dress(s)
}
