package theme

import (
	"testing"

	"github.com/charmbracelet/x/ansi"
)

func TestEveryGlyphIsOneCellWideHoweverItIsMeasured(t *testing.T) {
	for name, m := range map[string]Marks{"unicode": Unicode, "ascii": ASCII} {
		glyphs := append([]string{
			m.Critical, m.Warning, m.OK, m.Unknown, m.Stale, m.Note, m.Dot, m.Ellipsis, m.Absent, m.Bar, m.Arrow, m.Times,
			m.Separator, m.Pause, m.Unseen, m.Marked, m.Link, m.More,
			m.Ack, m.Claim, m.Change, m.Back, m.Pin, m.Cleared, m.Pending, m.Axis, m.Corner, m.Tick, m.Dash,
			m.Box[0], m.Box[1], m.Box[2], m.Box[3], m.Box[4], m.TopLeft, m.TopRight, m.BottomRight, m.BottomLeft, m.Horizontal, m.Vertical, m.Gap,
			m.Hatch, m.Here, m.There, m.Left, m.Spent,
		}, m.Spark...)
		for bits := range 1 << (m.Plot.Across * m.Plot.Down) {
			glyphs = append(glyphs, m.Plot.Glyph(bits))
		}
		for bits := range 1 << m.Block.Down {
			glyphs = append(glyphs, m.Block.Glyph(bits))
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

func TestPaintClosesWhatItOpens(t *testing.T) {
	look := Library{}.New("dark", Terminal{})
	if got := ansi.Strip(look.Paint(Critical, "ALARM")); got != "ALARM" {
		t.Errorf("painted text reads %q", got)
	}
	if got := look.Paint(Critical, "ALARM"); got != "\x1b[1;38;2;255;123;114mALARM\x1b[m" {
		t.Errorf("painted text is %q", got)
	}
	if got := look.Paint(Text, "plain"); got != "plain" {
		t.Errorf("plain text was painted: %q", got)
	}
}

func TestEveryTokenButTextHasAKey(t *testing.T) {
	for token, key := range keys {
		if (key == "") != (Token(token) == Text) {
			t.Errorf("the key of token %d is %q", token, key)
		}
	}
}

func TestAtNightEverythingIsAsCalmAsMuted(t *testing.T) {
	day := Library{}.New("dark", Terminal{})
	night := day.Dimmed()
	for token := range tokens {
		if night.Open(token) != day.Open(Muted) {
			t.Errorf("%s is %q at night", keys[token], night.Open(token))
		}
	}
	if day.Looks() == night.Looks() || day.Looks() != (Library{}).New("dark", Terminal{}).Looks() {
		t.Error("looks are not told apart, or equal ones are")
	}
}
