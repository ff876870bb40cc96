package cloudwatch

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/awsclient"
)

const (
	// pageSize is the most that DescribeAlarms gives at once.
	pageSize = 100
	// pageLimit ends a list that never ends: 100,000 alarms, ten times the largest
	// account that we expect.
	pageLimit = 1000
	// promptPages are asked for without a pause; the quota is nine calls a second
	// for an account and region, and a small account never meets it. That nobody passes it,
	// whoever asks at once, is up to awsclient.Calls; the pauses here are those of one look
	// and hold up nobody else. The longer one counts, they do not add up.
	promptPages = 8
	// pageSpacing is the real time between two of the pages after those, so that our looks
	// leave something of the quota to the other tools of the account.
	pageSpacing = 150 * time.Millisecond
	// calmSpacing is the same, from the first page on, for a sweep for which nobody waits:
	// a third of the quota is left untouched by far.
	calmSpacing = 350 * time.Millisecond

	// sweepEvery is how often all alarms are read although only changes would do. What
	// CloudWatch writes no history of is seen that late: that it fails to evaluate an
	// alarm, and a reason in other words.
	sweepEvery = 5 * time.Minute
	// sweepRest is the least room time between two sweeps that follow from what has
	// changed: a deploy takes away alarm after alarm.
	sweepRest = time.Minute
	// cheapPages is how long a list may be that is simply read each time: changes would
	// take as many calls, and tell less.
	cheapPages = 2
)

// alarmTypes must be sent, since CloudWatch gives only metric alarms without it.
var alarmTypes = []types.AlarmType{
	types.AlarmTypeMetricAlarm, types.AlarmTypeCompositeAlarm, types.AlarmTypeLogAlarm,
}

// look reads what has changed since the look before; or every alarm, where that is not
// known, would cost no less, or is long ago.
func (w *watch) look(ctx context.Context, report sources.Report) error {
	now := w.clock.Now()
	asked := w.asked.Swap(false)
	if asked {
		w.mutes.due = time.Time{}
	}
	calm := !asked && !w.swept.IsZero()
	if calm && w.pages > cheapPages && !now.Before(w.swept) && now.Before(w.due) {
		known, many, err := w.update(ctx, report)
		w.untold.Ended(err)
		if err == nil && known {
			w.silence(ctx, report)
			return sources.OnlyChanges
		}
		calm = !many // an alarm that is gone, or a history that cannot be read, is no haste
	}
	err := w.sweep(ctx, report, calm && w.pages > cheapPages)
	if err != nil {
		w.swept = time.Time{}
		return err
	}
	w.silence(ctx, report)
	return nil
}

// sweep reads every page and reports each as it comes. A calm one takes its time.
func (w *watch) sweep(ctx context.Context, report sources.Report, calm bool) error {
	began := w.clock.Now()
	w.ringing = make(map[string]bool)
	var newest time.Time
	seen, shown := make(map[string]bool), 0
	counted := make(map[string]bool) // pages, by their first alarm: one may come again
	input := &cloudwatch.DescribeAlarmsInput{AlarmTypes: alarmTypes, MaxRecords: aws.Int32(pageSize)}
	for page := 0; ; page++ {
		if page >= promptPages || calm && page > 0 {
			if err := pause(ctx, w.spacing(ctx, page, calm)); err != nil {
				return w.failure(shown, err)
			}
		}
		answer, err := w.call(ctx, input)
		if err != nil {
			return w.failure(shown, err)
		}
		newest = newer(newest, answer)
		signals := w.signals(answer)
		if len(signals) > 0 && !counted[signals[0].Key] {
			counted[signals[0].Key] = true
			shown += len(signals)
		}
		report(signals)
		token := aws.ToString(answer.NextToken)
		switch {
		case token == "":
			w.pages, w.swept, w.due = page+1, began, began.Add(sweepEvery)
			w.since.begin(newest, w.clock.Now().Sub(began))
			return nil
		case seen[token]:
			return w.endless(shown, "CloudWatch gave the same page mark twice, so its list would never end")
		case page+1 == pageLimit:
			return w.endless(shown, fmt.Sprintf("CloudWatch gave %d pages and still more", pageLimit))
		}
		seen[token] = true
		input.NextToken = aws.String(token)
	}
}

// spacing is the pause before one more page: a small part of the look's remaining
// time where that is short, so that pausing alone never uses it up. A calm sweep of
// very many pages may take half of that time.
func (w *watch) spacing(ctx context.Context, page int, calm bool) time.Duration {
	deadline, ok := ctx.Deadline()
	wanted := pageSpacing
	if calm {
		wanted = calmSpacing
		if left := w.pages - page; ok && left > 0 {
			wanted = min(wanted, max(pageSpacing, time.Until(deadline)/2/time.Duration(left)))
		}
	}
	if ok {
		return min(wanted, time.Until(deadline)/promptPages)
	}
	return wanted
}

// pause waits in real time, or returns the context's error.
func pause(ctx context.Context, length time.Duration) error {
	timer := time.NewTimer(length)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (w *watch) failure(shown int, err error) *sources.Failure {
	return awsclient.Failure(w.what(shown), err)
}

func (w *watch) endless(shown int, why string) *sources.Failure {
	return &sources.Failure{Trouble: room.Trouble{
		What: w.what(shown), Why: why,
		Next: "what was shown stands; if it stays, please report it",
	}}
}

// what begins the sentence about a look that ended early.
func (w *watch) what(shown int) string {
	if shown == 0 {
		return "CloudWatch alarms in " + w.scope.Region + " could not be read"
	}
	return fmt.Sprintf("CloudWatch alarms in %s could be read only in part (%d so far)", w.scope.Region, shown)
}
