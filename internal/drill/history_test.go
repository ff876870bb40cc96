package drill

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// remembered reads a history to its end.
func remembered(t *testing.T, client *cloudwatch.Client, in *cloudwatch.DescribeAlarmHistoryInput) (items []cwtypes.AlarmHistoryItem, pages int) {
	t.Helper()
	all := cloudwatch.NewDescribeAlarmHistoryPaginator(client, in)
	for all.HasMorePages() {
		page, err := all.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		items, pages = append(items, page.AlarmHistoryItems...), pages+1
	}
	return items, pages
}

var everyType = []cwtypes.AlarmType{cwtypes.AlarmTypeMetricAlarm, cwtypes.AlarmTypeCompositeAlarm, cwtypes.AlarmTypeLogAlarm}

func TestTheSDKReadsAnAlarmsHistoryPageByPage(t *testing.T) {
	w := played(t, "14:40")
	client := cloudwatch.NewFromConfig(sdk(w, "us-east-1"))
	in := &cloudwatch.DescribeAlarmHistoryInput{AlarmName: aws.String("checkout-5xx"), AlarmTypes: everyType, MaxRecords: aws.Int32(2)}
	items, pages := remembered(t, client, in)
	if len(items) != 4 || pages != 2 {
		t.Fatalf("%d changes on %d pages", len(items), pages)
	}
	newest := items[0]
	if aws.ToString(newest.HistorySummary) != "Alarm updated from OK to ALARM" || newest.AlarmType != cwtypes.AlarmTypeMetricAlarm ||
		newest.HistoryItemType != cwtypes.HistoryItemTypeStateUpdate || newest.Timestamp.Before(at(t, w.story, "14:06")) {
		t.Errorf("the newest is %s at %s", aws.ToString(newest.HistorySummary), newest.Timestamp)
	}
	var data struct {
		OldState, NewState struct {
			StateValue, StateReason string
			StateReasonData         struct {
				RecentDatapoints []float64
				Threshold        float64
				Period           int
			}
		}
	}
	if err := json.Unmarshal([]byte(aws.ToString(newest.HistoryData)), &data); err != nil {
		t.Fatal(err)
	}
	if points := data.NewState.StateReasonData.RecentDatapoints; data.OldState.StateValue != "OK" || data.NewState.StateValue != "ALARM" ||
		len(points) != 3 || points[0] <= 25 || points[2] != 76 || data.NewState.StateReasonData.Period != 60 {
		t.Errorf("its data is %s", aws.ToString(newest.HistoryData))
	}
	for i := range items[1:] {
		if !items[i].Timestamp.After(*items[i+1].Timestamp) {
			t.Errorf("%s does not come after %s", items[i].Timestamp, items[i+1].Timestamp)
		}
	}
	in.ScanBy = cwtypes.ScanByTimestampAscending
	if turned, _ := remembered(t, client, in); !turned[0].Timestamp.Equal(*items[len(items)-1].Timestamp) {
		t.Errorf("oldest first begins with %s", turned[0].Timestamp)
	}
	in.StartDate, in.EndDate = aws.Time(at(t, w.story, "09:00")), aws.Time(at(t, w.story, "10:00"))
	if within, _ := remembered(t, client, in); len(within) != 1 || aws.ToString(within[0].HistorySummary) != "Alarm updated from ALARM to OK" {
		t.Errorf("from 09:00 to 10:00 there is %+v", within)
	}
}

func TestHistoryIsOfTheAskedForAlarmsAlone(t *testing.T) {
	w := played(t, "07:15")
	client := cloudwatch.NewFromConfig(sdk(w, "us-east-1"))
	composite := &cloudwatch.DescribeAlarmHistoryInput{AlarmName: aws.String("checkout-degraded")}
	if items, _ := remembered(t, client, composite); len(items) != 0 {
		t.Errorf("without types, a composite alarm has %d changes", len(items))
	}
	composite.AlarmTypes = everyType
	if items, _ := remembered(t, client, composite); len(items) == 0 || items[0].AlarmType != cwtypes.AlarmTypeCompositeAlarm {
		t.Errorf("with types, a composite alarm has %d changes", len(items))
	}
	composite.HistoryItemType = cwtypes.HistoryItemTypeAction
	if items, _ := remembered(t, client, composite); len(items) != 0 {
		t.Errorf("%d actions are remembered", len(items))
	}
	everything, _ := remembered(t, client, &cloudwatch.DescribeAlarmHistoryInput{AlarmTypes: everyType})
	for _, item := range everything {
		if item.Timestamp.After(w.Clock().Now()) || item.Timestamp.Before(w.Clock().Now().Add(-historyKept)) {
			t.Errorf("%s changes at %s", aws.ToString(item.AlarmName), item.Timestamp)
		}
	}
	if len(everything) < 100 {
		t.Errorf("%d changes in the region", len(everything))
	}
	for _, in := range []*cloudwatch.DescribeAlarmHistoryInput{
		{MaxRecords: aws.Int32(101)}, {ScanBy: "Sideways"}, {HistoryItemType: "Gossip"}, {NextToken: aws.String("next")},
	} {
		if _, err := client.DescribeAlarmHistory(t.Context(), in); code(err) != "ValidationError" && code(err) != "InvalidNextToken" {
			t.Errorf("%+v: %v", in, err)
		}
	}
}

// TestAnAlarmIsAsOldAsItsState: a step that sets the state which an alarm has
// already is no change of it.
func TestAnAlarmIsAsOldAsItsState(t *testing.T) {
	w := told(t)
	when := at(t, w, "16:00") // login-5xx rings since the second wave, and 15:33 rings it again
	for _, a := range w.alarms {
		if a.name != "login-5xx" || a.region != "us-east-1" {
			continue
		}
		told := a.describe(w.scenario.Account, when)["StateTransitionedTimestamp"].(time.Time)
		if set, _ := latest(a.turns, when); !set.at.After(at(t, w, "15:30")) || told.After(at(t, w, "14:30")) {
			t.Errorf("set last at %s, and rings since %s", set.at, told)
		}
		return
	}
	t.Error("there is no login-5xx")
}
