package cloudwatch

import (
	"cmp"
	"fmt"
	"hash/crc32"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"warroom/internal/clean"
	"warroom/internal/room"
)

// Limits of texts in runes, as CloudWatch's own model has them.
const (
	nameLimit        = 255
	arnLimit         = 1600
	reasonLimit      = 1023
	descriptionLimit = 1024
	ruleLimit        = 10_240
	wordLimit        = 255 // metric names, namespaces, dimensions
)

// The words of an alarm's state.
const (
	wordAlarm  = "ALARM"
	wordNoData = "NO DATA"
	wordOK     = "OK"
	wordBlind  = "BLIND"
)

// blindReason is shown instead of the reason of an alarm that is green only
// because CloudWatch cannot look. Source: EvaluationState EVALUATION_FAILURE,
// "temporary CloudWatch trouble".
const blindReason = "CloudWatch cannot evaluate this alarm at the moment; its OK is old, look at the metric yourself"

// service is how the namespaces of AWS begin.
const servicePrefix = "AWS/"

// common is what the three types of alarm share.
type common struct {
	name, arn, description, reason *string
	state                          types.StateValue
	evaluation                     types.EvaluationState
	transitioned, updated, made    *time.Time
	actions                        *bool
}

// signals turns one page into signals. Nothing of the answer stays alive in them.
func (w *watch) signals(answer *cloudwatch.DescribeAlarmsOutput) []room.Signal {
	out := make([]room.Signal, 0, len(answer.MetricAlarms)+len(answer.CompositeAlarms)+len(answer.LogAlarms))
	for i := range answer.MetricAlarms {
		a := &answer.MetricAlarms[i]
		if w.wanted(aws.ToString(a.AlarmName)) {
			out = append(out, w.signal(common{a.AlarmName, a.AlarmArn, a.AlarmDescription, a.StateReason, a.StateValue,
				a.EvaluationState, a.StateTransitionedTimestamp, a.StateUpdatedTimestamp, a.AlarmConfigurationUpdatedTimestamp, a.ActionsEnabled}, w.metric(a)))
		}
	}
	for i := range answer.CompositeAlarms {
		a := &answer.CompositeAlarms[i]
		if w.wanted(aws.ToString(a.AlarmName)) {
			out = append(out, w.signal(common{a.AlarmName, a.AlarmArn, a.AlarmDescription, a.StateReason, a.StateValue,
				"", a.StateTransitionedTimestamp, a.StateUpdatedTimestamp, a.AlarmConfigurationUpdatedTimestamp, a.ActionsEnabled}, composite(a)))
		}
	}
	for i := range answer.LogAlarms {
		a := &answer.LogAlarms[i]
		if w.wanted(aws.ToString(a.AlarmName)) {
			out = append(out, w.signal(common{a.AlarmName, a.AlarmArn, a.AlarmDescription, a.StateReason, a.StateValue,
				a.EvaluationState, a.StateTransitionedTimestamp, a.StateUpdatedTimestamp, a.AlarmConfigurationUpdatedTimestamp, a.ActionsEnabled}, w.log(a)))
		}
	}
	return out
}

// signal fills in what every type of alarm has.
func (w *watch) signal(a common, detail *room.AlarmDetail) room.Signal {
	detail.ARN = line(a.arn, arnLimit)
	detail.Description = w.words.intern(line(a.description, descriptionLimit))
	detail.Evaluation = w.words.intern(clean.Line(string(a.evaluation), wordLimit))
	detail.Configured = aws.ToTime(a.made).UTC()
	detail.Mute = w.mutes.now[aws.ToString(a.name)]
	detail.Silent = a.actions != nil && !*a.actions
	key, title := w.key(aws.ToString(a.name))
	state, word := judge(a.state, a.evaluation)
	reason := line(a.reason, reasonLimit)
	since := cmp.Or(a.transitioned, a.updated)
	if word == wordBlind {
		reason, since = blindReason, cmp.Or(a.updated, a.transitioned) // which moves with the evaluation too
	}
	service, _ := strings.CutPrefix(detail.Namespace, servicePrefix)
	if service == detail.Namespace {
		service = ""
	}
	return room.Signal{
		Key:     key,
		Kind:    room.KindAlarm,
		Scope:   w.scope,
		State:   state,
		Word:    word,
		Title:   title,
		Reason:  reason,
		Service: service,
		Account: w.scope.Account,
		Region:  w.scope.Region,
		Since:   aws.ToTime(since).UTC(),
		Lasted:  lasted(since, a.updated),
		Detail:  detail,
	}
}

// lasted is how long after a change of state CloudWatch said that the state is the same.
func lasted(since, updated *time.Time) time.Duration {
	if since == nil || updated == nil {
		return 0
	}
	return max(0, updated.Sub(*since))
}

// key names an alarm in the room. The title is a part of it, so that ten thousand
// names are kept once. A name that had to be cleaned gets its checksum, since two
// such names may look alike.
func (w *watch) key(name string) (key, title string) {
	title = clean.Line(name, nameLimit)
	prefix := "alarm/" + w.scope.Account + "/" + w.scope.Region + "/"
	if title != name {
		return fmt.Sprintf("%s%s#%08x", prefix, title, crc32.ChecksumIEEE([]byte(name))), title
	}
	key = prefix + title
	return key, key[len(prefix):]
}

// judge maps CloudWatch's states to ours. An OK that CloudWatch could not check
// is no OK.
func judge(state types.StateValue, evaluation types.EvaluationState) (room.State, string) {
	switch {
	case state == types.StateValueAlarm:
		return room.Critical, wordAlarm
	case state == types.StateValueOk && evaluation == types.EvaluationStateEvaluationFailure:
		return room.Unknown, wordBlind
	case state == types.StateValueOk:
		return room.OK, wordOK
	}
	return room.Unknown, wordNoData
}

func line(s *string, limit int) string { return clean.Line(aws.ToString(s), limit) }
