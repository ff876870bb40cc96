package ui

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"warroom/internal/room"
)

// filter is what "/" asks for: every word must be found, every !word must not, and
// field:value looks at one field only. Case does not matter. A word is found where it
// stands as it is, in any field, or fuzzily in the name: its letters in their order,
// the first at the beginning of a part of the name, so that cko5 finds checkout-5xx.
type filter struct {
	text  string
	terms []term
}

type term struct {
	not   bool
	field string // "" looks everywhere
	value string // in lower case
}

// The fields that field:value can name.
const (
	fieldState   = "state"
	fieldRegion  = "region"
	fieldAccount = "account"
	fieldService = "service"
	fieldName    = "name"
	fieldKind    = "kind"
)

var filterFields = []string{fieldState, fieldRegion, fieldAccount, fieldService, fieldName, fieldKind}

// fuzzyLeast is how long a word must be to be looked for fuzzily: two letters are
// found in that way nearly everywhere.
const fuzzyLeast = 3

// parseFilter reads a filter. It never fails: what cannot be meant is left out or
// searched for as the text it is, and problem says so.
func parseFilter(text string) (f filter, problem string) {
	f.text = strings.TrimSpace(text)
	for _, word := range strings.Fields(f.text) {
		t := term{}
		if rest, ok := strings.CutPrefix(word, "!"); ok {
			t.not, word = true, rest
		}
		t.value = strings.ToLower(word)
		field, value, hasField := strings.Cut(t.value, ":")
		switch {
		case word == "":
			problem = "! alone leaves out nothing; write !word"
			continue
		case hasField && slices.Contains(filterFields, field) && value == "":
			problem = fmt.Sprintf("%s: needs a value, such as %s", field, fieldExamples[field])
			continue
		case hasField && slices.Contains(filterFields, field):
			t.field, t.value = field, value
		case hasField && field != "" && !strings.Contains(value, "/"):
			problem = fmt.Sprintf("there is no field %q; fields are %s", field, strings.Join(filterFields, ", "))
		}
		f.terms = append(f.terms, t)
	}
	return f, problem
}

var fieldExamples = map[string]string{
	fieldState: "state:alarm", fieldRegion: "region:us-east-1", fieldAccount: "account:prod",
	fieldService: "service:checkout", fieldName: "name:5xx", fieldKind: "kind:probe",
}

func (f filter) signal(s *room.Signal) bool {
	for _, t := range f.terms {
		if t.signal(s) == t.not {
			return false
		}
	}
	return true
}

func (t term) signal(s *room.Signal) bool {
	switch t.field {
	case fieldState:
		return containsFold(s.Word, t.value) || containsFold(s.State.String(), t.value)
	case fieldRegion:
		return containsFold(s.Region, t.value) || regionCode(s.Region) == t.value
	case fieldAccount:
		return containsFold(s.Account, t.value)
	case fieldService:
		return containsFold(s.Service, t.value)
	case fieldName:
		return containsFold(s.Title, t.value) || !t.not && fuzzyAt(s.Title, t.value) >= 0
	case fieldKind:
		return containsFold(string(s.Kind), t.value)
	}
	return containsFold(s.Title, t.value) || containsFold(s.Word, t.value) || containsFold(s.Region, t.value) ||
		containsFold(s.Service, t.value) || containsFold(s.Account, t.value) || containsFold(s.Reason, t.value) ||
		!t.not && fuzzyAt(s.Title, t.value) >= 0
}

func (f filter) event(e *room.Event) bool {
	for _, t := range f.terms {
		if t.event(e) == t.not {
			return false
		}
	}
	return true
}

func (t term) event(e *room.Event) bool {
	if e.Signal != nil {
		return t.signal(e.Signal)
	}
	switch t.field {
	case "":
		return containsFold(e.Text, t.value) || containsFold(e.Subject, t.value) || containsFold(e.Actor, t.value) || containsFold(e.Scope.String(), t.value)
	case fieldRegion:
		return containsFold(e.Scope.Region, t.value)
	case fieldAccount:
		return containsFold(e.Scope.Account, t.value)
	case fieldKind:
		return containsFold(string(e.Type), t.value)
	}
	return false
}

// spans gives the parts of a cell's text that the filter has found, as byte offsets
// in pairs, in order and apart; nil if none.
func (f filter) spans(text, field string) []int {
	var found []int
	for _, t := range f.terms {
		if t.not || t.field != "" && t.field != field {
			continue
		}
		if from, to := indexFold(text, t.value); from >= 0 {
			found = merge(found, []int{from, to})
		} else if field == fieldName {
			found = merge(found, fuzzy(text, t.value))
		}
	}
	return found
}

// merge joins two lists of spans.
func merge(a, b []int) []int {
	if len(a) == 0 {
		return b
	}
	pairs := append(slices.Clone(a), b...)
	order := make([][2]int, 0, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		order = append(order, [2]int{pairs[i], pairs[i+1]})
	}
	slices.SortFunc(order, func(x, y [2]int) int { return x[0] - y[0] })
	merged := []int{order[0][0], order[0][1]}
	for _, next := range order[1:] {
		if last := len(merged) - 1; next[0] <= merged[last] {
			merged[last] = max(merged[last], next[1])
		} else {
			merged = append(merged, next[0], next[1])
		}
	}
	return merged
}

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
	first, _ := utf8.DecodeRuneInString(word)
	for start, char := range text {
		if unicode.ToLower(char) == first && beginsPart(text, start) && follows(text[start:], word) {
			return start
		}
	}
	return -1
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
		char := s[i]
		switch {
		case char >= utf8.RuneSelf:
			return indexFoldAny(s, lower)
		case 'A' <= char && char <= 'Z':
			char += 'a' - 'A'
		}
		if char == lower[0] && i <= last && equalFold(s[i:i+len(lower)], lower) {
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
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}
