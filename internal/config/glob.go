package config

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"
)

// glob is a compiled pattern over names: * is any text, ? one character, [a-z]
// one of these, [!a-z] one of the others, and a backslash takes the next
// character as it is. It knows no paths: * goes over slashes, which alarm names
// hold. Immutable.
type glob struct {
	pieces []string // what stands between the stars, if there is nothing else special
	parts  []part   // otherwise
}

// part matches one character, or any text if it is a star.
type part struct {
	star  bool
	any   bool
	class bool
	not   bool
	char  rune
	spans []span
}

type span struct{ from, to rune }

// compileGlob reads a pattern. Capitals do not matter. The error is the rest of a
// sentence that begins with the pattern.
func compileGlob(pattern string) (*glob, error) {
	if pattern == "" {
		return nil, errors.New("is empty and would match nothing; write a name, or * for any")
	}
	rest := strings.ToLower(pattern)
	if !strings.ContainsAny(rest, `?[\`) {
		return &glob{pieces: strings.Split(rest, "*")}, nil
	}
	g := new(glob)
	for rest != "" {
		char, size := utf8.DecodeRuneInString(rest)
		rest = rest[size:]
		switch char {
		case '*':
			if len(g.parts) == 0 || !g.parts[len(g.parts)-1].star {
				g.parts = append(g.parts, part{star: true})
			}
		case '?':
			g.parts = append(g.parts, part{any: true})
		case '\\':
			if rest == "" {
				return nil, errors.New("ends with a backslash that has nothing to act on; take it away, or write two")
			}
			char, size = utf8.DecodeRuneInString(rest)
			rest = rest[size:]
			g.parts = append(g.parts, part{char: char})
		case '[':
			class, after, err := compileClass(rest)
			if err != nil {
				return nil, err
			}
			g.parts, rest = append(g.parts, class), after
		default:
			g.parts = append(g.parts, part{char: char})
		}
	}
	return g, nil
}

// compileClass reads what follows a [ and returns what comes after its ].
func compileClass(text string) (part, string, error) {
	inner, after, closed := strings.Cut(text, "]")
	if !closed {
		return part{}, "", errors.New(`has a [ without its ]; close it, or write \[ for the character itself`)
	}
	p := part{class: true}
	if rest, ok := strings.CutPrefix(inner, "!"); ok {
		p.not, inner = true, rest
	}
	chars := []rune(inner)
	if len(chars) == 0 {
		return part{}, "", errors.New("has [] with nothing between; write the characters there, or take it away")
	}
	for i := 0; i < len(chars); i++ {
		s := span{chars[i], chars[i]}
		if i+2 < len(chars) && chars[i+1] == '-' {
			s.to = chars[i+2]
			i += 2
		}
		if s.from > s.to {
			return part{}, "", errors.New("has the range " + strconv.Quote(string(s.from)+"-"+string(s.to)) + ", which runs backwards; turn it round")
		}
		p.spans = append(p.spans, s)
	}
	return p, after, nil
}

// match says whether a name fits, given in small letters. It takes no memory, and
// time in proportion to the name's length times the pattern's at worst.
func (g *glob) match(lower string) bool {
	if g.pieces != nil {
		return matchPieces(g.pieces, lower)
	}
	at, i, star, retry := 0, 0, -1, 0
	for at < len(lower) {
		char, size := rune(lower[at]), 1
		if char >= utf8.RuneSelf {
			char, size = utf8.DecodeRuneInString(lower[at:])
		}
		switch {
		case i < len(g.parts) && g.parts[i].star:
			star, retry = i, at
			i++
		case i < len(g.parts) && g.parts[i].takes(char):
			at += size
			i++
		case star >= 0:
			_, size = utf8.DecodeRuneInString(lower[retry:])
			retry += size
			at, i = retry, star+1
		default:
			return false
		}
	}
	for i < len(g.parts) && g.parts[i].star {
		i++
	}
	return i == len(g.parts)
}

// matchPieces matches the common case, text with stars, several times faster.
func matchPieces(pieces []string, name string) bool {
	last := len(pieces) - 1
	if last == 0 {
		return name == pieces[0]
	}
	name, ok := strings.CutPrefix(name, pieces[0])
	if !ok {
		return false
	}
	if name, ok = strings.CutSuffix(name, pieces[last]); !ok {
		return false
	}
	for _, piece := range pieces[1:last] {
		at := strings.Index(name, piece)
		if at < 0 {
			return false
		}
		name = name[at+len(piece):]
	}
	return true
}

func (p *part) takes(char rune) bool {
	if p.any {
		return true
	}
	if !p.class {
		return p.char == char
	}
	for _, s := range p.spans {
		if char >= s.from && char <= s.to {
			return !p.not
		}
	}
	return p.not
}

func (r *reader) checkGlobs(path string, patterns []string) {
	for i, pattern := range patterns {
		r.checkGlob(path+"["+strconv.Itoa(i)+"]", pattern)
	}
}

func (r *reader) checkGlob(path, pattern string) {
	if _, err := compileGlob(pattern); err != nil {
		r.wrong(path, "the glob %s %s", quote(pattern), err)
	}
}

// globs is a list of patterns of which one is enough.
type globs []*glob

// compileGlobs compiles patterns that have been checked.
func compileGlobs(patterns []string) globs {
	var all globs
	for _, pattern := range patterns {
		if g, err := compileGlob(pattern); err == nil {
			all = append(all, g)
		}
	}
	return all
}

func (g globs) match(lower string) bool {
	for _, one := range g {
		if one.match(lower) {
			return true
		}
	}
	return false
}
