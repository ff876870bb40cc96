package probe

import (
	"slices"

	"warroom/internal/clean"
	"warroom/internal/room"
)

const (
	// answersKept is how many values of an answer are remembered and told of.
	answersKept = 16
	// answerGone is after how many looks without it a value is no longer one of those that
	// take turns, as behind a load balancer that answers with some of many.
	answerGone = 20
)

// answered are the values that a name server answered with lately.
type answered struct {
	looks int
	last  map[string]int // the look in which each came last
	told  []string
}

// take takes in the values of a look and says which ones the room is to be told of: others
// than before if one of them is new, or if one that it knows is gone for a long time.
func (a *answered) take(values []string) []string {
	a.looks++
	if a.last == nil {
		a.last = map[string]int{}
	}
	long := func(value string) bool {
		look, known := a.last[value]
		return !known || a.looks-look >= answerGone
	}
	changed := slices.ContainsFunc(values, long)
	for _, value := range values {
		a.last[value] = a.looks
	}
	if changed || slices.ContainsFunc(a.told, long) {
		a.told = values
	}
	for value := range a.last {
		if long(value) {
			delete(a.last, value)
		}
	}
	return a.told
}

// answered takes in what a name server answered in the last look; nil if nothing.
func (l *look) answered(values []string) {
	if len(values) == 0 {
		return
	}
	kept := make([]string, 0, answersKept)
	for _, value := range values[:min(len(values), answersKept)] {
		kept = append(kept, clean.Line(value, textLimit))
	}
	detail := l.signal.Detail.(*room.ProbeDetail)
	if told := l.answers.take(kept); !slices.Equal(told, detail.Answers) {
		changed := *detail
		changed.Answers = told
		l.signal.Detail = &changed
	}
}
