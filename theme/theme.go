// Package theme is every colour, mark and glyph of the screen. Nothing outside it
// names a colour; the rest of the program speaks in tokens.
package theme

import (
	"image/color"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
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
	Pending               // what is not on disk yet
	Past                  // the screen shows another moment than now
	tokens
)

// keys is what the tokens are called in a theme file. Text has no key: it is the
// terminal's own in every theme.
var keys = [tokens]string{
	Muted: "muted", Strong: "strong", Accent: "accent", Critical: "critical", Warning: "warning", OK: "ok",
	Unknown: "unknown", Stale: "stale", Border: "border", Selected: "selected", Badge: "badge", Drill: "drill",
	Frozen: "frozen", Match: "match", Unseen: "unseen", Pending: "pending", Past: "past",
}

// Keys lists what the tokens are called in a theme file.
func Keys() []string { return keys[Muted:] }

// Theme is one look. Immutable; safe for concurrent use.
type Theme struct {
	Name   string // dark or light for Auto, else the name that was asked for
	Light  bool   // it is worn on a light background
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

// Foreground is the colour of a token, or nil where the terminal's own is used.
func (t *Theme) Foreground(token Token) color.Color {
	c := t.styles[token].GetForeground()
	if _, none := c.(lipgloss.NoColor); none {
		return nil
	}
	return c
}

// Dimmed is the theme at night: everything is as calm as Muted, and only shapes and
// words tell things apart.
func (t *Theme) Dimmed() *Theme {
	night := &Theme{Name: t.Name, Light: t.Light}
	for token := range tokens {
		night.styles[token], night.open[token] = t.styles[Muted], t.open[Muted]
	}
	return night
}

// Looks is all that Paint depends on, as a text: themes of equal Looks paint alike.
func (t *Theme) Looks() string { return strings.Join(t.open[:], "\x00") }

// build makes a theme of looks, for a terminal of that many colours.
func build(name string, light bool, looks *looks, profile colorprofile.Profile) *Theme {
	t := &Theme{Name: name, Light: light}
	for token := range tokens {
		t.styles[token] = looks[token].style(profile)
		t.open[token], _, _ = strings.Cut(t.styles[token].Render("x"), "x")
	}
	return t
}
