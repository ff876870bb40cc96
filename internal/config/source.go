package config

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// source is the text of a file, for showing the lines of mistakes.
type source struct {
	file   string
	folder string
	lines  []string
	hidden []string
}

var (
	// sensitiveLine finds a value after a key that sounds like a secret. Nothing of
	// it is shown: the mistake may be in the quotes around it.
	sensitiveLine = regexp.MustCompile(`(?i)((?:auth|cookie|token|secret|pass|credential|signature|session|[-_?&]key|apikey)[\w-]*["']?\s*[:=]\s*)(.+)$`)
	// userInformation finds user:password@ in a URL.
	userInformation = regexp.MustCompile(`(://)[^/\s"']*@`)
	onlyReference   = regexp.MustCompile(`^["']?[A-Za-z]*\s*\$\{[^}]*\}["']?$`)
)

// hide keeps a value out of every line that is shown.
func (s *source) hide(value string) {
	for line := range strings.SplitSeq(value, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			s.hidden = append(s.hidden, line)
		}
	}
}

// line gives a line, counted from 1, fit to be shown: without secrets, and with
// one space for everything that is no visible character.
func (s *source) line(number int) string {
	if number < 1 || number > len(s.lines) {
		return ""
	}
	line := strings.TrimRight(s.lines[number-1], " \t\r")
	longest := slices.SortedFunc(slices.Values(s.hidden), func(a, b string) int { return len(b) - len(a) })
	for _, value := range longest {
		line = strings.ReplaceAll(line, value, hidden)
	}
	line = userInformation.ReplaceAllString(line, "${1}"+hidden+"@")
	if found := sensitiveLine.FindStringSubmatchIndex(line); found != nil && !onlyReference.MatchString(line[found[4]:]) {
		line = line[:found[4]] + hidden
	}
	return strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return ' '
		}
		return c
	}, line)
}
