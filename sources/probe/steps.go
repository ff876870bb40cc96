package probe

import (
	"errors"
	"fmt"
	"net"

	"warroom/internal/clean"
)

const (
	// bannerLimit is how much a TCP endpoint may say before what is expected, in all steps.
	bannerLimit = 64 << 10
	// heardShown is how many runes are shown of what it said instead.
	heardShown = 60
)

// Step is one part of a dialogue over TCP.
type Step struct {
	Send   string // sent as it is; may be secret
	Expect string // text that comes after what the step before has found, or /a regular expression/; "" waits for nothing
	Close  bool   // after that our side sends no more, and says so (FIN)
}

// step is a Step that has been read.
type step struct {
	send   string
	expect *textMatch // nil: nothing
	close  bool
}

// readSteps makes the dialogue of a Spec: its steps, or its body and the text expected.
func (t *target) readSteps() error {
	s := &t.spec
	if len(s.Steps) == 0 {
		t.steps = []step{{send: s.Body, expect: t.text}}
		return nil
	}
	if s.Body != "" || t.text != nil {
		return errors.New("its steps say what is sent and expected, and so do its body and the expected text; leave these out")
	}
	closed := false
	for i, given := range s.Steps {
		what := fmt.Sprintf("text of step %d", i+1)
		expect, err := parseText(what, given.Expect)
		switch {
		case err != nil:
			return err
		case given == Step{}:
			return fmt.Errorf("step %d sends nothing and expects nothing; take it away", i+1)
		case closed && (given.Send != "" || given.Close):
			return fmt.Errorf("step %d sends more after a step that has closed our side; close in the last step that sends", i+1)
		}
		closed = closed || given.Close
		t.steps = append(t.steps, step{given.Send, expect, given.Close})
	}
	return nil
}

// talk is what is said over one TCP connection.
type talk struct {
	target *target
	conn   net.Conn
	watch  *stopwatch
	stage  phase  // of the next read
	heard  []byte // all that came
	taken  int    // how much of it earlier steps have found
	ended  error  // how reading ended; the other side may take more all the same
}

// take makes one step.
func (k *talk) take(number int) *failure {
	s := &k.target.steps[number]
	if s.send != "" {
		if _, err := k.conn.Write([]byte(s.send)); err != nil {
			k.watch.lap(k.stage)
			return brokenOff(k.target, k.stage, err, "everything was sent")
		}
	}
	if tcp, ok := k.conn.(*net.TCPConn); ok && s.close {
		_ = tcp.CloseWrite() // if it is broken, what is expected will not come
	}
	if s.expect == nil {
		return nil
	}
	for {
		if rest := k.heard[k.taken:]; len(rest) > 0 {
			if end := s.expect.end(rest); end >= 0 {
				k.taken += end
				return nil
			}
		}
		if k.ended != nil || len(k.heard) == bannerLimit {
			return k.lacks(number)
		}
		k.read()
	}
}

// read takes in the next piece. Unlike an HTTP body what comes has no end that one could
// wait for, so each piece is looked at as it comes.
func (k *talk) read() {
	if len(k.heard) == cap(k.heard) {
		k.heard = append(k.heard, make([]byte, max(512, len(k.heard)))...)[:len(k.heard)]
	}
	n, err := k.conn.Read(k.heard[len(k.heard):min(cap(k.heard), bannerLimit)])
	k.watch.lap(k.stage)
	k.heard, k.ended = k.heard[:len(k.heard)+n], err
	if err == nil {
		k.stage = phaseTransfer
	}
}

// lacks is the failure of a step whose text did not come.
func (k *talk) lacks(number int) *failure {
	expect, rest := k.target.steps[number].expect, k.heard[k.taken:]
	where, awaited := "the banner", "the expected text came"
	if len(k.target.steps) > 1 {
		where, awaited = fmt.Sprintf("what came in step %d", number+1), fmt.Sprintf("the expected text of step %d came", number+1)
	}
	switch {
	case len(k.heard) == bannerLimit && len(k.target.steps) > 1:
		where = fmt.Sprintf("what came up to step %d, %d KiB,", number+1, bannerLimit>>10)
	case len(k.heard) == bannerLimit:
		where = fmt.Sprintf("the banner's first %d KiB", bannerLimit>>10)
	case !isEnd(k.ended) || len(rest) == 0:
		return brokenOff(k.target, k.stage, k.ended, awaited)
	}
	got := fmt.Sprintf("got %q", clean.Line(k.target.withoutSecrets(string(rest)), heardShown))
	return &failure{
		class: classAssert, phase: k.stage, reason: expect.missing(where), cause: k.ended,
		came: got, text: fmt.Sprintf("%s, expected that it %s", got, expect.words),
	}
}
