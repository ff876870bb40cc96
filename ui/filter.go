package ui

import (
	"fmt"
	"strings"

	"warroom/internal/room"
)

// filter is what "/" asks for: every word must be found, every !word must not, and
// field:value looks at one field only. Case does not matter.
type filter struct {
	text  string
	terms []term
}

type term struct {
	not   bool
	field string // "" looks everywhere
	value string
}

// filterFields are the fields that field:value can name.
var filterFields = []string{"state", "region", "account", "service", "name", "kind"}

// parseFilter reads a filter. It never fails: a field nobody knows is searched for
// as the text it is, and problem says so.
func parseFilter(text string) (f filter, problem string) {
	f.text = strings.TrimSpace(text)
	for _, word := range strings.Fields(f.text) {
		t := term{}
		if rest, ok := strings.CutPrefix(word, "!"); ok {
			t.not, word = true, rest
		}
		t.value = strings.ToLower(word)
		if field, value, ok := strings.Cut(t.value, ":"); ok && value != "" {
			if isField(field) {
				t.field, t.value = field, value
			} else if !strings.Contains(value, "/") {
				problem = fmt.Sprintf("there is no field %q; fields are %s", field, strings.Join(filterFields, ", "))
			}
		}
		if t.value != "" {
			f.terms = append(f.terms, t)
		}
	}
	return f, problem
}

func isField(name string) bool {
	for _, field := range filterFields {
		if field == name {
			return true
		}
	}
	return false
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
	case "state":
		return containsFold(s.Word, t.value) || containsFold(s.State.String(), t.value)
	case "region":
		return containsFold(s.Region, t.value)
	case "account":
		return containsFold(s.Account, t.value)
	case "service":
		return containsFold(s.Service, t.value)
	case "name":
		return containsFold(s.Title, t.value)
	case "kind":
		return containsFold(string(s.Kind), t.value)
	}
	return containsFold(s.Title, t.value) || containsFold(s.Word, t.value) || containsFold(s.Region, t.value) ||
		containsFold(s.Service, t.value) || containsFold(s.Account, t.value) || containsFold(s.Reason, t.value)
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
		return containsFold(e.Text, t.value) || containsFold(e.Actor, t.value) || containsFold(e.Scope.String(), t.value)
	case "region":
		return containsFold(e.Scope.Region, t.value)
	case "account":
		return containsFold(e.Scope.Account, t.value)
	case "kind":
		return containsFold(string(e.Type), t.value)
	}
	return false
}

// containsFold reports whether s contains lower, which is in lower case, whatever
// the case of s. ASCII, which is nearly all there is, costs no allocation.
func containsFold(s, lower string) bool {
	if !isASCII(s) || !isASCII(lower) {
		return strings.Contains(strings.ToLower(s), lower)
	}
	for i := 0; i+len(lower) <= len(s); i++ {
		if equalFold(s[i:i+len(lower)], lower) {
			return true
		}
	}
	return false
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
