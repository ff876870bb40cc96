// Package theme is every colour, mark and glyph of the screen. Nothing outside it
// names a colour; the rest of the program speaks in tokens.
package theme

import (
	"image/color"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"
)

// Token is what a piece of the screen means. A Theme says how it looks.
type Token int

// The tokens. Red is for Critical alone; Accent is the one accent.
const (
	Text     Token = iota // the terminal's own colour
	Muted                 // secondary facts: regions, ages, hints
	Strong                // names of panes, headings
	Accent                // the focused pane, matches, what can be pressed
	Critical              // act now
	Warning               // look soon
	OK                    // good
	Unknown               // no data: never to be taken for good
	Stale                 // cannot be seen any more
	Border                // frames at rest
	Selected              // the row under the cursor: reverse video
	Badge                 // the program's name in the header
	Drill                 // the word DRILL, wherever it stands
	Frozen                // the screen stands still on purpose
	Match                 // the letters that a filter has found
	Unseen                // trouble that nobody has looked at yet
	tokens
)

// Theme is one look. Immutable; safe for concurrent use.
type Theme struct {
	Name   string
	Light  bool
	styles [tokens]lipgloss.Style
	open   [tokens]string
}

// closing ends whatever a token opened.
const closing = "\x1b[m"

// Paint puts a token's look around text. Text alone is returned as it is.
func (t *Theme) Paint(token Token, text string) string {
	if t.open[token] == "" || text == "" {
		return text
	}
	return t.open[token] + text + closing
}

// Open is the escape sequence that begins a token's look, or "". The sequences are
// made once: asking lipgloss for each cell costs ten times as much.
func (t *Theme) Open(token Token) string { return t.open[token] }

// Style is the lipgloss style of a token, for widgets that want one.
func (t *Theme) Style(token Token) lipgloss.Style { return t.styles[token] }

// palette is the colours of a theme, in sRGB.
type palette struct {
	muted, accent, critical, warning, ok, unknown, border, drill, frozen string
}

var (
	dark = palette{
		muted: "#8b949e", accent: "#58a6ff", critical: "#ff7b72", warning: "#e3b341",
		ok: "#56d364", unknown: "#bc8cff", border: "#484f58", drill: "#f778ba", frozen: "#58a6ff",
	}
	light = palette{
		muted: "#57606a", accent: "#0969da", critical: "#cf222e", warning: "#8a5a00",
		ok: "#1a7f37", unknown: "#8250df", border: "#afb8c1", drill: "#bf3989", frozen: "#0969da",
	}
)

// Auto is the theme that follows the terminal's background.
const Auto = "auto"

// Names lists what can be asked for by name.
func Names() []string { return []string{Auto, "dark", "light"} }

// Known reports whether there is a theme of that name.
func Known(name string) bool { return slices.Contains(Names(), name) }

// New makes the named theme. Auto, and any unknown name, is dark or light as the
// terminal's background is.
func New(name string, darkBackground bool) *Theme {
	if name == "light" || name != "dark" && !darkBackground {
		return build("light", light)
	}
	return build("dark", dark)
}

func build(name string, p palette) *Theme {
	t := &Theme{Name: name, Light: name == "light"}
	fg := func(hex string) lipgloss.Style { return lipgloss.NewStyle().Foreground(lipgloss.Color(hex)) }
	badge := func(hex string) lipgloss.Style { return fg(hex).Reverse(true).Bold(true) }
	t.styles = [tokens]lipgloss.Style{
		Text:     lipgloss.NewStyle(),
		Muted:    fg(p.muted),
		Strong:   lipgloss.NewStyle().Bold(true),
		Accent:   fg(p.accent).Bold(true),
		Critical: fg(p.critical).Bold(true),
		Warning:  fg(p.warning),
		OK:       fg(p.ok),
		Unknown:  fg(p.unknown),
		Stale:    fg(p.muted).Italic(true),
		Border:   fg(p.border),
		Selected: lipgloss.NewStyle().Reverse(true),
		Badge:    lipgloss.NewStyle().Reverse(true).Bold(true),
		Drill:    badge(p.drill),
		Frozen:   badge(p.frozen),
		Match:    fg(p.accent).Bold(true).Underline(true),
		Unseen:   fg(p.accent).Bold(true),
	}
	for token, style := range t.styles {
		t.open[token], _, _ = strings.Cut(style.Render("x"), "x")
	}
	return t
}

// Foreground is the colour of a token, or nil where the terminal's own is used.
func (t *Theme) Foreground(token Token) color.Color {
	c := t.styles[token].GetForeground()
	if _, none := c.(lipgloss.NoColor); none {
		return nil
	}
	return c
}
