package config

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// nameLimit bounds what is shown in one line, in characters: more than any pane
// has columns.
const nameLimit = 120

// names remembers the path of every name of a list, by its small letters: two
// names that differ in capitals only are one name to a tired reader.
type names map[string]string

// checkName looks at a name that must be there and be unique.
func (r *reader) checkName(path, name string, taken names) {
	if name == "" {
		if r.given(path) {
			r.wrong(path, "the name is empty; write one")
		}
		return
	}
	r.checkLine(path, name)
	lower := strings.ToLower(name)
	if first, ok := taken[lower]; ok {
		r.wrong(path, "%s is the name of %s in line %d already; choose another", quote(name), first, r.at(first).line)
		return
	}
	taken[lower] = strings.TrimSuffix(path, ".name")
}

// checkLine looks at text that is shown in one line.
func (r *reader) checkLine(path, text string) {
	switch {
	case strings.TrimSpace(text) != text:
		r.wrong(path, "%s begins or ends with a space; take it away", quote(text))
	case strings.ContainsFunc(text, func(c rune) bool { return !unicode.IsPrint(c) }):
		r.wrong(path, "%s holds a line break or another character that cannot be shown; take it away", quote(text))
	case utf8.RuneCountInString(text) > nameLimit:
		r.wrong(path, "this has %d characters and %d are allowed; write less", utf8.RuneCountInString(text), nameLimit)
	}
}
