package ui

import (
	"bytes"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"warroom/internal/clean"
	"warroom/theme"
)

// entryRunes bounds one column of a line: the longest note, and more than any reason
// that a source hands on, so that nothing is cut in everyday use.
const entryRunes = 8192

// entry is one line of plain text.
type entry struct {
	at                               time.Time
	kind, word, title, place, reason string
}

// widths are how wide the columns of an entry are at least, so that an eye finds its
// way; the reason has none. What is longer is not cut.
var widths = [...]int{6, 8, 28, 14}

// ledger writes entries into a buffer. The zero value is not ready; newLedger makes one.
type ledger struct {
	pen  pen
	word string // begins every line; "" for none
	day  string // the newest date written
	text bytes.Buffer
}

func newLedger(word string, ascii bool) ledger {
	l := ledger{word: word, pen: pen{ascii: ascii, marks: &theme.Unicode}}
	if ascii {
		l.pen.marks = &theme.ASCII
	}
	return l
}

// add writes one entry as one line.
func (l *ledger) add(e entry) {
	if l.word != "" {
		l.text.WriteString(l.word + "  ")
	}
	l.text.WriteString(l.moment(e.at))
	for i, column := range [...]string{e.kind, e.word, e.title, e.place} {
		text := l.tidy(column)
		l.text.WriteString("  " + text + strings.Repeat(" ", max(0, widths[i]-ansi.StringWidth(text))))
	}
	l.text.WriteString("  " + l.tidy(e.reason) + "\n")
}

// moment writes a time of day, with its date if that is not the newest written so far.
func (l *ledger) moment(t time.Time) string {
	t = t.UTC()
	day := t.Format(time.DateOnly)
	if day == l.day {
		return t.Format("15:04:05Z")
	}
	l.day = max(l.day, day)
	return t.Format("2006-01-02T15:04:05Z")
}

// tidy is text that can do nothing to a terminal, without two spaces in a row.
func (l *ledger) tidy(text string) string {
	text = l.pen.plain(clean.Line(text, entryRunes))
	switch {
	case text == "":
		return "-"
	case !l.pen.ascii || isASCII(text):
		return text
	}
	return strings.Map(func(r rune) rune {
		if r >= utf8.RuneSelf {
			return '?'
		}
		return r
	}, text)
}

// take hands out what was written, for good.
func (l *ledger) take() []byte {
	text := bytes.Clone(l.text.Bytes())
	l.text.Reset()
	return text
}
