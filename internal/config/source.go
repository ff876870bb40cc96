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
	from   map[int]int // line to the column from which nothing of it is shown, both from 1
}

var (
	// sensitiveLine finds a value after a key that sounds like a secret. Nothing of
	// it is shown: the mistake may be in the quotes around it.
	sensitiveLine = regexp.MustCompile(`(?i)((?:auth(?:ori[sz]|[^\Wo]|\b)|cookie|token|secret|pass|pwd|credential|signature|session|vault|jwt|[-_?&](?:key|sig|pw|pin|otp)|apikey)[\w-]*["']?\s*[:=]\s*)(.+)$`)
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

// hideFrom keeps what stands at a place out of its line, however it is written there,
// and all that follows it.
func (s *source) hideFrom(at place) {
	if s.from == nil {
		s.from = map[int]int{}
	}
	if column, ok := s.from[at.line]; !ok || at.column < column {
		s.from[at.line] = at.column
	}
}

// line gives a line, counted from 1, fit to be shown: without secrets, and with
// one space for everything that is no visible character.
func (s *source) line(number int) string {
	if number < 1 || number > len(s.lines) {
		return ""
	}
	line := strings.TrimRight(s.lines[number-1], " \t\r")
	if column, ok := s.from[number]; ok {
		if chars := []rune(line); column >= 1 && column <= len(chars) {
			line = string(chars[:column-1]) + hidden
		}
	}
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
