package ui

import (
	"unicode"
	"unicode/utf8"
)

// fuzzyLeast is how long a word must be to be looked for fuzzily: two letters are
// found in that way nearly everywhere.
const fuzzyLeast = 3

// fuzzy gives the spans of the letters of a word that fuzzyAt has found, or nil.
func fuzzy(text, word string) []int {
	if start := fuzzyAt(text, word); start >= 0 {
		return lettersOf(text, word, start)
	}
	return nil
}

// fuzzyAt finds the letters of a word, in lower case, in their order in text, the first
// at the beginning of a part of it, and says where that is, or -1. It runs for every row
// at every key typed, so that it allocates nothing.
func fuzzyAt(text, word string) int {
	if utf8.RuneCountInString(word) < fuzzyLeast {
		return -1
	}
	if isASCII(word) && isASCII(text) {
		return fuzzyAtASCII(text, word)
	}
	first, _ := utf8.DecodeRuneInString(word)
	for start, char := range text {
		if unicode.ToLower(char) == first && beginsPart(text, start) && follows(text[start:], word) {
			return start
		}
	}
	return -1
}

// fuzzyAtASCII is fuzzyAt for nearly all names that there are.
func fuzzyAtASCII(text, word string) int {
	for start := range len(text) {
		if lowerASCII(text[start]) != word[0] || start > 0 && isAlphanumeric(lowerASCII(text[start-1])) {
			continue
		}
		found := 1
		for i := start + 1; i < len(text) && found < len(word); i++ {
			if lowerASCII(text[i]) == word[found] {
				found++
			}
		}
		if found == len(word) {
			return start
		}
	}
	return -1
}

func isAlphanumeric(lower byte) bool {
	return 'a' <= lower && lower <= 'z' || '0' <= lower && lower <= '9'
}

// beginsPart says whether a part of a name begins at an offset.
func beginsPart(text string, at int) bool {
	if at == 0 {
		return true
	}
	before, _ := utf8.DecodeLastRuneInString(text[:at])
	return !unicode.IsLetter(before) && !unicode.IsDigit(before)
}

// follows says whether the letters of a word come in their order in text.
func follows(text, word string) bool {
	want, size := utf8.DecodeRuneInString(word)
	for _, char := range text {
		if unicode.ToLower(char) != want {
			continue
		}
		if word = word[size:]; word == "" {
			return true
		}
		want, size = utf8.DecodeRuneInString(word)
	}
	return false
}

// lettersOf is where the letters of a word are, one after the other from start.
func lettersOf(text, word string, start int) []int {
	var spans []int
	for at := start; at < len(text) && word != ""; {
		char, wide := utf8.DecodeRuneInString(text[at:])
		if want, size := utf8.DecodeRuneInString(word); unicode.ToLower(char) == want {
			word = word[size:]
			spans = merge(spans, []int{at, at + wide})
		}
		at += wide
	}
	return spans
}
