package ui

import (
	"slices"
	"strings"

	"warroom/internal/room"
)

// leftovers is what a filter has left of a list as it was typed, letter by letter: a longer
// filter leaves nothing that the shorter one did not, and a letter that is taken back brings
// back what was left before it.
type leftovers struct {
	version uint64 // of the list
	typed   []leftover
}

// leftover is what one filter has left.
type leftover struct {
	filter  filter
	signals []*room.Signal // never changed in place
}

// by is what a filter leaves of a list, in its order.
func (l *leftovers) by(f filter, version uint64, list []*room.Signal) []*room.Signal {
	if version != l.version {
		*l = leftovers{version: version}
	}
	last := len(l.typed) - 1
	for last >= 0 && !f.narrows(l.typed[last].filter) {
		last--
	}
	l.typed = slices.Clip(l.typed[:last+1]) // a copy of the pane goes on with the same
	if last >= 0 {
		if list = l.typed[last].signals; slices.Equal(f.terms, l.typed[last].filter.terms) {
			return list
		}
	}
	left := f.signals(list)
	l.typed = append(l.typed, leftover{f, left})
	return left
}

// signals are those of a list that the filter leaves, which may be the list itself.
func (f filter) signals(list []*room.Signal) []*room.Signal {
	var left []*room.Signal
	said := make([]answers, len(f.terms))
	for _, s := range list {
		if f.leaves(s, said) {
			left = append(left, s)
		}
	}
	if len(left) == len(list) {
		return list
	}
	return left
}

// narrows says whether a filter can leave only what another one has left: it has the same
// words or longer ones, and perhaps more of them.
func (f filter) narrows(before filter) bool {
	if len(before.terms) == 0 || len(before.terms) > len(f.terms) {
		return false
	}
	for i, was := range before.terms {
		if !f.terms[i].narrows(was) {
			return false
		}
	}
	return true
}

func (t term) narrows(was term) bool {
	switch {
	case t.field != was.field || t.not != was.not || t.field == fieldIs: // that depends on more than the list
		return false
	case t.value == was.value:
		return true
	case t.not || t.field == fieldRegion: // which may be the code of a region, whole
		return false
	}
	// With its third letter a word is looked for fuzzily as well.
	grows := len([]rune(was.value)) >= fuzzyLeast || len([]rune(t.value)) < fuzzyLeast
	return grows && strings.HasPrefix(t.value, was.value)
}

// answers is what one word was found in last, of the fields that most rows share: a list of
// ten thousand has few words for states, regions, services and accounts.
type answers struct{ word, region, service, account answer }

type answer struct {
	text  string
	found bool
	known bool
}

// contains is containsFold for such a field.
func (a *answer) contains(text, lower string) bool {
	if !a.known || a.text != text {
		*a = answer{text, containsFold(text, lower), true}
	}
	return a.found
}
