package theme

import (
	"image/color"
	"math"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

// luminance is the relative luminance of WCAG 2.2, § relative luminance.
func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	channel := func(v uint32) float64 {
		s := float64(v) / 0xffff
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*channel(r) + 0.7152*channel(g) + 0.0722*channel(b)
}

func contrast(a, b color.Color) float64 {
	x, y := luminance(a), luminance(b)
	return (math.Max(x, y) + 0.05) / (math.Min(x, y) + 0.05)
}

func TestTextIsReadableInEveryTheme(t *testing.T) {
	backgrounds := map[string][]color.Color{
		"dark":  {color.Gray{0x00}, color.RGBA{0x10, 0x14, 0x18, 0xff}, color.RGBA{0x1e, 0x1e, 0x1e, 0xff}},
		"light": {color.Gray{0xff}, color.RGBA{0xfa, 0xfa, 0xfa, 0xff}},
	}
	for name, grounds := range backgrounds {
		look := New(name, name == "dark")
		for _, token := range []Token{Muted, Accent, Critical, Warning, OK, Unknown, Stale, Drill, Frozen} {
			for _, ground := range grounds {
				if got := contrast(look.Foreground(token), ground); got < 4.5 {
					t.Errorf("%s: token %d has contrast %.2f on %v, want 4.5", name, token, got, ground)
				}
			}
		}
	}
}

func TestStatesDifferByShapeAlone(t *testing.T) {
	for name, marks := range map[string]Marks{"unicode": Unicode, "ascii": ASCII} {
		seen := map[string]bool{}
		for _, mark := range []string{marks.Critical, marks.Warning, marks.OK, marks.Unknown, marks.Stale} {
			if seen[mark] {
				t.Errorf("%s: two states share the mark %q", name, mark)
			}
			seen[mark] = true
		}
	}
}

func TestEveryGlyphIsOneCellWideHoweverItIsMeasured(t *testing.T) {
	for name, m := range map[string]Marks{"unicode": Unicode, "ascii": ASCII} {
		glyphs := append([]string{
			m.Critical, m.Warning, m.OK, m.Unknown, m.Stale, m.Note, m.Dot, m.Ellipsis, m.Absent, m.Bar, m.Arrow, m.Times,
			m.Separator, m.Pause, m.Unseen, m.Marked, m.Link, m.More, m.Axis, m.Corner, m.Tick, m.Dash,
			m.Box[0], m.Box[1], m.Box[2], m.Box[3], m.Box[4], m.TopLeft, m.TopRight, m.BottomRight, m.BottomLeft, m.Horizontal, m.Vertical, m.Gap,
		}, m.Spark...)
		for bits := range 1 << (m.Plot.Across * m.Plot.Down) {
			glyphs = append(glyphs, m.Plot.Glyph(bits))
		}
		for _, glyph := range glyphs {
			if ansi.StringWidth(glyph) != 1 || ansi.StringWidthWc(glyph) != 1 {
				t.Errorf("%s: %q is not one cell wide", name, glyph)
			}
			if name == "ascii" && (len(glyph) != 1 || glyph[0] > 0x7e) {
				t.Errorf("%q is not ASCII", glyph)
			}
		}
	}
}

func TestAutoFollowsTheBackgroundAndNamesOverrideIt(t *testing.T) {
	for _, c := range []struct {
		name string
		dark bool
		want string
	}{
		{Auto, true, "dark"}, {Auto, false, "light"}, {"dark", false, "dark"}, {"light", true, "light"},
	} {
		if got := New(c.name, c.dark).Name; got != c.want {
			t.Errorf("New(%q, dark background %v) is %s, want %s", c.name, c.dark, got, c.want)
		}
	}
}

func TestPaintClosesWhatItOpens(t *testing.T) {
	look := New("dark", true)
	if got := ansi.Strip(look.Paint(Critical, "ALARM")); got != "ALARM" {
		t.Errorf("painted text reads %q", got)
	}
	if got := look.Paint(Text, "plain"); got != "plain" {
		t.Errorf("plain text was painted: %q", got)
	}
}
