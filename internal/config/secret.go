package config

import (
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
)

// Secret is text that may hold references to secrets, such as
// "Bearer ${env:TOKEN}". However it is printed, marshalled or logged, it shows
// the references and never what they stand for; all other text in it shows as dots,
// but for the name of an authorization scheme. Only Reveal gives the value. The zero
// value is empty.
type Secret struct {
	written   string
	reference bool
	value     *string // behind a pointer, so that no verb that goes through memory shows it
}

// hidden stands for text that is not shown.
const hidden = "•••"

// Literal makes a Secret of text as it is.
func Literal(text string) Secret { return Secret{written: text, value: &text} }

// Reveal gives the value with every reference resolved, for use and not for show.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// IsReference says whether the text holds a reference.
func (s Secret) IsReference() bool { return s.reference }

// IsZero says whether there is nothing.
func (s Secret) IsZero() bool { return s.written == "" }

// String gives the references as they were written, and dots for the text around
// them.
func (s Secret) String() string {
	if s.written == "" {
		return ""
	}
	var out strings.Builder
	rest := 0
	for _, found := range s.references() {
		out.WriteString(hide(s.written[rest:found[0]]) + s.written[found[0]:found[1]])
		rest = found[1]
	}
	return out.String() + hide(s.written[rest:])
}

// hide is text as it is shown: as dots, unless there is nothing in it to hide.
func hide(text string) string {
	if strings.TrimSpace(text) == "" || schemeWord.MatchString(text) {
		return text
	}
	return hidden
}

// references are the places of the references in what was written.
func (s Secret) references() [][]int {
	if !s.reference {
		return nil
	}
	return slices.DeleteFunc(referencePattern.FindAllStringIndex(s.written, -1), func(found []int) bool {
		return s.written[found[0]:found[1]] == "$${"
	})
}

// literal is the text that stands in the file itself, with a mark in the place of
// every reference.
func (s Secret) literal() string {
	if !s.reference {
		return s.Reveal()
	}
	return referencePattern.ReplaceAllStringFunc(s.written, func(found string) string {
		if found == "$${" {
			return "${"
		}
		return referenceMark
	})
}

// Format implements fmt.Formatter: every verb prints String.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// GoString implements fmt.GoStringer.
func (s Secret) GoString() string { return s.String() }

// MarshalText implements encoding.TextMarshaler, for JSON, YAML and others.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue implements slog.LogValuer.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
