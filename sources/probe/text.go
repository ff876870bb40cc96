package probe

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"regexp"
	"sync"
)

// windowBytes is how much of a body is held at a time. Bodies are searched as they
// stream past, so that fifty hostile ones cannot fill the memory.
const windowBytes = 32 << 10

var (
	windows = sync.Pool{New: func() any { return new([windowBytes]byte) }}
	readers = sync.Pool{New: func() any { return bufio.NewReader(nil) }}
)

// textMatch is what a body or a banner has to hold.
type textMatch struct {
	text    string
	pattern *regexp.Regexp // nil for plain text
	words   string         // `contains "ok"`, `matches /ok|fine/`
}

// parseText reads text, or /a regular expression/; nil for none. what is the thing that it
// is expected of, for the errors.
func parseText(what, text string) (*textMatch, error) {
	if text == "" {
		return nil, nil
	}
	if len(text) < 2 || text[0] != '/' || text[len(text)-1] != '/' {
		if len(text) > windowBytes/2 {
			return nil, fmt.Errorf("the expected %s has %d bytes and %d are allowed; expect a shorter part of it", what, len(text), windowBytes/2)
		}
		return &textMatch{text: text, words: fmt.Sprintf("contains %q", text)}, nil
	}
	pattern, err := regexp.Compile(text[1 : len(text)-1])
	if err != nil {
		return nil, fmt.Errorf("the expected %s %s is not a regular expression; see the syntax of RE2", what, text)
	}
	return &textMatch{pattern: pattern, words: "matches " + text}, nil
}

// missing says in a sentence that the text was not there.
func (m *textMatch) missing(where string) string {
	return where + " does not hold what it should: expected that it " + m.words
}

// found says whether the text is in what is there so far.
func (m *textMatch) found(b []byte) bool {
	if m.pattern != nil {
		return m.pattern.Match(b)
	}
	return bytes.Contains(b, []byte(m.text))
}

// end is where the text ends in what is there so far; -1 if it is not in it.
func (m *textMatch) end(b []byte) int {
	if m.pattern != nil {
		if at := m.pattern.FindIndex(b); at != nil {
			return at[1]
		}
		return -1
	}
	if at := bytes.Index(b, []byte(m.text)); at >= 0 {
		return at + len(m.text)
	}
	return -1
}

// in reads source to its end and reports whether the text is in it. The error is
// that of the source.
func (m *textMatch) in(source io.Reader) (found bool, err error) {
	watched := &lastError{source: source}
	if m != nil && m.pattern != nil {
		reader := readers.Get().(*bufio.Reader)
		reader.Reset(watched)
		found = m.pattern.MatchReader(reader)
		reader.Reset(nil)
		readers.Put(reader)
	}
	rest, err := m.scan(watched)
	return found || rest, err
}

// scan searches for plain text, and otherwise only reads to the end.
func (m *textMatch) scan(source *lastError) (found bool, err error) {
	window := windows.Get().(*[windowBytes]byte)
	defer windows.Put(window)
	searching := m != nil && m.pattern == nil
	kept := 0
	for source.err == nil {
		n, _ := source.Read(window[kept:])
		if !searching || found {
			continue
		}
		seen := window[:kept+n]
		found = m.found(seen)
		kept = copy(window[:], seen[max(0, len(seen)-len(m.text)+1):])
	}
	if source.err == io.EOF {
		return found, nil
	}
	return found, source.err
}

// lastError remembers how a source ended, which regexp does not tell.
type lastError struct {
	source io.Reader
	err    error
}

// Read implements io.Reader.
func (r *lastError) Read(b []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	var n int
	n, r.err = r.source.Read(b)
	return n, r.err
}

// escaped shows the first bytes of something unknown in plain ASCII.
func escaped(b []byte) string { return fmt.Sprintf("%+q", b) }
