package probe

import "io"

// thinLimit is how much of one text of JSON is looked at, and how long a number may be: the
// decoder holds each of them whole, several times over.
const thinLimit = 32 << 10

// thinJSON leaves out of JSON what makes a decoder hold a lot and says little: of a long
// text its end, of blanks all but one.
//
//	{"a":    "xxxxx…xxxxx",     →  {"a": "xxx",
type thinJSON struct {
	source io.Reader

	text    bool // within quotation marks
	escaped bool // after a backslash
	digits  int  // that a \u is still followed by
	full    bool // enough of this text has been kept
	blank   bool // the last one was a blank
	length  int  // of the text or number so far
}

// Read implements io.Reader.
func (t *thinJSON) Read(b []byte) (int, error) {
	for {
		n, err := t.source.Read(b)
		kept := 0
		for _, c := range b[:n] {
			if t.keeps(c) {
				b[kept] = c
				kept++
			}
			if !t.text && t.length > thinLimit {
				return kept, errLong
			}
		}
		if kept > 0 || err != nil || len(b) == 0 {
			return kept, err
		}
	}
}

// keeps takes in the next byte and says whether it stays. No escape sequence is cut in two.
func (t *thinJSON) keeps(c byte) bool {
	if t.text {
		return t.keepsOfText(c)
	}
	before := t.blank
	t.blank = c == ' ' || c == '\t' || c == '\r' || c == '\n'
	switch c {
	case '"':
		t.text, t.length = true, 0
	case ' ', '\t', '\r', '\n', ',', ':', '[', ']', '{', '}':
		t.length = 0
	default:
		t.length++
	}
	return !t.blank || !before
}

func (t *thinJSON) keepsOfText(c byte) bool {
	const afterU = 4
	begins := !t.escaped && t.digits == 0
	if begins && c == '"' {
		t.text, t.full, t.length = false, false, 0
		return true
	}
	t.full = t.full || begins && t.length >= thinLimit
	t.length++
	switch {
	case t.digits > 0:
		t.digits--
	case t.escaped && c == 'u':
		t.digits = afterU
	}
	t.escaped = begins && c == '\\'
	return !t.full
}
