package config

import (
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"
)

// field is one key of the file, as the struct tags describe it.
type field struct {
	key      string
	index    int
	typ      reflect.Type
	doc      string
	value    string // the default
	usual    string
	example  string
	required bool
	omit     bool // Show leaves it out if it has no value
	allowed  []string
	minimum  string
	refers   bool // text that may hold references
}

var (
	durationType  = reflect.TypeFor[time.Duration]()
	secretType    = reflect.TypeFor[Secret]()
	valuesType    = reflect.TypeFor[Values]()
	jsonValueType = reflect.TypeFor[JSONValue]()
	knownFields   sync.Map // reflect.Type to []field
)

// fieldsOf lists the keys of a struct, in the order of its fields.
func fieldsOf(t reflect.Type) []field {
	if known, ok := knownFields.Load(t); ok {
		return known.([]field)
	}
	var fields []field
	for f := range t.Fields() {
		key, option, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if key == "" {
			continue
		}
		fields = append(fields, field{
			key: key, index: f.Index[0], typ: f.Type,
			doc: f.Tag.Get("doc"), value: f.Tag.Get("default"), usual: f.Tag.Get("usual"), example: f.Tag.Get("example"),
			required: f.Tag.Get("need") == "yes", omit: option == "omitempty", allowed: strings.Fields(f.Tag.Get("allow")), minimum: f.Tag.Get("minimum"),
			refers: f.Tag.Get("refer") == "yes",
		})
	}
	knownFields.Store(t, fields)
	return fields
}

// isSection says whether a type is a mapping with keys of its own.
func isSection(t reflect.Type) bool { return t.Kind() == reflect.Struct && t != secretType }

// fillDefaults gives every field of a struct, and of the structs in it, the
// default of its tag. into is a pointer to a struct.
func fillDefaults(into any) { defaults(reflect.ValueOf(into).Elem()) }

func defaults(into reflect.Value) {
	for _, f := range fieldsOf(into.Type()) {
		target := into.Field(f.index)
		switch {
		case isSection(f.typ):
			defaults(target)
		case f.value == "":
		case f.typ == durationType:
			d, _ := parseDuration(f.value)
			target.SetInt(int64(d))
		case f.typ.Kind() == reflect.Bool:
			target.SetBool(f.value == "true")
		case f.typ.Kind() == reflect.Float64:
			number, _ := strconv.ParseFloat(f.value, 64)
			target.SetFloat(number)
		case f.typ.Kind() == reflect.String:
			target.SetString(f.value)
		}
	}
}
