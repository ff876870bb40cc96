package alarmrule

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// depthLimit is how deep a rule may be nested. CloudWatch allows 500 elements in all.
const depthLimit = 500

// reader takes a rule apart from left to right. NOT binds closest, then AND, then OR.
type reader struct {
	rest  string
	depth int
}

// Parse reads a rule. An error says from where on it cannot be read.
func Parse(text string) (*Rule, error) {
	if strings.TrimSpace(text) == "" {
		return nil, errors.New(`a composite alarm needs a rule, such as ALARM("checkout-5xx") OR ALARM("checkout-cpu")`)
	}
	r := &reader{rest: text}
	rule, err := r.either()
	if err == nil && r.left() != "" {
		err = r.unread()
	}
	if err != nil {
		return nil, err
	}
	return rule, nil
}

// left is what has not been read yet.
func (r *reader) left() string {
	r.rest = strings.TrimLeft(r.rest, " \t\r\n")
	return r.rest
}

func (r *reader) unread() error {
	if rest := r.left(); rest != "" {
		return fmt.Errorf(`the rule cannot be read from %q on; join ALARM("name"), OK("name"), INSUFFICIENT_DATA("name") and AT_LEAST(2, ALARM, ("name", "name")) with AND, OR, NOT and brackets`, rest)
	}
	return errors.New("the rule ends before it is complete")
}

// word takes the next word if it is the wanted one.
func (r *reader) word(wanted string) bool {
	rest, ok := strings.CutPrefix(r.left(), wanted)
	if !ok || rest != "" && isLetter(rest[0]) {
		return false
	}
	r.rest = rest
	return true
}

func isLetter(b byte) bool {
	return b == '_' || '0' <= b && b <= '9' || 'A' <= b && b <= 'Z' || 'a' <= b && b <= 'z'
}

// sign takes the next character if it is the wanted one.
func (r *reader) sign(wanted string) bool {
	rest, ok := strings.CutPrefix(r.left(), wanted)
	if ok {
		r.rest = rest
	}
	return ok
}

// need is sign for what has to come.
func (r *reader) need(wanted string) error {
	if !r.sign(wanted) {
		return r.unread()
	}
	return nil
}

func (r *reader) either() (*Rule, error) { return r.chain(Or, "OR", r.both) }

func (r *reader) both() (*Rule, error) { return r.chain(And, "AND", r.single) }

// chain reads parts with a word between them.
func (r *reader) chain(op Op, word string, next func() (*Rule, error)) (*Rule, error) {
	var parts []*Rule
	for {
		part, err := next()
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
		if !r.word(word) {
			return joined(op, parts), nil
		}
	}
}

func (r *reader) single() (*Rule, error) {
	if r.depth++; r.depth > depthLimit {
		return nil, fmt.Errorf("the rule is nested deeper than %d times", depthLimit)
	}
	defer func() { r.depth-- }()
	switch {
	case r.word("NOT"):
		part, err := r.single()
		return &Rule{Op: Not, Parts: []*Rule{part}}, err
	case r.word("TRUE"):
		return &Rule{Op: True}, nil
	case r.word("FALSE"):
		return &Rule{Op: False}, nil
	case r.word("AT_LEAST"):
		return r.atLeast()
	case r.sign("("):
		inner, err := r.either()
		if err != nil {
			return nil, err
		}
		return inner, r.need(")")
	}
	return r.inState()
}

// state takes the name of a state, or "".
func (r *reader) state() string {
	if i := slices.IndexFunc(States, r.word); i >= 0 {
		return States[i]
	}
	return ""
}

// inState reads ALARM(x).
func (r *reader) inState() (*Rule, error) {
	before := r.left()
	state := r.state()
	if state == "" {
		return nil, r.unread()
	}
	if !r.sign("(") {
		if r.left() != "" {
			r.rest = before
		}
		return nil, r.unread()
	}
	alarm, err := r.alarm()
	if err != nil {
		return nil, err
	}
	return &Rule{Op: InState, State: state, Alarm: alarm}, r.need(")")
}

// alarm reads a name or an ARN, in quotes or not.
func (r *reader) alarm() (string, error) {
	if !r.sign(`"`) {
		end := strings.IndexAny(r.left(), " \t\r\n(),\"")
		if end < 0 {
			r.rest = ""
		}
		if end <= 0 {
			return "", r.unread()
		}
		name := r.rest[:end]
		r.rest = r.rest[end:]
		return name, nil
	}
	var name strings.Builder
	for i := 0; i < len(r.rest); i++ {
		switch c := r.rest[i]; {
		case c == '"' && name.Len() > 0:
			r.rest = r.rest[i+1:]
			return name.String(), nil
		case c == '"':
			return "", r.unread()
		case c == '\\' && i+1 < len(r.rest) && (r.rest[i+1] == '"' || r.rest[i+1] == '\\'):
			i++
			name.WriteByte(r.rest[i])
		default:
			name.WriteByte(c)
		}
	}
	r.rest = ""
	return "", r.unread()
}

// atLeast reads (2, ALARM, (x, y)), or with 50% or NOT OK in their places.
func (r *reader) atLeast() (*Rule, error) {
	rule := &Rule{Op: AtLeast}
	if err := r.need("("); err != nil {
		return nil, err
	}
	if err := r.count(rule); err != nil {
		return nil, err
	}
	if err := r.need(","); err != nil {
		return nil, err
	}
	not := r.word("NOT")
	state := r.state()
	if state == "" {
		return nil, r.unread()
	}
	if err := r.need(","); err != nil {
		return nil, err
	}
	if err := r.need("("); err != nil {
		return nil, err
	}
	for {
		alarm, err := r.alarm()
		if err != nil {
			return nil, err
		}
		part := &Rule{Op: InState, State: state, Alarm: alarm}
		if not {
			part = &Rule{Op: Not, Parts: []*Rule{part}}
		}
		rule.Parts = append(rule.Parts, part)
		if !r.sign(",") {
			break
		}
	}
	if err := r.need(")"); err != nil {
		return nil, err
	}
	return rule, r.need(")")
}

// count reads how many are needed: a number, or a share in per cent.
func (r *reader) count(rule *Rule) error {
	digits := len(r.left()) - len(strings.TrimLeft(r.left(), "0123456789"))
	count, err := strconv.ParseUint(r.rest[:digits], 10, 16)
	if err != nil || count == 0 {
		return r.unread()
	}
	rule.Count, r.rest = int(count), r.rest[digits:]
	rule.Percent = r.sign("%")
	return nil
}
