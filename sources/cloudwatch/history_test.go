package cloudwatch

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"warroom/internal/room"
)

func TestTurnsBeginWithTheStateInForce(t *testing.T) {
	ok := func(at time.Time) room.Turn { return room.Turn{At: at, State: room.OK, Word: wordOK} }
	rings := func(at time.Time) room.Turn { return room.Turn{At: at, State: room.Critical, Word: wordAlarm} }
	blank := func(at time.Time) room.Turn { return room.Turn{At: at, State: room.Unknown, Word: wordNoData} }
	cut := turned(ago(20), "OK", "ALARM")
	cut["HistoryData"] = `{"version":"1.0","oldState":{"stateValue":"OK","stateRea`
	odd := turned(ago(10), "OK", "ALARM")
	odd["HistoryData"], odd["HistorySummary"] = "", "Something else"
	contributor := turned(ago(10), "ALARM", "OK")
	contributor["AlarmContributorId"] = "i-0a1b2c3d"
	from := noon.Add(-time.Hour)
	cases := []struct {
		name  string
		items []fields
		want  []room.Turn
	}{
		{"one before", []fields{turned(ago(20), "OK", "ALARM"), turned(ago(90), "ALARM", "OK"), turned(ago(95), "OK", "ALARM")}, []room.Turn{ok(ago(90)), rings(ago(20))}},
		{"only one before", []fields{turned(ago(90), "OK", "ALARM")}, []room.Turn{rings(ago(90))}},
		{"none remembered before", []fields{turned(ago(20), "INSUFFICIENT_DATA", "ALARM")}, []room.Turn{blank(from), rings(ago(20))}},
		{"none at all", nil, []room.Turn{rings(ago(20).Add(30 * time.Second))}},
		{"the newest not yet remembered", []fields{turned(ago(90), "ALARM", "OK")}, []room.Turn{ok(ago(90)), rings(ago(20).Add(30 * time.Second))}},
		{"data cut off", []fields{cut, turned(ago(90), "ALARM", "OK")}, []room.Turn{ok(ago(90)), rings(ago(20))}},
		{"neither data nor summary", []fields{odd, turned(ago(90), "OK", "ALARM")}, []room.Turn{rings(ago(90))}},
		{"one contributor of many", []fields{contributor, turned(ago(90), "OK", "ALARM")}, []room.Turn{rings(ago(90))}},
		{"an update that is no change", []fields{turned(ago(10), "ALARM", "ALARM"), turned(ago(90), "OK", "ALARM")}, []room.Turn{rings(ago(90))}},
		{"out of order and twice", []fields{turned(ago(90), "ALARM", "OK"), turned(ago(20), "OK", "ALARM"), turned(ago(20), "OK", "ALARM")}, []room.Turn{ok(ago(90)), rings(ago(20))}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := serveCharts(t)
			s.answer["DescribeAlarmHistory"] = []fields{{"AlarmHistoryItems": c.items}}
			got, err := s.charts().Chart(t.Context(), theAlarm(), time.Time{}, time.Hour)
			if err != nil || !reflect.DeepEqual(got.Turns, c.want) {
				t.Errorf("%v, %v\nwant %v", got.Turns, err, c.want)
			}
		})
	}
}

func TestHistoryIsReadBackToTheBeginningOfTheChartAndNoFurther(t *testing.T) {
	page := func(from, count int, token string) fields {
		var items []fields
		for i := range count {
			items = append(items, turned(ago(from+2*i), "ALARM", "OK"), turned(ago(from+2*i+1), "OK", "ALARM"))
		}
		return fields{"AlarmHistoryItems": items, "NextToken": token}
	}
	s := serveCharts(t)
	s.answer["DescribeAlarmHistory"] = []fields{page(1, 12, "a"), page(25, 12, "b"), page(49, 12, "c"), page(73, 12, "d")}
	got, err := s.charts().Chart(t.Context(), theAlarm(), time.Time{}, time.Hour)
	calls := s.calls("DescribeAlarmHistory")
	if err != nil || len(calls) != 3 || calls[1]["NextToken"] != "a" || calls[2]["NextToken"] != "b" {
		t.Fatalf("%d calls, %v", len(calls), err)
	}
	// These clocks stand half a minute past noon, so the change at 11:00 is the last one before the chart.
	if len(got.Turns) != 60 || !got.Turns[0].At.Equal(ago(60)) || strings.Contains(got.Note, "newest") {
		t.Errorf("%d turns from %s on, note %q", len(got.Turns), got.Turns[0].At, got.Note)
	}

	s = serveCharts(t)
	s.answer["DescribeAlarmHistory"] = []fields{page(1, 12, "again")}
	got, err = s.charts().Chart(t.Context(), theAlarm(), time.Time{}, time.Hour)
	if want := fmt.Sprintf("It changes its state so often that only the newest %d changes are known", 24); err != nil || !strings.HasSuffix(got.Note, want) || len(got.Turns) != 24 {
		t.Errorf("%d turns, note %q, %v", len(got.Turns), got.Note, err)
	}
	if calls := s.calls("DescribeAlarmHistory"); len(calls) != historyPages {
		t.Errorf("a history without end is asked for %d times", len(calls))
	}
}
