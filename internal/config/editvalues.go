package config

import (
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// values is what a file says, as text and with no reference resolved: maps, lists and
// strings; nil for what has no value. What loading does not read (x-) is left out.
func (m *manuscript) values() map[string]any {
	r := newReader(m.path, m.content())
	body := r.parse()
	if body == nil {
		return map[string]any{}
	}
	ast.Walk(anchorFinder{r}, body)
	root, _ := r.plainValue(body, true).(map[string]any)
	if root == nil {
		root = map[string]any{}
	}
	return root
}

func (r *reader) plainValue(node ast.Node, atRoot bool) any {
	if r.budget--; r.budget <= 0 {
		return nil
	}
	node, leave := r.follow(node, "")
	defer leave()
	switch n := node.(type) {
	case nil, *ast.NullNode:
		return nil
	case *ast.MappingNode:
		entries, _ := r.entries(n, "")
		all := map[string]any{}
		for _, e := range entries {
			if !atRoot || !strings.HasPrefix(e.key, "x-") {
				all[e.key] = r.plainValue(e.value, false)
			}
		}
		return all
	case *ast.SequenceNode:
		all := []any{}
		for _, item := range n.Values {
			all = append(all, r.plainValue(item, false))
		}
		return all
	}
	text, _ := textOf(node)
	return text
}

// keep notes in what is expected of a probe that a key has a new value, or none.
func keep(probe map[string]any, path, value string) {
	key, inner, nested := strings.Cut(path, ".")
	switch section, _ := probe[key].(map[string]any); {
	case !nested && value == "":
		delete(probe, key)
	case !nested:
		probe[key] = value
	case value == "":
		delete(section, inner)
	case section == nil:
		probe[key] = map[string]any{inner: value}
	default:
		section[inner] = value
	}
}

// holdsInside says whether any value of a probe stands for something on this machine.
func holdsInside(key string, value any) bool {
	switch v := value.(type) {
	case map[string]any:
		for inner, value := range v {
			if holdsInside(strings.TrimPrefix(key+"."+inner, "."), value) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, func(item any) bool { return holdsInside(key, item) })
	case string:
		return leadsInside(key, v)
	}
	return false
}

// taken are the keys that are to be taken away.
func taken(keys map[string]string) []string {
	var all []string
	for _, key := range sortedKeys(keys) {
		if keys[key] == "" {
			all = append(all, key)
		}
	}
	return all
}

// forget takes a key out of every probe.
func forget(root map[string]any, path string) {
	probes, _ := root["probes"].([]any)
	for _, one := range probes {
		if probe, ok := one.(map[string]any); ok {
			keep(probe, path, "")
		}
	}
}

// tidy leaves out what has no value, as loading does.
func tidy(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			if inner = tidy(inner); inner == nil {
				delete(v, key)
			} else {
				v[key] = inner
			}
		}
		if len(v) == 0 {
			return nil
		}
	case []any:
		for i := range v {
			v[i] = tidy(v[i])
		}
		if len(v) == 0 {
			return nil
		}
	}
	return value
}
