package theme

import (
	"fmt"
	"image/color"
	"math"
	"strings"
	"testing"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
)

// grounds is the backgrounds of common terminals that a token is drawn on.
func (g garment) grounds(token Token) []color.Color {
	var hex []string
	switch users := g.users(token); {
	case users && g.Light: // xterm's 16 colours come with its own background
		hex = []string{"#ffffff"}
	case users:
		hex = []string{"#000000"}
	case g.Light: // white, One Light, Solarized Light
		hex = []string{"#ffffff", "#fafafa", "#fdf6e3"}
	default: // black, Visual Studio Code, One Dark, Solarized Dark
		hex = []string{"#000000", "#1e1e1e", "#282c34", "#002b36"}
	}
	var all []color.Color
	for _, h := range hex {
		all = append(all, lipgloss.Color(h))
	}
	return all
}

// faded lists what of a theme cannot be read, or seen. What has the terminal's own
// colour can.
func faded(g garment) (wrong []string) {
	text, frame := 4.5, 3.0
	if g.Name == "high-contrast" {
		text, frame = 7, 4.5
	}
	for token := range tokens {
		least := text
		if token == Border {
			least = frame
		}
		c, own := g.seen(token)
		for _, ground := range g.grounds(token) {
			if ratio := contrast(c, ground); !own && ratio < least {
				wrong = append(wrong, fmt.Sprintf("%s: %s has a contrast of %.2f on %v, want %g", g, keys[token], ratio, ground, least))
			}
		}
		if !own && g.shapeOf(token)&faint != 0 {
			wrong = append(wrong, fmt.Sprintf("%s: %s has a colour that is made faint", g, keys[token]))
		}
	}
	return wrong
}

func TestEveryThemeCanBeReadOnEveryTerminal(t *testing.T) {
	for _, g := range everyGarment() {
		for _, wrong := range faded(g) {
			t.Error(wrong)
		}
	}
}

func TestAThemeThatCannotBeReadIsFound(t *testing.T) {
	for name, c := range map[string]struct {
		light bool
		p     palette
		want  string
	}{
		"grey":          {false, palette{Muted: "#555555"}, "muted has a contrast"},
		"pale":          {true, palette{Warning: "#e3b341 179"}, "warning has a contrast of 1.9"},
		"inherited":     {false, palette{Accent: "#333333"}, "match has a contrast"},
		"fine frames":   {false, palette{Border: "#484f58"}, "border has a contrast"},
		"faint":         {false, palette{OK: "#ffffff faint"}, "ok has a colour that is made faint"},
		"dark blue":     {false, palette{OK: "blue"}, "ok has a contrast"},
		"high-contrast": {false, palette{Critical: "#ff5f5f"}, "want 7"},
	} {
		for _, profile := range coloured[:2] {
			if found := strings.Join(faded(sewn(name, c.light, profile, c.p)), "\n"); !strings.Contains(found, c.want) {
				t.Errorf("%s (%s): found %q, want %q", name, profile, found, c.want)
			}
		}
	}
	if found := faded(sewn("nearest", true, colorprofile.ANSI, palette{OK: "#1a7f37"})); len(found) == 0 {
		t.Error("green that becomes too pale with 16 colours was not found")
	}
}

// TestContrastIsThatOfWCAG uses the pairs whose ratios are widely published.
func TestContrastIsThatOfWCAG(t *testing.T) {
	for hex, want := range map[string]float64{"#000000": 21, "#ffffff": 1, "#767676": 4.54, "#777777": 4.48, "#ff0000": 4.00, "#0000ff": 8.59} {
		if got := contrast(lipgloss.Color(hex), color.White); math.Abs(got-want) > 0.005 {
			t.Errorf("%s on white has %.3f, want %.2f", hex, got, want)
		}
	}
}

func TestOwnColoursThatAreHardToReadAreTold(t *testing.T) {
	for _, c := range []struct {
		own  Own
		want string
	}{
		{Own{Base: "dark", Looks: map[string]string{"muted": "#333333", "border": "#222222", "ok": "blue", "warning": "#ffd75f"}}, "muted 1.7 on white false"},
		{Own{Base: "light", Looks: map[string]string{"warning": "#ffd75f", "unknown": "default"}}, "warning 1.4 on white true"},
		{Own{Base: "dark", Background: Light, Looks: map[string]string{"warning": "#ffd75f"}}, "warning 1.4 on white true"},
		{Own{Base: "auto", Looks: map[string]string{"critical": "#ffffff", "ok": "#767676"}}, "critical 1.0 on white true"},
		{Own{Base: "auto"}, ""},
	} {
		c.own.Name = "mine"
		library, err := Library{}.With(c.own)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, pale := range library.Pale("mine") {
			got += fmt.Sprintf("%s %.1f on white %v", pale.Key, pale.Contrast, pale.Light)
		}
		if got != c.want {
			t.Errorf("%+v: got %q, want %q", c.own, got, c.want)
		}
	}
}
