package config

import (
	"bytes"
	"errors"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// manuscript is the text of a config file and where its probes stand in it. The places
// hold until the first change; after it the text has to be read again.
type manuscript struct {
	path  string
	mark  string   // a byte order mark, or ""
	end   string   // of a line
	lines []string // with their ends; only the last one may have none
	root  *ast.MappingNode
	pair  *ast.MappingValueNode // probes and its value; nil if there is none
}

// newManuscript reads the text of a file. The error is Problems, or a plain reason why it
// cannot be changed.
func newManuscript(path string, content []byte) (*manuscript, error) {
	m := &manuscript{path: path, end: "\n"}
	content, marked := bytes.CutPrefix(content, []byte(byteOrderMark))
	if marked {
		m.mark = byteOrderMark
	}
	for line := range strings.Lines(string(content)) {
		m.lines = append(m.lines, line)
	}
	if len(m.lines) > 0 && strings.HasSuffix(m.lines[0], "\r\n") {
		m.end = "\r\n"
	}
	r := newReader(path, content)
	if bytes.Contains(r.content, []byte("\r")) {
		return nil, byHand(path, errors.New("it holds a carriage return in the middle of a line"))
	}
	body := r.parse()
	if err := r.outcome(); err != nil {
		return nil, err
	}
	root, isMapping := body.(*ast.MappingNode)
	if body == nil {
		return m, nil
	}
	if !isMapping || root.IsFlowStyle && len(root.Values) > 0 {
		return nil, byHand(path, errors.New("it is written in one pair of braces"))
	}
	m.root, m.pair = root, pairOf(root, "probes")
	return m, nil
}

func (m *manuscript) content() []byte { return []byte(m.mark + strings.Join(m.lines, "")) }

func pairOf(mapping *ast.MappingNode, key string) *ast.MappingValueNode {
	for _, pair := range mapping.Values {
		if text, isText := textOf(pair.Key); isText && !pair.Key.IsMergeKey() && text == key {
			return pair
		}
	}
	return nil
}

// line is the text of a line without its end, counted from 1; "" if there is none.
func (m *manuscript) line(number int) string {
	if number < 1 || number > len(m.lines) {
		return ""
	}
	return strings.TrimRight(m.lines[number-1], "\r\n")
}

// rewrite gives a line another text.
func (m *manuscript) rewrite(number int, text string) {
	old := m.lines[number-1]
	m.lines[number-1] = text + old[len(strings.TrimRight(old, "\r\n")):]
}

// insert puts lines before the line of a number, which may be one past the last.
func (m *manuscript) insert(number int, texts ...string) {
	if at := number - 2; at >= 0 && !strings.HasSuffix(m.lines[at], "\n") {
		m.lines[at] += m.end
	}
	var fresh []string
	for _, text := range texts {
		fresh = append(fresh, text+m.end)
	}
	m.lines = append(m.lines[:number-1:number-1], append(fresh, m.lines[number-1:]...)...)
}

// cut takes the lines from one number to before another away.
func (m *manuscript) cut(from, to int) {
	m.lines = append(m.lines[:from-1:from-1], m.lines[to-1:]...)
}

func (m *manuscript) blank(number int) bool { return strings.TrimSpace(m.line(number)) == "" }

// endOf is the line after what begins in one line and ends somewhere before another.
// Blank lines at the end are not of it, nor comments that are not indented more than it.
func (m *manuscript) endOf(first, before, column int) int {
	for before > first+1 {
		text := m.line(before - 1)
		trimmed := strings.TrimLeft(text, " \t")
		if trimmed != "" && !(strings.HasPrefix(trimmed, "#") && len(text)-len(trimmed) < column) {
			break
		}
		before--
	}
	return before
}

// limit is the line in which a key of the root ends at the latest: that of the next key,
// of the end of the document, or one past the last.
func (m *manuscript) limit(after int) int {
	limit := len(m.lines) + 1
	if m.root != nil {
		for _, pair := range m.root.Values {
			if line := placeOf(pair.Key).line; line > after {
				limit = min(limit, line)
			}
		}
	}
	for number := after + 1; number < limit; number++ {
		if text := m.line(number); strings.HasPrefix(text, "...") || strings.HasPrefix(text, "---") {
			return number
		}
	}
	return limit
}

// upTo and from1 are a line before a column, and from it on; columns count characters
// from 1.
func upTo(text string, column int) string {
	return string([]rune(text)[:min(column-1, len([]rune(text)))])
}

func from1(text string, column int) string {
	return strings.TrimPrefix(text, upTo(text, column))
}
