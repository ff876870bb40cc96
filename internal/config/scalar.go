package config

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// scalar reads one value. Numbers are taken as text where text is wanted, as they
// were written, so that an account number or a version needs no quotes.
func (r *reader) scalar(node ast.Node, into reflect.Value, path string) {
	switch {
	case into.Type() == durationType:
		r.duration(node, into, path)
	case into.Type() == secretType:
		r.secret(node, into, path)
	case into.Type() == jsonValueType && isBool(node):
		into.SetString(node.GetToken().Value)
	case into.Kind() == reflect.Bool:
		boolean, ok := node.(*ast.BoolNode)
		if !ok {
			r.wrong(path, "expected true or false, found %s%s", describe(node), betterBool(node))
			return
		}
		into.SetBool(boolean.Value)
	case into.Kind() == reflect.Float64:
		r.number(node, into, path)
	case into.Kind() == reflect.String:
		if text, ok := r.text(node, path); ok {
			if !r.refers[path] && (strings.Contains(text, "${env:") || strings.Contains(text, "${file:")) {
				r.wrong(path, "references work in headers, body, auth, external_id, the query of a url and the user of a proxy only, because this is shown on the screen; write the text itself")
				return
			}
			into.SetString(text)
		}
	}
}

func isBool(node ast.Node) bool {
	_, is := node.(*ast.BoolNode)
	return is
}

// text gives the text of a scalar, or notes why there is none.
func (r *reader) text(node ast.Node, path string) (string, bool) {
	if boolean, isBool := node.(*ast.BoolNode); isBool {
		r.wrong(path, "expected text, found %s; write %q in quotes", describe(node), boolean.Token.Value)
		return "", false
	}
	text, ok := textOf(node)
	if !ok {
		r.wrong(path, "expected text, found %s", describe(node))
	}
	return text, ok
}

func (r *reader) duration(node ast.Node, into reflect.Value, path string) {
	text, ok := textOf(node)
	if !ok {
		r.wrong(path, "expected a length of time such as 30s, found %s", describe(node))
		return
	}
	d, wrong := parseDuration(text)
	if wrong != "" {
		r.wrong(path, "%s", wrong)
		return
	}
	into.SetInt(int64(d))
}

func (r *reader) secret(node ast.Node, into reflect.Value, path string) {
	text, ok := r.text(node, path)
	if !ok {
		return
	}
	if strings.Contains(text, hidden) {
		r.wrong(path, "%s is where `warroom config show` hid something; write the text itself, or a reference such as ${env:NAME}", hidden)
		return
	}
	secret, wrong := resolve(text, r.source.folder, asItIs)
	if wrong != "" {
		r.wrong(path, "%s", wrong)
	}
	into.Set(reflect.ValueOf(secret))
}

func (r *reader) number(node ast.Node, into reflect.Value, path string) {
	switch n := node.(type) {
	case *ast.IntegerNode, *ast.FloatNode:
		if number, err := strconv.ParseFloat(strings.ReplaceAll(n.GetToken().Value, "_", ""), 64); err == nil {
			into.SetFloat(number)
			return
		}
	}
	r.wrong(path, "expected a number such as 1 or 2.5, found %s", describe(node))
}

// betterBool knows what other versions of YAML take for true and false.
func betterBool(node ast.Node) string {
	text, _ := textOf(node)
	switch strings.ToLower(text) {
	case "yes", "on", "y", "1", "true":
		return "; write true"
	case "no", "off", "n", "0", "false":
		return "; write false"
	}
	return ""
}
