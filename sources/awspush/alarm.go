package awspush

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"warroom/internal/clean"
	"warroom/internal/room"
	"warroom/sources/cloudwatch"

	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
)

// alarmEvent is the detail of the three sorts of messages about alarms. Source: "Alarm
// events and EventBridge" in the CloudWatch user guide.
type alarmEvent struct {
	Name        string     `json:"alarmName"`
	Operation   string     `json:"operation"` // of a change of the definition: create, update, delete
	State       alarmState `json:"state"`
	Before      alarmState `json:"previousState"`
	Definition  definition `json:"configuration"`
	Mute        *mute      `json:"muteDetail"`
	Contributor *struct {
		ID string `json:"id"`
	} `json:"alarmContributor"`

	arn, account, region string
}

type alarmState struct {
	Value        string `json:"value"`
	Reason       string `json:"reason"`
	Timestamp    string `json:"timestamp"`
	SuppressedBy string `json:"actionsSuppressedBy"`
	Because      string `json:"actionsSuppressedReason"`
}

type definition struct {
	Description string   `json:"description"`
	Rule        string   `json:"alarmRule"`
	Suppressor  string   `json:"actionsSuppressor"`
	Wait        *int32   `json:"actionsSuppressorWaitPeriod"`
	Extension   *int32   `json:"actionsSuppressorExtensionPeriod"`
	Actions     *bool    `json:"actionsEnabled"`
	Comparison  string   `json:"comparisonOperator"`
	Threshold   *float64 `json:"threshold"`
	Periods     *int32   `json:"evaluationPeriods"`
	Breach      *int32   `json:"datapointsToAlarm"`
	Missing     string   `json:"treatMissingData"`
	Metrics     []struct {
		ID         string `json:"id"`
		Expression string `json:"expression"`
		Returns    bool   `json:"returnData"`
		Period     *int32 `json:"period"`
		Stat       *struct {
			Metric struct {
				Namespace  string            `json:"namespace"`
				Name       string            `json:"name"`
				Dimensions map[string]string `json:"dimensions"`
			} `json:"metric"`
			Period *int32 `json:"period"`
			Stat   string `json:"stat"`
		} `json:"metricStat"`
	} `json:"metrics"`
}

type mute struct {
	By  string `json:"mutedByArn"`
	End string `json:"muteWindowEnd"`
}

// alarmTime is how CloudWatch writes times, such as 2019-10-02T17:04:40.989+0000, which is
// no RFC 3339. Fractions of a second are read as well.
const alarmTime = "2006-01-02T15:04:05Z0700"

func (s *alarmState) at() time.Time {
	for _, layout := range []string{alarmTime, time.RFC3339} {
		if t, err := time.Parse(layout, s.Timestamp); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

func (n *note) readAlarm() error {
	a := n.alarm
	a.locate(&n.envelope)
	switch {
	case a.Name == "":
		return n.lacks("the name of an alarm")
	case !accountPattern.MatchString(a.account) || !regionPattern.MatchString(a.region):
		return n.lacks("an account and a region")
	case n.deletes() && n.at.IsZero(), n.DetailType != contributorType && !n.deletes() && (a.State.Value == "" || a.State.at().IsZero()):
		return n.lacks("a state and its time")
	}
	n.id = n.DetailType + " " + a.arn + " " + a.State.Timestamp
	switch {
	case a.Contributor != nil:
		n.id += " " + a.Contributor.ID
	case n.DetailType == definitionType:
		n.id += " " + n.ID
	}
	return nil
}

func (n *note) deletes() bool { return n.DetailType == definitionType && n.alarm.Operation == "delete" }

// locate finds whose alarm it is, and where. Its ARN knows best.
func (a *alarmEvent) locate(e *envelope) {
	a.account, a.region = e.Account, e.Region
	for _, arn := range e.Resources {
		// arn:partition:cloudwatch:region:account:alarm:name
		if parts := strings.SplitN(arn, ":", 7); len(parts) == 7 && parts[2] == "cloudwatch" && parts[5] == "alarm" {
			a.arn, a.region, a.account = arn, parts[3], parts[4]
			return
		}
	}
	a.arn = "arn:aws:cloudwatch:" + a.region + ":" + a.account + ":alarm:" + a.Name
}

func (w *watch) tellAlarm(n note) (telling, error) {
	a := n.alarm
	place := w.Place(cloudwatch.SourceName, a.account, a.region)
	var t telling
	if place.Watched && n.DetailType == definitionType { // what has changed is told by the next look only
		t.look = room.Scope{Source: cloudwatch.SourceName, Account: place.Account, Region: a.region}
	}
	if !w.Wanted(a.Name) {
		return telling{}, nil
	}
	if n.DetailType == contributorType {
		return telling{}, nil // one of the many series behind an alarm: the state of the alarm is another message
	}
	m := a.message(place.Account)
	if !place.Watched { // else looks tell its rule
		at := n.at.UTC()
		if at.IsZero() {
			at = m.At
		}
		m.Signal.Detail.(*room.AlarmDetail).Push = &room.Push{Defined: at}
	}
	w.place(&m.Signal, place.Watched)
	if n.deletes() {
		m.Gone, m.At = true, n.at.UTC()
	}
	t.messages = []room.Message{m}
	return t, nil
}

// message is what the room is told: about the same signal that a look at the account shows.
func (a *alarmEvent) message(account string) room.Message {
	answer := new(sdk.DescribeAlarmsOutput)
	for _, state := range []*alarmState{&a.State, &a.Before} {
		if a.Definition.Rule != "" {
			answer.CompositeAlarms = append(answer.CompositeAlarms, a.composite(state))
		} else {
			answer.MetricAlarms = append(answer.MetricAlarms, a.metric(state))
		}
	}
	signals := cloudwatch.Signals(account, a.region, answer)
	m := room.Message{Signal: signals[0], At: signals[0].Since}
	detail := m.Signal.Detail.(*room.AlarmDetail)
	if a.Definition.Rule == "" && len(a.Definition.Metrics) == 0 {
		detail.Type = "" // the message does not say
	}
	if a.Mute != nil {
		detail.Mute = a.Mute.room()
	}
	if a.Before.Value != "" {
		m.Was, m.WasTo = signals[1].State, signals[1].Word
	}
	return m
}

func (a *alarmEvent) metric(state *alarmState) types.MetricAlarm {
	d := &a.Definition
	alarm := types.MetricAlarm{
		AlarmName: aws.String(a.Name), AlarmArn: aws.String(a.arn), AlarmDescription: aws.String(d.Description),
		StateValue: types.StateValue(state.Value), StateReason: aws.String(state.Reason), StateTransitionedTimestamp: aws.Time(state.at()),
		ActionsEnabled: d.Actions, ComparisonOperator: types.ComparisonOperator(d.Comparison), Threshold: d.Threshold,
		EvaluationPeriods: d.Periods, DatapointsToAlarm: d.Breach, TreatMissingData: aws.String(d.Missing),
	}
	for i := range d.Metrics {
		m := &d.Metrics[i]
		query := types.MetricDataQuery{Id: aws.String(m.ID), ReturnData: aws.Bool(m.Returns), Period: m.Period}
		if m.Expression != "" {
			query.Expression = aws.String(m.Expression)
		}
		if m.Stat != nil {
			metric := &types.Metric{Namespace: aws.String(m.Stat.Metric.Namespace), MetricName: aws.String(m.Stat.Metric.Name)}
			for _, name := range slices.Sorted(maps.Keys(m.Stat.Metric.Dimensions)) {
				metric.Dimensions = append(metric.Dimensions, types.Dimension{Name: aws.String(name), Value: aws.String(m.Stat.Metric.Dimensions[name])})
			}
			query.MetricStat = &types.MetricStat{Metric: metric, Period: m.Stat.Period, Stat: aws.String(m.Stat.Stat)}
		}
		alarm.Metrics = append(alarm.Metrics, query)
	}
	return alarm
}

func (a *alarmEvent) composite(state *alarmState) types.CompositeAlarm {
	d := &a.Definition
	return types.CompositeAlarm{
		AlarmName: aws.String(a.Name), AlarmArn: aws.String(a.arn), AlarmDescription: aws.String(d.Description), AlarmRule: aws.String(d.Rule),
		StateValue: types.StateValue(state.Value), StateReason: aws.String(state.Reason), StateTransitionedTimestamp: aws.Time(state.at()),
		ActionsEnabled: d.Actions, ActionsSuppressedBy: types.ActionsSuppressedBy(state.SuppressedBy), ActionsSuppressor: aws.String(d.Suppressor),
		ActionsSuppressedReason: aws.String(state.Because), ActionsSuppressorWaitPeriod: d.Wait, ActionsSuppressorExtensionPeriod: d.Extension,
	}
}

// room is who has muted an alarm, and until when.
func (m *mute) room() *room.Mute {
	const nameLimit = 255
	name := m.By
	if _, short, ok := strings.Cut(m.By, ":alarm-mute-rule:"); ok {
		name = short
	}
	return &room.Mute{By: clean.Line(name, nameLimit), Until: (&alarmState{Timestamp: m.End}).at()}
}

// watched says whether looks show by now, under another key, what only messages told of. A
// Health event has the same key whoever tells of it.
func (w *watch) watched(s *room.Signal) bool {
	return s.Kind == room.KindAlarm && w.Place(cloudwatch.SourceName, s.Account, s.Region).Watched
}
