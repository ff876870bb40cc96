package config

import (
	"fmt"
	"io"
	"log/slog"
)

// Secret is text that may hold references to secrets, such as
// "Bearer ${env:TOKEN}". However it is printed, marshalled or logged, it shows
// the references and never what they stand for; text without a reference shows as
// dots. Only Reveal gives the value. The zero value is empty.
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

// String gives the text as it was written if it holds a reference, and dots if not.
func (s Secret) String() string {
	if s.reference || s.written == "" {
		return s.written
	}
	return hidden
}

// Format implements fmt.Formatter: every verb prints String.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// GoString implements fmt.GoStringer.
func (s Secret) GoString() string { return s.String() }

// MarshalText implements encoding.TextMarshaler, for JSON, YAML and others.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue implements slog.LogValuer.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
