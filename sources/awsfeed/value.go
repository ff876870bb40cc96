package awsfeed

import (
	"encoding/json"
	"html"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// value is a string or a number of the feeds, which write the same thing as either.
type value string

// UnmarshalJSON implements json.Unmarshaler. What is neither is no value, which the
// reader of an event counts, so that one odd field does not cost the rest.
func (v *value) UnmarshalJSON(text []byte) error {
	var s string
	var n json.Number
	switch {
	case json.Unmarshal(text, &s) == nil:
		*v = value(strings.TrimSpace(s))
	case json.Unmarshal(text, &n) == nil:
		*v = value(n)
	}
	return nil
}

// Times of the feeds are seconds or milliseconds since 1970, and lie in this century.
const (
	leastSeconds = 946_684_800   // 2000-01-01
	mostSeconds  = 4_102_444_800 // 2100-01-01
)

// time is the moment that a value means, or zero.
func (v value) time() time.Time {
	number, err := strconv.ParseFloat(string(v), 64)
	if err != nil {
		return time.Time{}
	}
	if number > mostSeconds {
		number /= 1000
	}
	if !(number >= leastSeconds && number <= mostSeconds) {
		return time.Time{}
	}
	return time.Unix(int64(number), 0).UTC()
}

// severity is how bad AWS calls something. The zero value is that it does not say.
type severity uint8

const (
	unsaid severity = iota
	resolved
	informational
	degraded
	disrupted
)

// String gives the word, "" if AWS does not say.
func (s severity) String() string {
	return [...]string{"", "resolved", "informational", "degraded", "disrupted"}[s]
}

// severity reads the code 0 to 3.
func (v value) severity() severity {
	switch v {
	case "0":
		return resolved
	case "1":
		return informational
	case "2":
		return degraded
	case "3":
		return disrupted
	}
	return unsaid
}

var (
	lineBreak = regexp.MustCompile(`(?i)<(br|/p|/li|/div)\b[^<>]*>`)
	tag       = regexp.MustCompile(`</?[a-zA-Z][^<>]*>`)
)

// plain takes the HTML out of a text.
func plain(text string) string {
	text = lineBreak.ReplaceAllString(text, "\n")
	return html.UnescapeString(tag.ReplaceAllString(text, ""))
}
