package probe

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"warroom/internal/clean"
)

// jsonShown is how many runes of a value of JSON people are shown.
const jsonShown = 60

// jsonKind is what a value of JSON is, in words.
type jsonKind string

const (
	jsonText   jsonKind = "text"
	jsonNumber jsonKind = "a number"
	jsonBool   jsonKind = "true or false"
	jsonNull   jsonKind = "null"
	jsonObject jsonKind = "an object"
	jsonArray  jsonKind = "an array"
)

// jsonValue is a value of JSON; an object or array has no text here.
type jsonValue struct {
	kind jsonKind
	text string // numbers as they were written
}

// String is the value as people are shown it.
func (v jsonValue) String() string {
	switch {
	case v.text == "" && v.kind != jsonText:
		return string(v.kind)
	case v.kind == jsonText:
		return fmt.Sprintf("%q", clean.Line(v.text, jsonShown))
	}
	return clean.Line(v.text, jsonShown)
}

// scalarOf is a token of a json.Decoder that is no bracket.
func scalarOf(token json.Token) jsonValue {
	switch token := token.(type) {
	case string:
		return jsonValue{jsonText, token}
	case json.Number:
		return jsonValue{jsonNumber, token.String()}
	case bool:
		return jsonValue{jsonBool, fmt.Sprint(token)}
	}
	return jsonValue{kind: jsonNull}
}

// jsonStep is one step of a path, to the key of an object or the item of an array.
type jsonStep struct {
	key   string
	index int // -1 for a key
}

// String is the step as it stands in a path.
func (s jsonStep) String() string {
	switch {
	case s.index >= 0:
		return fmt.Sprintf("[%d]", s.index)
	case bareKey.MatchString(s.key):
		return "." + s.key
	}
	return fmt.Sprintf("[%q]", s.key)
}

// Keys that stand after a dot, and the three ways to write a step. The config has them too.
var (
	bareKey     = regexp.MustCompile(`^[^.\[\]"\s]+$`)
	stepPattern = regexp.MustCompile(`^(?:\.([^.\[\]"\s]+)|\[([0-9]{1,7})\]|\[("(?:[^"\\]|\\.)*")\])`)
)

// parsePath reads $.checks[0]["a key"].
func parsePath(path string) ([]jsonStep, error) {
	wrong := fmt.Errorf("the path %q cannot be read; write it like $.checks[0].state or $[\"a key\"]", clean.Line(path, nameLimit))
	rest, ok := strings.CutPrefix(path, "$")
	if !ok {
		return nil, wrong
	}
	var steps []jsonStep
	for rest != "" {
		said := stepPattern.FindStringSubmatch(rest)
		if said == nil {
			return nil, wrong
		}
		step := jsonStep{key: said[1], index: -1}
		if said[2] != "" {
			_, _ = fmt.Sscan(said[2], &step.index) // seven digits: cannot fail
		}
		if said[3] != "" && json.Unmarshal([]byte(said[3]), &step.key) != nil {
			return nil, wrong
		}
		steps, rest = append(steps, step), rest[len(said[0]):]
	}
	return steps, nil
}

// jsonMatch is what one value of a body has to be.
type jsonMatch struct {
	steps   []jsonStep
	pattern *regexp.Regexp // for text; nil: the value itself
	sign    string         // "<", "<=", ">" or ">=" for numbers; "" for the value itself
	want    jsonValue
	words   string // `$.status is "ok"`, `$.queue < 100`
}

// parseJSON reads paths and what their values have to be: a value of JSON, < <= > >= before
// a number, /a regular expression/, and anything else is text.
func parseJSON(expected map[string]string) ([]jsonMatch, error) {
	var matches []jsonMatch
	for _, path := range slices.Sorted(maps.Keys(expected)) {
		steps, err := parsePath(path)
		if err != nil {
			return nil, err
		}
		m := jsonMatch{steps: steps}
		if err := m.expect(expected[path]); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		m.words = path + m.words
		matches = append(matches, m)
	}
	return matches, nil
}

func (m *jsonMatch) expect(value string) error {
	if len(value) > 1 && value[0] == '/' && value[len(value)-1] == '/' {
		var err error
		if m.pattern, err = regexp.Compile(value[1 : len(value)-1]); err != nil {
			return fmt.Errorf("the expected %s is not a regular expression; see the syntax of RE2", value)
		}
		m.words = " matches " + value
		return nil
	}
	for _, sign := range [...]string{"<=", ">=", "<", ">"} {
		if limit, ok := strings.CutPrefix(value, sign); ok {
			m.sign, m.want = sign, parseValue(strings.TrimSpace(limit))
			m.words = fmt.Sprintf(" %s %s", sign, m.want)
			if m.want.kind != jsonNumber {
				return fmt.Errorf("after %s comes a number; put text that begins so into double quotes", sign)
			}
			return nil
		}
	}
	m.want = parseValue(value)
	m.words = fmt.Sprintf(" is %s", m.want)
	if m.want.kind == jsonObject || m.want.kind == jsonArray {
		return errors.New("objects and arrays cannot be expected as a whole; expect something in them")
	}
	return nil
}

// parseValue takes what is no JSON for text.
func parseValue(text string) jsonValue {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var value any
	if !json.Valid([]byte(text)) || decoder.Decode(&value) != nil {
		return jsonValue{jsonText, text}
	}
	switch value.(type) {
	case map[string]any:
		return jsonValue{kind: jsonObject}
	case []any:
		return jsonValue{kind: jsonArray}
	}
	return scalarOf(value)
}

// accepts says whether a value is what is expected.
func (m *jsonMatch) accepts(got jsonValue) bool {
	switch {
	case got.kind != m.kind():
		return false
	case m.pattern != nil:
		return m.pattern.MatchString(got.text)
	case got.kind != jsonNumber:
		return got.text == m.want.text
	}
	switch by := decimalOf(got.text).compare(decimalOf(m.want.text)); m.sign {
	case "<":
		return by < 0
	case "<=":
		return by <= 0
	case ">":
		return by > 0
	case ">=":
		return by >= 0
	default:
		return by == 0
	}
}

// kind is what a value must be to be looked at at all.
func (m *jsonMatch) kind() jsonKind {
	if m.pattern != nil {
		return jsonText
	}
	return m.want.kind
}

// to is the beginning of the path, so many steps long.
func (m *jsonMatch) to(steps int) string {
	path := "$"
	for _, step := range m.steps[:steps] {
		path += step.String()
	}
	return path
}

// secret says whether a value of this kind may be one: by the last key on the way to it,
// and where it is text by any, since a number may count them: $.sessions.open.
func (m *jsonMatch) secret(kind jsonKind) bool {
	for _, step := range slices.Backward(m.steps) {
		if step.index >= 0 {
			continue
		}
		if secretName.MatchString(step.key) || kind != jsonText {
			return secretName.MatchString(step.key)
		}
	}
	return false
}
