package config

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// set gives a key of a probe a value, as it is to be written, or takes the key away if
// the value is "".
func (m *manuscript) set(i int, path, value string) error {
	starts, end, column, err := m.entries()
	if err != nil {
		return err
	}
	if i >= len(starts) {
		return errUnusual
	}
	sequence, ok := bare(m.pair.Value).(*ast.SequenceNode)
	if !ok {
		return errUnusual
	}
	mapping, ok := bare(sequence.Values[i]).(*ast.MappingNode)
	if !ok {
		return errUnusual
	}
	return m.setIn(mapping, m.lastOf(starts, end, column, i), path, value)
}

// bare is a node without the anchor before it.
func bare(node ast.Node) ast.Node {
	if anchor, ok := node.(*ast.AnchorNode); ok {
		return anchor.Value
	}
	return node
}

// setIn is set in a mapping, whose lines end before one.
func (m *manuscript) setIn(mapping *ast.MappingNode, end int, path, value string) error {
	key, inner, nested := strings.Cut(path, ".")
	pair := pairOf(mapping, key)
	switch {
	case pair == nil && value == "":
		return nil
	case pair == nil && mapping.IsFlowStyle && nested:
		return m.setInBraces(mapping, nil, fmt.Sprintf("%s: {%s: %s}", key, showText(inner), value))
	case pair == nil && mapping.IsFlowStyle:
		return m.setInBraces(mapping, nil, key+": "+value)
	case pair == nil:
		indent := strings.Repeat(" ", placeOf(mapping).column-1)
		if nested {
			m.insert(end, indent+key+":", indent+"  "+showText(inner)+": "+value)
		} else {
			m.insert(end, indent+key+": "+value)
		}
		return nil
	case nested:
		return m.setNested(mapping, pair, end, inner, value)
	case mapping.IsFlowStyle:
		return m.setInBraces(mapping, pair, value)
	}
	return m.setOnLine(mapping, pair, end, value)
}

// setNested is setIn for a key of a section.
func (m *manuscript) setNested(mapping *ast.MappingNode, pair *ast.MappingValueNode, end int, inner, value string) error {
	section, isMapping := pair.Value.(*ast.MappingNode)
	at := placeOf(pair.Key)
	switch {
	case isMapping && section.IsFlowStyle:
		found := pairOf(section, inner)
		switch {
		case found == nil && value == "":
			return nil
		case found == nil:
			return m.setInBraces(section, nil, showText(inner)+": "+value)
		}
		return m.setInBraces(section, found, value)
	case isMapping:
		found := pairOf(section, inner)
		last := m.endOfPair(mapping, pair, end)
		switch {
		case found == nil && value == "":
			return nil
		case found == nil:
			m.insert(last, strings.Repeat(" ", placeOf(section).column-1)+showText(inner)+": "+value)
			return nil
		}
		return m.setOnLine(section, found, last, value)
	case isNull(pair.Value) && value == "":
		return nil
	case isNull(pair.Value) && !mapping.IsFlowStyle && m.valueText(pair) == "":
		m.insert(at.line+1, strings.Repeat(" ", at.column+1)+showText(inner)+": "+value)
		return nil
	}
	return fmt.Errorf("line %d has no keys that could be changed", at.line)
}

// endOfPair is the line after a key and its value in a mapping with a key on each line.
func (m *manuscript) endOfPair(mapping *ast.MappingNode, pair *ast.MappingValueNode, end int) int {
	at := placeOf(pair.Key)
	for _, other := range mapping.Values {
		if line := placeOf(other.Key).line; line > at.line {
			end = min(end, line)
		}
	}
	return m.endOf(at.line, end, at.column)
}

// valueText is what follows a key on its line, without a comment.
func (m *manuscript) valueText(pair *ast.MappingValueNode) string {
	colon := pair.Start.Position
	rest := strings.TrimSpace(from1(m.line(colon.Line), colon.Column+1))
	if strings.HasPrefix(rest, "#") {
		return ""
	}
	return rest
}

// setOnLine changes or takes away a key that has lines of its own.
func (m *manuscript) setOnLine(mapping *ast.MappingNode, pair *ast.MappingValueNode, end int, value string) error {
	at, colon := placeOf(pair.Key), pair.Start.Position
	last := m.endOfPair(mapping, pair, end)
	if value == "" {
		m.takeAway(pair, last)
		return nil
	}
	if _, isAnchor := pair.Value.(*ast.AnchorNode); isAnchor || colon.Line != at.line {
		return fmt.Errorf("other places may mean the value in line %d", at.line)
	}
	text := m.line(colon.Line)
	head, rest := upTo(text, colon.Column+1), from1(text, colon.Column+1)
	if m.valueText(pair) == "" && isNull(pair.Value) {
		if rest != "" {
			rest = " " + strings.TrimLeft(rest, " ")
		}
		m.rewrite(colon.Line, head+" "+value+rest)
		return nil
	}
	gap := rest[:len(rest)-len(strings.TrimLeft(rest, " "))]
	if gap == "" {
		gap = " "
	}
	old, whole := scalarText(strings.TrimLeft(rest, " "), pair.Value)
	after := strings.TrimPrefix(strings.TrimLeft(rest, " "), old)
	if trimmed := strings.TrimLeft(after, " \t"); whole && (trimmed == "" || trimmed != after && trimmed[0] == '#') {
		m.rewrite(colon.Line, head+gap+value+after)
		return nil
	}
	m.rewrite(colon.Line, head+" "+value) // it goes over several lines
	m.cut(colon.Line+1, last)
	return nil
}

// takeAway cuts a key and its lines out. If it stands right after the dash, the next key
// moves up there, unless a comment is in between.
func (m *manuscript) takeAway(pair *ast.MappingValueNode, last int) {
	at := placeOf(pair.Key)
	before := upTo(m.line(at.line), at.column)
	if strings.TrimSpace(before) == "" {
		m.cut(at.line, last)
		return
	}
	next := m.line(last)
	if strings.TrimSpace(upTo(next, at.column)) != "" || m.blank(last) || strings.HasPrefix(strings.TrimSpace(next), "#") {
		m.rewrite(at.line, strings.TrimRight(before, " "))
		m.cut(at.line+1, last)
		return
	}
	m.rewrite(last, before+from1(next, at.column))
	m.cut(at.line, last)
}

// scalarText is the part of a line that a value at its beginning takes, and whether it is
// all of the value.
func scalarText(rest string, node ast.Node) (text string, whole bool) {
	switch n := node.(type) {
	case *ast.AliasNode:
		text = "*" + n.Value.GetToken().Value
	case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NullNode, *ast.InfinityNode, *ast.NanNode:
		text = node.GetToken().Value
	default:
		return "", false
	}
	if rest != "" && (rest[0] == '"' || rest[0] == '\'') {
		return quotedText(rest)
	}
	return text, text != "" && strings.HasPrefix(rest, text)
}

// quotedText is the text in quotes with which a line begins.
func quotedText(rest string) (text string, whole bool) {
	quote := rest[0]
	for i := 1; i < len(rest); i++ {
		switch {
		case rest[i] == '\\' && quote == '"':
			i++
		case rest[i] == quote && quote == '\'' && strings.HasPrefix(rest[i+1:], "'"):
			i++
		case rest[i] == quote:
			return rest[:i+1], true
		}
	}
	return "", false
}

var errBraces = errors.New("the braces around its keys go over several lines")

// setInBraces changes keys that stand in one pair of braces: the value of a pair, or takes
// it away if value is ""; without a pair, value is a new key with its value.
func (m *manuscript) setInBraces(mapping *ast.MappingNode, pair *ast.MappingValueNode, value string) error {
	if mapping.Start == nil || mapping.End == nil || mapping.Start.Position.Line != mapping.End.Position.Line {
		return errBraces
	}
	number, end := mapping.End.Position.Line, mapping.End.Position.Column
	text := m.line(number)
	if !strings.HasPrefix(from1(text, end), "}") {
		return errUnusual
	}
	switch {
	case pair == nil:
		before := upTo(text, end)
		trimmed := strings.TrimRight(before, " ")
		comma := ", "
		if len(mapping.Values) == 0 {
			comma = ""
		} else if strings.HasSuffix(trimmed, ",") {
			comma = " "
		}
		m.rewrite(number, trimmed+comma+value+before[len(trimmed):]+from1(text, end))
		return nil
	case value == "":
		return m.takeFromBraces(mapping, pair)
	}
	colon := pair.Start.Position.Column
	head, rest := upTo(text, colon+1), from1(text, colon+1)
	trimmed := strings.TrimLeft(rest, " ")
	if isNull(pair.Value) && trimmed != "" && strings.ContainsAny(trimmed[:1], ",}") {
		m.rewrite(number, head+" "+value+trimmed)
		return nil
	}
	old, whole := scalarText(trimmed, pair.Value)
	after := strings.TrimPrefix(trimmed, old)
	if left := strings.TrimLeft(after, " "); !whole || left == "" || !strings.ContainsAny(left[:1], ",}") {
		return errUnusual
	}
	m.rewrite(number, head+" "+value+after)
	return nil
}

// takeFromBraces cuts a key, its value and one comma out of a line.
func (m *manuscript) takeFromBraces(mapping *ast.MappingNode, pair *ast.MappingValueNode) error {
	number := mapping.End.Position.Line
	text := m.line(number)
	from, to := placeOf(pair.Key).column, mapping.End.Position.Column
	for i, other := range mapping.Values {
		if other != pair {
			continue
		}
		if i+1 < len(mapping.Values) {
			m.rewrite(number, upTo(text, from)+from1(text, placeOf(mapping.Values[i+1].Key).column))
			return nil
		}
	}
	before := strings.TrimSuffix(strings.TrimRight(upTo(text, from), " "), ",")
	m.rewrite(number, before+from1(text, to))
	return nil
}
