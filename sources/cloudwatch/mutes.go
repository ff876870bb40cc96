package cloudwatch

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"warroom/internal/room"
	"warroom/sources"
	"warroom/sources/awsclient"
)

const (
	// mutesEvery is how often, in room time, it is asked which alarms are muted.
	mutesEvery = sweepEvery
	// mutesLeast is the least time between two questions, when a mute is about to end.
	mutesLeast = 30 * time.Second
	// muteRuleLimit bounds the rules that are looked at; each is a call when it is new.
	muteRuleLimit = 500
	// mutePageLimit ends a list that never ends.
	mutePageLimit = 50
	// muteRuleARN is what stands before a rule's name in its ARN.
	muteRuleARN = ":alarm-mute-rule:"
)

// errEndlessMutes is that a list of rules had no end. What it gave is not believed.
var errEndlessMutes = errors.New("the list of alarm mute rules never ends")

// mutes is which alarms are muted, as far as is known. What was never read mutes nothing:
// the alarms themselves are what matters. What was, stands with its age while it cannot be
// read again, until the end that it has itself.
type mutes struct {
	due   time.Time             // room time of the next question
	asked time.Time             // room time of the last one that was answered
	rules map[string]muteRule   // the active ones, by ARN
	now   map[string]*room.Mute // by the alarm's name

	trouble awsclient.Recurring // with asking
}

// muteRule is a rule as it was read last.
type muteRule struct {
	*cloudwatch.GetAlarmMuteRuleOutput
	read time.Time // in room time
	old  bool      // it has changed since, and could not be read again
}

// silence asks which alarms are muted, if it is time to, and reports those of which that
// has changed.
func (w *watch) silence(ctx context.Context, report sources.Report) {
	now := w.clock.Now()
	m := &w.mutes
	if now.Before(m.due) && m.due.Sub(now) <= mutesEvery {
		return
	}
	m.due = now.Add(mutesEvery)
	rules, err := w.muteRules(ctx)
	m.trouble.Ended(err)
	before := m.now
	if rules != nil {
		m.rules, m.asked, m.now = rules, now, muted(rules, now)
	} else {
		m.now = m.aged(now)
	}
	var changed []string
	for name, mute := range m.now {
		if !mute.Equal(before[name]) {
			changed = append(changed, name)
		}
		if !mute.Until.IsZero() && mute.Until.Before(m.due) {
			m.due = mute.Until
		}
	}
	for name := range before {
		if m.now[name] == nil {
			changed = append(changed, name)
		}
	}
	if least := now.Add(mutesLeast); m.due.Before(least) {
		m.due = least
	}
	if _, err := w.renew(ctx, changed, report); err != nil {
		m.now, m.due = before, now.Add(mutesLeast)
	}
}

// aged is what is known to be muted while it cannot be asked.
func (m *mutes) aged(now time.Time) map[string]*room.Mute {
	names := make(map[string]*room.Mute, len(m.now))
	for name, mute := range m.now {
		if !mute.Until.IsZero() && !mute.Until.After(now) {
			continue
		}
		if mute.As.IsZero() {
			old := *mute
			old.As = m.asked
			mute = &old
		}
		names[name] = mute
	}
	return names
}

// muteRules are the rules that mute something now; nil if they could not be listed. One
// that has not changed is not asked for again. After the first that cannot be read no other
// is asked for: those that were read before stand as they were, with the error.
func (w *watch) muteRules(ctx context.Context) (rules map[string]muteRule, unread error) {
	rules = make(map[string]muteRule)
	input := &cloudwatch.ListAlarmMuteRulesInput{Statuses: []types.AlarmMuteRuleStatus{types.AlarmMuteRuleStatusActive}}
	seen := make(map[string]bool)
	for page := 1; ; page++ {
		answer, err := w.listMutes(ctx, input)
		if err != nil {
			return nil, err
		}
		for i := range answer.AlarmMuteRuleSummaries {
			summary := &answer.AlarmMuteRuleSummaries[i]
			arn := aws.ToString(summary.AlarmMuteRuleArn)
			rule, known := w.mutes.rules[arn]
			rule.old = known && !aws.ToTime(rule.LastUpdatedTimestamp).Equal(aws.ToTime(summary.LastUpdatedTimestamp))
			if (rule.old || !known) && unread == nil {
				var fresh *cloudwatch.GetAlarmMuteRuleOutput
				if fresh, unread = w.muteRule(ctx, arn); unread == nil {
					rule, known = muteRule{fresh, w.clock.Now(), false}, true
				}
			}
			if known {
				rules[arn] = rule
			}
		}
		token := aws.ToString(answer.NextToken)
		switch {
		case token == "" || len(answer.AlarmMuteRuleSummaries) == 0 || len(rules) >= muteRuleLimit:
			return rules, unread
		case seen[token] || page == mutePageLimit:
			return nil, errEndlessMutes
		}
		seen[token] = true
		input.NextToken = answer.NextToken
	}
}

func (w *watch) listMutes(ctx context.Context, input *cloudwatch.ListAlarmMuteRulesInput) (*cloudwatch.ListAlarmMuteRulesOutput, error) {
	ctx, cancel := awsclient.WithTimeout(ctx)
	defer cancel()
	return w.client.ListAlarmMuteRules(ctx, input)
}

func (w *watch) muteRule(ctx context.Context, arn string) (*cloudwatch.GetAlarmMuteRuleOutput, error) {
	ctx, cancel := awsclient.WithTimeout(ctx)
	defer cancel()
	_, name, _ := strings.Cut(arn, muteRuleARN)
	return w.client.GetAlarmMuteRule(ctx, &cloudwatch.GetAlarmMuteRuleInput{AlarmMuteRuleName: aws.String(name)})
}

// muted is what rules mute, each alarm by the rule that lasts longest.
func muted(rules map[string]muteRule, now time.Time) map[string]*room.Mute {
	names := make(map[string]*room.Mute)
	for _, rule := range rules {
		if rule.MuteTargets == nil {
			continue
		}
		mute := &room.Mute{By: line(rule.Name, nameLimit), Until: muteEnd(rule.GetAlarmMuteRuleOutput, now)}
		if rule.old {
			mute.As = rule.read
		}
		for _, name := range rule.MuteTargets.AlarmNames {
			if known := names[name]; known == nil || lasts(mute, known) {
				names[name] = mute
			}
		}
	}
	return names
}

// lasts says whether one mute is told rather than another: the longer one, and of two that
// are alike always the same.
func lasts(one, other *room.Mute) bool {
	if order := one.Until.Compare(other.Until); order != 0 {
		return order > 0
	}
	return one.By < other.By
}
