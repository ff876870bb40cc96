package theme

import (
	"fmt"
	"slices"

	"github.com/charmbracelet/colorprofile"
)

// Auto is the theme that follows the terminal's background.
const Auto = "auto"

// Background is what a theme is made for.
type Background int

// Follow is for themes that have colours for both.
const (
	Follow Background = iota
	Dark
	Light
)

// Terminal is what a theme must look good on. The zero value is a dark terminal of
// which nothing more is known; it is taken to have all colours.
type Terminal struct {
	Light   bool
	Profile colorprofile.Profile
}

// Own is a theme that somebody wrote. What it does not say comes from its base.
type Own struct {
	Name       string
	Base       string            // a theme that comes along; Auto if empty
	Background Background        // the base's if Follow
	Looks      map[string]string // by key, in the words of a theme file; see Keys and Mistake
}

// Library is every theme that can be asked for by name. The zero value has those
// that come along. Immutable; safe for concurrent use.
type Library struct{ own []ownTheme }

type ownTheme struct {
	name       string
	base       *builtin
	background Background
	said       looks
}

// Names lists what can be asked for by name: Auto first, own themes last.
func (l Library) Names() []string {
	var names []string
	for i := range builtins {
		names = append(names, builtins[i].name)
	}
	for i := range l.own {
		names = append(names, l.own[i].name)
	}
	return names
}

// Known reports whether there is a theme of that name.
func (l Library) Known(name string) bool { return slices.Contains(l.Names(), name) }

// With is the library and one more theme. The error says what of it cannot be.
func (l Library) With(own Own) (Library, error) {
	if own.Name == "" || l.Known(own.Name) {
		return l, fmt.Errorf("there is a theme %q already; choose another name", own.Name)
	}
	if own.Base == "" {
		own.Base = Auto
	}
	base := comesAlong(own.Base)
	if base == nil {
		return l, fmt.Errorf("%s: there is no theme %q to begin from", own.Name, own.Base)
	}
	added := ownTheme{name: own.Name, base: base, background: own.Background}
	if added.background == Follow {
		added.background = base.background
	}
	for key, text := range own.Looks {
		token := slices.Index(keys[:], key)
		if token <= int(Text) {
			return l, fmt.Errorf("%s: there is no key %q", own.Name, key)
		}
		said, _, wrong := parse(text)
		if wrong != "" {
			return l, fmt.Errorf("%s: %s: %s", own.Name, key, wrong)
		}
		added.said[token] = said
	}
	return Library{append(slices.Clip(l.own), added)}, nil
}

// New makes the named theme for a terminal. An unknown name is Auto. Without colours
// every theme looks like mono, with the styles of an own theme over it.
func (l Library) New(name string, on Terminal) *Theme {
	found := l.find(name)
	profile := on.Profile
	if profile == colorprofile.Unknown {
		profile = colorprofile.TrueColor
	}
	lit := found.background == Light || found.background == Follow && on.Light
	if found.name == Auto {
		found.name = map[bool]string{false: "dark", true: "light"}[lit]
	}
	worn := found.base.looks(lit, profile <= colorprofile.ASCII)
	for token := range worn {
		worn[token] = found.said[token].over(worn[token])
	}
	worn.inherit()
	return build(found.name, lit, worn, profile)
}

func (l Library) find(name string) ownTheme {
	for i := range l.own {
		if l.own[i].name == name {
			return l.own[i]
		}
	}
	base := comesAlong(name)
	if base == nil {
		base = comesAlong(Auto)
	}
	return ownTheme{name: base.name, base: base, background: base.background}
}

func comesAlong(name string) *builtin {
	for i := range builtins {
		if builtins[i].name == name {
			return &builtins[i]
		}
	}
	return nil
}

// looks is what a theme that comes along looks like on one background. One that is
// made for the other background has its own colours there, too.
func (b *builtin) looks(lit, colourless bool) *looks {
	own := &b.dark
	if b.background == Light || lit && b.background == Follow {
		own = &b.light
	}
	if colourless {
		own = &mono
	}
	l := new(looks)
	l.read(&shapes)
	l.read(own)
	return l
}
