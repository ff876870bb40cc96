package theme

import (
	"image/color"
	"slices"
	"testing"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

func TestWordsOfALook(t *testing.T) {
	for text, want := range map[string]look{
		"#ff7b72":                       {coloured: true, colours: [depths]color.Color{lipgloss.Color("#ff7b72")}},
		"203":                           {coloured: true, colours: [depths]color.Color{nil, ansi.IndexedColor(203)}},
		"16":                            {coloured: true, colours: [depths]color.Color{nil, ansi.IndexedColor(16)}},
		"15":                            {coloured: true, colours: [depths]color.Color{nil, nil, ansi.BrightWhite}},
		"bright-red":                    {coloured: true, colours: [depths]color.Color{nil, nil, ansi.BrightRed}},
		"default":                       {coloured: true},
		"plain":                         {shaped: true},
		"bold":                          {shaped: true, shape: bold},
		"reverse  bold":                 {shaped: true, shape: bold | reverse},
		"#FF7B72 203 red faint italic":  {true, [depths]color.Color{lipgloss.Color("#ff7b72"), ansi.IndexedColor(203), ansi.Red}, true, faint | italic},
		"underline red 203 #ff7b72":     {true, [depths]color.Color{lipgloss.Color("#ff7b72"), ansi.IndexedColor(203), ansi.Red}, true, underline},
		"default plain":                 {coloured: true, shaped: true},
		"bold faint default underline ": {coloured: true, shaped: true, shape: bold | faint | underline},
	} {
		if got, unknown, wrong := parse(text); got != want || unknown != "" || wrong != "" {
			t.Errorf("%q is %+v, %q, %q; want %+v", text, got, unknown, wrong, want)
		}
	}
}

func TestMistakesInALook(t *testing.T) {
	for text, want := range map[string]string{
		"":                `it is empty; write a colour such as "#ff7b72" or bright-red, or a style such as bold`,
		"#f00":            `"#f00" is too short; write "#ff0000"`,
		"#ff7b7":          `"#ff7b7" is not a colour; write # and six digits of 0 to 9 and a to f, such as "#ff7b72"`,
		"#gg7b72":         `"#gg7b72" is not a colour; write # and six digits of 0 to 9 and a to f, such as "#ff7b72"`,
		"ff7b72":          `"ff7b72" is not a colour; write "#ff7b72", in quotes`,
		"256":             "there is no colour 256; they are numbered 0 to 255",
		"-1":              "there is no colour -1; they are numbered 0 to 255",
		"red 9":           "there are two colours for terminals with 16 colours; keep one",
		"17 203":          "there are two colours for terminals with 256 colours; keep one",
		"#000000 #ffffff": "there are two colours for terminals with all colours; keep one",
		"red default":     "default is the terminal's own colour, so no other stands beside it; keep one",
		"bold plain":      "plain takes every style away, so no style stands beside it; keep one",
	} {
		if unknown, wrong := Mistake(text); unknown != "" || wrong != want {
			t.Errorf("%q: %q, %s\nwant %s", text, unknown, wrong, want)
		}
	}
	if unknown, wrong := Mistake("bold redd"); unknown != "redd" || wrong != `there is no colour or style "redd"` {
		t.Errorf("got %q, %s", unknown, wrong)
	}
	for _, word := range Words() {
		if unknown, wrong := Mistake(word); unknown+wrong != "" {
			t.Errorf("%s is listed: %s%s", word, unknown, wrong)
		}
	}
}

func TestEveryPaletteThatComesAlongIsWithoutMistake(t *testing.T) {
	palettes := []palette{shapes}
	for i := range builtins {
		b := &builtins[i]
		if b.background != Light {
			palettes = append(palettes, b.dark)
		}
		if b.background != Dark {
			palettes = append(palettes, b.light)
		}
	}
	for i, p := range palettes {
		for token, text := range p {
			if _, _, wrong := parse(text); text != "" && wrong != "" {
				t.Errorf("palette %d: %s: %s", i, keys[token], wrong)
			}
		}
		if said := func(text string) bool { return text != "" }; i > 0 && !slices.ContainsFunc(p[:], said) {
			t.Errorf("palette %d says nothing", i)
		}
	}
}

func TestATerminalTakesItsOwnColourOrTheNearest(t *testing.T) {
	for _, c := range []struct {
		text    string
		profile colorprofile.Profile
		want    string
	}{
		{"#ff7b72 203 red", colorprofile.TrueColor, "\x1b[38;2;255;123;114m"},
		{"#ff7b72 203 red", colorprofile.ANSI256, "\x1b[38;5;203m"},
		{"#ff7b72 203 red", colorprofile.ANSI, "\x1b[31m"},
		{"#ff7b72 203 red", colorprofile.ASCII, ""},
		{"#ff7b72 203 red", colorprofile.NoTTY, ""},
		{"203", colorprofile.TrueColor, "\x1b[38;5;203m"},
		{"203", colorprofile.ANSI, "\x1b[91m"},
		{"#ff5f5f", colorprofile.ANSI256, "\x1b[38;5;203m"},
		{"#ff5f5f", colorprofile.ANSI, "\x1b[91m"},
		{"#ff5f5f blue", colorprofile.ANSI256, "\x1b[38;5;203m"},
		{"17 bright-white", colorprofile.TrueColor, "\x1b[38;5;17m"},
		{"bright-white", colorprofile.TrueColor, "\x1b[97m"},
		{"bright-white", colorprofile.ANSI256, "\x1b[97m"},
		{"default", colorprofile.TrueColor, ""},
		{"default bold reverse", colorprofile.ANSI, "\x1b[1;7m"},
		{"red underline", colorprofile.ASCII, "\x1b[4;4m"},
	} {
		p := palette{OK: c.text}
		if got := sewn("x", false, c.profile, p).Open(OK); got != c.want {
			t.Errorf("%q on %s is %q, want %q", c.text, c.profile, got, c.want)
		}
	}
}
