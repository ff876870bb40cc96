package drill

import (
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
)

// message is what EventBridge puts on the queue, and when it gets there.
type message struct {
	at   time.Time
	id   string
	body string
}

// eventBridge is the service whose steps make messages late; its slow takes simulated time.
const eventBridge = "eventbridge"

// arrives is soonest so long after what a message is about.
const arrives = 2 * time.Second

// messages are all that the rules of docs/aws send of what the story tells after a time: the
// changes of alarms of every region, and what AWS Health says. They are in the order in
// which they get to the queue.
func (w *story) messages(after time.Time) []message {
	var all []message
	for _, a := range w.alarms {
		before := a.changes[0]
		for _, change := range a.changes[1:] {
			if change.at.After(after) {
				all = append(all, message{at: w.delivered(a.region, change.at), body: w.turned(a, before, change)})
			}
			before = change
		}
	}
	for _, e := range w.events {
		for i, at := range e.said() {
			if at.After(after) { // the region's own trouble does not hold it up: it is sent to us-west-2 at once
				all = append(all, message{at: at.Add(arrives), body: w.posted(e, at, i)})
			}
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].at.Before(all[j].at) })
	for i := range all {
		all[i].id = fmt.Sprintf("%016x-%d", mixed(all[i].body), i)
	}
	return all
}

// delivered is when the queue has what happened in a region.
func (w *story) delivered(region string, at time.Time) time.Time {
	if now, ok := latest(w.apis[apiKey{eventBridge, region}], at); ok && now.to == doSlow {
		return at.Add(now.takes)
	}
	return at.Add(arrives)
}

// envelope wraps a detail as EventBridge does. Source: "EventBridge event structure".
func envelope(kind, source, account, region, resource string, at time.Time, detail map[string]any) string {
	text, _ := json.Marshal(map[string]any{ // nothing in it that could not be written
		"version": "0", "id": fmt.Sprintf("%016x", mixed(kind+resource+at.String()+region)), "detail-type": kind, "source": source,
		"account": account, "time": at.UTC().Format(time.RFC3339), "region": region, "resources": []string{resource}, "detail": detail,
	})
	return string(text)
}

// turned is the message of an alarm's change of state. Source: "Alarm events and
// EventBridge", CloudWatch User Guide.
func (w *story) turned(a *alarm, before, now turn) string {
	state := func(t turn) map[string]any {
		out := map[string]any{"value": t.to, "reason": t.why, "timestamp": t.at.UTC().Format(historyTime)}
		if data := a.reasons(t.at); data != nil {
			text, _ := json.Marshal(data)
			out["reasonData"] = string(text)
		}
		return out
	}
	account := w.scenario.Account
	return envelope("CloudWatch Alarm State Change", "aws.cloudwatch", account, a.region, a.arn(account), now.at, map[string]any{
		"alarmName": a.name, "previousState": state(before), "state": state(now), "configuration": a.configuration(),
	})
}

// configuration is what a message says of an alarm's definition. That of a log alarm is its
// description alone, since no sample of it is published.
func (a *alarm) configuration() map[string]any {
	out := map[string]any{"description": fill(a.cast.About, a.service, a.region)}
	switch a.kind() {
	case "composite":
		out["alarmRule"] = fill(a.cast.Rule, a.service, a.region)
	case "metric":
		dimensions := map[string]string{}
		for name, value := range a.cast.Dimensions {
			dimensions[name] = fill(value, a.service, a.region)
		}
		out["metrics"] = []any{map[string]any{"id": "m1", "returnData": true, "metricStat": map[string]any{
			"metric": map[string]any{"namespace": a.cast.Namespace, "name": a.cast.Metric, "dimensions": dimensions}, "period": 60, "stat": a.cast.Statistic,
		}}}
	}
	return out
}

// said is when AWS Health tells of an event: with each text, and with its end.
func (e *event) said() []time.Time {
	var times []time.Time
	for _, text := range e.texts {
		times = append(times, text.at)
	}
	if !e.closed.IsZero() && !slices.ContainsFunc(times, e.closed.Equal) {
		times = append(times, e.closed)
	}
	return times
}

// posted is the message of the n-th word of AWS Health about an event. Source: "AWS Health
// events Amazon EventBridge schema"; there too pages and backupEvent are texts.
func (w *story) posted(e *event, at time.Time, n int) string {
	text, _ := latest(e.texts, at)
	entities := []any{}
	for _, value := range e.entities {
		entities = append(entities, map[string]any{"entityValue": value, "status": "IMPAIRED", "lastUpdatedTime": healthTime(at)})
	}
	detail := map[string]any{
		"eventArn": e.arn, "service": e.service, "eventTypeCode": e.code, "eventTypeCategory": "issue", "eventScopeCode": "PUBLIC",
		"communicationId": fmt.Sprintf("%016x-%d", mixed(e.arn), n), "startTime": healthTime(e.began), "lastUpdatedTime": healthTime(e.updated(at)),
		"statusCode": e.status(at), "eventRegion": e.region, "eventDescription": []any{map[string]any{"language": "en_US", "latestDescription": text.to}},
		"affectedEntities": entities, "affectedAccount": w.scenario.Account, "page": "1", "totalPages": "1", "backupEvent": strconv.FormatBool(!strings.HasPrefix(e.region, queueRegion)),
	}
	if e.status(at) == "closed" {
		detail["endTime"] = healthTime(e.closed)
	}
	return envelope("AWS Health Event", "aws.health", w.scenario.Account, queueRegion, e.arn, at, detail)
}

// healthTime is how AWS Health writes times in its messages.
func healthTime(at time.Time) string { return at.UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT") }
