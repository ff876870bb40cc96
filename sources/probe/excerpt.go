package probe

import (
	"fmt"
	"io"
	"strings"

	"warroom/internal/clean"
)

const (
	// excerptShown is how many runes people are shown of a body that is not as expected.
	excerptShown = 60
	// excerptHeld is how many bytes are held for it, so that a secret of ours in what is
	// shown is held as a whole and can be found.
	excerptHeld = 1 << 10
)

// excerpt remembers how a body begins that is searched.
type excerpt struct {
	bodyReader
	held []byte
}

// in implements bodyReader.
func (e *excerpt) in(body io.Reader) (found bool, err error) {
	return e.bodyReader.in(io.TeeReader(body, e))
}

// Write implements io.Writer for what is read.
func (e *excerpt) Write(read []byte) (int, error) {
	e.held = append(e.held, read[:min(len(read), excerptHeld-len(e.held))]...)
	return len(read), nil
}

// shown is how the body begins, as people see it: without what looks like a secret. Some
// endpoints send back what they were sent, and what is secret of that is left out, too.
func (e *excerpt) shown(t *target) string {
	if len(e.held) == 0 {
		return "it is empty"
	}
	return "got " + quoted(clean.Line(t.withoutSecrets(string(e.held)), excerptShown))
}

// quoted puts quotation marks around text that has none itself.
func quoted(text string) string {
	if strings.Contains(text, `"`) {
		return text
	}
	return `"` + text + `"`
}

// unlike is the failure of a text that does not hold what is expected.
func unlike(match *textMatch, where, came string) *failure {
	f := &failure{class: classAssert, phase: phaseTransfer, reason: match.missing(where), came: came}
	if came != "" {
		f.text = fmt.Sprintf("%s, expected that it %s", came, match.words)
	}
	return f
}
