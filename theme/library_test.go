package theme

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
)

var (
	allProfiles = []colorprofile.Profile{
		colorprofile.Unknown, colorprofile.NoTTY, colorprofile.ASCII, colorprofile.ANSI, colorprofile.ANSI256, colorprofile.TrueColor,
	}
	anyColour    = regexp.MustCompile(`[\[;](3[0-8]|4[0-8]|9[0-7]|10[0-7])[;m]`)
	onlyShape    = regexp.MustCompile(`^(\x1b\[[1-7](;[1-7])*m)?$`)
	onlyUsers    = regexp.MustCompile(`^(\x1b\[([1-7]|3[0-7]|9[0-7])(;([1-7]|3[0-7]|9[0-7]))*m)?$`)
	noTrueColour = regexp.MustCompile(`^[^m]*[\[;]38;2;`)
)

func TestEveryThemeKeepsToWhatItsTerminalHas(t *testing.T) {
	for _, name := range (Library{}).Names() {
		for _, light := range []bool{false, true} {
			for _, profile := range allProfiles {
				worn := Library{}.New(name, Terminal{light, profile})
				colours := 0
				for token := range tokens {
					open := worn.Open(token)
					switch {
					case name == "mono" || profile == colorprofile.ASCII || profile == colorprofile.NoTTY:
						if !onlyShape.MatchString(open) {
							t.Errorf("%s (%s): %s is %q, which has a colour", name, profile, keys[token], open)
						}
					case name == "ansi16" || profile == colorprofile.ANSI:
						if !onlyUsers.MatchString(open) {
							t.Errorf("%s (%s): %s is %q, which is not one of the user's 16 colours", name, profile, keys[token], open)
						}
					case profile == colorprofile.ANSI256 && noTrueColour.MatchString(open):
						t.Errorf("%s (%s): %s is %q", name, profile, keys[token], open)
					}
					if anyColour.MatchString(open) {
						colours++
					}
				}
				if want := name != "mono" && profile != colorprofile.ASCII && profile != colorprofile.NoTTY; want != (colours > 5) {
					t.Errorf("%s (%s) has %d colours", name, profile, colours)
				}
			}
		}
	}
}

func TestAutoFollowsTheBackgroundAndNamesOverrideIt(t *testing.T) {
	for _, c := range []struct {
		name  string
		light bool
		want  string
		lit   bool
	}{
		{Auto, false, "dark", false}, {Auto, true, "light", true}, {"dark", true, "dark", false}, {"light", false, "light", true},
		{"colour-blind", false, "colour-blind", false}, {"colour-blind", true, "colour-blind", true},
		{"high-contrast", true, "high-contrast", true}, {"nothing like it", true, "light", true}, {"", false, "dark", false},
	} {
		if got := (Library{}).New(c.name, Terminal{Light: c.light}); got.Name != c.want || got.Light != c.lit {
			t.Errorf("%q on a background that is light, %v, is %s, light %v", c.name, c.light, got.Name, got.Light)
		}
	}
	if a, b := (Library{}).New("colour-blind", Terminal{}), (Library{}).New("colour-blind", Terminal{Light: true}); a.Open(Critical) == b.Open(Critical) {
		t.Error("colour-blind does not follow the background")
	}
}

func with(t *testing.T, own Own) Library {
	t.Helper()
	library, err := Library{}.With(own)
	if err != nil {
		t.Fatal(err)
	}
	return library
}

func TestAnOwnThemeTakesTheRestFromItsBase(t *testing.T) {
	library := with(t, Own{Name: "mine", Base: "light", Looks: map[string]string{"accent": "#123456", "critical": "plain", "muted": "default", "border": "bold"}})
	mine, base := library.New("mine", Terminal{}), library.New("light", Terminal{})
	for token := range tokens {
		switch token {
		case Accent, Critical, Muted, Border, Stale, Frozen, Match, Unseen, Pending:
		default:
			if mine.Open(token) != base.Open(token) {
				t.Errorf("%s is %q, and %q in the base", keys[token], mine.Open(token), base.Open(token))
			}
		}
	}
	for token, want := range map[Token]string{
		Accent:   "\x1b[1;38;2;18;52;86m",
		Match:    "\x1b[1;4;38;2;18;52;86;4m", // has the colour of accent; lipgloss underlines twice
		Frozen:   "\x1b[1;7;38;2;18;52;86m",
		Unseen:   "\x1b[1;38;2;18;52;86m",
		Critical: "\x1b[38;2;207;34;46m",
		Muted:    "",
		Stale:    "\x1b[3m", // has the colour of muted
		Border:   "\x1b[1;38;2;132;141;151m",
	} {
		if got := mine.Open(token); got != want {
			t.Errorf("%s is %q, want %q", keys[token], got, want)
		}
	}
	if mine.Name != "mine" || !mine.Light {
		t.Errorf("%s, light %v", mine.Name, mine.Light)
	}
}

func TestAnOwnThemeIsMadeForABackground(t *testing.T) {
	for _, c := range []struct {
		own   Own
		light bool
		want  string // whose critical it has
		lit   bool
	}{
		{Own{Base: "colour-blind"}, true, "colour-blind", true},
		{Own{Base: "colour-blind", Background: Dark}, true, "colour-blind", false},
		{Own{Base: "colour-blind", Background: Light}, false, "colour-blind", true},
		{Own{}, true, "light", true},
		{Own{Base: "dark", Background: Light}, false, "dark", true},
	} {
		c.own.Name = "mine"
		library := with(t, c.own)
		mine := library.New("mine", Terminal{Light: c.light})
		if want := library.New(c.want, Terminal{Light: c.lit}); mine.Light != c.lit || mine.Open(Critical) != want.Open(Critical) {
			t.Errorf("%+v: light %v, critical %q, want %v and that of %s", c.own, mine.Light, mine.Open(Critical), c.lit, c.want)
		}
	}
}

func TestWithoutColourTheStylesOfAnOwnThemeStay(t *testing.T) {
	library := with(t, Own{Name: "mine", Base: "dark", Looks: map[string]string{"critical": "#ff0000 underline", "warning": "#ffff00"}})
	mine, bare := library.New("mine", Terminal{Profile: colorprofile.ASCII}), library.New("mono", Terminal{})
	if got := mine.Open(Critical); got != "\x1b[4;4m" {
		t.Errorf("critical is %q", got)
	}
	if got := mine.Open(Warning); got != bare.Open(Warning) {
		t.Errorf("warning is %q, and %q in mono", got, bare.Open(Warning))
	}
}

func TestALibraryThatIsAddedToStaysAsItWas(t *testing.T) {
	var none Library
	if names := none.Names(); names[0] != Auto || len(names) != 7 {
		t.Errorf("there are %v", names)
	}
	one := with(t, Own{Name: "one"})
	grown := one
	for _, name := range []string{"a", "b", "c", "d"} { // more than fits, and then less
		more, err := grown.With(Own{Name: name})
		if err != nil {
			t.Fatal(err)
		}
		two, err := grown.With(Own{Name: "two"})
		if err != nil {
			t.Fatal(err)
		}
		if grown.Known("two") || !two.Known("two") || two.Known(name) || !more.Known(name) || more.Known("two") || !more.Known("one") {
			t.Errorf("%v, %v, %v", grown.Names(), more.Names(), two.Names())
		}
		grown = more
	}
	if none.Known("one") || one.Known("a") {
		t.Errorf("%v, %v", none.Names(), one.Names())
	}
	if names := grown.Names(); !slices.Equal(names[len(names)-5:], []string{"one", "a", "b", "c", "d"}) {
		t.Errorf("own themes come last: %v", names)
	}
}

func TestOwnThemesThatCannotBe(t *testing.T) {
	for _, c := range []struct {
		own  Own
		want string
	}{
		{Own{Name: "dark"}, `there is a theme "dark" already`},
		{Own{}, `there is a theme "" already`},
		{Own{Name: "mine", Base: "theirs"}, `mine: there is no theme "theirs" to begin from`},
		{Own{Name: "mine", Looks: map[string]string{"text": "red"}}, `mine: there is no key "text"`},
		{Own{Name: "mine", Looks: map[string]string{"": "red"}}, `mine: there is no key ""`},
		{Own{Name: "mine", Looks: map[string]string{"ok": "gren"}}, `mine: ok: there is no colour or style "gren"`},
	} {
		if library, err := (Library{}).With(c.own); err == nil || !strings.HasPrefix(err.Error(), c.want) || library.Known("mine") {
			t.Errorf("%+v: %v, want %s", c.own, err, c.want)
		}
	}
}

func TestEverySeamIsFound(t *testing.T) {
	for open, want := range map[string]bool{
		"": true, "\x1b[1m": true, "\x1b[1;7m": true, "\x1b[31m": false, "\x1b[1;38;5;9m": false, "\x1b[38;2;1;2;3m": false, "\x1b[1;97m": false,
	} {
		if onlyShape.MatchString(open) != want || anyColour.MatchString(open) == want {
			t.Errorf("%q is taken for the wrong thing", open)
		}
	}
	for open, want := range map[string]bool{"\x1b[1;31m": true, "\x1b[97m": true, "\x1b[38;5;9m": false, "\x1b[41m": false, "\x1b[1;38;2;1;2;3m": false} {
		if onlyUsers.MatchString(open) != want {
			t.Errorf("%q is taken for the wrong thing", open)
		}
	}
}
