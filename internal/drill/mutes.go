package drill

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Limits of the mute rules. Source: ListAlarmMuteRules and PutAlarmMuteRule, their API
// reference.
const (
	mutePage      = 100
	mutePageUsual = 50
	muteAlarms    = 100
)

// muteStates are what can be asked for. Source: AlarmMuteRuleStatus.
var muteStates = []string{"SCHEDULED", "ACTIVE", "EXPIRED"}

type mutesRequest struct {
	AlarmName  string
	Statuses   []string
	MaxRecords int
	NextToken  string
}

type muteRequest struct{ AlarmMuteRuleName string }

// mute is an alarm mute rule of one region, for one window of time.
type mute struct {
	name, region string
	from, until  time.Time
	alarms       []string
}

// castMutes writes out the mute rules.
func (w *story) castMutes() error {
	for _, cast := range w.scenario.Mutes {
		from, err := w.scenario.time(cast.From)
		if err != nil {
			return err
		}
		for _, region := range w.scenario.regions(cast.Regions) {
			m := &mute{name: cast.Name, region: region, from: from, until: from.Add(cast.Lasts)}
			for _, a := range w.alarms {
				if a.region == region && matches(cast.Alarms, a.name) {
					m.alarms = append(m.alarms, a.name)
				}
			}
			w.mutes = append(w.mutes, m)
		}
	}
	return nil
}

func (m *mute) status(now time.Time) string {
	switch {
	case now.Before(m.from):
		return "SCHEDULED"
	case now.Before(m.until):
		return "ACTIVE"
	}
	return "EXPIRED"
}

func (m *mute) arn(account string) string {
	return "arn:aws:cloudwatch:" + m.region + ":" + account + ":alarm-mute-rule:" + m.name
}

// changed is when the rule was written: before it was needed.
func (m *mute) changed() time.Time { return m.from.Add(-24 * time.Hour) }

func (s *awsServer) listMutes(w http.ResponseWriter, in *mutesRequest, region string) {
	if in.MaxRecords < 0 || in.MaxRecords > mutePage {
		writeCBORError(w, http.StatusBadRequest, "ValidationError", "MaxRecords must be between 1 and 100")
		return
	}
	if in.MaxRecords == 0 {
		in.MaxRecords = mutePageUsual
	}
	for _, status := range in.Statuses {
		if !slices.Contains(muteStates, status) {
			writeCBORError(w, http.StatusBadRequest, "ValidationError", "Statuses has one that CloudWatch does not know")
			return
		}
	}
	now, wanted := s.clock.Now(), []*mute{}
	for _, m := range s.story.mutes {
		if m.region == region && wantedIn(in.Statuses, m.status(now)) && (in.AlarmName == "" || slices.Contains(m.alarms, in.AlarmName)) {
			wanted = append(wanted, m)
		}
	}
	from, to, next, ok := page(in.NextToken, in.MaxRecords, len(wanted))
	if !ok {
		writeCBORError(w, http.StatusBadRequest, "InvalidNextToken", "the token is not one of ours")
		return
	}
	summaries := []any{}
	for _, m := range wanted[from:to] {
		summaries = append(summaries, map[string]any{
			"AlarmMuteRuleArn": m.arn(s.story.scenario.Account), "MuteType": "ONE_TIME", "Status": m.status(now),
			"ExpireDate": m.until, "LastUpdatedTimestamp": m.changed(),
		})
	}
	answer := map[string]any{"AlarmMuteRuleSummaries": summaries}
	if next != "" {
		answer["NextToken"] = next
	}
	writeCBOR(w, http.StatusOK, answer)
}

func (s *awsServer) getMute(w http.ResponseWriter, in *muteRequest, region string) {
	i := slices.IndexFunc(s.story.mutes, func(m *mute) bool { return m.region == region && m.name == in.AlarmMuteRuleName })
	if i < 0 {
		writeCBORError(w, http.StatusBadRequest, "ResourceNotFoundException", "there is no such mute rule")
		return
	}
	m := s.story.mutes[i]
	writeCBOR(w, http.StatusOK, map[string]any{
		"AlarmMuteRuleArn": m.arn(s.story.scenario.Account), "Name": m.name, "MuteType": "ONE_TIME", "Status": m.status(s.clock.Now()),
		"StartDate": m.from, "ExpireDate": m.until, "LastUpdatedTimestamp": m.changed(), "MuteTargets": map[string]any{"AlarmNames": m.alarms},
		"Rule": map[string]any{"Schedule": map[string]any{
			"Expression": "at(" + m.from.Format("2006-01-02T15:04") + ")", "Duration": isoMinutes(m.until.Sub(m.from)), "Timezone": "UTC",
		}},
	})
}

// isoMinutes is a duration of whole minutes as ISO 8601 has it: PT90M.
func isoMinutes(d time.Duration) string { return fmt.Sprintf("PT%dM", int(d.Minutes())) }

// checkMutes wants rules that AWS would take, about alarms that there are.
func (c *checker) checkMutes() {
	moved, composites := c.alarmNames()
	var seen []string
	for i, m := range c.scenario.Mutes {
		at := fmt.Sprintf("mutes[%d]", i)
		if m.Name == "" || slices.Contains(seen, m.Name) {
			c.wrong(at+".name", "give the rule a name of its own")
		}
		seen = append(seen, m.Name)
		if _, err := c.scenario.time(m.From); err != nil {
			c.wrong(at+".from", "%s", err)
		}
		if m.Lasts < time.Minute || m.Lasts > 15*24*time.Hour { // Source: Schedule, Duration
			c.wrong(at+".lasts", "a rule mutes for 1m to 360h at a time")
		}
		if len(m.Alarms) == 0 {
			c.wrong(at, "name the alarms that the rule mutes")
		}
		c.checkGlobs(at+".alarms", m.Alarms, "alarm", slices.Concat(moved, composites), nil)
		c.checkRegions(at, m.Regions)
		muted := 0
		for _, name := range slices.Compact(slices.Sorted(slices.Values(slices.Concat(moved, composites)))) {
			if matches(m.Alarms, name) {
				muted++
			}
		}
		if muted > muteAlarms {
			c.wrong(at+".alarms", "a rule mutes %d alarms at the most, and this one would mute %d", muteAlarms, muted)
		}
	}
}

type contributorsRequest struct{ AlarmName, NextToken string }

// describeContributors tells which of a log alarm's groups are beyond its threshold. They
// all are while it rings, one minute after another.
func (s *awsServer) describeContributors(w http.ResponseWriter, in *contributorsRequest, region string) {
	a := s.story.alarm(in.AlarmName, region)
	if a == nil {
		writeCBORError(w, http.StatusBadRequest, "ResourceNotFound", "there is no such alarm")
		return
	}
	found, now := []any{}, s.clock.Now()
	state, _ := latest(a.changes, now)
	for i, group := range a.cast.Contributors {
		at := state.at.Add(time.Duration(i) * time.Minute)
		if state.to != "ALARM" || at.After(now) {
			continue
		}
		name, value, _ := strings.Cut(fill(group, a.service, a.region), "=")
		found = append(found, map[string]any{
			"ContributorId": fmt.Sprintf("%016x", mixed(a.name+a.region+group)), "ContributorAttributes": map[string]any{name: value},
			"StateReason": state.why, "StateTransitionedTimestamp": at,
		})
	}
	from, to, next, ok := page(in.NextToken, contributorPage, len(found))
	if !ok {
		writeCBORError(w, http.StatusBadRequest, "InvalidNextToken", "the token is not one of ours")
		return
	}
	answer := map[string]any{"AlarmContributors": found[from:to]}
	if next != "" {
		answer["NextToken"] = next
	}
	writeCBOR(w, http.StatusOK, answer)
}

// contributorPage is how many contributors come at once. AWS publishes no number; few, so
// that the pages are asked for.
const contributorPage = 2
