package config

import (
	"unicode/utf8"

	"github.com/goccy/go-yaml/token"
)

// depthLimit is how deep brackets, dashes and the like may nest on one line. The
// file needs four; the parser calls itself for each and takes far longer than in
// proportion.
const depthLimit = 32

// keyLimit bounds the keys of one mapping. The file has a dozen anywhere; the parser
// takes time with their square.
const keyLimit = 2000

// tooDeep looks for nesting that no config has, before the parser meets it: open
// brackets, and marks on one line that each open something.
func tooDeep(tokens token.Tokens) (place, bool) {
	brackets, marks, line := 0, 0, 0
	for _, t := range tokens {
		if t.Position == nil {
			continue
		}
		if t.Position.Line != line {
			line, marks = t.Position.Line, 0
		}
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			brackets++
		case token.SequenceEndType, token.MappingEndType:
			brackets = max(0, brackets-1)
		case token.SequenceEntryType, token.MappingKeyType, token.AnchorType, token.TagType:
			marks++
		}
		if brackets > depthLimit || marks > depthLimit && brackets == 0 {
			return place{t.Position.Line, t.Position.Column}, true
		}
	}
	return place{}, false
}

// tooMany looks for a mapping with more keys than any config has, before the parser
// meets it. Keys of one mapping begin in one column, with nothing to the left of
// them in between.
func tooMany(tokens token.Tokens) (place, bool) {
	counts := map[int]int{}
	for _, t := range tokens {
		opener := t
		if t.Type == token.MappingValueType {
			opener = t.Prev
		} else if t.Type != token.SequenceEntryType {
			continue
		}
		if opener == nil || opener.Position == nil {
			continue
		}
		column := opener.Position.Column
		for other := range counts {
			if other > column {
				delete(counts, other)
			}
		}
		if t.Type != token.MappingValueType {
			continue
		}
		if counts[column]++; counts[column] > keyLimit {
			return place{opener.Position.Line, column}, true
		}
	}
	return place{}, false
}

func invalidUTF8(content []byte) int {
	for i := 0; i < len(content); {
		char, size := utf8.DecodeRune(content[i:])
		if char == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}
