package config

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
)

// syntaxWords are what the parser says, and what it means to a person.
var syntaxWords = []struct{ says, means string }{
	{"cannot start any token", "a tab is used to indent; YAML takes spaces only"},
	{"mapping value is not allowed", "a second colon, or a line that is indented too far, follows this value; put the value in quotes, or mend the indentation"},
	{"end character of double-quoted", `a quotation mark " is opened and never closed; add the second one`},
	{"end character of single-quoted", "a quotation mark ' is opened and never closed; add the second one"},
	{"',' or ']' must be specified", "a list begun with [ is not closed before this; add a comma or ]"},
	{"sequence end token ']'", "a list begun with [ is never closed; add ]"},
	{"',' or '}' must be specified", "keys begun with { are not closed before this; add a comma or }"},
	{"mapping end token '}'", "keys begun with { are never closed; add }"},
	{"unexpected key name", "there is no space after the colon; write one"},
	{"non-map value is specified", "this line is no key with a value; write a colon and a space after the key, or mend the indentation"},
	{"value is not allowed in this context", "this line does not fit what stands above it; mend its indentation, so that keys of one thing begin in one column"},
	{"reserved character", "text cannot begin with this character; put the value in quotes"},
	{"unknown escape character", `there is no such escape inside "…"; write two backslashes, or use single quotes`},
	{"directive", "text cannot begin with %; put the value in quotes"},
}

// parse makes the tree of a file. It returns nil after noting why, and also for a
// file that has nothing in it.
func (r *reader) parse() (body ast.Node) {
	content := r.content
	if bad := invalidUTF8(content); bad >= 0 {
		line := bytes.Count(content[:bad], []byte("\n")) + 1
		start := bytes.LastIndexByte(content[:bad], '\n') + 1
		r.problem(place{line, utf8.RuneCount(content[start:bad]) + 1}, "", "the file is not in UTF-8 from here on; save it as UTF-8")
		return nil
	}
	defer func() {
		// The parser is known to fall over text that is far from YAML.
		if recover() != nil {
			r.problem(place{1, 1}, "", "the file is not valid YAML, and the place cannot be told; compare it with %s", r.model)
			body = nil
		}
	}()
	tokens := lexer.Tokenize(string(content))
	if at, deep := tooDeep(tokens); deep {
		r.problem(at, "", "brackets or dashes nest deeper than %d here; the file needs four", depthLimit)
		return nil
	}
	if at, many := tooMany(tokens); many {
		r.problem(at, "", "there are more than %d keys in one place here; no file of warroom has so many", keyLimit)
		return nil
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		r.syntaxProblem(err)
		return nil
	}
	for _, doc := range file.Docs {
		switch {
		case doc.Body == nil:
		case doc.Body.Type() == ast.DirectiveType:
		case body != nil:
			r.problem(placeOf(doc.Body), "", "a second document begins above; take away the line with ---")
		default:
			body = doc.Body
		}
	}
	return body
}

func (r *reader) syntaxProblem(err error) {
	at, said := place{1, 1}, ""
	var located yaml.Error
	if errors.As(err, &located) {
		said = located.GetMessage()
		if token := located.GetToken(); token != nil && token.Position != nil {
			at = place{token.Position.Line, token.Position.Column}
		}
	}
	for _, words := range syntaxWords {
		if strings.Contains(said, words.says) {
			r.problem(at, "", "%s", words.means)
			return
		}
	}
	r.problem(at, "", "this is not valid YAML; look for a missing quotation mark, bracket or colon, or a wrong indentation, here or above")
}
