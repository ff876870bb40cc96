package cloudtrail

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"warroom/internal/clean"
	"warroom/internal/room"
)

// Limits in runes of what is shown of an event.
const (
	nameLimit = 64
	textLimit = 240
)

// changes are the events that changed something of ours, with their names for ever.
func (w *watch) changes(events []types.Event) []room.Change {
	var changes []room.Change
	for i := range events {
		e := &events[i]
		id, at := clean.Line(aws.ToString(e.EventId), nameLimit), aws.ToTime(e.EventTime)
		if id == "" || at.IsZero() || refused(e) {
			continue
		}
		resources := resourcesOf(e)
		service := w.Service(resources)
		if service == "" {
			continue
		}
		changes = append(changes, room.Change{
			Key: SourceName + "/" + id, At: at.UTC(), By: "CloudTrail", Text: w.text(e, resources, service),
		})
	}
	return changes
}

// text is an event in one line: UpdateFunctionCode of checkout-api by ana (lambda,
// us-east-1), of checkout.
func (w *watch) text(e *types.Event, resources []string, service string) string {
	about := resources[max(0, slices.IndexFunc(resources, func(name string) bool { return w.Service([]string{name}) == service }))]
	if strings.HasPrefix(about, "arn:") {
		about = about[strings.LastIndex(about, ":")+1:]
	}
	source, _, _ := strings.Cut(aws.ToString(e.EventSource), ".")
	text := aws.ToString(e.EventName) + " of " + about
	if who := aws.ToString(e.Username); who != "" {
		text += " by " + who
	}
	return clean.Line(text+" ("+source+", "+w.Region+"), of "+service, textLimit)
}

// resourcesOf are the names of what an event was about.
func resourcesOf(e *types.Event) []string {
	var names []string
	for _, resource := range e.Resources {
		if name := clean.Line(aws.ToString(resource.ResourceName), textLimit); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// refused says whether AWS did not do what was asked, so that nothing was changed.
func refused(e *types.Event) bool {
	var record struct {
		ErrorCode string `json:"errorCode"`
	}
	return json.Unmarshal([]byte(aws.ToString(e.CloudTrailEvent)), &record) == nil && record.ErrorCode != ""
}
