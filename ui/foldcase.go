package ui

import (
	"unicode"
	"unicode/utf8"
)

// containsFold reports whether s contains lower, which is in lower case, whatever
// the case of s.
func containsFold(s, lower string) bool {
	at, _ := indexFold(s, lower)
	return at >= 0
}

// indexFold is where it does and where that ends, or -1. ASCII, which is nearly all
// there is, has a way of its own that takes a tenth of the time.
func indexFold(s, lower string) (from, to int) {
	if lower == "" || !isASCII(lower) {
		return indexFoldAny(s, lower)
	}
	last := len(s) - len(lower)
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return indexFoldAny(s, lower)
		}
		if lowerASCII(s[i]) == lower[0] && i <= last && equalFold(s[i:i+len(lower)], lower) {
			return i, i + len(lower)
		}
	}
	return -1, -1
}

func indexFoldAny(s, lower string) (from, to int) {
	for from := range s {
		if to := prefixFold(s[from:], lower); to >= 0 {
			return from, from + to
		}
	}
	return -1, -1
}

// prefixFold is the length of the beginning of s that reads as lower, or -1.
func prefixFold(s, lower string) int {
	at := 0
	for lower != "" {
		char, size := utf8.DecodeRuneInString(s[at:])
		want, wantSize := utf8.DecodeRuneInString(lower)
		if size == 0 || unicode.ToLower(char) != want {
			return -1
		}
		at += size
		lower = lower[wantSize:]
	}
	return at
}

func equalFold(s, lower string) bool {
	for i := range len(s) {
		if lowerASCII(s[i]) != lower[i] {
			return false
		}
	}
	return true
}

// lowerASCII is a letter in lower case, and anything else as it is.
func lowerASCII(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}
