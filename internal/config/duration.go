package config

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	// durationPattern is what the file takes: 15s, 1m30s, 250ms, 1.5h.
	durationPattern = regexp.MustCompile(`^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$`)
	// wordyPattern is what people write as well.
	wordyPattern = regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]*)$`)
)

// durationWords are the units that people write, with ours and how many of it.
var durationWords = map[string]struct {
	unit  string
	times float64
}{
	"": {"s", 1}, "ms": {"ms", 1}, "msec": {"ms", 1}, "millisecond": {"ms", 1}, "s": {"s", 1}, "sec": {"s", 1}, "second": {"s", 1},
	"m": {"m", 1}, "min": {"m", 1}, "minute": {"m", 1}, "h": {"h", 1}, "hr": {"h", 1}, "hour": {"h", 1},
	"d": {"h", 24}, "day": {"h", 24},
}

// parseDuration reads a time such as 15s, and otherwise says in words what to
// write instead. A time is more than nothing.
func parseDuration(text string) (d time.Duration, wrong string) {
	if !durationPattern.MatchString(text) {
		return 0, fmt.Sprintf("%s is not a length of time; %s", quote(text), betterDuration(text))
	}
	d, err := time.ParseDuration(text)
	switch {
	case err != nil || d > longest:
		return 0, fmt.Sprintf("%s is more than a day; write less", quote(text))
	case d == 0:
		return 0, "0 is no length of time; write more, or take this away for the default"
	}
	return d, ""
}

func betterDuration(text string) string {
	if positive, negative := strings.CutPrefix(text, "-"); negative && durationPattern.MatchString(positive) {
		return "it cannot be less than nothing"
	}
	wordy := wordyPattern.FindStringSubmatch(text)
	if wordy == nil {
		return "write a number with ms, s, m or h, such as 30s"
	}
	word := strings.ToLower(wordy[2])
	known, ok := durationWords[word]
	if !ok {
		known, ok = durationWords[strings.TrimSuffix(word, "s")]
	}
	number, err := strconv.ParseFloat(wordy[1], 64)
	if !ok || err != nil {
		return "write a number with ms, s, m or h, such as 30s"
	}
	return "write " + strconv.FormatFloat(number*known.times, 'f', -1, 64) + known.unit
}

// plain writes a time as people do, without the zeros of Duration.String.
func plain(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
