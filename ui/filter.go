package ui

import (
	"fmt"
	"slices"
	"strings"

	"warroom/internal/room"
)

// filter is what "/" asks for: every word must be found, every !word must not, and
// field:value looks at one field only. Case does not matter. A word is found where it
// stands as it is, in any field, or fuzzily in the name: its letters in their order,
// the first at the beginning of a part of the name, so that cko5 finds checkout-5xx.
type filter struct {
	text  string
	terms []term
	sight *sight // where it looks things up; nil finds nothing there
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
	fieldPerson  = "person"
	fieldIs      = "is"
)

var filterFields = []string{fieldState, fieldRegion, fieldAccount, fieldService, fieldName, fieldKind, fieldPerson, fieldIs}

// kindPeople is the kind of everything that people do.
const kindPeople = "people"

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
		case hasField && field == fieldIs && !isAnything(value):
			problem = fmt.Sprintf("nothing is %q; it can be %s", value, strings.Join(isWords, ", "))
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
	fieldPerson: "person:ana", fieldIs: "is:unacknowledged",
}

func (f filter) signal(s *room.Signal) bool { return f.leaves(s, make([]answers, len(f.terms))) }

// leaves says whether the filter leaves a signal. said has what each term was found in
// last, and is kept from one signal of a list to the next.
func (f filter) leaves(s *room.Signal, said []answers) bool {
	for i := range f.terms {
		if t := &f.terms[i]; t.signal(f.sight, s, &said[i]) == t.not {
			return false
		}
	}
	return true
}

func (t *term) signal(in *sight, s *room.Signal, said *answers) bool {
	switch t.field {
	case fieldState:
		return containsFold(s.Word, t.value) || containsFold(s.State.String(), t.value)
	case fieldRegion:
		return containsFold(s.Region, t.value) || regionCode(s.Region) == t.value
	case fieldAccount:
		return slices.ContainsFunc(accountsOf(s), func(account string) bool { return containsFold(account, t.value) })
	case fieldService:
		return containsFold(s.Service, t.value)
	case fieldName:
		return containsFold(s.Title, t.value) || !t.not && fuzzyAt(s.Title, t.value) >= 0
	case fieldKind:
		return containsFold(string(s.Kind), t.value)
	case fieldPerson:
		return t.did(s.Ack) || t.did(s.Claim)
	case fieldIs:
		return in.isSignal(t.value, s)
	}
	return said.word.contains(s.Word, t.value) || said.region.contains(s.Region, t.value) ||
		said.service.contains(s.Service, t.value) || said.account.contains(s.Account, t.value) ||
		containsFold(s.Title, t.value) || containsFold(s.Reason, t.value) ||
		!t.not && fuzzyAt(s.Title, t.value) >= 0
}

// accountsOf are the accounts that a signal concerns or that it is known from.
func accountsOf(s *room.Signal) []string {
	all := []string{s.Account}
	if detail, ok := s.Detail.(*room.HealthDetail); ok {
		all = append(all, detail.Accounts...)
		for i := range detail.Sightings {
			all = append(all, detail.Sightings[i].Scope.Account)
		}
	}
	return all
}

func (f filter) event(e *room.Event) bool {
	for _, t := range f.terms {
		if t.event(f.sight, e) == t.not {
			return false
		}
	}
	return true
}

// asks says whether a field is asked for.
func (f filter) asks(field string) bool {
	return slices.ContainsFunc(f.terms, func(t term) bool { return t.field == field })
}

// looksUp says whether what it finds among the lines of the timeline depends on more
// than the lines.
func (f filter) looksUp() bool {
	own := []string{"", fieldName, fieldKind, fieldPerson}
	return slices.ContainsFunc(f.terms, func(t term) bool { return !slices.Contains(own, t.field) })
}

// lines gives the lines of the timeline that are left.
func (f filter) lines(events []*room.Event) []*room.Event {
	if len(f.terms) == 0 {
		return events
	}
	left := make([]*room.Event, 0, len(events))
	for _, e := range events {
		if f.event(e) {
			left = append(left, e)
		}
	}
	return left
}

func (t term) event(in *sight, e *room.Event) bool {
	switch t.field {
	case fieldPerson:
		return t.did(e)
	case fieldIs:
		return in.isEvent(t.value, e)
	}
	switch e.Type {
	case room.EventSignal:
		return t.signal(in, e.Signal, new(answers))
	case room.EventScope:
		return t.scope(e)
	}
	return t.act(in, e)
}

func (t term) scope(e *room.Event) bool {
	switch t.field {
	case "":
		return containsFold(e.Scope.String(), t.value)
	case fieldRegion:
		return containsFold(e.Scope.Region, t.value)
	case fieldAccount:
		return containsFold(e.Scope.Account, t.value)
	case fieldKind:
		return containsFold(string(e.Type), t.value)
	}
	return false
}

// act looks at what somebody did, and for where that was at the signal it is about.
func (t term) act(in *sight, e *room.Event) bool {
	switch t.field {
	case "":
		return containsFold(e.Text, t.value) || containsFold(e.Subject, t.value) || containsFold(e.Actor, t.value) || containsFold(string(e.Type), t.value)
	case fieldKind: // from its beginning on, for ack is no unack
		return strings.HasPrefix(string(e.Type), t.value) || t.value == kindPeople
	case fieldName:
		return containsFold(e.Subject, t.value) || !t.not && fuzzyAt(e.Subject, t.value) >= 0
	}
	s := in.signal(e.Key)
	return s != nil && t.signal(in, s, new(answers))
}

// did says whether an event is an act of the person that is looked for.
func (t term) did(e *room.Event) bool {
	return e != nil && e.Actor != "" && containsFold(e.Actor, t.value)
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
