package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

const (
	docsFile   = "../../docs/config.md"
	schemaFile = "../../docs/config.schema.json"
	tableBegin = "<!-- keys: begin, generated from the types of internal/config -->\n"
	tableEnd   = "<!-- keys: end -->\n"
)

// tableOf writes the rows of one type, and then those of the types in it.
func tableOf(out *strings.Builder, t reflect.Type, path string) {
	for _, f := range fieldsOf(t) {
		key := path + f.key
		usual := f.usual
		switch {
		case f.required:
			usual = "**must be given**"
		case f.value != "":
			usual = "`" + f.value + "`"
		}
		doc := f.doc
		if len(f.allowed) > 0 {
			doc += " One of " + list(f.allowed) + "."
		}
		if f.example != "" {
			doc += " Example: `" + f.example + "`"
		}
		fmt.Fprintf(out, "| `%s` | %s | %s | %s |\n", key, kindOf(f.typ), usual, doc)
		switch {
		case isSection(f.typ):
			tableOf(out, f.typ, key+".")
		case f.typ.Kind() == reflect.Slice && isSection(f.typ.Elem()):
			tableOf(out, f.typ.Elem(), key+"[].")
		}
	}
}

// kindOf names a type as people do.
func kindOf(t reflect.Type) string {
	switch {
	case isSection(t):
		return "keys"
	case t == durationType:
		return "time"
	case t == secretType:
		return "text or reference"
	case t == valuesType:
		return kindOf(secretType) + ", or a list"
	case t.Kind() == reflect.Slice && isSection(t.Elem()):
		return "list of keys"
	case t.Kind() == reflect.Slice:
		return "list of " + kindOf(t.Elem())
	case t.Kind() == reflect.Map:
		return "names and " + kindOf(t.Elem())
	case t.Kind() == reflect.Bool:
		return "true, false"
	case t.Kind() == reflect.Float64:
		return "number"
	}
	return "text"
}

func TestEveryKeyIsDescribed(t *testing.T) {
	var check func(reflect.Type)
	check = func(t2 reflect.Type) {
		for f := range t2.Fields() {
			if !f.IsExported() {
				continue
			}
			doc := f.Tag.Get("doc")
			if f.Tag.Get("yaml") == "" || !strings.HasSuffix(doc, ".") {
				t.Errorf("%s.%s: its tags say %q and %q; it needs a key and a sentence", t2.Name(), f.Name, f.Tag.Get("yaml"), doc)
			}
			for inner := f.Type; ; inner = inner.Elem() {
				if isSection(inner) {
					check(inner)
				}
				if inner.Kind() != reflect.Slice {
					break
				}
			}
		}
	}
	check(reflect.TypeFor[Config]())
	check(reflect.TypeFor[Theme]())
}

func TestDocsHaveTheTablesOfKeys(t *testing.T) {
	for file, described := range map[string]reflect.Type{docsFile: reflect.TypeFor[Config](), themesFile: reflect.TypeFor[Theme]()} {
		var table strings.Builder
		table.WriteString("| key | takes | without it | what it is |\n| --- | --- | --- | --- |\n")
		tableOf(&table, described, "")
		content, err := os.ReadFile(file)
		must(t, err)
		before, rest, begun := strings.Cut(string(content), tableBegin)
		_, after, ended := strings.Cut(rest, tableEnd)
		if !begun || !ended {
			t.Fatalf("%s has no markers", file)
		}
		golden(t, file, before+tableBegin+table.String()+tableEnd+after)
	}
}

func TestDocsHaveTheSchema(t *testing.T) {
	golden(t, schemaFile, string(Schema(Allowed{})))
}

// TestExamplesOfTheTagsAreValid puts every example into a file, with no more around
// it than must be.
func TestExamplesOfTheTagsAreValid(t *testing.T) {
	t.Setenv("WARROOM_EXTERNAL_ID", "warroom")
	t.Setenv("CHECKOUT_TOKEN", testSecret)
	t.Chdir(t.TempDir())
	must(t, os.Mkdir("certs", 0o700))
	certificate, key := identity(t)
	for file, content := range map[string]string{"our-ca.pem": certificate, "warroom.pem": certificate, "warroom.key": key} {
		must(t, os.WriteFile(filepath.Join("certs", file), []byte(content), 0o600))
	}
	t.Setenv("PROXY_PASSWORD", testSecret)
	schema := compiled(t, known)
	for _, section := range []struct {
		t      reflect.Type
		around string
		needs  []string
	}{
		{reflect.TypeFor[Config](), "{%s}", nil},
		{reflect.TypeFor[Alarms](), "alarms: {%s}", nil},
		{reflect.TypeFor[Scope](), "scopes: [{%s}]", []string{"role: 'arn:aws:iam::111111111111:role/warroom'"}},
		{reflect.TypeFor[Probe](), "probes: [{%s}]", []string{"name: a", "url: a.example.com"}},
		{reflect.TypeFor[Expect](), "probes: [{name: a, url: a.example.com, expect: {%s}}]", nil},
		{reflect.TypeFor[TLS](), "probes: [{name: a, url: a.example.com, tls: {%s}}]", []string{"certificate: certs/warroom.pem", "key: certs/warroom.key"}},
		{reflect.TypeFor[Answers](), "probes: [{name: a, url: 'dns://192.0.2.53/a.example', expect: {answers: {%s}}}]", nil},
		{reflect.TypeFor[Step](), "probes: [{name: a, url: 'tcp://a.example:25', steps: [{%s}]}]", nil},
		{reflect.TypeFor[Group](), "{probes: [{name: checkout-a, url: a.example.com, region: us-east-1, tags: {team: a}}, {name: b, url: b.example.com}], groups: [{%s}]}", []string{"name: a"}},
		{reflect.TypeFor[Additions](), "additions: {%s}", nil},
		{reflect.TypeFor[Service](), "services: [{%s}]", []string{"name: a"}},
		{reflect.TypeFor[Match](), "services: [{name: a, match: {%s}}]", nil},
	} {
		for _, f := range fieldsOf(section.t) {
			if f.example == "" {
				continue
			}
			example := f.example
			if strings.HasPrefix(example, "${") || strings.HasPrefix(example, "/") {
				example = "'" + example + "'" // braces end a flow mapping
			}
			pairs := []string{f.key + ": " + example}
			for _, needed := range section.needs {
				if !strings.HasPrefix(needed, f.key+":") {
					pairs = append(pairs, needed)
				}
			}
			text := []byte(fmt.Sprintf(section.around, list(pairs)))
			if _, err := Parse(FileName, text, Allowed{}); err != nil {
				t.Errorf("%s\n%s", text, err)
			}
			if err := schema.Validate(decoded(t, text)); err != nil {
				t.Errorf("%s\n%s", text, err)
			}
		}
	}
}

var fenced = regexp.MustCompile("(?s)```yaml\n(.*?)```")

// TestEveryExampleLoads loads the first config as it is and with every # taken away,
// and every example of the documentation, and holds each against the schema.
func TestEveryExampleLoads(t *testing.T) {
	t.Setenv("CHECKOUT_TOKEN", testSecret)
	t.Setenv("PARTNER_EXTERNAL_ID", "warroom-1")
	folder := t.TempDir()
	must(t, os.WriteFile(filepath.Join(folder, "login.json"), []byte("{}"), 0o600))
	examples := []string{Example, uncommented(Example)}
	content, err := os.ReadFile(docsFile)
	must(t, err)
	for _, found := range fenced.FindAllStringSubmatch(string(content), -1) {
		examples = append(examples, found[1])
	}
	if len(examples) < 4 {
		t.Errorf("found only %d examples", len(examples))
	}
	schema := compiled(t, known)
	for _, example := range examples {
		if _, err := Parse(filepath.Join(folder, FileName), []byte(example), known); err != nil {
			t.Errorf("%s\n%s", example, err)
		}
		if err := schema.Validate(decoded(t, []byte(example))); err != nil {
			t.Errorf("%s\n%s", example, err)
		}
	}
	if c := load(t, uncommented(Example)); len(c.Probes) != 2 || len(c.Services) != 1 || len(c.Scopes) != 1 {
		t.Errorf("taking the # away gives %+v", c)
	}
}

// uncommented takes the # from the lines of a config that are not prose.
func uncommented(text string) string {
	return regexp.MustCompile(`(?m)^#([a-z]|  )`).ReplaceAllString(text, "$1")
}

func compiled(t *testing.T, allowed Allowed) *jsonschema.Schema {
	t.Helper()
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema(allowed)))
	must(t, err)
	compiler := jsonschema.NewCompiler()
	must(t, compiler.AddResource("config.schema.json", parsed))
	schema, err := compiler.Compile("config.schema.json")
	must(t, err)
	return schema
}

// decoded reads YAML as an editor does that checks it against a schema.
func decoded(t *testing.T, content []byte) any {
	t.Helper()
	asJSON, err := yaml.YAMLToJSON(content)
	if err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
	if err != nil {
		return err
	}
	return value
}

func TestGoodFilesFitTheSchema(t *testing.T) {
	schema := compiled(t, known)
	for _, file := range filesIn(t, "testdata/good") {
		content, err := os.ReadFile(file)
		must(t, err)
		content = bytes.TrimPrefix(content, []byte("\ufeff"))
		if err := schema.Validate(decoded(t, content)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// beyondSchema are the mistakes that a schema cannot express: relations between
// values, meanings of text, and what is no valid YAML to begin with.
var beyondSchema = strings.Fields(`additions-too-many duplicate-key duplicate-probe-name duplicate-scope duplicate-service-name
	glob-malformed interval-too-often key-bound-twice key-taken-away-from-quit key-same-as-another method-unknown
	probe-slow-longer-than-timeout probes-of-other-protocols probe-timeout-longer-than-interval regular-expression-malformed
	url-with-secret url-with-reference-in-the-wrong-place secret-by-its-looks secret-hidden-by-show secret-in-the-file secret-unresolved service-unknown status-malformed tcp-with-http-settings
	addresses-that-cannot-be groups-that-cannot-be group-of-another-size guarded-by-another-way maintenance-that-cannot-be quiet-hours-empty quiet-hours-malformed text-with-escape tls-that-cannot-be starttls-with-more url-malformed url-with-password key-unknown auth-that-cannot-be push-that-cannot-be push-by-fips-of-ones-own fips-where-there-is-none push-without-a-queue push-in-no-region http-that-cannot-be header-malformed region-malformed region-misspelt role-malformed changes-of-nothing health-organization-off health-organization-unknown`)

func TestBadFilesDoNotFitTheSchemaWhereItCanTell(t *testing.T) {
	schema, told := compiled(t, known), 0
	for _, file := range filesIn(t, "testdata/bad") {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		content, err := os.ReadFile(file)
		must(t, err)
		if strings.HasPrefix(name, "syntax-") || strings.HasPrefix(name, "anchor-") || name == "not-utf-8" || name == "two-documents" || name == "yaml-tag" {
			continue // no editor gets as far as the schema
		}
		value := decoded(t, content)
		if _, broken := value.(error); broken {
			continue
		}
		err = schema.Validate(value)
		var mistake *jsonschema.ValidationError
		switch {
		case errors.As(err, &mistake):
			told++
		case !contains(beyondSchema, name):
			t.Errorf("%s fits the schema", name)
		}
	}
	if told < 12 {
		t.Errorf("the schema found only %d bad files", told)
	}
}

func TestTheSchemaKnowsWhatIsAllowed(t *testing.T) {
	var schema struct {
		Properties map[string]json.RawMessage
	}
	must(t, json.Unmarshal(Schema(known), &schema))
	if theme := string(schema.Properties["theme"]); !strings.Contains(theme, `"dark"`) {
		t.Errorf("theme is %s", theme)
	}
	if keys := string(schema.Properties["keys"]); !strings.Contains(keys, `"freeze"`) {
		t.Errorf("keys is %s", keys)
	}
}
