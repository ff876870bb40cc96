package drill

import (
	"encoding/json"
	"net/http"
	"slices"
	"sort"
	"time"
)

// historyKept is how long CloudWatch remembers changes. Source: "Alarm history",
// CloudWatch User Guide.
const historyKept = 30 * 24 * time.Hour

// historyKinds are what can be asked for. Source: DescribeAlarmHistory, HistoryItemType.
var historyKinds = []string{"", "StateUpdate", "ConfigurationUpdate", "Action", "AlarmContributorStateUpdate", "AlarmContributorAction"}

type historyRequest struct {
	AlarmName          string
	AlarmTypes         []string
	HistoryItemType    string
	StartDate, EndDate time.Time
	MaxRecords         int
	NextToken          string
	ScanBy             string
}

// happened is one change of an alarm's state.
type happened struct {
	alarm *alarm
	turn
	before turn
}

func (s *awsServer) describeHistory(w http.ResponseWriter, in *historyRequest, region string) {
	switch {
	case in.MaxRecords < 0 || in.MaxRecords > alarmPage:
		writeCBORError(w, http.StatusBadRequest, "ValidationError", "MaxRecords must be between 1 and 100")
		return
	case !slices.Contains(scanOrders, in.ScanBy) || !slices.Contains(historyKinds, in.HistoryItemType):
		writeCBORError(w, http.StatusBadRequest, "ValidationError", "ScanBy or HistoryItemType is not one that CloudWatch knows")
		return
	}
	if in.MaxRecords == 0 {
		in.MaxRecords = alarmPage
	}
	if len(in.AlarmTypes) == 0 {
		in.AlarmTypes = []string{"MetricAlarm"} // as AWS does
	}
	changes := s.story.past(in, region, s.clock.Now())
	from, to, next, ok := page(in.NextToken, in.MaxRecords, len(changes))
	if !ok {
		writeCBORError(w, http.StatusBadRequest, "InvalidNextToken", "the token is not one of ours")
		return
	}
	items := []any{}
	for _, change := range changes[from:to] {
		items = append(items, change.describe())
	}
	answer := map[string]any{"AlarmHistoryItems": items}
	if next != "" {
		answer["NextToken"] = next
	}
	writeCBOR(w, http.StatusOK, answer)
}

// past is what is asked for of the changes up to now, in the order asked for.
func (w *story) past(in *historyRequest, region string, now time.Time) []happened {
	var all []happened
	if in.HistoryItemType != "" && in.HistoryItemType != "StateUpdate" {
		return nil // the story tells of nothing else
	}
	for _, a := range w.alarms {
		if a.region != region || in.AlarmName != "" && in.AlarmName != a.name || !slices.Contains(in.AlarmTypes, alarmTypes[a.kind()].name) {
			continue
		}
		before := turn{to: "INSUFFICIENT_DATA", why: "Unchecked: Initial alarm creation"}
		for _, change := range a.changes {
			if !change.at.After(now) && change.at.After(now.Add(-historyKept)) && in.covers(change.at) {
				all = append(all, happened{a, change, before})
			}
			before = change
		}
	}
	sort.SliceStable(all, func(i, j int) bool {
		if in.ScanBy == "TimestampAscending" {
			i, j = j, i
		}
		return all[i].at.After(all[j].at)
	})
	return all
}

func (in *historyRequest) covers(at time.Time) bool {
	return !at.Before(in.StartDate) && (in.EndDate.IsZero() || !at.After(in.EndDate))
}

// historyState is one state in the JSON of an item's HistoryData.
type historyState struct {
	Value  string         `json:"stateValue"`
	Reason string         `json:"stateReason"`
	Data   map[string]any `json:"stateReasonData,omitempty"`
}

// describe is a change as DescribeAlarmHistory gives it.
func (h *happened) describe() map[string]any {
	data, _ := json.Marshal(map[string]any{ // nothing in it that could not be written
		"version":  "1.0",
		"oldState": historyState{h.before.to, h.before.why, h.alarm.reasons(h.before.at)},
		"newState": historyState{h.to, h.why, h.alarm.reasons(h.at)},
	})
	return map[string]any{
		"AlarmName": h.alarm.name, "AlarmType": alarmTypes[h.alarm.kind()].name, "Timestamp": h.at, "HistoryItemType": "StateUpdate",
		"HistorySummary": "Alarm updated from " + h.before.to + " to " + h.to, "HistoryData": string(data),
	}
}

// historyTime is how CloudWatch writes times in JSON.
const historyTime = "2006-01-02T15:04:05.000-0700"

// reasons are the readings on which a metric alarm changed its state.
func (a *alarm) reasons(at time.Time) map[string]any {
	if at.IsZero() || a.kind() != "metric" {
		return nil
	}
	begin := at.Truncate(time.Minute).Add(-time.Duration(a.periods()) * time.Minute)
	points := []float64{}
	for i := range a.periods() {
		if value, ok := a.reading(begin.Add(time.Duration(i) * time.Minute)); ok {
			points = append(points, value)
		}
	}
	return map[string]any{
		"version": "1.0", "queryDate": at.UTC().Format(historyTime), "startDate": begin.UTC().Format(historyTime),
		"statistic": a.cast.Statistic, "period": 60, "recentDatapoints": points, "threshold": a.cast.Threshold,
	}
}
