package sourcetest

import (
	"fmt"

	"warroom/internal/room"
	"warroom/sources"
)

// examineGood makes a look at a server that is well and lists what is wrong with its
// outcome.
func examineGood(w sources.Watch, probe bool) []string {
	o := lookOnce(w)
	if !o.ended || o.err != nil || len(o.signals) == 0 {
		return []string{fmt.Sprintf("the look gives %d signals and %v", len(o.signals), o.err)}
	}
	var problems []string
	for i := range o.signals {
		problems = append(problems, examineSignal(w, &o.signals[i])...)
	}
	if last := o.signals[len(o.signals)-1]; probe && last.State != room.OK {
		problems = append(problems, fmt.Sprintf("the probe is %s: %s", last.Word, last.Reason))
	}
	return problems
}

// examineSignal lists what a signal lacks for being kept and shown.
func examineSignal(w sources.Watch, s *room.Signal) []string {
	var problems []string
	for name, text := range map[string]string{"key": s.Key, "kind": string(s.Kind), "word": s.Word, "title": s.Title} {
		if text == "" {
			problems = append(problems, fmt.Sprintf("the signal %q has no %s", s.Key, name))
		}
	}
	for _, text := range []string{s.Key, s.Word, s.Title, s.Reason, s.Service, s.Account, s.Region} {
		if control(text) {
			problems = append(problems, fmt.Sprintf("the signal %q has a control character in %q", s.Key, text))
		}
	}
	if s.Scope != w.Scope {
		problems = append(problems, fmt.Sprintf("the signal %q is of scope %s and its watch of %s", s.Key, s.Scope, w.Scope))
	}
	if s.Detail == nil {
		problems = append(problems, fmt.Sprintf("the signal %q has no detail", s.Key))
	}
	return problems
}
