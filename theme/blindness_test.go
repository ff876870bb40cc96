package theme

import (
	"fmt"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
)

// blindness is how people see who lack one kind of cone, as a matrix over linear
// sRGB. Source: Machado, Oliveira and Fernandes, A physiologically-based model for
// simulation of color vision deficiency, IEEE TVCG 15 (6), 2009, severity 1.0.
var blindness = map[string][3][3]float64{
	"protanopia":   {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
	"deuteranopia": {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
	"tritanopia":   {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}},
}

func seenBy(m [3][3]float64, l [3]float64) (seen [3]float64) {
	for i := range seen {
		seen[i] = min(1, max(0, m[i][0]*l[0]+m[i][1]*l[1]+m[i][2]*l[2]))
	}
	return seen
}

// confused lists the states whose colours somebody cannot tell apart. Stale counts
// where there are more than 16 colours.
func confused(g garment) (wrong []string) {
	told := states
	if g.profile == colorprofile.ANSI {
		told = states[:4]
	}
	between(told, func(a, b Token) {
		x, _ := g.seen(a)
		y, _ := g.seen(b)
		for name, m := range blindness {
			if distance := difference(seenBy(m, linear(x)), seenBy(m, linear(y))); distance < apart {
				wrong = append(wrong, fmt.Sprintf("%s: with %s, %s and %s are %.1f apart, want %d", g, name, keys[a], keys[b], distance, apart))
			}
		}
	})
	return wrong
}

func TestTheColourBlindThemeIsSeenByEverybody(t *testing.T) {
	for _, g := range everyGarment() {
		if g.Name != "colour-blind" {
			continue
		}
		for _, wrong := range confused(g) {
			t.Error(wrong)
		}
	}
}

// TestAThemeThatSomebodyCannotSeeIsFound takes the usual red and green, which the
// colour-blind theme is there to replace.
func TestAThemeThatSomebodyCannotSeeIsFound(t *testing.T) {
	found := strings.Join(confused(garment{Library{}.New("dark", Terminal{}), colorprofile.TrueColor}), "\n")
	for _, want := range []string{"with protanopia, warning and ok are", "with deuteranopia, critical and ok are"} {
		if !strings.Contains(found, want) {
			t.Errorf("found %q, want %q", found, want)
		}
	}
	if found := confused(sewn("blue and green", false, colorprofile.TrueColor, palette{
		Critical: "#d55e00", Warning: "#f0e442", OK: "#56b4e9", Unknown: "#4fb8c4", Muted: "#9a9a9a",
	})); !strings.Contains(strings.Join(found, "\n"), "with tritanopia, ok and unknown are") {
		t.Errorf("blue and green, seen without blue, were not found: %q", found)
	}
}
