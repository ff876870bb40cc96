package config

import (
	"bytes"
	"fmt"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// reader turns the tree of one file into a Config, or a Theme. It notes every
// mistake and goes on, so that one run shows them all.
type reader struct {
	source    *source
	content   []byte
	allowed   Allowed
	elsewhere map[string]string // keys that people look for in the wrong place, and the right one
	model     string            // what a file that cannot be read is to be compared with
	places    map[string]place  // where each path has its value
	keys      map[string]place  // where each path has its key
	refers    map[string]bool   // paths at which shown text may hold references
	failed    map[string]bool   // paths about which something was said already
	anchors   map[string]*ast.AnchorNode
	open      map[string]bool // aliases being followed, against circles
	budget    int             // nodes that may still be read
	problems  Problems
}

const byteOrderMark = "\ufeff"

func newReader(path string, content []byte) *reader {
	content = bytes.TrimPrefix(content, []byte(byteOrderMark)) // some editors begin with one
	// The parser counts a line twice that ends with \r\n after a comment.
	content = bytes.ReplaceAll(content, []byte("\r\n"), []byte("\n"))
	lines := strings.Split(string(content), "\n")
	return &reader{
		source:  &source{file: path, folder: filepath.Dir(path), lines: lines},
		content: content,
		places:  make(map[string]place, len(lines)), // most lines have one value
		keys:    make(map[string]place, len(lines)),
		refers:  map[string]bool{},
		failed:  map[string]bool{},
		anchors: map[string]*ast.AnchorNode{},
		open:    map[string]bool{},
		budget:  nodeLimit,
	}
}

// outcome is every mistake that was noted, with its line, or nil.
func (r *reader) outcome() error {
	if len(r.problems) == 0 {
		return nil
	}
	for i := range r.problems {
		r.problems[i].Source = r.source.line(r.problems[i].Line)
	}
	return r.problems.sorted()
}

type place struct{ line, column int }

// nodeLimit bounds how many values a file may have once its aliases are followed,
// so that a few lines of them cannot fill the memory. A thousand full probes have
// about twenty thousand.
const nodeLimit = 1_000_000

// wrong notes a mistake about a path: at its value, or at what it would be in if
// it is not there. Only the first mistake about each path is kept.
func (r *reader) wrong(path, format string, args ...any) {
	r.problem(r.at(path), path, format, args...)
}

// wrongKey is wrong for a key that is a mistake itself, and not its value.
func (r *reader) wrongKey(path, format string, args ...any) {
	r.problem(r.keys[path], path, format, args...)
}

func (r *reader) problem(at place, path, format string, args ...any) {
	if path != "" && r.failed[path] {
		return
	}
	r.failed[path] = true
	r.problems = append(r.problems, Problem{
		File: r.source.file, Line: at.line, Column: at.column, Path: path, Message: fmt.Sprintf(format, args...),
	})
}

// given says whether the file has a path, with or without a mistake.
func (r *reader) given(path string) bool {
	_, ok := r.places[path]
	return ok
}

func (r *reader) at(path string) place {
	for {
		if at, ok := r.places[path]; ok {
			return at
		}
		cut := strings.LastIndexAny(path, ".[")
		if cut < 0 {
			return place{1, 1}
		}
		path = path[:cut]
	}
}

func placeOf(node ast.Node) place {
	// A mapping's own token is its first colon; people look for its first key.
	for {
		mapping, ok := node.(*ast.MappingNode)
		if !ok || mapping.IsFlowStyle || len(mapping.Values) == 0 {
			break
		}
		node = mapping.Values[0].Key
	}
	token := node.GetToken()
	if token == nil || token.Position == nil {
		return place{1, 1}
	}
	return place{token.Position.Line, token.Position.Column}
}

// join extends a path by a key.
func join(path, key string) string {
	if !isPlain(key) {
		return path + "[" + quote(key) + "]"
	}
	if path == "" {
		return key
	}
	return path + "." + key
}

// isPlain says whether a key is written into a path as it is. It is asked for every value.
func isPlain(key string) bool {
	for i := range len(key) {
		c := key[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '-') {
			return false
		}
	}
	return key != ""
}

// value reads a node into a Go value. A value that is empty counts as not given.
func (r *reader) value(node ast.Node, into reflect.Value, path string) {
	if r.budget--; r.budget <= 0 {
		if r.budget == 0 {
			r.problem(placeOf(node), path, "the file has more than %d values once its aliases are followed; use fewer", nodeLimit)
		}
		return
	}
	node, leave := r.follow(node, path)
	defer leave()
	if node == nil || isNull(node) {
		return
	}
	r.places[path] = placeOf(node)
	switch {
	case isSection(into.Type()):
		r.section(node, into, path)
	case into.Type() == valuesType:
		r.values(node, into, path)
	case into.Kind() == reflect.Slice:
		r.list(node, into, path)
	case into.Kind() == reflect.Map:
		r.mapping(node, into, path)
	default:
		r.scalar(node, into, path)
	}
}

// section reads a mapping whose keys are the fields of a struct.
func (r *reader) section(node ast.Node, into reflect.Value, path string) {
	entries, ok := r.entries(node, path)
	if !ok {
		r.wrong(path, "expected keys and values such as %q, found %s", fieldsOf(into.Type())[0].key+": …", describe(node))
		return
	}
	fields := fieldsOf(into.Type())
	for _, e := range entries {
		if path == "" && strings.HasPrefix(e.key, "x-") {
			continue
		}
		found := false
		for i := range fields {
			if f := &fields[i]; f.key == e.key {
				found = true
				at := join(path, e.key)
				r.keys[at] = e.at
				if f.refers {
					r.refers[at] = true
				}
				r.value(e.value, into.Field(f.index), at)
				r.checkAllowed(at, f, into.Field(f.index))
			}
		}
		if !found {
			r.unknown(e, fields, path)
		}
	}
	for i := range fields {
		if f := &fields[i]; f.required && !r.given(join(path, f.key)) {
			r.wrong(path, "the key %q is missing; add it, such as %s", f.key, f.key+": "+f.example)
			r.failed[path] = false
		}
	}
}

func (r *reader) checkAllowed(path string, f *field, value reflect.Value) {
	if len(f.allowed) > 0 && r.given(path) && !contains(f.allowed, value.String()) {
		r.wrong(path, "%s is not taken here%s", quote(value.String()), Meant(value.String(), f.allowed, "use one of: "+list(f.allowed)))
	}
}

// elsewhere are keys of a config that people look for in the wrong place, or under
// the name that other programs give them.
var elsewhere = map[string]string{
	"health.interval": "intervals.health",
	"alarms.interval": "intervals.alarms",
	"interval":        "intervals",
	"targets":         "probes",
	"endpoints":       "probes",
	"regions":         "scopes, in each of which regions can be listed",
	"profile":         "scopes, in each of which profile can be set",
	"keybindings":     "keys",
	"endpoint":        "url",
	"target":          "url",
	"assertions":      "expect",
	"link":            "runbook",
	"team":            "owner",
}

func (r *reader) unknown(e entry, fields []field, path string) {
	var known []string
	for _, f := range fields {
		known = append(known, f.key)
	}
	advice := "the keys here are " + list(known)
	name := path
	if strings.HasSuffix(path, "]") {
		name = ""
	}
	if other, ok := r.elsewhere[join(name, e.key)]; ok {
		r.problem(e.at, join(path, e.key), "unknown key %s; it is %s", quote(e.key), other)
		return
	}
	r.problem(e.at, join(path, e.key), "unknown key %s%s", quote(e.key), Meant(e.key, known, advice))
}

func (r *reader) list(node ast.Node, into reflect.Value, path string) {
	sequence, ok := node.(*ast.SequenceNode)
	if !ok {
		example := "- …"
		if text, isText := textOf(node); isText {
			example = "[" + clip(text) + "]"
		}
		r.wrong(path, "expected a list, found %s; write %s", describe(node), example)
		return
	}
	into.Set(reflect.MakeSlice(into.Type(), len(sequence.Values), len(sequence.Values)))
	for i, item := range sequence.Values {
		at := path + "[" + strconv.Itoa(i) + "]"
		if isSection(into.Type().Elem()) {
			defaults(into.Index(i))
		}
		r.value(item, into.Index(i), at)
		if !r.given(at) && !r.failed[at] {
			r.problem(placeOf(item), at, "this item of the list is empty; write something after the dash, or take it away")
		}
	}
}

// values reads a value, or a list of them.
func (r *reader) values(node ast.Node, into reflect.Value, path string) {
	several, isList := node.(*ast.SequenceNode)
	switch {
	case !isList:
		into.Set(reflect.MakeSlice(into.Type(), 1, 1))
		r.secret(node, into.Index(0), path)
	case len(several.Values) == 0:
		r.wrong(path, "this list is empty; write a value, or take the line away")
	default:
		r.list(node, into, path)
	}
}

// mapping reads a mapping whose keys are chosen by whoever writes the file.
func (r *reader) mapping(node ast.Node, into reflect.Value, path string) {
	entries, ok := r.entries(node, path)
	if !ok {
		found := describe(node)
		if text, isText := textOf(node); isText && into.Type().Elem() == valuesType {
			r.source.hide(text)
			found = "text"
		}
		r.wrong(path, "expected names and values such as \"name: value\", found %s", found)
		return
	}
	into.Set(reflect.MakeMapWithSize(into.Type(), len(entries)))
	for _, e := range entries {
		at := join(path, e.key)
		r.keys[at] = e.at
		value := reflect.New(into.Type().Elem()).Elem()
		r.value(e.value, value, at)
		if !r.given(at) {
			r.places[at] = e.at
			if !r.failed[at] {
				r.wrong(at, "this has no value; write one, or take the line away")
			}
			continue
		}
		into.SetMapIndex(reflect.ValueOf(e.key), value)
	}
}
