package awspush

import (
	"cmp"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/health/types"

	"warroom/internal/room"
	"warroom/sources/awshealth"
)

// healthEvent is the detail of a message of AWS Health. A backup event is the same thing,
// sent to another region at once. Source:
// https://docs.aws.amazon.com/health/latest/ug/aws-health-events-eventbridge-schema.md.
type healthEvent struct {
	ARN             string `json:"eventArn"`
	Service         string `json:"service"`
	Code            string `json:"eventTypeCode"`
	Category        string `json:"eventTypeCategory"`
	Scope           string `json:"eventScopeCode"`
	CommunicationID string `json:"communicationId"`
	Start           string `json:"startTime"`
	End             string `json:"endTime"`
	Updated         string `json:"lastUpdatedTime"`
	Status          string `json:"statusCode"`
	Region          string `json:"eventRegion"`
	Account         string `json:"affectedAccount"`
	Actionability   string `json:"actionability"`
	Page            loose  `json:"page"`
	Description     []struct {
		Language string `json:"language"`
		Text     string `json:"latestDescription"`
	} `json:"eventDescription"`
	Entities []struct {
		Value  string `json:"entityValue"`
		Status string `json:"status"`
	} `json:"affectedEntities"`
}

// language is that of the texts that are shown, where there are several.
const language = "en_US"

func (n *note) readHealth() error {
	e := n.health
	e.Account = cmp.Or(e.Account, n.Account)
	switch {
	case e.ARN == "":
		return n.lacks("the ARN of an event")
	case !accountPattern.MatchString(e.Account):
		return n.lacks("an account")
	case e.updated(n.at).IsZero():
		return n.lacks("a time")
	}
	n.id = "health " + e.Account + " " + e.ARN + " " + cmp.Or(e.CommunicationID, e.Updated, n.Time) + " " + string(e.Page)
	return nil
}

// updated is the time of the word itself; if AWS does not give it, when it was sent.
func (e *healthEvent) updated(sent time.Time) time.Time {
	if t := healthTime(e.Updated); !t.IsZero() {
		return t
	}
	return sent
}

func (w *watch) tellHealth(n note) (telling, error) {
	e := n.health
	place := w.Place(awshealth.SourceName, e.Account, "")
	m, ok := awshealth.Message(place.Account, e.pushed(n.at), w.Clock.Now())
	if !ok {
		return telling{}, n.lacks("an ARN or a time")
	}
	w.place(&m.Signal, place.Watched)
	return telling{messages: []room.Message{m}}, nil
}

func (e *healthEvent) pushed(sent time.Time) awshealth.Pushed {
	p := awshealth.Pushed{Event: types.Event{
		Arn: aws.String(e.ARN), Service: aws.String(e.Service), EventTypeCode: aws.String(e.Code), Region: aws.String(e.Region),
		EventTypeCategory: types.EventTypeCategory(e.Category), EventScopeCode: types.EventScopeCode(e.Scope),
		StatusCode: types.EventStatusCode(e.Status), Actionability: types.EventActionability(e.Actionability),
		StartTime: aws.Time(healthTime(e.Start)), EndTime: aws.Time(healthTime(e.End)), LastUpdatedTime: aws.Time(e.updated(sent)),
	}}
	if len(e.Description) > 0 {
		p.Text = e.Description[0].Text
		for _, d := range slices.Backward(e.Description) {
			if d.Language == language {
				p.Text = d.Text
			}
		}
	}
	for _, entity := range e.Entities {
		p.Entities = append(p.Entities, room.Entity{Value: entity.Value, Status: entity.Status})
	}
	return p
}

// healthTime reads a time as AWS Health writes it, such as Fri, 27 Jan 2023 06:02:51 GMT,
// whose day of the week may be wrong. What is none is the zero time.
func healthTime(text string) time.Time {
	for _, layout := range []string{time.RFC1123, time.RFC1123Z, time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}
