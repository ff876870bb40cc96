package probe

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// jsonDepth is how deep the JSON of a body may be nested: deeper than any that people
// write, and not so deep that a hostile one fills the stack.
const jsonDepth = 1000

var (
	errDeep     = fmt.Errorf("has JSON that is nested more than %d deep", jsonDepth)
	errGoesOn   = errors.New("goes on after the JSON")
	errUTF16    = errors.New("is UTF-16 and not UTF-8")
	errBOM      = errors.New("begins with a byte order mark") // RFC 8259, section 8.1
	errNoValues = errors.New("no JSON")
	errLong     = fmt.Errorf("has a number of more than %d KiB", thinLimit>>10)
)

// jsonSearch looks up all the values of a body that something is expected of, in one pass
// and without keeping the body.
type jsonSearch struct {
	matches []jsonMatch
	found   []jsonFinding // for each match
	decoder *json.Decoder
	start   []byte // how the body begins
	wrong   error  // why it is no JSON
}

// jsonFinding is a value, or why there is none.
type jsonFinding struct {
	value   jsonValue
	missing string // `$.checks has no key "state"`
}

func newJSONSearch(matches []jsonMatch) *jsonSearch {
	return &jsonSearch{matches: matches, found: make([]jsonFinding, len(matches)), wrong: io.ErrUnexpectedEOF}
}

// read takes in a body, up to its end or to what makes it no JSON.
func (s *jsonSearch) read(body io.Reader) {
	buffered := bufio.NewReader(body)
	start, _ := buffered.Peek(shownBytes)
	s.start = bytes.Clone(start)
	s.wrong = s.begins()
	if s.wrong != nil {
		return
	}
	s.decoder = json.NewDecoder(&thinJSON{source: buffered})
	s.decoder.UseNumber()
	all := make([]int, len(s.matches))
	for i := range all {
		all[i] = i
	}
	if s.wrong = s.value(0, all); s.wrong != nil {
		return
	}
	if _, err := s.decoder.Token(); err != io.EOF {
		s.wrong = errGoesOn
	}
}

// begins says by its first bytes why a body can be no JSON in UTF-8.
func (s *jsonSearch) begins() error {
	text := bytes.TrimLeft(s.start, " \t\r\n")
	switch {
	case len(s.start) == 0:
		return io.EOF
	case bytes.HasPrefix(s.start, []byte("\xef\xbb\xbf")):
		return errBOM
	case isUTF16(s.start):
		return errUTF16
	case len(text) > 0 && !strings.ContainsRune(`{["-0123456789tfn`, rune(text[0])):
		return errNoValues
	}
	return nil
}

// isUTF16 says whether text begins with the byte order mark of UTF-16, or with an ASCII
// character in it, which JSON does in any case.
func isUTF16(start []byte) bool {
	if len(start) < 2 {
		return false
	}
	first, second := start[0], start[1]
	return first == 0xff && second == 0xfe || first == 0xfe && second == 0xff || first == 0 && second > 0 && second < 0x80 || second == 0 && first > 0 && first < 0x80
}

// value reads the next value, which the paths of the active matches have led to in depth
// steps. Of an object's keys that are the same the last counts, as in encoding/json,
// because each value says anew what the matches found.
func (s *jsonSearch) value(depth int, active []int) error {
	if depth > jsonDepth {
		return errDeep
	}
	token, err := s.decoder.Token()
	if err != nil {
		return err
	}
	switch token {
	case json.Delim('{'):
		return s.object(depth, active)
	case json.Delim('['):
		return s.array(depth, active)
	}
	s.note(depth, active, scalarOf(token))
	return nil
}

// note says what the matches have found: the value, if their path ends there.
func (s *jsonSearch) note(depth int, active []int, value jsonValue) {
	for _, i := range active {
		m := &s.matches[i]
		s.found[i] = jsonFinding{value: value}
		if len(m.steps) == depth {
			continue
		}
		step, reached := m.steps[depth], m.to(depth)
		switch {
		case step.index < 0 && value.kind == jsonObject:
			s.found[i].missing = fmt.Sprintf("%s has no key %q", reached, step.key)
		case step.index < 0:
			s.found[i].missing = fmt.Sprintf("%s is %s and has no keys", reached, value.kind)
		case value.kind == jsonArray:
			s.found[i].missing = fmt.Sprintf("%s ends before [%d]", reached, step.index)
		default:
			s.found[i].missing = fmt.Sprintf("%s is %s and no array", reached, value.kind)
		}
	}
}

func (s *jsonSearch) object(depth int, active []int) error {
	s.note(depth, active, jsonValue{kind: jsonObject})
	for s.decoder.More() {
		key, err := s.decoder.Token()
		if err != nil {
			return err
		}
		into := s.along(depth, active, func(step jsonStep) bool { return step.index < 0 && step.key == key })
		if err := s.value(depth+1, into); err != nil {
			return err
		}
	}
	_, err := s.decoder.Token()
	return err
}

func (s *jsonSearch) array(depth int, active []int) error {
	s.note(depth, active, jsonValue{kind: jsonArray})
	for index := 0; s.decoder.More(); index++ {
		into := s.along(depth, active, func(step jsonStep) bool { return step.index == index })
		if err := s.value(depth+1, into); err != nil {
			return err
		}
	}
	_, err := s.decoder.Token()
	return err
}

// along are the active matches whose path goes on with a certain step.
func (s *jsonSearch) along(depth int, active []int, leads func(jsonStep) bool) []int {
	var into []int
	for _, i := range active {
		if steps := s.matches[i].steps; len(steps) > depth && leads(steps[depth]) {
			into = append(into, i)
		}
	}
	return into
}

// failure says what is not as expected; nil if all is. cut says that the body was read up
// to the limit only; shown is a text of the endpoint as people may see it.
func (s *jsonSearch) failure(shown func(string) string, cut int) *failure {
	if s == nil {
		return nil
	}
	f := &failure{class: classAssert, phase: phaseTransfer, cause: s.wrong}
	if s.wrong != nil {
		f.reason = s.notJSON(cut)
		return f
	}
	for i := range s.matches {
		m, got := &s.matches[i], s.found[i]
		switch {
		case got.missing != "":
			f.reason = fmt.Sprintf("expected that %s, and %s", m.words, got.missing)
		case m.accepts(got.value):
			continue
		case got.value.kind != m.kind():
			f.reason = fmt.Sprintf("expected that %s, and it is %s", m.words, got.value.kind)
		default:
			f.reason = fmt.Sprintf("expected that %s, and it is not", m.words)
		}
		if got.missing == "" && !m.secret(got.value.kind) {
			got.value.text = shown(got.value.text)
			f.came = "got " + got.value.String()
			f.text = fmt.Sprintf("%s, expected that %s", f.came, m.words)
		}
		return f
	}
	return nil
}

// notJSON says what a body is instead of JSON.
func (s *jsonSearch) notJSON(cut int) string {
	_, isSyntax := errors.AsType[*json.SyntaxError](s.wrong)
	switch {
	case s.wrong == io.EOF && len(s.start) == 0:
		return "expected JSON, and the body is empty"
	case s.wrong == errBOM, s.wrong == errUTF16, s.wrong == errDeep, s.wrong == errGoesOn, s.wrong == errLong:
		return fmt.Sprintf("expected JSON, and the body %s", s.wrong)
	case s.wrong == errNoValues:
		return fmt.Sprintf("expected JSON, and the body begins with %s", escaped(s.start))
	case cut > 0:
		return fmt.Sprintf("expected JSON, and the body's first %d KiB are not all of it", cut>>10)
	case isSyntax:
		return "expected JSON, and the body has a mistake in it"
	}
	return "expected JSON, and the body ends in the middle of it"
}

// bodyReader looks for something in a body and reads it to its end. The error is that of
// the body.
type bodyReader interface {
	in(body io.Reader) (found bool, err error)
}

// textAndJSON looks for text in a body and for values at the same time.
type textAndJSON struct {
	text   *textMatch
	values *jsonSearch
}

func (b *textAndJSON) in(body io.Reader) (found bool, err error) {
	reader, writer := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.values.read(reader)
		_, _ = io.Copy(io.Discard, reader)
	}()
	found, err = b.text.in(io.TeeReader(body, writer))
	_ = writer.Close()
	<-done
	return found, err
}
