package config

import (
	"fmt"
	"slices"
	"strings"
)

// framing are the headers that say how a message is cut out of a connection. Only
// the prober sets them, because a wrong one would make the answer meaningless.
var framing = []string{"connection", "content-length", "te", "trailer", "transfer-encoding", "upgrade"}

// Values are those of a header: one, or several that are sent in lines of their own.
type Values []Secret

// plainHeaders never hold secrets, but random letters: a boundary, a version, a hash.
var plainHeaders = []string{"accept", "accept-encoding", "accept-language", "content-type", "if-match", "if-none-match", "traceparent", "user-agent"}

// elsewhereSecret ends what is said about a secret that is written out.
const elsewhereSecret = "does not belong in this file; write ${env:NAME} or ${file:PATH} in its place"

func (r *reader) checkHeaders(path string, headers map[string]Values) {
	seen := map[string]string{}
	for _, name := range sortedKeys(headers) {
		at, values := join(path, name), headers[name]
		if !r.checkHeaderName(at, name, seen, "this header is set by the prober itself; take it away") {
			continue
		}
		if len(values) > 1 && strings.EqualFold(name, "Host") {
			r.wrong(at, "a request is for one host (RFC 9112, section 3.2); write one")
		}
		if len(values) == 1 {
			r.checkHeaderValue(at, name, values[0])
			continue
		}
		for i, value := range values {
			r.checkHeaderValue(fmt.Sprintf("%s[%d]", at, i), name, value)
		}
	}
}

func (r *reader) checkHeaderValue(at, name string, value Secret) {
	switch {
	case secretName.MatchString(name) && !value.IsReference() && value.Reveal() != "":
		r.secretHere(at, value, "a secret "+elsewhereSecret)
	case holdsSecret(value.literal()), !slices.Contains(plainHeaders, strings.ToLower(name)) && looksRandom(value.literal()):
		r.secretHere(at, value, "this looks like a secret, which "+elsewhereSecret)
	case hasControl(value.Reveal()):
		r.wrong(at, "the value of a header is one line of text, and this one has a line break or control character")
	}
}

// hasControl says whether text has something in it that breaks a header.
func hasControl(text string) bool {
	return strings.ContainsFunc(text, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f })
}

func (r *reader) checkBody(path string, body Secret) {
	if holdsSecret(body.literal()) {
		r.secretHere(path, body, "this looks like a secret, which does not belong in this file; write ${env:NAME} in its place, or keep the whole body in a file and write ${file:PATH}")
	}
}

// secretHere notes that a secret is written out, and keeps it out of what is shown.
func (r *reader) secretHere(path string, value Secret, wrong string) {
	r.source.hide(value.literal())
	r.source.hideFrom(r.at(path))
	r.wrong(path, "%s", wrong)
}

// isToken says whether text may be the name of a header. Source: RFC 9110, 5.6.2.
func isToken(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(c rune) bool {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		return !letter && !strings.ContainsRune("!#$%&'*+-.^_`|~", c)
	})
}

// checkHeaderName looks at the name of a header among others that were seen, by their
// names in small letters, and says whether it can be one. framed is what is said about
// one that frames a message.
func (r *reader) checkHeaderName(at, name string, seen map[string]string, framed string) bool {
	lower := strings.ToLower(name)
	if first, taken := seen[lower]; taken {
		r.wrongKey(at, "%s and %s are the same header; keep one", quote(first), quote(name))
	}
	seen[lower] = name
	switch {
	case !isToken(name):
		r.wrongKey(at, "%s is not the name of a header; it may hold letters, digits and -", quote(name))
		return false
	case slices.Contains(framing, lower):
		r.wrongKey(at, "%s", framed)
		return false
	}
	return true
}
