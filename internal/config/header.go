package config

import (
	"regexp"
	"slices"
	"strings"
)

// framing are the headers that say how a message is cut out of a connection. Only
// the prober sets them, because a wrong one would make the answer meaningless.
var framing = []string{"connection", "content-length", "te", "trailer", "transfer-encoding", "upgrade"}

// sensitiveHeader matches the names of headers that carry secrets: Authorization,
// Proxy-Authorization, Cookie, X-Api-Key, X-Auth-Token, X-Amz-Security-Token …
var sensitiveHeader = regexp.MustCompile(`(?i)auth|cookie|token|secret|passw|credential|signature|session|api-?key|-key$`)

// sensitiveBody matches what a secret looks like in JSON, a form, or plain text.
// A reference in the place of the value does not match.
var sensitiveBody = regexp.MustCompile(`(?i)(passw(or)?d|secret|token|api[_-]?key)["']?\s*[:=]\s*["']?[^\s"'$]`)

func (r *reader) checkHeaders(path string, headers map[string]Secret) {
	seen := map[string]string{}
	for _, name := range sortedKeys(headers) {
		at, value := join(path, name), headers[name]
		lower := strings.ToLower(name)
		if first, taken := seen[lower]; taken {
			r.wrongKey(at, "%s and %s are the same header; keep one", quote(first), quote(name))
		}
		seen[lower] = name
		switch {
		case !isToken(name):
			r.wrongKey(at, "%s is not the name of a header; it may hold letters, digits and -", quote(name))
		case slices.Contains(framing, lower):
			r.wrongKey(at, "this header is set by the prober itself; take it away")
		case sensitiveHeader.MatchString(name) && !value.IsReference() && value.Reveal() != "":
			r.source.hide(value.Reveal())
			r.wrong(at, "a secret does not belong in this file; write ${env:NAME} or ${file:PATH} in its place")
		case strings.ContainsFunc(value.Reveal(), func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }):
			r.wrong(at, "the value of a header is one line of text, and this one has a line break or control character")
		}
	}
}

func (r *reader) checkBody(path string, body Secret) {
	if !body.IsReference() && sensitiveBody.MatchString(body.Reveal()) {
		r.source.hide(body.Reveal())
		r.wrong(path, "this looks like a secret, which does not belong in this file; write ${env:NAME} in its place, or keep the whole body in a file and write ${file:PATH}")
	}
}

// isToken says whether text may be the name of a header. Source: RFC 9110, 5.6.2.
func isToken(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(c rune) bool {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		return !letter && !strings.ContainsRune("!#$%&'*+-.^_`|~", c)
	})
}
