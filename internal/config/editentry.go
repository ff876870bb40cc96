package config

import (
	"errors"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// errNotLines are probes that share a line.
var errNotLines = errors.New("its probes stand in one pair of brackets, and not each on lines of its own after a dash")

// entries are the lines in which the probes begin, the line after the last of them, and
// the column of their dashes.
func (m *manuscript) entries() (starts []int, end, column int, err error) {
	if m.pair == nil {
		return nil, 0, 0, errUnusual
	}
	value := m.pair.Value
	if anchor, ok := value.(*ast.AnchorNode); ok {
		value = anchor.Value
	}
	sequence, ok := value.(*ast.SequenceNode)
	switch {
	case !ok:
		return nil, 0, 0, errUnusual
	case sequence.IsFlowStyle:
		return nil, 0, 0, errNotLines
	}
	for _, entry := range sequence.Entries {
		at := entry.Start.Position
		if !strings.HasPrefix(from1(m.line(at.Line), at.Column), "-") || strings.TrimSpace(upTo(m.line(at.Line), at.Column)) != "" {
			return nil, 0, 0, errUnusual
		}
		starts, column = append(starts, at.Line), at.Column
	}
	if len(starts) == 0 || len(starts) != len(sequence.Values) {
		return nil, 0, 0, errUnusual
	}
	last := starts[len(starts)-1]
	return starts, m.endOf(last, m.limit(last), column), column, nil
}

// lastOf is the line after an entry.
func (m *manuscript) lastOf(starts []int, end, column, i int) int {
	if i+1 < len(starts) {
		return m.endOf(starts[i], starts[i+1], column)
	}
	return end
}

// add writes an entry behind the others. Its lines are keys and values.
func (m *manuscript) add(keys []string) error {
	switch {
	case m.root == nil || m.pair == nil:
		return m.addSection(keys)
	case isNull(m.pair.Value), isEmptyList(m.pair.Value):
		return m.addFirst(keys)
	}
	starts, end, column, err := m.entries()
	if err != nil {
		return err
	}
	last := starts[len(starts)-1]
	dash := m.line(last)[column-1:]
	gap := len(dash[1:]) - len(strings.TrimLeft(dash[1:], " "))
	if gap == 0 || strings.TrimSpace(dash[1:]) == "" || dash[1+gap] == '#' {
		gap = 1
	}
	texts := entryLines(strings.Repeat(" ", column-1), gap, keys)
	if len(starts) > 1 && m.apart(last) {
		texts = append([]string{""}, texts...)
	}
	m.insert(end, texts...)
	return nil
}

// apart says whether a blank line stands before an entry and its comments.
func (m *manuscript) apart(start int) bool {
	for start--; strings.HasPrefix(strings.TrimSpace(m.line(start)), "#"); start-- {
	}
	return m.blank(start)
}

func entryLines(indent string, gap int, keys []string) []string {
	texts := []string{indent + "-" + strings.Repeat(" ", gap) + keys[0]}
	for _, key := range keys[1:] {
		texts = append(texts, indent+strings.Repeat(" ", gap+1)+key)
	}
	return texts
}

// addSection writes probes: at the end of the document, with one entry.
func (m *manuscript) addSection(keys []string) error {
	indent, last := "", 0
	if m.root != nil && len(m.root.Values) > 0 {
		at := placeOf(m.root)
		indent, last = strings.Repeat(" ", at.column-1), at.line
		for _, pair := range m.root.Values {
			last = max(last, placeOf(pair.Key).line)
		}
	} else if m.root != nil {
		return errUnusual // {}
	}
	for number := 1; last == 0 && number <= len(m.lines); number++ {
		if strings.HasPrefix(m.line(number), "---") {
			last = number
		}
	}
	texts := append([]string{indent + "probes:"}, entryLines(indent+"  ", 1, keys)...)
	at := m.limit(last)
	if at > 1 && !m.blank(at-1) && m.root != nil {
		texts = append([]string{""}, texts...)
	}
	m.insert(at, texts...)
	return nil
}

func isEmptyList(node ast.Node) bool {
	sequence, ok := node.(*ast.SequenceNode)
	return ok && sequence.IsFlowStyle && len(sequence.Values) == 0
}

// addFirst writes the first entry after a probes: that has none.
func (m *manuscript) addFirst(keys []string) error {
	colon := m.pair.Start.Position
	text := m.line(colon.Line)
	before, after := upTo(text, colon.Column+1), from1(text, colon.Column+1)
	rest, comment := strings.TrimSpace(after), ""
	if at := strings.Index(after, "#"); at >= 0 {
		rest, comment = strings.TrimSpace(after[:at]), after[at:]
	}
	switch strings.ReplaceAll(rest, " ", "") {
	case "":
	case "~", "null", "Null", "NULL", "[]":
		if comment != "" {
			comment = " " + comment
		}
		m.rewrite(colon.Line, before+comment)
	default:
		return errUnusual
	}
	indent := strings.Repeat(" ", placeOf(m.root).column+1)
	m.insert(colon.Line+1, entryLines(indent, 1, keys)...)
	return nil
}

// remove takes an entry away; of two blank lines that would meet then, one goes too.
func (m *manuscript) remove(i int) error {
	starts, end, column, err := m.entries()
	if err != nil {
		return err
	}
	if i >= len(starts) {
		return errUnusual
	}
	from, to := starts[i], m.lastOf(starts, end, column, i)
	if m.blank(from-1) && m.blank(to) && from > 1 {
		from--
	}
	m.cut(from, to)
	return nil
}
