package config

import (
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// entry is one key of a mapping with its value.
type entry struct {
	key   string
	at    place
	value ast.Node
}

// follow goes through anchors and aliases to the value itself. It returns nil after
// noting why if there is none. leave is called when the value has been read.
func (r *reader) follow(node ast.Node, path string) (value ast.Node, leave func()) {
	var names []string
	leave = func() {
		for _, name := range names {
			delete(r.open, name)
		}
	}
	for {
		switch n := node.(type) {
		case nil:
			return nil, leave
		case *ast.AnchorNode:
			name := n.Name.GetToken().Value
			if r.open[name] {
				node = n.Value
				continue
			}
			r.open[name] = true
			names = append(names, name)
			node = n.Value
		case *ast.AliasNode:
			name := n.Value.GetToken().Value
			anchor, known := r.anchors[name]
			if !known {
				r.problem(placeOf(n), path, "there is no anchor &%s%s", clip(name), Meant(name, sortedKeys(r.anchors), "write it before it is used"))
				return nil, leave
			}
			if r.open[name] {
				r.problem(placeOf(n), path, "*%s stands inside &%s, so it would never end; take it away", clip(name), clip(name))
				return nil, leave
			}
			node = anchor
		case *ast.TagNode:
			r.problem(placeOf(n), path, "YAML tags such as %s are not used here; take it away, and quote the value if it is to be text", quote(n.Start.Value))
			return nil, leave
		default:
			return node, leave
		}
	}
}

// entries lists the keys of a mapping in the order of the file, with what its merge
// keys (<<) bring in where the mapping itself has no such key. ok is false if the
// node is no mapping.
func (r *reader) entries(node ast.Node, path string) (entries []entry, ok bool) {
	mapping, ok := node.(*ast.MappingNode)
	if !ok {
		return nil, false
	}
	taken := map[string]bool{}
	var merged []ast.Node
	for _, pair := range mapping.Values {
		if pair.Key.IsMergeKey() {
			merged = append(merged, pair.Value)
			continue
		}
		key, isText := textOf(pair.Key)
		at := placeOf(pair.Key)
		switch {
		case !isText:
			r.problem(at, path, "a key is one word or some text; this is something else")
		case taken[key]:
			r.problem(at, join(path, key), "the key %s stands here twice; keep one", quote(key))
		default:
			taken[key] = true
			entries = append(entries, entry{key, at, pair.Value})
		}
	}
	for _, node := range merged {
		for _, e := range r.merge(node, path) {
			if !taken[e.key] {
				taken[e.key] = true
				entries = append(entries, e)
			}
		}
	}
	return entries, true
}

// merge lists what the value of a merge key brings: a mapping, or a list of them.
func (r *reader) merge(node ast.Node, path string) []entry {
	if r.budget--; r.budget <= 0 {
		return nil
	}
	value, leave := r.follow(node, path)
	defer leave()
	if value == nil {
		return nil
	}
	if sequence, ok := value.(*ast.SequenceNode); ok {
		var all []entry
		for _, item := range sequence.Values {
			all = append(all, r.merge(item, path)...)
		}
		return all
	}
	entries, ok := r.entries(value, path)
	if !ok {
		r.problem(placeOf(node), path, "<< merges keys and values, and this is %s; name an anchor that has some", describe(value))
	}
	return entries
}

// anchorFinder collects the anchors of a file.
type anchorFinder struct{ r *reader }

// Visit implements ast.Visitor.
func (f anchorFinder) Visit(node ast.Node) ast.Visitor {
	if anchor, ok := node.(*ast.AnchorNode); ok {
		name := anchor.Name.GetToken().Value
		if _, taken := f.r.anchors[name]; taken {
			f.r.problem(placeOf(anchor), "", "there are two anchors &%s; give one of them another name", clip(name))
		} else {
			f.r.anchors[name] = anchor
		}
	}
	return f
}

func isNull(node ast.Node) bool {
	_, null := node.(*ast.NullNode)
	return null
}

// textOf gives a scalar as it was written.
func textOf(node ast.Node) (text string, ok bool) {
	switch n := node.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode, *ast.NullNode:
		return n.GetToken().Value, true
	}
	return "", false
}

// describe says what sort of thing a node is.
func describe(node ast.Node) string {
	switch n := node.(type) {
	case *ast.MappingNode:
		return "keys and values"
	case *ast.SequenceNode:
		return "a list"
	case *ast.StringNode:
		if n.Token.Type != token.StringType || n.Value == "" {
			return "text in quotes"
		}
		return "the text " + quote(n.Value)
	case *ast.LiteralNode:
		return "text of several lines"
	case *ast.BoolNode:
		return n.Token.Value
	case *ast.IntegerNode, *ast.FloatNode:
		return "the number " + clip(n.GetToken().Value)
	}
	return "something else"
}
