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
	// for an account and region, and a small account never meets it.
	promptPages = 8
	// pageSpacing is the real time between the starts of the pages after those,
	// so that our looks leave something of the quota to the other tools of the account.
	pageSpacing = 150 * time.Millisecond
)

// alarmTypes must be sent, since CloudWatch gives only metric alarms without it.
var alarmTypes = []types.AlarmType{
	types.AlarmTypeMetricAlarm, types.AlarmTypeCompositeAlarm, types.AlarmTypeLogAlarm,
}

// look reads every page and reports each as it comes.
func (w *watch) look(ctx context.Context, report sources.Report) error {
	seen, shown := make(map[string]bool), 0
	input := &cloudwatch.DescribeAlarmsInput{AlarmTypes: alarmTypes, MaxRecords: aws.Int32(pageSize)}
	for page := 0; ; page++ {
		if page >= promptPages {
			if err := pause(ctx, spacing(ctx)); err != nil {
				return w.failure(shown, err)
			}
		}
		answer, err := w.call(ctx, input)
		if err != nil {
			return w.failure(shown, err)
		}
		signals := w.signals(answer)
		shown += len(signals)
		report(signals)
		token := aws.ToString(answer.NextToken)
		switch {
		case token == "":
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
// time where that is short, so that pausing alone never uses it up.
func spacing(ctx context.Context) time.Duration {
	if deadline, ok := ctx.Deadline(); ok {
		return min(pageSpacing, time.Until(deadline)/promptPages)
	}
	return pageSpacing
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
