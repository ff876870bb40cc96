package drill

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"
)

// rule is a composite alarm's rule: what it says when the alarms it names are in
// the states that a function gives, and which those are. Source: PutCompositeAlarm,
// AlarmRule; AT_LEAST is not simulated.
type rule struct {
	holds func(state func(alarm string) string) bool
	names []string
}

// ruleWords are the parts of a rule: a state with its alarm, or a word, or a bracket.
var ruleWords = regexp.MustCompile(`^\s*(?:(ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*"?([^")]+?)"?\s*\)|(AND|OR|NOT|TRUE|FALSE)\b|([()]))`)

// ruleReader takes a rule apart from left to right. NOT binds closest, then AND,
// then OR.
type ruleReader struct {
	rest  string
	names []string
}

type condition = func(state func(string) string) bool

// parseRule reads a rule. An error says where it cannot be read.
func parseRule(text string) (rule, error) {
	if strings.TrimSpace(text) == "" {
		return rule{}, errors.New(`a composite alarm needs a rule, such as ALARM("checkout-5xx") OR ALARM("checkout-cpu")`)
	}
	r := &ruleReader{rest: text}
	holds, err := r.either()
	if err == nil && strings.TrimSpace(r.rest) != "" {
		err = r.unread()
	}
	return rule{holds, r.names}, err
}

func (r *ruleReader) unread() error {
	if rest := strings.TrimSpace(r.rest); rest != "" {
		return fmt.Errorf(`the rule cannot be read from %q on; join ALARM("name"), OK("name") and INSUFFICIENT_DATA("name") with AND, OR, NOT and brackets`, rest)
	}
	return errors.New("the rule ends before it is complete")
}

// next takes the next part if it is the wanted word.
func (r *ruleReader) next(word string) bool {
	found := ruleWords.FindStringSubmatch(r.rest)
	if found == nil || found[3]+found[4] != word {
		return false
	}
	r.rest = r.rest[len(found[0]):]
	return true
}

func (r *ruleReader) either() (condition, error) {
	left, err := r.both()
	for err == nil && r.next("OR") {
		var right condition
		one := left
		right, err = r.both()
		left = func(state func(string) string) bool { return one(state) || right(state) }
	}
	return left, err
}

func (r *ruleReader) both() (condition, error) {
	left, err := r.single()
	for err == nil && r.next("AND") {
		var right condition
		one := left
		right, err = r.single()
		left = func(state func(string) string) bool { return one(state) && right(state) }
	}
	return left, err
}

func (r *ruleReader) single() (condition, error) {
	switch {
	case r.next("NOT"):
		inner, err := r.single()
		return func(state func(string) string) bool { return !inner(state) }, err
	case r.next("TRUE"):
		return func(func(string) string) bool { return true }, nil
	case r.next("FALSE"):
		return func(func(string) string) bool { return false }, nil
	case r.next("("):
		inner, err := r.either()
		if err == nil && !r.next(")") {
			err = r.unread()
		}
		return inner, err
	}
	found := ruleWords.FindStringSubmatch(r.rest)
	if found == nil || found[1] == "" {
		return nil, r.unread()
	}
	r.rest = r.rest[len(found[0]):]
	wanted, name := found[1], found[2][strings.LastIndexByte(found[2], ':')+1:] // an ARN names an alarm too
	if !slices.Contains(r.names, name) {
		r.names = append(r.names, name)
	}
	return func(state func(string) string) bool { return state(name) == wanted }, nil
}

// follow makes a composite alarm do what its rule says. done holds those that have
// been followed already, so that composites of composites come in their order.
func (w *story) follow(a *alarm, done map[*alarm]bool) error {
	if done[a] || a.kind() != "composite" {
		return nil
	}
	done[a] = true
	r, err := parseRule(fill(a.cast.Rule, a.service, a.region))
	if err != nil {
		return err
	}
	children := map[string]*alarm{}
	causes := []happened{}
	for _, name := range r.names {
		child := w.alarm(name, a.region)
		if child == nil {
			continue // of another region: it is never in any state
		}
		if err := w.follow(child, done); err != nil {
			return err
		}
		children[name] = child
		for _, change := range child.changes {
			if change.at.After(w.scenario.Begin) {
				causes = append(causes, happened{alarm: child, turn: change})
			}
		}
	}
	sort.SliceStable(causes, func(i, j int) bool { return causes[i].at.Before(causes[j].at) })
	begin := happened{turn: turn{at: w.scenario.Begin}}
	for _, cause := range append([]happened{begin}, causes...) {
		to := "OK"
		if r.holds(func(name string) string {
			if children[name] == nil {
				return ""
			}
			now, _ := latest(children[name].changes, cause.at)
			return now.to
		}) {
			to = "ALARM"
		}
		a.led(to, cause, w.scenario.Account)
	}
	return nil
}

// led takes a composite into a state for a cause, or to its first state without one.
func (a *alarm) led(to string, cause happened, account string) {
	first := &a.turns[0]
	switch {
	case cause.alarm == nil:
		first.to, first.why = to, a.arn(account)+" was created and its alarm rule evaluates to "+to
	case a.turns[len(a.turns)-1].to != to:
		a.turns = append(a.turns, turn{at: cause.at, to: to,
			why: cause.alarm.arn(account) + " transitioned to " + cause.to + " at " + cause.at.UTC().Format(compositeTime)})
	}
	a.changes = a.turns
}
