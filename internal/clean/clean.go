// Package clean is the one gate through which text from outside passes before it
// is stored, and again before it is drawn.
//
// A terminal obeys what it is sent. Alarm names, Health texts, response bodies,
// certificate names and notes are written by strangers, so whatever could steer a
// terminal, hide text or reorder it is made visible or taken out here.
package clean

import (
	"strings"
	"unicode/utf8"
)

const (
	// marksPerBase is how many combining marks a letter may carry: enough for every
	// living script, too few to pile them over neighbouring lines.
	marksPerBase = 2
	// breaksInARow is how many line breaks of a Text may follow each other: one
	// empty line parts paragraphs, more of them only push text off the screen.
	breaksInARow = 2
)

// Line returns s as one printable line of at most limit runes, ending in "…" if
// something was cut off. Surrounding and repeated blanks are folded.
//
// Escapes become ␛; other control characters (C0, DEL, C1) and invalid bytes
// become U+FFFD; tabs, every sort of line break and invisible fillers become a
// space; format characters (bidirectional controls, zero-width marks, tags),
// variation selectors, private-use characters and noncharacters are dropped, and
// so are combining marks without a letter under them and more than two on one.
// The result is stable: Line(Line(s)) is Line(s). What is clean already comes
// back as it is, without allocating.
func Line(s string, limit int) string {
	return scrub(s, limit, false)
}

// Text is Line for longer text: line breaks stay, as \n, at most two in a row and
// none at either end.
func Text(s string, limit int) string {
	return scrub(s, limit, true)
}

func scrub(s string, limit int, keepBreaks bool) string {
	if limit <= 0 {
		return ""
	}
	if isClean(s, limit) {
		return s
	}
	w := writer{limit: limit}
	w.out.Grow(min(len(s), limit*utf8.UTFMax))
	w.write(s, keepBreaks)
	return w.String()
}

// isClean reports whether s would come back as it is; a text with line breaks in
// it is left to the writer to judge.
func isClean(s string, limit int) bool {
	runes, marks, blank := 0, marksPerBase, true
	for i, r := range s {
		if runes++; runes > limit {
			return false
		}
		switch {
		case r == '\n':
			return false
		case r == ' ':
			if blank {
				return false
			}
			blank, marks = true, marksPerBase
			continue
		case r < ' ', r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD"), replace(r) != r:
			return false
		case isMark(r):
			if marks++; marks > marksPerBase {
				return false
			}
		default:
			marks = 0
		}
		blank = false
	}
	return !blank || s == ""
}

// writer builds the clean form of a text and stops as soon as it is full, so that
// a hostile length costs nothing.
type writer struct {
	out    strings.Builder
	limit  int
	runes  int  // written so far
	cutAt  int  // how many bytes stay if something has to be cut off
	full   bool // there was more than the limit
	spaces int  // blanks seen since the last rune written
	breaks int  // line breaks seen since the last rune written
	marks  int  // combining marks on the last rune written
}

func (w *writer) write(s string, keepBreaks bool) {
	w.marks = marksPerBase // nothing to stand on yet
	before := rune(0)
	for _, r := range s { // an invalid byte comes as utf8.RuneError
		switch {
		case r == '\n' && before == '\r':
		case isMark(r) && w.marks >= marksPerBase:
		default:
			w.take(r, keepBreaks)
		}
		if before = r; w.full {
			return
		}
	}
}

func (w *writer) take(r rune, keepBreaks bool) {
	mark := isMark(r)
	switch r = replace(r); {
	case r == drop:
	case r == '\n' && keepBreaks:
		w.breaks++
		w.marks = marksPerBase
	case r == '\n' || r == ' ':
		w.spaces++
		w.marks = marksPerBase
	default:
		w.part()
		w.put(r)
		if mark {
			w.marks++
		} else {
			w.marks = 0
		}
	}
}

// part writes what belongs between two words: the breaks, or else one space.
func (w *writer) part() {
	switch {
	case w.runes == 0:
	case w.breaks > 0:
		for range min(w.breaks, breaksInARow) {
			w.put('\n')
		}
	case w.spaces > 0:
		w.put(' ')
	}
	w.breaks, w.spaces = 0, 0
}

func (w *writer) put(r rune) {
	if w.runes == w.limit {
		w.full = true
		return
	}
	w.out.WriteRune(r)
	if w.runes++; w.runes == w.limit-1 {
		w.cutAt = w.out.Len()
	}
}

// String is the clean text.
func (w *writer) String() string {
	if !w.full {
		return w.out.String()
	}
	return strings.TrimRight(w.out.String()[:w.cutAt], " \n") + "…"
}
