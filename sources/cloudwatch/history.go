package cloudwatch

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"warroom/internal/room"
	"warroom/sources/awsclient"
)

const (
	// historyPage is how many changes one call asks for; few alarms change more often
	// in the 30 days that CloudWatch remembers.
	historyPage = 50
	// historyPages bounds the history of an alarm that flaps.
	historyPages = 4
)

// history is what CloudWatch remembers of an alarm's changes of state.
type history struct {
	changes []change // newest first
	whole   bool     // nothing is missing since the beginning that was asked for
}

// change is one change of an alarm's state.
type change struct {
	at        time.Time
	old, next types.StateValue
}

// history asks for an alarm's changes of state until a moment, or all of them if that is
// zero, the last one before from included. If it fails, what came before the failure is
// lost.
func (p *place) history(ctx context.Context, name string, from, to time.Time) (history, error) {
	ctx, cancel := awsclient.WithTimeout(ctx)
	defer cancel()
	var past history
	input := &cloudwatch.DescribeAlarmHistoryInput{
		AlarmName: aws.String(name), AlarmTypes: alarmTypes, HistoryItemType: types.HistoryItemTypeStateUpdate,
		MaxRecords: aws.Int32(historyPage), ScanBy: types.ScanByTimestampDescending,
	}
	if !to.IsZero() {
		input.EndDate = aws.Time(to)
	}
	for range historyPages {
		answer, err := p.client.DescribeAlarmHistory(ctx, input)
		if err != nil {
			return history{}, err
		}
		reached := past.take(answer.AlarmHistoryItems, from, to)
		if reached || aws.ToString(answer.NextToken) == "" {
			past.whole = true
			break
		}
		input.NextToken = answer.NextToken
	}
	slices.SortStableFunc(past.changes, func(a, b change) int { return b.at.Compare(a.at) })
	past.changes = slices.Compact(past.changes)
	return past, nil
}

// take takes in one page and reports whether it goes back to from. Updates that are
// no change, those after to, and those of a single contributor to an alarm are left out.
func (h *history) take(items []types.AlarmHistoryItem, from, to time.Time) (reached bool) {
	for i := range items {
		item := &items[i]
		if item.AlarmContributorId != nil || item.Timestamp == nil {
			continue
		}
		c, ok := read(item)
		if !ok || c.old == c.next || !to.IsZero() && c.at.After(to) {
			continue
		}
		h.changes = append(h.changes, c)
		reached = reached || !c.at.After(from)
	}
	return reached
}

// updated is how the summary of an item is written, which is all there is where its
// data was cut off. Source: DescribeAlarmHistory, HistorySummary.
var updated = regexp.MustCompile(`^Alarm updated from ([A-Z_]+) to ([A-Z_]+)$`)

// read reads one item. Source: DescribeAlarmHistory, HistoryData.
func read(item *types.AlarmHistoryItem) (c change, ok bool) {
	c.at = item.Timestamp.UTC()
	var data struct {
		OldState, NewState struct{ StateValue types.StateValue }
	}
	if json.Unmarshal([]byte(aws.ToString(item.HistoryData)), &data) == nil {
		c.old, c.next = data.OldState.StateValue, data.NewState.StateValue
	}
	if c.next == "" {
		words := updated.FindStringSubmatch(aws.ToString(item.HistorySummary))
		if words == nil {
			return change{}, false
		}
		c.old, c.next = types.StateValue(words[1]), types.StateValue(words[2])
	}
	return c, true
}

// turns are the changes since from, oldest first, led by the state in which that time
// begins: the change before it, or, if CloudWatch remembers none, a turn at from
// itself. What is not remembered, or not yet, is taken from the signal.
func (h *history) turns(alarm *room.Signal, from time.Time) []room.Turn {
	var turns []room.Turn
	own := room.Turn{At: alarm.Since, State: alarm.State, Word: alarm.Word}
	if len(h.changes) == 0 {
		if !alarm.Since.IsZero() {
			turns = append(turns, own)
		}
		return turns
	}
	if newest := h.changes[0]; alarm.Since.After(newest.at) && turn(newest.at, newest.next).State != alarm.State {
		if turns = append(turns, own); !own.At.After(from) {
			return turns
		}
	}
	for _, c := range h.changes {
		turns = append(turns, turn(c.at, c.next))
		if !c.at.After(from) {
			break
		}
	}
	if oldest := h.changes[len(h.changes)-1]; h.whole && oldest.at.After(from) {
		turns = append(turns, turn(from, oldest.old))
	}
	slices.Reverse(turns)
	return turns
}

func turn(at time.Time, value types.StateValue) room.Turn {
	state, word := judge(value, "")
	return room.Turn{At: at, State: state, Word: word}
}
