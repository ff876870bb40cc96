package config

import (
	"encoding/json"
	"regexp"
	"strings"
)

// JSONValue is what a value of JSON has to be, as it was written: true needs no quotes.
type JSONValue string

// pathPattern is a path into JSON: $.checks[0]["a key"].
var pathPattern = regexp.MustCompile(`^\$(?:\.[^.\[\]"\s]+|\[[0-9]{1,7}\]|\["(?:[^"\\]|\\.)*"\])*$`)

// checkJSON looks at expect.json: paths, and what is expected of their values.
func (r *reader) checkJSON(path string, values map[string]JSONValue) {
	for _, key := range sortedKeys(values) {
		at, value := join(path, key), string(values[key])
		if !pathPattern.MatchString(key) {
			advice := "write it like $.checks[0].state or $[\"a key\"]"
			if pathPattern.MatchString("$." + key) {
				advice = "did you mean " + quote("$."+key) + "?"
			}
			r.wrongKey(at, "%s is no path into JSON; %s", quote(key), advice)
		}
		limit := strings.TrimPrefix(strings.TrimLeft(value, "<>"), "=")
		switch limit = strings.TrimSpace(limit); {
		case strings.HasPrefix(value, "/") && strings.HasSuffix(value, "/") && len(value) > 1:
			r.checkMatch(at, value)
		case strings.HasPrefix(value, "<"), strings.HasPrefix(value, ">"):
			if !json.Valid([]byte(limit)) || !strings.ContainsAny(limit[:1], "-0123456789") {
				r.wrong(at, "after < <= > or >= comes a number; text that begins so stands in double quotes within single ones")
			}
		case json.Valid([]byte(value)) && strings.ContainsAny(value[:1], "[{"):
			r.wrong(at, "objects and arrays cannot be expected as a whole; expect something in them")
		}
	}
}
