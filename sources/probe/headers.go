package probe

import (
	"fmt"
	"maps"
	"net/http"
	"net/textproto"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"

	"warroom/internal/clean"
)

// headerShown is how many runes of a header's value people are shown.
const headerShown = 60

// headerMatch is what one header of an answer has to be.
type headerMatch struct {
	name   string     // as Go spells it
	absent bool       // it must be missing, or must not hold the text
	text   *textMatch // nil: whatever it says
}

// parseHeaders reads names and what their values hold: text or /a regular expression/,
// nothing for any value, and ! before it for what must not be.
func parseHeaders(expected map[string]string) ([]headerMatch, error) {
	var matches []headerMatch
	for _, name := range slices.Sorted(maps.Keys(expected)) {
		m := headerMatch{name: textproto.CanonicalMIMEHeaderKey(name)}
		same := func(o headerMatch) bool { return o.name == m.name }
		switch {
		case !httpguts.ValidHeaderFieldName(name):
			return nil, fmt.Errorf("the expected header %q has characters that no header's name may have", name)
		case slices.Contains(framing, m.name):
			return nil, fmt.Errorf("the header %s frames a message and says nothing of the answer; expect another", m.name)
		case slices.ContainsFunc(matches, same):
			return nil, fmt.Errorf("the header %s is expected twice; keep one", m.name)
		}
		value := expected[name]
		value, m.absent = strings.CutPrefix(value, "!")
		var err error
		if m.text, err = parseText("header "+m.name, value); err != nil {
			return nil, err
		}
		matches = append(matches, m)
	}
	return matches, nil
}

// words say what is expected: `a header Server that contains "nginx"`.
func (m *headerMatch) words() string {
	words := "a header " + m.name
	if m.absent {
		words = "no header " + m.name
	}
	if m.text != nil {
		words += " that " + m.text.words
	}
	return words
}

// among says whether one of a header's values is the one that is looked for: a header
// that is sent several times need not say it each time.
func (m *headerMatch) among(values []string) bool {
	if m.text == nil {
		return len(values) > 0
	}
	return slices.ContainsFunc(values, func(value string) bool { return m.text.found([]byte(value)) })
}

// checkHeader says which header of an answer is not what it should be; nil if all are.
func checkHeader(t *target, header http.Header) *failure {
	for i := range t.headers {
		m := &t.headers[i]
		values := header.Values(m.name)
		if m.among(values) != m.absent {
			continue
		}
		got := "there is another"
		switch {
		case len(values) == 0:
			got = "there is none"
		case m.absent:
			got = "there is one"
		}
		f := &failure{class: classAssert, phase: phaseFirstByte, reason: fmt.Sprintf("expected %s, and %s", m.words(), got)}
		if len(values) > 0 && !secretName.MatchString(m.name) {
			got := fmt.Sprintf("%q", clean.Line(t.withoutSecrets(shownValue(m.name, strings.Join(values, ", "))), headerShown))
			f.came = "got " + got
			f.text = fmt.Sprintf("%s is %s, expected %s", m.name, got, m.words())
		}
		return f
	}
	return nil
}

// pointing are the headers whose values hold addresses (RFC 9110, section 10.2.2, RFC 8288
// and the HTML standard).
var pointing = []string{"Location", "Content-Location", "Refresh", "Link"}

// Of an address the query and the fragment are not shown, as nobody knows what a server puts
// into them, and neither is who it is for; Link writes addresses in <>.
var (
	afterPath = regexp.MustCompile(`[?#][^>]*`)
	forWhom   = regexp.MustCompile(`//[^/?#>\s]*@`)
)

// shownValue is the value of a header as people see it.
func shownValue(name, value string) string {
	if !slices.Contains(pointing, name) {
		return value
	}
	value = afterPath.ReplaceAllLiteralString(value, "?"+hidden)
	return forWhom.ReplaceAllLiteralString(value, "//"+hidden+"@")
}
