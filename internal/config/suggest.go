package config

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// clipLimit is how much of a wrong value is quoted back, in characters.
const clipLimit = 60

// quote puts a value from the file into a sentence: short, and with everything
// that a terminal could act on escaped.
func quote(text string) string {
	if utf8.RuneCountInString(text) > clipLimit {
		text = string([]rune(text)[:clipLimit]) + "…"
	}
	return strconv.Quote(text)
}

// clip is quote without the quotation marks.
func clip(text string) string {
	quoted := quote(text)
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
}

// Meant ends a sentence about a wrong word: with the known word it resembles most,
// or else with the advice, which may be empty.
func Meant(word string, known []string, advice string) string {
	if best := closest(word, known); best != "" {
		return "; did you mean " + strconv.Quote(best) + "?"
	}
	if advice == "" {
		return ""
	}
	return "; " + advice
}

// closest finds the known word that a person most likely meant, or "".
func closest(word string, known []string) string {
	best, least := "", max(1, utf8.RuneCountInString(word)/3)+1
	lower := strings.ToLower(word)
	for _, candidate := range known {
		if d := distance(lower, strings.ToLower(candidate)); d < least {
			best, least = candidate, d
		}
	}
	return best
}

// distance counts the letters to add, drop, change or swap with their neighbour to
// make one word of another (optimal string alignment).
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	if len(x) > nameLimit || len(y) > nameLimit {
		return max(len(x), len(y))
	}
	before, last, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := range x {
		row[0] = i + 1
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(y)]
}

func contains(words []string, word string) bool { return slices.Contains(words, word) }

// list writes words for a sentence.
func list(words []string) string { return strings.Join(words, ", ") }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
