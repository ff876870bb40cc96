package config

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
)

// matchLimit bounds expect.body in bytes: a body is searched through a window, and
// what is looked for must fit into it more than once.
const matchLimit = 16 << 10

// checkMatch looks at expect.body: text, or a regular expression between slashes.
func (r *reader) checkMatch(path, text string) {
	if len(text) > matchLimit {
		r.wrong(path, "this has %d bytes and %d are allowed; expect a shorter part of the body", len(text), matchLimit)
		return
	}
	inner, isPattern := strings.CutPrefix(text, "/")
	if !isPattern {
		return
	}
	inner, closed := strings.CutSuffix(inner, "/")
	switch {
	case !closed:
		r.wrong(path, "a regular expression stands between two slashes, and the second is missing; write /%s/", clip(inner))
		return
	case inner == "":
		r.wrong(path, "there is nothing between the slashes; write a regular expression, or take this away")
		return
	}
	if _, err := regexp.Compile(inner); err != nil {
		why := "it cannot be understood"
		var mistake *syntax.Error
		if errors.As(err, &mistake) {
			why = mistake.Code.String()
		}
		r.wrong(path, "the regular expression is not valid: %s; mend it, or write plain text without the slashes", why)
	}
}

// checkAnswerHeaders looks at expect.headers: text or a regular expression, ! before it for
// what must not be there.
func (r *reader) checkAnswerHeaders(path string, headers map[string]string) {
	seen := map[string]string{}
	for _, name := range sortedKeys(headers) {
		at := join(path, name)
		r.checkHeaderName(at, name, seen, "this header frames a message and says nothing of the answer; expect another")
		r.checkMatch(at, strings.TrimPrefix(headers[name], "!"))
	}
}

// phases are the parts of a probe, in their order.
var phases = []string{"resolve", "connect", "tls", "first byte", "transfer"}

// phasesOf are those that probes of a scheme can have: a redirect may lead http to TLS.
func phasesOf(scheme string) []string {
	switch scheme {
	case "tcp", "grpc", "ws":
		return []string{"resolve", "connect", "first byte", "transfer"}
	case "tls":
		return []string{"resolve", "connect", "tls"}
	case "dns", "smtp", "imap", "pop3", "ldap", "postgres":
		return []string{"resolve", "connect", "tls", "first byte"}
	case "icmp":
		return []string{"resolve", "first byte"}
	}
	return phases
}

func (r *reader) checkPhases(path string, p *Probe) {
	known := phasesOf(p.Scheme())
	for _, name := range sortedKeys(p.Expect.Phases) {
		at, limit := join(path, name), p.Expect.Phases[name]
		switch {
		case !contains(known, name):
			r.wrongKey(at, "%s probes have no phase %s%s", p.Scheme(), quote(name), Meant(name, known, "their phases are "+list(known)))
		case limit >= p.Timeout:
			r.wrong(at, "%s is not shorter than the timeout of %s, so it could never matter; write less", plain(limit), plain(p.Timeout))
		}
	}
}

var classPattern = regexp.MustCompile(`^(!?)([1-5])[xX]{2}$`)

// checkStatus looks at expect.status: "200..299,!204".
func (r *reader) checkStatus(path, text string) {
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		if wrong := statusMistake(part); wrong != "" {
			r.wrong(path, "%s", wrong)
			return
		}
	}
}

func statusMistake(part string) string {
	if class := classPattern.FindStringSubmatch(part); class != nil {
		return fmt.Sprintf("%s is not a range here; write %s%s00..%s99", quote(part), class[1], class[2], class[2])
	}
	first, last, isRange := strings.Cut(strings.TrimSpace(strings.TrimPrefix(part, "!")), "..")
	if !isRange {
		last = first
	}
	from, fromOK := status(first)
	to, toOK := status(last)
	switch {
	case !fromOK || !toOK:
		if a, b, ok := strings.Cut(part, "-"); ok {
			return fmt.Sprintf("%s is not a range of statuses; write %s..%s", quote(part), clip(a), clip(b))
		}
		return fmt.Sprintf("%s is not an HTTP status; write a number from 100 to 999, a range such as 200..299, or !204 for what is not good", quote(part))
	case from > to:
		return fmt.Sprintf("the range %s runs backwards; write %d..%d", quote(part), to, from)
	}
	return ""
}

func status(text string) (int, bool) {
	text = strings.TrimSpace(text)
	n, err := strconv.Atoi(text)
	return n, err == nil && len(text) == 3 && n >= 100
}
