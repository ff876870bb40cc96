package config

import "fmt"

// Step is one part of a dialogue over TCP.
type Step struct {
	Send   Secret `yaml:"send,omitempty" doc:"What is sent; may hold references. A file has bytes from 80 up, which YAML cannot write." example:"\"EHLO warroom\\r\\n\""`
	Expect string `yaml:"expect,omitempty" doc:"Text that comes after what the step before has found, or a regular expression between slashes." usual:"nothing is waited for" example:"\"250\""`
	Close  bool   `yaml:"close,omitempty" doc:"Say after this that nothing more is sent; the other side may still speak." default:"false"`
}

// checkSteps looks at the dialogue of a tcp probe.
func (r *reader) checkSteps(path string, p *Probe) {
	closed := false
	for i := range p.Steps {
		s, at := &p.Steps[i], fmt.Sprintf("%s.steps[%d]", path, i)
		r.checkBody(at+".send", s.Send)
		r.checkMatch(at+".expect", s.Expect)
		switch sends := s.Send.Reveal() != "" || s.Close; {
		case !sends && s.Expect == "" && r.given(at):
			r.wrong(at, "this step sends nothing and expects nothing; take it away")
		case closed && sends:
			r.wrong(at, "a step before this one has closed our side, so nothing more can be sent; close in the last step that sends")
		}
		closed = closed || s.Close
	}
	for _, key := range []string{".body", ".expect.body"} {
		if len(p.Steps) > 0 && r.given(path+key) {
			r.wrong(path+key, "the steps say already what is sent and expected; take this away, or make it a step")
		}
	}
}
