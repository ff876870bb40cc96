package room

import (
	"cmp"
	"slices"
	"strings"
)

// allUpdates is the texts of two lists, newest first, each once: of equal texts the
// earliest, and none that another one repeats under a headline. Of one moment those of
// others come first, as they are ordered there. Neither list is changed.
func allUpdates(known, others []Update) []Update {
	same := func(a, b Update) bool { return a.At.Equal(b.At) && a.Text == b.Text }
	if known != nil && slices.EqualFunc(known, others, same) {
		return known
	}
	var all []Update
	at := map[string]int{} // by the words
	for _, update := range slices.Concat(others, known) {
		words := wordsOf(update.Text)
		i, ok := at[words]
		switch {
		case !ok:
			at[words] = len(all)
			all = append(all, update)
		case cmp.Or(update.At.Compare(all[i].At), cmp.Compare(update.Text, all[i].Text)) < 0:
			all[i] = update
		}
	}
	repeated := map[string]bool{}
	for _, update := range all {
		repeated[headless(update.Text)] = true
	}
	all = slices.DeleteFunc(all, func(u Update) bool { return repeated[wordsOf(u.Text)] })
	slices.SortStableFunc(all, func(a, b Update) int { return b.At.Compare(a.At) })
	return all[:min(len(all), updateLimit)]
}

// has says whether a text is among those of a Health event, with a headline or without.
func (d *HealthDetail) has(text string) bool {
	words, rest := wordsOf(text), headless(text)
	return slices.ContainsFunc(d.Updates, func(u Update) bool {
		known := wordsOf(u.Text)
		return known == words || known == rest || headless(u.Text) == words
	})
}

// headless is the words of a text under its headline; "" if it is one line.
func headless(text string) string {
	_, rest, _ := strings.Cut(text, "\n")
	return wordsOf(rest)
}

// wordsOf is a text whatever blanks are between its words.
func wordsOf(text string) string { return strings.Join(strings.Fields(text), " ") }

// firstSentence is what a row shows of a text.
func firstSentence(text string) string {
	text, _, _ = strings.Cut(text, "\n")
	if end := strings.Index(text, ". "); end >= 0 {
		text = text[:end+1]
	}
	if runes := []rune(text); len(runes) > reasonLimit {
		text = string(runes[:reasonLimit-1]) + "…"
	}
	return text
}
