package journal

import (
	"cmp"
	"time"

	"warroom/internal/room"
)

// flatAlarm is a *room.AlarmDetail in the checkpoints of earlier versions, each of which has
// how it judges to itself. gob fits fields by name and would look for them in what today's
// embeds, which is not there yet: so those of today have a name of their own.
type flatAlarm struct {
	ARN, Type, Description string

	Namespace, Metric, Statistic, Comparison, Threshold string

	Period           time.Duration
	Evaluate, Breach int32
	Missing          string
	Judging          *room.Judging // in the place of those, as was written for a while

	Rule, Evaluation, Suppressed string

	Suppressor *room.Suppressor
	Silent     bool
	Configured time.Time
	Mute       *room.Mute
	Push       *room.Push
	Dimensions []room.Dimension
}

// Equal implements room.Detail, so that it can stand where it was written; nobody asks.
func (f *flatAlarm) Equal(other room.Detail) bool { return f == other }

// today is the detail as this version has it.
func (f *flatAlarm) today() *room.AlarmDetail {
	return &room.AlarmDetail{
		ARN: f.ARN, Type: f.Type, Description: f.Description, Rule: f.Rule, Evaluation: f.Evaluation, Suppressed: f.Suppressed,
		Suppressor: f.Suppressor, Silent: f.Silent, Configured: f.Configured, Mute: f.Mute, Push: f.Push, Dimensions: f.Dimensions,
		Judging: cmp.Or(f.Judging, &room.Judging{
			Namespace: f.Namespace, Metric: f.Metric, Statistic: f.Statistic, Comparison: f.Comparison, Threshold: f.Threshold,
			Period: f.Period, Evaluate: f.Evaluate, Breach: f.Breach, Missing: f.Missing,
		}),
	}
}
