package probe

import (
	"fmt"
	"io"
	"net/textproto"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"warroom/internal/clean"
)

const (
	// excerptShown is how many runes people are shown of a body that is not as expected.
	excerptShown = 60
	// excerptHeld is how many bytes are held for it, so that a secret of ours in what is
	// shown is held as a whole and can be found.
	excerptHeld = 1 << 10
	// secretLeast is how long a text must be to be a secret; shorter ones stand in any answer.
	secretLeast = 4
)

// jsonPair is a name of JSON and the text that is its value.
var jsonPair = regexp.MustCompile(`"([^"]+)"\s*:\s*"(?:[^"\\]|\\.)*"?`)

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
	text := string(e.held)
	for _, secret := range t.secrets() {
		text = strings.ReplaceAll(text, secret, hidden)
	}
	text = jsonPair.ReplaceAllStringFunc(text, func(pair string) string {
		if name := jsonPair.FindStringSubmatch(pair)[1]; secretName.MatchString(name) {
			return `"` + name + `": "` + hidden + `"`
		}
		return pair
	})
	return "got " + quoted(clean.Line(text, excerptShown))
}

// secrets are the texts that the target sends and people are not to see, longest first.
func (t *target) secrets() []string {
	sent := []string{t.spec.Body, t.spec.Auth.Password}
	for name, values := range t.spec.Header {
		if slices.Contains(harmless, textproto.CanonicalMIMEHeaderKey(name)) {
			continue
		}
		for _, value := range values {
			_, credential, _ := strings.Cut(value, " ") // of "Bearer …"
			sent = append(sent, value, credential)
		}
	}
	shown := t.shown()
	for pair := range strings.SplitSeq(t.url.RawQuery, "&") {
		if _, value, _ := strings.Cut(pair, "="); !strings.Contains(shown, value) {
			plain, _ := url.QueryUnescape(value)
			sent = append(sent, value, plain)
		}
	}
	sent = slices.DeleteFunc(sent, func(s string) bool { return len(s) < secretLeast })
	slices.SortFunc(sent, func(a, b string) int { return len(b) - len(a) })
	return sent
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
