package theme

import (
	"fmt"
	"image/color"
	"math"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
)

// states are what must never be taken for one another, worst first.
var states = []Token{Critical, Warning, OK, Unknown, Stale}

// markOf is the shape of a state.
func markOf(m *Marks, token Token) string {
	return map[Token]string{Critical: m.Critical, Warning: m.Warning, OK: m.OK, Unknown: m.Unknown, Stale: m.Stale}[token]
}

// between does something with each two states.
func between(states []Token, do func(a, b Token)) {
	for i, a := range states {
		for _, b := range states[i+1:] {
			do(a, b)
		}
	}
}

// apart is how far two colours must be from each other, as ΔE*ab of CIE 1976. About
// 2.3 is the least that a person can tell side by side; small letters, far apart
// and at three in the morning, need several times that.
const apart = 20

// alike lists the states that a theme does not tell apart: neither by mark nor style
// when colour is taken away, or not by colour when it is there. Where only the 16
// colours of the user are left, there are not five that can be read on white, so a
// style may stand for a colour.
func alike(g garment, marks *Marks) (wrong []string) {
	between(states, func(a, b Token) {
		sameStyle := g.shapeOf(a) == g.shapeOf(b)
		if markOf(marks, a) == markOf(marks, b) && sameStyle {
			wrong = append(wrong, fmt.Sprintf("%s: %s and %s are the same without colour", g, keys[a], keys[b]))
		}
		x, _ := g.seen(a)
		y, _ := g.seen(b)
		if distance := difference(linear(x), linear(y)); distance < apart && (sameStyle || !g.users(a) || !g.users(b)) {
			wrong = append(wrong, fmt.Sprintf("%s: %s and %s are %.1f apart, want %d", g, keys[a], keys[b], distance, apart))
		}
	})
	return wrong
}

func TestStatesAreToldApartInEveryTheme(t *testing.T) {
	for _, g := range everyGarment() {
		for _, marks := range []*Marks{&Unicode, &ASCII} {
			for _, wrong := range alike(g, marks) {
				t.Error(wrong)
			}
		}
	}
}

func TestStatesThatAreAlikeAreFound(t *testing.T) {
	twice := Unicode
	twice.Warning = twice.OK
	whole := dark
	for _, c := range []struct {
		name  string
		marks *Marks
		words map[Token]string
		want  string
	}{
		{"one mark for two states", &twice, nil, "warning and ok are the same without colour"},
		{"colours that are near", &Unicode, map[Token]string{Unknown: "#56d37e"}, "ok and unknown are"},
		{"near colours in two styles", &Unicode, map[Token]string{Warning: "#ff7b72 underline"}, "critical and warning are 0.0 apart"},
		{"one of the 16 for two states", &Unicode, map[Token]string{OK: "green", Unknown: "green"}, "ok and unknown are 0.0 apart"},
	} {
		p := whole
		for token, text := range c.words {
			p[token] = text
		}
		if found := strings.Join(alike(sewn(c.name, false, colorprofile.TrueColor, p), c.marks), "\n"); !strings.Contains(found, c.want) {
			t.Errorf("%s: found %q, want %q", c.name, found, c.want)
		}
	}
	p := whole
	p[OK], p[Unknown] = "#5fd700", "#5fd75f"
	if found := alike(sewn("nearest", false, colorprofile.ANSI, p), &Unicode); len(found) == 0 {
		t.Error("two greens that become one with 16 colours were not found")
	}
}

// difference is ΔE*ab of CIE 1976 between two lights of sRGB.
func difference(a, b [3]float64) float64 {
	x, y := lab(a), lab(b)
	return math.Sqrt((x[0]-y[0])*(x[0]-y[0]) + (x[1]-y[1])*(x[1]-y[1]) + (x[2]-y[2])*(x[2]-y[2]))
}

// lab is CIE L*a*b* of a light of sRGB, with the white of D65. Source: IEC 61966-2-1
// for the matrix, CIE 15 for the rest.
func lab(l [3]float64) [3]float64 {
	f := func(t float64) float64 {
		if t > 216.0/24389 {
			return math.Cbrt(t)
		}
		return (24389.0/27*t + 16) / 116
	}
	x := f((0.4124564*l[0] + 0.3575761*l[1] + 0.1804375*l[2]) / 0.95047)
	y := f(0.2126729*l[0] + 0.7151522*l[1] + 0.0721750*l[2])
	z := f((0.0193339*l[0] + 0.1191920*l[1] + 0.9503041*l[2]) / 1.08883)
	return [3]float64{116*y - 16, 500 * (x - y), 200 * (y - z)}
}

func TestDifferencesAreThoseOfCIE(t *testing.T) {
	for _, c := range []struct {
		a, b color.Color
		want float64
	}{
		{color.White, color.Black, 100},
		{color.RGBA{0xff, 0, 0, 0xff}, color.RGBA{0, 0xff, 0, 0xff}, 170.6},
		{color.RGBA{0, 0, 0xff, 0xff}, color.White, 149.9},
	} {
		if got := difference(linear(c.a), linear(c.b)); math.Abs(got-c.want) > 0.1 {
			t.Errorf("%v and %v are %.2f apart, want %.1f", c.a, c.b, got, c.want)
		}
	}
}
