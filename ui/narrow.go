package ui

import (
	"strings"

	"warroom/internal/room"
)

// leftover is what a filter has left of a list, for the next letter: a longer filter leaves
// nothing that the shorter one did not.
type leftover struct {
	filter  filter
	version uint64 // of the list
	signals []*room.Signal
}

// by is what a filter leaves of a list, in its order.
func (l *leftover) by(f filter, version uint64, list []*room.Signal) []*room.Signal {
	if version == l.version && f.narrows(l.filter) {
		list = l.signals
	}
	var left []*room.Signal
	said := make([]answers, len(f.terms))
	for _, s := range list {
		if f.leaves(s, said) {
			left = append(left, s)
		}
	}
	*l = leftover{f, version, left}
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
