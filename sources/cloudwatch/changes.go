package cloudwatch

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"warroom/sources"
	"warroom/sources/awsclient"
)

const (
	// changesPage is the most that DescribeAlarmHistory gives at once, and changesPages
	// how many pages of either sort are read: beyond five hundred changes the whole list
	// is no dearer.
	changesPage  = 100
	changesPages = 5
	// overlap is how far back each look asks once more, by CloudWatch's own clock, since
	// what it writes into the history may come late and out of order.
	overlap = 2 * time.Minute
	// batch is the most alarms that DescribeAlarms takes by name.
	batch = 100
)

// changeKinds are the sorts of history that say that an alarm is not as it was. Those of
// single contributors, and of actions, are left out.
var changeKinds = []types.HistoryItemType{types.HistoryItemTypeStateUpdate, types.HistoryItemTypeConfigurationUpdate}

// since is how far CloudWatch's history has been read. It goes by CloudWatch's clock
// alone, so that ours may be wrong.
type since struct {
	newest time.Time         // of what has been seen
	taken  map[item]struct{} // what was taken in already and comes again within the overlap
}

// item is one line of the history.
type item struct {
	at   int64
	name string
	kind types.HistoryItemType
}

// begin starts anew after a sweep that took some time: its first page may be as old as
// that.
func (s *since) begin(newest time.Time, took time.Duration) {
	if s.taken == nil {
		s.taken = make(map[item]struct{})
	}
	if newest.Before(s.newest) {
		newest = s.newest // of an alarm that was deleted, and is newer than all that are left
	}
	if !newest.IsZero() {
		s.newest = newest.Add(-took)
	}
}

// news is what a look finds in the history.
type news struct {
	newest time.Time
	items  []item
	names  []string // of the alarms that have changed
	many   bool     // there is more than was read
}

// take takes in one page of one sort.
func (n *news) take(items []types.AlarmHistoryItem, kind types.HistoryItemType, s *since, named map[string]bool) {
	for i := range items {
		name, at := aws.ToString(items[i].AlarmName), aws.ToTime(items[i].Timestamp)
		it := item{at.UnixNano(), name, kind}
		if _, known := s.taken[it]; known || name == "" {
			continue
		}
		n.items = append(n.items, it)
		if at.After(n.newest) {
			n.newest = at
		}
		if !named[name] {
			named[name] = true
			n.names = append(n.names, name)
		}
	}
}

// seen remembers that news have been taken in.
func (s *since) seen(n *news) {
	if n.newest.After(s.newest) {
		s.newest = n.newest
	}
	least := s.newest.Add(-overlap).UnixNano()
	for it := range s.taken {
		if it.at < least {
			delete(s.taken, it)
		}
	}
	for _, it := range n.items {
		if it.at >= least {
			s.taken[it] = struct{}{}
		}
	}
}

// news reads the history since the look before.
func (w *watch) news(ctx context.Context) (*news, error) {
	found, named := new(news), make(map[string]bool)
	for _, kind := range changeKinds {
		input := &cloudwatch.DescribeAlarmHistoryInput{
			AlarmTypes: alarmTypes, HistoryItemType: kind, MaxRecords: aws.Int32(changesPage),
			ScanBy: types.ScanByTimestampDescending,
		}
		if !w.since.newest.IsZero() {
			input.StartDate = aws.Time(w.since.newest.Add(-overlap))
		}
		for page := 1; ; page++ {
			answer, err := w.past(ctx, input)
			if err != nil {
				return nil, err
			}
			found.take(answer.AlarmHistoryItems, kind, &w.since, named)
			if aws.ToString(answer.NextToken) == "" {
				break
			}
			if page == changesPages {
				found.many = true
				return found, nil
			}
			if err := pause(ctx, w.spacing(ctx, page, false)); err != nil {
				return nil, err
			}
			input.NextToken = answer.NextToken
		}
	}
	return found, nil
}

// past asks for one page of the history of all alarms.
func (w *watch) past(ctx context.Context, input *cloudwatch.DescribeAlarmHistoryInput) (*cloudwatch.DescribeAlarmHistoryOutput, error) {
	ctx, cancel := awsclient.WithTimeout(ctx)
	defer cancel()
	return w.client.DescribeAlarmHistory(ctx, input)
}

// update reports the alarms that have changed since the look before, and those in ALARM.
// known is false if it cannot tell which, or if reading all is no dearer; many says that it
// is because so much has changed.
func (w *watch) update(ctx context.Context, report sources.Report) (known, many bool, err error) {
	found, err := w.news(ctx)
	if err != nil || found.many {
		return false, err == nil, err
	}
	told, stopped, err := w.alight(ctx, report)
	if err != nil {
		return false, false, err
	}
	names := stopped
	for _, name := range found.names {
		if !told[name] && !slices.Contains(stopped, name) {
			names = append(names, name)
		}
	}
	missing, err := w.renew(ctx, names, report)
	if err != nil {
		return false, false, err
	}
	w.since.seen(found)
	if missing { // some of them are gone, and only the whole list can say so
		if rested := w.swept.Add(sweepRest); w.clock.Now().Before(rested) {
			w.due = rested
			return true, false, nil
		}
	}
	return !missing, false, nil
}

// renew reports alarms by their names, as they are now, and says whether one of them is
// not there any more. It pauses from the first page on: those in ALARM have just been asked for.
func (w *watch) renew(ctx context.Context, names []string, report sources.Report) (missing bool, err error) {
	var wanted []string
	for _, name := range names {
		if w.wanted(name) {
			wanted = append(wanted, name)
		}
	}
	for page := 0; len(wanted) > 0; page++ {
		if err := pause(ctx, w.spacing(ctx, page, true)); err != nil {
			return false, err
		}
		some := wanted[:min(batch, len(wanted))]
		wanted = wanted[len(some):]
		answer, err := w.call(ctx, &cloudwatch.DescribeAlarmsInput{AlarmTypes: alarmTypes, AlarmNames: some, MaxRecords: aws.Int32(pageSize)})
		if err != nil {
			return false, err
		}
		signals := w.signals(answer)
		report(signals)
		missing = missing || len(signals) < len(some)
	}
	return missing, nil
}

// newer is the newest moment, by CloudWatch's clock, at which an alarm of a page changed,
// or the given one.
func newer(newest time.Time, answer *cloudwatch.DescribeAlarmsOutput) time.Time {
	take := func(moments ...*time.Time) {
		for _, at := range moments {
			if at != nil && at.After(newest) {
				newest = *at
			}
		}
	}
	for i := range answer.MetricAlarms {
		take(answer.MetricAlarms[i].StateUpdatedTimestamp, answer.MetricAlarms[i].AlarmConfigurationUpdatedTimestamp)
	}
	for i := range answer.CompositeAlarms {
		take(answer.CompositeAlarms[i].StateUpdatedTimestamp, answer.CompositeAlarms[i].AlarmConfigurationUpdatedTimestamp)
	}
	for i := range answer.LogAlarms {
		take(answer.LogAlarms[i].StateUpdatedTimestamp, answer.LogAlarms[i].AlarmConfigurationUpdatedTimestamp)
	}
	return newest
}
