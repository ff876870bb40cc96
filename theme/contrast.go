package theme

import (
	"image/color"
	"math"

	"github.com/charmbracelet/x/ansi"
)

// legible is the least contrast at which large text can be read. Source: WCAG 2.2,
// 1.4.3. The themes that come along have more.
const legible = 3.0

// Pale is a colour of an own theme that is hard to read.
type Pale struct {
	Key      string
	Contrast float64 // to 1
	Light    bool    // on white, else on black
}

// Pale lists the colours that an own theme gives to text and that are hard to read
// on the background it is made for. Names such as red are not measured, because
// each user can make of them what they like.
func (l Library) Pale(name string) []Pale {
	found := l.find(name)
	var pale []Pale
	for _, ground := range []struct {
		c     color.Color
		light bool
		other Background
	}{{color.Black, false, Light}, {color.White, true, Dark}} {
		if found.background == ground.other {
			continue
		}
		worn := l.New(name, Terminal{Light: ground.light})
		for token := range tokens {
			c := worn.Foreground(token)
			if _, users := c.(ansi.BasicColor); c == nil || users || token == Border || !found.said[token].coloured {
				continue
			}
			if ratio := contrast(c, ground.c); ratio < legible {
				pale = append(pale, Pale{keys[token], ratio, ground.light})
			}
		}
	}
	return pale
}

// contrast is the contrast ratio of WCAG 2.2, from 1 to 21.
func contrast(a, b color.Color) float64 {
	x, y := luminance(a), luminance(b)
	return (math.Max(x, y) + 0.05) / (math.Min(x, y) + 0.05)
}

// luminance is the relative luminance of WCAG 2.2, from 0 to 1.
func luminance(c color.Color) float64 {
	l := linear(c)
	return 0.2126*l[0] + 0.7152*l[1] + 0.0722*l[2]
}

// linear is the light of a colour in sRGB: red, green and blue from 0 to 1.
func linear(c color.Color) [3]float64 {
	r, g, b, _ := c.RGBA()
	var light [3]float64
	for i, v := range [3]uint32{r, g, b} {
		s := float64(v) / 0xffff
		if light[i] = s / 12.92; s > 0.04045 {
			light[i] = math.Pow((s+0.055)/1.055, 2.4)
		}
	}
	return light
}
