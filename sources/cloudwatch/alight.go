package cloudwatch

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"warroom/sources"
)

// alightPages is how many pages of alarms in ALARM are read with each look. Beyond five
// hundred of them nobody waits for the next one.
const alightPages = 5

// alight reports the alarms that are in ALARM, whatever the history says: it may lag, and
// then a new alarm would be shown as late as the next sweep. told are their names. stopped
// are those that were in ALARM before and are not any more; none if there are too many to
// list.
func (w *watch) alight(ctx context.Context, report sources.Report) (told map[string]bool, stopped []string, err error) {
	told = make(map[string]bool)
	input := &cloudwatch.DescribeAlarmsInput{AlarmTypes: alarmTypes, StateValue: types.StateValueAlarm, MaxRecords: aws.Int32(pageSize)}
	for page := 0; page < alightPages; page++ {
		if page > 0 {
			if err := pause(ctx, w.spacing(ctx, page, true)); err != nil {
				return nil, nil, err
			}
		}
		answer, err := w.call(ctx, input)
		if err != nil {
			return nil, nil, err
		}
		report(w.signals(answer))
		eachState(answer, func(name string, _ types.StateValue) { told[name] = true })
		if aws.ToString(answer.NextToken) == "" {
			for name := range w.ringing {
				if !told[name] {
					stopped = append(stopped, name)
				}
			}
			return told, stopped, nil
		}
		input.NextToken = answer.NextToken
	}
	return told, nil, nil
}

// hear remembers which alarms CloudWatch told to be in ALARM.
func (w *watch) hear(answer *cloudwatch.DescribeAlarmsOutput) {
	eachState(answer, func(name string, state types.StateValue) {
		if state == types.StateValueAlarm && w.wanted(name) {
			w.ringing[name] = true
		} else {
			delete(w.ringing, name)
		}
	})
}

// eachState gives the name and the state of every alarm of a page.
func eachState(answer *cloudwatch.DescribeAlarmsOutput, take func(name string, state types.StateValue)) {
	for i := range answer.MetricAlarms {
		take(aws.ToString(answer.MetricAlarms[i].AlarmName), answer.MetricAlarms[i].StateValue)
	}
	for i := range answer.CompositeAlarms {
		take(aws.ToString(answer.CompositeAlarms[i].AlarmName), answer.CompositeAlarms[i].StateValue)
	}
	for i := range answer.LogAlarms {
		take(aws.ToString(answer.LogAlarms[i].AlarmName), answer.LogAlarms[i].StateValue)
	}
}
