package drill

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sort"
	"strings"
	"time"
)

// Limits of the Health API. Source: its API reference.
const (
	healthPage = 100
	healthARNs = 10
)

type eventsRequest struct {
	Filter struct {
		EventStatusCodes []string `json:"eventStatusCodes"`
		EventARNs        []string `json:"eventArns"`
		Regions          []string `json:"regions"`
		Services         []string `json:"services"`
		LastUpdatedTimes []period `json:"lastUpdatedTimes"`
		StartTimes       []period `json:"startTimes"`
		EndTimes         []period `json:"endTimes"`
	} `json:"filter"`
	MaxResults int    `json:"maxResults"`
	NextToken  string `json:"nextToken"`
}

type detailsRequest struct {
	EventARNs []string `json:"eventArns"`
}

type entitiesRequest struct {
	Filter struct {
		EventARNs []string `json:"eventArns"`
	} `json:"filter"`
	MaxResults int    `json:"maxResults"`
	NextToken  string `json:"nextToken"`
}

type period struct {
	From float64 `json:"from"`
	To   float64 `json:"to"`
}

// health answers the Health API in awsJson1.1.
func (s *awsServer) health(w http.ResponseWriter, r *http.Request, body []byte, _ string) {
	operation := strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "AWSHealth_20160804.")
	now := s.clock.Now()
	var events []*event
	for _, e := range s.story.events {
		if !e.texts[0].at.After(now) {
			events = append(events, e)
		}
	}
	switch operation {
	case "DescribeEvents":
		takeJSON(w, body, func(in *eventsRequest) { s.describeEvents(w, in, events, now) })
	case "DescribeEventDetails":
		takeJSON(w, body, func(in *detailsRequest) { describeDetails(w, in, events, now) })
	case "DescribeAffectedEntities":
		takeJSON(w, body, func(in *entitiesRequest) { s.describeEntities(w, in, events, now) })
	default:
		writeJSONError(w, http.StatusBadRequest, "UnknownOperationException", operation)
	}
}

// takeJSON reads a request's body, or refuses it.
func takeJSON[T any](w http.ResponseWriter, body []byte, answer func(*T)) {
	in := new(T)
	if err := json.Unmarshal(body, in); err != nil {
		writeJSONError(w, http.StatusBadRequest, "SerializationException", "the body is not JSON")
		return
	}
	answer(in)
}

func (s *awsServer) describeEvents(w http.ResponseWriter, in *eventsRequest, events []*event, now time.Time) {
	size, ok := pageSize(w, in.MaxResults)
	if !ok {
		return
	}
	wanted := slices.DeleteFunc(events, func(e *event) bool { return !in.wants(e, now) })
	sort.SliceStable(wanted, func(i, j int) bool { return wanted[i].updated(now).After(wanted[j].updated(now)) })
	from, to, next, ok := page(in.NextToken, size, len(wanted))
	if !ok {
		writeJSONError(w, http.StatusBadRequest, "InvalidPaginationToken", "the token is not one of ours")
		return
	}
	list := []map[string]any{}
	for _, e := range wanted[from:to] {
		list = append(list, e.describe(now))
	}
	writeJSON(w, withToken(map[string]any{"events": list}, next))
}

// pageSize checks maxResults, 1 to 100, the default 100.
func pageSize(w http.ResponseWriter, asked int) (int, bool) {
	if asked < 0 || asked > healthPage {
		writeJSONError(w, http.StatusBadRequest, "ValidationException", fmt.Sprintf("maxResults %d is not between 1 and %d", asked, healthPage))
		return 0, false
	}
	if asked == 0 {
		asked = healthPage
	}
	return asked, true
}

func (in *eventsRequest) wants(e *event, now time.Time) bool {
	f := in.Filter
	return wantedIn(f.EventStatusCodes, e.status(now)) && wantedIn(f.Regions, e.region) && wantedIn(f.Services, e.service) &&
		wantedIn(f.EventARNs, e.arn) && within(f.LastUpdatedTimes, e.updated(now)) && within(f.StartTimes, e.began) &&
		(len(f.EndTimes) == 0 || e.status(now) == "closed" && within(f.EndTimes, e.closed))
}

func wantedIn(list []string, value string) bool {
	return len(list) == 0 || slices.Contains(list, value)
}

func within(periods []period, t time.Time) bool {
	return len(periods) == 0 || slices.ContainsFunc(periods, func(p period) bool {
		at := epoch(t)
		return (p.From == 0 || at >= p.From) && (p.To == 0 || at <= p.To)
	})
}

func (e *event) status(now time.Time) string {
	if !e.closed.IsZero() && !e.closed.After(now) {
		return "closed"
	}
	return "open"
}

func (e *event) updated(now time.Time) time.Time {
	t, _ := latest(e.texts, now)
	if e.status(now) == "closed" && e.closed.After(t.at) {
		return e.closed
	}
	return t.at
}

func (e *event) describe(now time.Time) map[string]any {
	out := map[string]any{
		"arn": e.arn, "service": e.service, "eventTypeCode": e.code, "eventTypeCategory": "issue", "region": e.region,
		"startTime": epoch(e.began), "lastUpdatedTime": epoch(e.updated(now)), "statusCode": e.status(now), "eventScopeCode": "PUBLIC",
	}
	if e.status(now) == "closed" {
		out["endTime"] = epoch(e.closed)
	}
	return out
}

func describeDetails(w http.ResponseWriter, in *detailsRequest, events []*event, now time.Time) {
	if len(in.EventARNs) == 0 || len(in.EventARNs) > healthARNs {
		writeJSONError(w, http.StatusBadRequest, "ValidationException", "eventArns must have 1 to 10 members")
		return
	}
	good, bad := []map[string]any{}, []map[string]any{}
	for _, arn := range in.EventARNs {
		i := slices.IndexFunc(events, func(e *event) bool { return e.arn == arn })
		if i < 0 {
			bad = append(bad, map[string]any{"eventArn": arn, "errorName": "EventNotFound", "errorMessage": "there is no such event"})
			continue
		}
		text, _ := latest(events[i].texts, now)
		good = append(good, map[string]any{
			"event": events[i].describe(now), "eventDescription": map[string]any{"latestDescription": text.to},
		})
	}
	writeJSON(w, map[string]any{"successfulSet": good, "failedSet": bad})
}

func (s *awsServer) describeEntities(w http.ResponseWriter, in *entitiesRequest, events []*event, now time.Time) {
	if len(in.Filter.EventARNs) == 0 || len(in.Filter.EventARNs) > healthARNs {
		writeJSONError(w, http.StatusBadRequest, "ValidationException", "filter.eventArns must have 1 to 10 members")
		return
	}
	size, ok := pageSize(w, in.MaxResults)
	if !ok {
		return
	}
	entities := []map[string]any{}
	for _, e := range events {
		if !slices.Contains(in.Filter.EventARNs, e.arn) {
			continue
		}
		status := "IMPAIRED"
		if e.status(now) == "closed" {
			status = "RESOLVED"
		}
		for _, value := range e.entities {
			entities = append(entities, map[string]any{
				"entityArn": "arn:aws:health:" + e.region + ":" + s.story.scenario.Account + ":entity/" + value, "eventArn": e.arn,
				"entityValue": value, "awsAccountId": s.story.scenario.Account, "lastUpdatedTime": epoch(e.updated(now)), "statusCode": status,
			})
		}
	}
	from, to, next, ok := page(in.NextToken, size, len(entities))
	if !ok {
		writeJSONError(w, http.StatusBadRequest, "InvalidPaginationToken", "the token is not one of ours")
		return
	}
	writeJSON(w, withToken(map[string]any{"entities": entities[from:to]}, next))
}

func withToken(answer map[string]any, next string) map[string]any {
	if next != "" {
		answer["nextToken"] = next
	}
	return answer
}

func writeJSON(w http.ResponseWriter, answer any) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	_ = json.NewEncoder(w).Encode(answer)
}

func writeJSONError(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"__type": code, "message": message})
}
