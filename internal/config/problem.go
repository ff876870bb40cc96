package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// problemLimit is how many mistakes are written out: more than fit on a screen
// help nobody.
const problemLimit = 20

// Problem is one mistake in a file, in words for people: what is wrong and what to
// write instead. It never holds a secret.
type Problem struct {
	File    string
	Line    int    // from 1; 0 if the mistake is about the whole file
	Column  int    // from 1, in characters
	Path    string // the key, such as probes[2].expect.status, or ""
	Message string
	Source  string // the line of the file, fit to be shown, or ""
}

// Error is the mistake in one line: file:line:column: path: message.
func (p Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Line, p.Column)
	}
	if p.Path != "" {
		b.WriteString(": " + p.Path)
	}
	b.WriteString(": " + p.Message)
	return b.String()
}

// Detail is Error, and below it the line with a caret under the place:
//
//	warroom.yaml:12:5: probes[2].expect.statuss: unknown key "statuss"; did you mean "status"?
//	  12 |     statuss: 200
//	     |     ^
func (p Problem) Detail() string {
	if p.Source == "" {
		return p.Error()
	}
	shown, caret := window(p.Source, p.Column)
	number := fmt.Sprintf("%4d", p.Line)
	return fmt.Sprintf("%s\n%s | %s\n%s | %s^", p.Error(), number, shown,
		strings.Repeat(" ", len(number)), strings.Repeat(" ", caret))
}

// sourceWidth is how much of a line is shown, in characters: with the line's number
// it fits into 80 columns.
const sourceWidth = 72

// window cuts out of a line the part around a column, and says how far in from the
// left the column then is.
func window(line string, column int) (shown string, caret int) {
	chars := []rune(line)
	caret = min(max(column-1, 0), len(chars))
	if len(chars) <= sourceWidth {
		return line, caret
	}
	from := min(max(0, caret-sourceWidth/2), len(chars)-sourceWidth)
	return strings.TrimRight(string(chars[from:from+sourceWidth]), " "), caret - from
}

// Problems is every mistake of one file, in the order of its lines. Never empty
// when it is an error.
type Problems []Problem

// Error writes every mistake with its line and a caret, up to a limit.
func (p Problems) Error() string {
	var parts []string
	for i, problem := range p {
		if i == problemLimit {
			parts = append(parts, fmt.Sprintf("and %d more", len(p)-problemLimit))
			break
		}
		parts = append(parts, problem.Detail())
	}
	return strings.Join(parts, "\n")
}

// Summary is one line for a place that has no more: the first mistake, and how
// many others there are.
func (p Problems) Summary() string {
	switch {
	case len(p) == 0:
		return ""
	case len(p) == 1:
		return p[0].Error()
	}
	return fmt.Sprintf("%s (and %d more)", p[0].Error(), len(p)-1)
}

// Unwrap gives the single mistakes to package errors.
func (p Problems) Unwrap() []error {
	all := make([]error, len(p))
	for i := range p {
		all[i] = p[i]
	}
	return all
}

func (p Problems) sorted() Problems {
	slices.SortStableFunc(p, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return p
}
