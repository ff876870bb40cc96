package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Show writes the configuration in force as YAML, defaults included. Headers, bodies
// and external ids show their references, and dots for all other text in them: it may
// be a secret that nobody knew to be one. Unless something is hidden so, what is shown
// can be loaded again and gives the same Config; the dots themselves are refused there.
func (c *Config) Show() []byte {
	var body, out bytes.Buffer
	showSection(&body, reflect.ValueOf(c).Elem(), "", "")
	if c.file == "" {
		fmt.Fprintf(&out, "# No %s was found; these are the defaults.\n", FileName)
	} else {
		fmt.Fprintf(&out, "# In force, read from %s, defaults filled in.\n", strings.Trim(strconv.Quote(c.file), `"`))
	}
	if bytes.Contains(body.Bytes(), []byte(hidden)) {
		fmt.Fprintf(&out, "# %s hides text that may be a secret.\n", hidden)
	}
	out.Write(body.Bytes())
	return out.Bytes()
}

// showSection writes the keys of a struct, the first one after first and the others
// after indent.
func showSection(out *bytes.Buffer, section reflect.Value, first, indent string) {
	for _, f := range fieldsOf(section.Type()) {
		value := section.Field(f.index)
		if f.omit && value.IsZero() || isSection(f.typ) && isEmpty(value) {
			continue
		}
		out.WriteString(first + f.key + ":")
		first = indent
		showValue(out, value, indent)
	}
}

// isEmpty says whether nothing of a section would be shown.
func isEmpty(section reflect.Value) bool {
	for _, f := range fieldsOf(section.Type()) {
		if !f.omit || !section.Field(f.index).IsZero() {
			return false
		}
	}
	return true
}

// showValue writes what follows a colon, up to the end of its last line.
func showValue(out *bytes.Buffer, value reflect.Value, indent string) {
	inner := indent + "  "
	switch {
	case isSection(value.Type()):
		out.WriteString("\n")
		showSection(out, value, inner, inner)
	case value.Kind() == reflect.Slice && isSection(value.Type().Elem()) && value.Len() > 0:
		out.WriteString("\n")
		for i := range value.Len() {
			if isEmpty(value.Index(i)) {
				out.WriteString(inner + "- {}\n")
			}
			showSection(out, value.Index(i), inner+"- ", inner+"  ")
		}
	case value.Kind() == reflect.Map && value.Len() == 0:
		out.WriteString(" {}\n")
	case value.Kind() == reflect.Map:
		entries := map[string]reflect.Value{}
		for key, entry := range value.Seq2() {
			entries[key.String()] = entry
		}
		out.WriteString("\n")
		for _, key := range sortedKeys(entries) {
			out.WriteString(inner + showText(key) + ":")
			showValue(out, entries[key], inner)
		}
	default:
		out.WriteString(" " + showScalar(value) + "\n")
	}
}

func showScalar(value reflect.Value) string {
	switch v := value.Interface().(type) {
	case time.Duration:
		if v < time.Millisecond { // the smallest unit of the file
			return strconv.FormatFloat(float64(v)/float64(time.Millisecond), 'f', -1, 64) + "ms"
		}
		return plain(v)
	case Secret:
		return showText(v.String())
	case Values:
		items := make([]string, len(v))
		for i, item := range v {
			items[i] = showText(item.String())
		}
		if len(items) == 1 {
			return items[0]
		}
		return "[" + list(items) + "]"
	case []string:
		items := make([]string, len(v))
		for i, item := range v {
			items[i] = showText(item)
		}
		return "[" + list(items) + "]"
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	if value.Kind() == reflect.Slice {
		return "[]"
	}
	return showText(value.String())
}

var (
	// bareText is text that is nothing but itself in YAML, wherever it stands.
	bareText = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_./+-]*(:[A-Za-z0-9_./+-]+)*$`)
	// bareWords are the exceptions, in this or an older version of YAML.
	bareWords = strings.Fields("true false null yes no on off y n")
)

// showText quotes text where YAML asks for it. A JSON string is a YAML string.
func showText(text string) string {
	if bareText.MatchString(text) && !contains(bareWords, strings.ToLower(text)) {
		return text
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(text); err != nil {
		return strconv.Quote(text)
	}
	return strings.TrimSuffix(out.String(), "\n")
}
