package cli

import (
	"cmp"
	"slices"

	"warroom/internal/clean"
)

// The states of a finding. Skipped is what could not be tried, or was not asked for.
const (
	stateOK      = "ok"
	stateSkipped = "skipped"
	stateWarning = "warning"
	stateFailed  = "failed"
)

// The topics of a check, in the order in which they are printed.
const (
	topicConfig      = "config"
	topicCredentials = "credentials"
	topicPermission  = "permission"
	topicFeed        = "feed"
	topicProbe       = "probe"
	topicClock       = "clock"
	topicTerminal    = "terminal"
	topicPaths       = "paths"
)

// sentenceLimit bounds the texts of a finding, in runes; some are a whole list.
const sentenceLimit = 600

// subject is what a finding is about. Account and region are "" where there is none.
type subject struct {
	topic, name     string
	account, region string
}

// finding is one line of a check: about what, how it is, what was found, and, for
// all that is not ok, how to mend it. Everything in it is fit to be shown.
type finding struct {
	subject
	state, found, fix string
}

func (s subject) ok(found string) finding           { return s.finding(stateOK, found, "") }
func (s subject) warn(found, fix string) finding    { return s.finding(stateWarning, found, fix) }
func (s subject) fail(found, fix string) finding    { return s.finding(stateFailed, found, fix) }
func (s subject) skip(found, fix string) finding    { return s.finding(stateSkipped, found, fix) }
func (s subject) called(name string) subject        { s.name = name; return s }
func (s subject) in(account, region string) subject { s.account, s.region = account, region; return s }

func (s subject) finding(state, found, fix string) finding {
	line := func(text string) string { return clean.Line(text, sentenceLimit) }
	s.name, s.account, s.region = line(s.name), line(s.account), line(s.region)
	return finding{subject: s, state: state, found: line(found), fix: line(fix)}
}

// worstState is the state that decides about many; what was skipped decides nothing.
func worstState(findings []finding) string {
	order := []string{stateOK, stateWarning, stateFailed}
	worst := stateOK
	for _, f := range findings {
		if slices.Index(order, f.state) > slices.Index(order, worst) {
			worst = f.state
		}
	}
	return worst
}

// byTopic puts findings that were made together into the order of topics.
func byTopic(findings []finding) []finding {
	order := []string{topicCredentials, topicPermission}
	slices.SortStableFunc(findings, func(a, b finding) int {
		return cmp.Compare(slices.Index(order, a.topic), slices.Index(order, b.topic))
	})
	return findings
}
