package clean

import "unicode"

// drop marks a rune that is left out.
const drop = rune(-1)

// fillers are runes that count as letters or symbols and are drawn as nothing, so
// that a name made of them looks empty.
var fillers = map[rune]bool{
	0x115f: true, 0x1160: true, 0x3164: true, 0xffa0: true, // Hangul fillers
	0x2800:  true, // Braille pattern blank
	0x1d159: true, // musical symbol null notehead
}

// unwanted are the runes that carry no sign of their own: they steer the reading
// direction (Cf), pick another glyph or width (variation selectors), are ignored
// by default, or mean something else in every font (Co) or nothing at all.
var unwanted = []*unicode.RangeTable{
	unicode.Cf, unicode.Co, unicode.Cs,
	unicode.Noncharacter_Code_Point,
	unicode.Variation_Selector,
	unicode.Other_Default_Ignorable_Code_Point,
}

// replace maps one rune to what may be shown for it: itself, a stand-in, '\n' for
// every sort of line break, ' ' for every sort of blank, or drop.
func replace(r rune) rune {
	if r >= ' ' && r < 0x7f {
		return r
	}
	switch r {
	case '\n', '\r', '\v', '\f', 0x85, 0x2028, 0x2029:
		return '\n'
	case 0x1b:
		return '␛'
	}
	switch {
	case unicode.IsSpace(r) || fillers[r]:
		return ' '
	case unicode.Is(unicode.Cc, r):
		return unicode.ReplacementChar
	case unicode.In(r, unwanted...):
		return drop
	}
	return r
}

// isMark reports whether a rune is drawn onto the one before it.
func isMark(r rune) bool {
	return r >= 0x300 && unicode.Is(unicode.M, r)
}
