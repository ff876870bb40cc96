package export

import (
	"bytes"
	"strconv"
	"unicode/utf16"

	"warroom/internal/clean"
)

// steers says whether a line of JSON has characters in it, as they are or escaped, which
// steer a terminal, hide text or reorder it. A room's records have passed internal/clean,
// so that no export has any. A backslash that somebody wrote is escaped itself, and what
// comes after it is only text: a note may say \u001b.
func steers(line []byte) bool {
	if clean.Text(string(line), lineLimit) != string(line) {
		return true
	}
	for {
		at := bytes.IndexByte(line, '\\')
		if at < 0 || at+1 >= len(line) {
			return false
		}
		kind := line[at+1]
		line = line[at+2:]
		switch kind {
		case 'b', 'f', 'r':
			return true
		case 'u':
			r := codeUnit(line)
			line = line[min(4, len(line)):]
			if utf16.IsSurrogate(r) && bytes.HasPrefix(line, []byte(`\u`)) {
				r = utf16.DecodeRune(r, codeUnit(line[2:]))
				line = line[min(6, len(line)):]
			}
			if within := "a" + string(r) + "a"; clean.Text(within, len(within)) != within {
				return true
			}
		}
	}
}

// codeUnit is the UTF-16 code unit of which the four digits are at the beginning of text,
// or 0, which no text may have, if they are not.
func codeUnit(text []byte) rune {
	unit, err := strconv.ParseUint(string(text[:min(4, len(text))]), 16, 16)
	if err != nil {
		return 0
	}
	return rune(unit)
}
