package theme

import (
	"fmt"
	"image/color"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

// coloured is every kind of terminal that has colours.
var coloured = []colorprofile.Profile{colorprofile.TrueColor, colorprofile.ANSI256, colorprofile.ANSI}

// garment is a theme as it is worn on one terminal.
type garment struct {
	*Theme
	profile colorprofile.Profile
}

func (g garment) String() string {
	return fmt.Sprintf("%s on %s (%s)", g.Name, map[bool]string{false: "dark", true: "light"}[g.Light], g.profile)
}

// everyGarment is each theme that comes along on each terminal it is made for.
func everyGarment() (all []garment) {
	for i := range builtins {
		for _, light := range []bool{false, true} {
			if b := builtins[i].background; b == Dark && light || b == Light && !light {
				continue
			}
			for _, profile := range coloured {
				all = append(all, garment{Library{}.New(builtins[i].name, Terminal{light, profile}), profile})
			}
		}
	}
	return all
}

// sewn is a theme of a palette that does not come along.
func sewn(name string, light bool, profile colorprofile.Profile, p palette) garment {
	l := new(looks)
	l.read(&shapes)
	l.read(&p)
	l.inherit()
	return garment{build(name, light, l, profile), profile}
}

// xterm is the 16 colours as xterm has them unless its user says otherwise. Source:
// XTerm-col.ad of xterm 390. The others are fixed.
var xterm = [16]color.RGBA{
	{0x00, 0x00, 0x00, 0xff}, {0xcd, 0x00, 0x00, 0xff}, {0x00, 0xcd, 0x00, 0xff}, {0xcd, 0xcd, 0x00, 0xff},
	{0x00, 0x00, 0xee, 0xff}, {0xcd, 0x00, 0xcd, 0xff}, {0x00, 0xcd, 0xcd, 0xff}, {0xe5, 0xe5, 0xe5, 0xff},
	{0x7f, 0x7f, 0x7f, 0xff}, {0xff, 0x00, 0x00, 0xff}, {0x00, 0xff, 0x00, 0xff}, {0xff, 0xff, 0x00, 0xff},
	{0x5c, 0x5c, 0xff, 0xff}, {0xff, 0x00, 0xff, 0xff}, {0x00, 0xff, 0xff, 0xff}, {0xff, 0xff, 0xff, 0xff},
}

// seen is the colour that a token has on the screen after the renderer has fitted it
// to the terminal. own says that it is the terminal's own, taken to be black or white.
func (g garment) seen(token Token) (c color.Color, own bool) {
	c = g.Foreground(token)
	if c != nil {
		c = g.profile.Convert(c)
	}
	basic, isBasic := c.(ansi.BasicColor)
	switch {
	case isBasic:
		return xterm[basic], false
	case c != nil:
		return c, false
	case g.Light:
		return color.Black, true
	}
	return color.White, true
}

// users says whether a token has one of the 16 colours, or none.
func (g garment) users(token Token) bool {
	c := g.Foreground(token)
	_, basic := c.(ansi.BasicColor)
	return c == nil || basic
}

// shapeOf is how a token is drawn but for its colour.
func (g garment) shapeOf(token Token) (s shape) {
	style := g.Style(token)
	for bit, on := range map[shape]bool{
		bold: style.GetBold(), faint: style.GetFaint(), italic: style.GetItalic(), underline: style.GetUnderline(), reverse: style.GetReverse(),
	} {
		if on {
			s |= bit
		}
	}
	return s
}
