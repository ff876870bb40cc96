// Package clean is the one gate through which text from outside passes before it
// is stored, and again before it is drawn.
//
// A terminal obeys what it is sent. Alarm names, Health texts, response bodies,
// certificate names and notes are written by strangers, so whatever could steer a
// terminal, hide text or reorder it is made visible or taken out here.
package clean

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// marksPerBase is how many combining marks a letter may carry: enough for every
// living script, too few to pile them over neighbouring lines.
const marksPerBase = 2

// Line returns s as one printable line of at most limit runes, ending in "…" if
// something was cut off. Surrounding and repeated blanks are folded.
//
// Escapes become ␛; other control characters (C0, DEL, C1) and invalid bytes
// become U+FFFD; tabs and every sort of line break become a space; format
// characters (bidirectional controls, zero-width marks, tags), private-use,
// surrogates and noncharacters are dropped; invisible fillers become a space.
// The result is stable: Line(Line(s)) is Line(s).
func Line(s string, limit int) string {
	if isPlain(s) && len(s) <= limit {
		return s
	}
	out := strings.Join(strings.Fields(scrub(s, false)), " ")
	return cut(out, limit)
}

// Text is Line for longer text: line breaks stay, as \n.
func Text(s string, limit int) string {
	lines := strings.Split(scrub(s, true), "\n")
	for i, line := range lines {
		lines[i] = strings.Join(strings.Fields(line), " ")
	}
	return cut(strings.Trim(strings.Join(lines, "\n"), "\n"), limit)
}

// isPlain reports whether s is printable ASCII without blanks that need folding:
// the common case, which costs no allocation.
func isPlain(s string) bool {
	blank := true
	for i := range len(s) {
		c := s[i]
		if c < 0x20 || c >= 0x7f || c == ' ' && blank {
			return false
		}
		blank = c == ' '
	}
	return !blank || s == ""
}

func cut(s string, limit int) string {
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	if limit <= 0 {
		return ""
	}
	runes := 0
	for i := range s {
		if runes++; runes == limit {
			return strings.TrimRight(s[:i], " \n") + "…"
		}
	}
	return s
}

func scrub(s string, keepBreaks bool) string {
	var out strings.Builder
	out.Grow(len(s))
	marks := 0
	s = strings.ReplaceAll(s, "\r\n", "\n")
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		if unicode.Is(unicode.M, r) {
			if marks++; marks > marksPerBase {
				continue
			}
		} else {
			marks = 0
		}
		switch r = replace(r); r {
		case drop:
		case '\n':
			if keepBreaks {
				out.WriteByte('\n')
			} else {
				out.WriteByte(' ')
			}
		default:
			out.WriteRune(r)
		}
	}
	return out.String()
}

// drop marks a rune that is left out.
const drop = rune(-1)

// replace maps one rune to what may be shown for it.
func replace(r rune) rune {
	switch r {
	case '\n', '\r', '\v', '\f', 0x85, 0x2028, 0x2029:
		return '\n'
	case '\t':
		return ' '
	case 0x1b:
		return '␛'
	case 0x3164, 0x115f, 0x1160, 0xffa0, 0x2800: // drawn as nothing
		return ' '
	}
	switch {
	case unicode.Is(unicode.Cc, r):
		return utf8.RuneError
	case unicode.In(r, unicode.Cf, unicode.Co, unicode.Cs, unicode.Noncharacter_Code_Point, unicode.Variation_Selector):
		return drop
	}
	return r
}
