package access

import (
	"errors"
	"fmt"
	"strconv"

	"warroom/internal/clean"
)

// Problem is a line that rejects itself, or a file that cannot be used, in words for
// people. It holds nothing that a terminal would obey, and no key.
type Problem struct {
	Path string
	Line int    // from 1; 0 if it is the whole file
	What string // what is wrong
	Next string // what to do about it
}

// Error is the problem in one line: path:line: what; what next.
func (p Problem) Error() string {
	where := p.Path
	if p.Line > 0 {
		where += ":" + strconv.Itoa(p.Line)
	}
	return where + ": " + p.What + "; " + p.Next
}

// mistake is a Problem before it is known where.
type mistake struct{ what, next string }

func (m *mistake) Error() string { return m.what + "; " + m.next }

// wrong is a mistake with what to do about it.
func wrong(next, what string, about ...any) error {
	return &mistake{what: fmt.Sprintf(what, about...), next: next}
}

// problemOf says where a mistake is.
func problemOf(path string, line int, err error) Problem {
	var m *mistake
	if errors.As(err, &m) {
		return Problem{Path: path, Line: line, What: m.what, Next: m.next}
	}
	return Problem{Path: path, Line: line, What: clean.Line(err.Error(), 200), Next: "mend it"}
}

// wordLimit bounds what of a line is said again, in runes: enough to find it.
const wordLimit = 40

// quote is a word of a file for a sentence.
func quote(word string) string { return strconv.Quote(clean.Line(word, wordLimit)) }
