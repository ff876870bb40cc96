package config

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strconv"
)

// schemaName says which JSON Schema is written.
const schemaName = "https://json-schema.org/draft/2020-12/schema"

// headerNames are those that RFC 9110, section 5.6.2, allows.
var headerNames = map[string]any{"pattern": "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"}

// schemaExtra is what the types cannot say: patterns, by path. They are the ones
// that the reader itself uses.
var schemaExtra = map[string]map[string]any{
	"room":                          {"maxLength": nameLimit},
	"scopes[].role":                 {"pattern": rolePattern.String() + "|" + roleNamePattern.String()},
	"scopes[].regions[]":            {"pattern": regionPattern.String()},
	"probes[].name":                 {"minLength": 1, "maxLength": nameLimit},
	"probes[].url":                  {"minLength": 1},
	"services[].name":               {"minLength": 1, "maxLength": nameLimit},
	"services[].runbook":            {"pattern": "^https://"},
	"alarms.include[]":              {"minLength": 1},
	"alarms.exclude[]":              {"minLength": 1},
	"keys.*[]":                      {"minLength": 1},
	"probes[].headers":              {"propertyNames": headerNames},
	"probes[].expect.phases":        {"propertyNames": map[string]any{"enum": anything(phases)}},
	"probes[].expect.answers.count": {"pattern": countPattern.String()},
	"probes[].expect.json":          {"propertyNames": map[string]any{"pattern": pathPattern.String()}},
	"probes[].expect.headers":       {"propertyNames": headerNames},
	"groups[].name":                 {"maxLength": nameLimit},
	"groups[].down":                 {"pattern": limitPattern.String()},
	"groups[].probes[]":             {"minLength": 1},
	"canaries.regions[]":            {"pattern": regionPattern.String()},
	"feeds.regions[]":               {"pattern": regionPattern.String()},
	"canaries.services[]":           {"enum": anything(canaryServices)},
	"controls.targets[]":            {"pattern": controlPattern.String()},
	"probes[].confirm":              {"pattern": confirmPattern.String()},
	"services[].regions[]":          {"pattern": placePattern.String()},
	"probes[].region":               {"pattern": placePattern.String()},
	"additions.allow[]":             {"pattern": rangePattern.String()},
	"additions.deny[]":              {"pattern": rangePattern.String()},
	"probes[].version":              {"enum": []any{"2", 2, nil}},
}

// Schema is the JSON Schema of the file, draft 2020-12, made from the same types
// that the reader follows. What is allowed by name is put in if it is given.
func Schema(allowed Allowed) []byte {
	root := schemaOf(reflect.TypeFor[Config](), "")
	root["$schema"] = schemaName
	root["title"] = FileName
	root["patternProperties"] = map[string]any{"^x-": map[string]any{"description": "Not read: a place for anchors."}}
	properties := root["properties"].(map[string]any)
	if allowed.Themes != nil {
		properties["theme"].(map[string]any)["anyOf"] = []any{
			map[string]any{"enum": append(anything(allowed.Themes), nil)}, map[string]any{"pattern": themeFilePattern.String()},
		}
	}
	if allowed.Actions != nil {
		properties["keys"].(map[string]any)["propertyNames"] = map[string]any{"enum": allowed.Actions}
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(root); err != nil {
		panic(err) // maps, slices and text only: cannot fail
	}
	return out.Bytes()
}

// schemaOf describes one type. Empty values are allowed wherever a key may be left
// out, because the reader takes them as not given.
func schemaOf(t reflect.Type, path string) map[string]any {
	schema := map[string]any{}
	switch {
	case isSection(t):
		schema["type"] = []string{"object", "null"}
		schema["additionalProperties"] = false
		properties, required := map[string]any{}, []string{}
		for _, f := range fieldsOf(t) {
			properties[f.key] = schemaOfField(f, join(path, f.key))
			if f.required {
				required = append(required, f.key)
			}
		}
		schema["properties"] = properties
		if len(required) > 0 {
			schema["required"] = required
		}
	case t == durationType:
		schema["type"] = []string{"string", "null"}
		schema["pattern"] = durationPattern.String()
	case t == jsonValueType:
		schema["type"] = []string{"string", "number", "boolean", "null"}
	case t == valuesType:
		schema["type"] = []string{"string", "number", "array", "null"}
		schema["items"], schema["minItems"] = needed(schemaOf(secretType, path+"[]")), 1
	case t.Kind() == reflect.Slice:
		schema["type"] = []string{"array", "null"}
		schema["items"] = needed(schemaOf(t.Elem(), path+"[]"))
	case t.Kind() == reflect.Map:
		schema["type"] = []string{"object", "null"}
		schema["additionalProperties"] = needed(schemaOf(t.Elem(), path+".*"))
	case t.Kind() == reflect.Bool:
		schema["type"] = []string{"boolean", "null"}
	case t.Kind() == reflect.Float64:
		schema["type"] = []string{"number", "null"}
	default: // text, for which numbers are taken as they are written
		schema["type"] = []string{"string", "number", "null"}
	}
	for name, value := range schemaExtra[path] {
		schema[name] = value
	}
	return schema
}

func schemaOfField(f field, path string) map[string]any {
	schema := schemaOf(f.typ, path)
	if f.required {
		needed(schema)
	}
	schema["description"] = f.doc
	if f.usual != "" {
		schema["description"] = f.doc + " Without it: " + f.usual + "."
	}
	if len(f.allowed) > 0 {
		schema["enum"] = append(append(anything(f.allowed), numbers(f.allowed)...), nil)
	}
	if f.value != "" {
		schema["default"] = schemaDefault(f)
	}
	if f.minimum != "" {
		schema["minimum"] = json.Number(f.minimum)
	}
	return schema
}

func schemaDefault(f field) any {
	switch f.typ.Kind() {
	case reflect.Bool:
		return f.value == "true"
	case reflect.Float64:
		if number, err := strconv.ParseFloat(f.value, 64); err == nil {
			return number
		}
	}
	return f.value
}

// needed takes away the empty value.
func needed(schema map[string]any) map[string]any {
	if types, ok := schema["type"].([]string); ok {
		schema["type"] = types[:len(types)-1]
	}
	return schema
}

// numbers are those of some words that YAML reads as a number unless they are quoted.
func numbers(words []string) []any {
	var all []any
	for _, word := range words {
		if number, err := strconv.ParseFloat(word, 64); err == nil {
			all = append(all, number)
		}
	}
	return all
}

func anything(words []string) []any {
	all := make([]any, 0, len(words)+1)
	for _, word := range words {
		all = append(all, word)
	}
	return all
}
