package theme

import (
	"fmt"
	"image/color"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

// look is how one token is drawn, as far as it is said. It is written as words, in
// the palettes here and in theme files alike:
//
//	#ff7b72 203 bright-red bold
//	│       │   │          └ bold, faint, italic, underline, reverse; plain is none of them
//	│       │   └ for terminals with 16 colours: a name, or 0 to 15
//	│       └ for terminals with 256 colours: 16 to 255
//	└ for terminals with all colours; default, alone, is the terminal's own
//
// A terminal for which no colour is said takes the nearest of the next one.
type look struct {
	coloured bool // colours are said; all may be nil, for the terminal's own
	colours  [depths]color.Color
	shaped   bool // a shape is said; it may be none
	shape    shape
}

// depth is how many colours a terminal has.
type depth int

const (
	trueColour depth = iota // 16 million
	colours256              // the fixed ones, 16 to 255
	colours16               // the ones that each user can choose
	depths
)

// forTerminals ends a sentence about a colour of each depth.
var forTerminals = [depths]string{"all colours", "256 colours", "16 colours"}

// shape is what there is beside colour: a set of the bits below.
type shape uint

const (
	bold shape = 1 << iota
	faint
	italic
	underline
	reverse
)

// shapeWords is in the order in which a mistake lists them.
var shapeWords = []string{"bold", "faint", "italic", "underline", "reverse"}

// Two words that take away what the base has.
const (
	defaultWord = "default" // no colour: the terminal's own
	plainWord   = "plain"   // no shape
)

// colourWords are the names of the 16 colours, in the order of ECMA-48 and of its
// bright extension.
var colourWords = strings.Fields(`black red green yellow blue magenta cyan white
	bright-black bright-red bright-green bright-yellow bright-blue bright-magenta bright-cyan bright-white`)

// Words lists the words that a look may be made of, beside #rrggbb and 0 to 255.
func Words() []string {
	return slices.Concat(colourWords, []string{defaultWord}, shapeWords, []string{plainWord})
}

var (
	hexPattern   = regexp.MustCompile(`^#[0-9A-Fa-f]{6}$`)
	shortPattern = regexp.MustCompile(`^#[0-9A-Fa-f]{3}$`)
	barePattern  = regexp.MustCompile(`^[0-9A-Fa-f]{6}$`)
)

// Mistake says in words what is wrong with a look, or "". unknown is a word of it
// that does not exist; the one that was meant may be among Words.
func Mistake(text string) (unknown, wrong string) {
	_, unknown, wrong = parse(text)
	return unknown, wrong
}

func parse(text string) (l look, unknown, wrong string) {
	words := strings.Fields(text)
	if len(words) == 0 {
		return l, "", `it is empty; write a colour such as "#ff7b72" or bright-red, or a style such as bold`
	}
	own, plain := false, false
	for _, word := range words {
		c, at, found, wrong := colourOf(word)
		switch i := slices.Index(shapeWords, word); {
		case wrong != "":
			return l, "", wrong
		case found && l.colours[at] != nil:
			return l, "", fmt.Sprintf("there are two colours for terminals with %s; keep one", forTerminals[at])
		case found:
			l.coloured, l.colours[at] = true, c
		case i >= 0:
			l.shaped, l.shape = true, l.shape|1<<i
		case word == defaultWord:
			l.coloured, own = true, true
		case word == plainWord:
			l.shaped, plain = true, true
		default:
			return l, word, fmt.Sprintf("there is no colour or style %q", word)
		}
	}
	switch {
	case own && l.colours != [depths]color.Color{}:
		return l, "", "default is the terminal's own colour, so no other stands beside it; keep one"
	case plain && l.shape != 0:
		return l, "", "plain takes every style away, so no style stands beside it; keep one"
	}
	return l, "", ""
}

// colourOf reads one word as a colour. wrong is for what was to be one and is none.
func colourOf(word string) (c color.Color, at depth, found bool, wrong string) {
	if i := slices.Index(colourWords, word); i >= 0 {
		return ansi.BasicColor(i), colours16, true, ""
	}
	number, err := strconv.Atoi(word)
	switch {
	case hexPattern.MatchString(word):
		return lipgloss.Color(word), trueColour, true, ""
	case shortPattern.MatchString(word):
		double := []byte{'#', word[1], word[1], word[2], word[2], word[3], word[3]}
		return nil, 0, false, fmt.Sprintf("%q is too short; write %q", word, double)
	case strings.HasPrefix(word, "#"):
		return nil, 0, false, fmt.Sprintf(`%q is not a colour; write # and six digits of 0 to 9 and a to f, such as "#ff7b72"`, word)
	case barePattern.MatchString(word):
		return nil, 0, false, fmt.Sprintf("%q is not a colour; write %q, in quotes", word, "#"+word)
	case err != nil:
		return nil, 0, false, ""
	case number < 0 || number > 255:
		return nil, 0, false, fmt.Sprintf("there is no colour %s; they are numbered 0 to 255", word)
	case number < len(colourWords):
		return ansi.BasicColor(number), colours16, true, ""
	}
	return ansi.IndexedColor(number), colours256, true, ""
}

// over is what l says, and of what it does not say, what base says.
func (l look) over(base look) look {
	if l.coloured {
		base.coloured, base.colours = true, l.colours
	}
	if l.shaped {
		base.shaped, base.shape = true, l.shape
	}
	return base
}

// choice is the order in which a terminal takes the colours that are said.
var choice = map[colorprofile.Profile][depths]depth{
	colorprofile.TrueColor: {trueColour, colours256, colours16},
	colorprofile.ANSI256:   {colours256, trueColour, colours16},
	colorprofile.ANSI:      {colours16, colours256, trueColour},
}

// colour is the one for a terminal, or nil for its own. The nearest one is what the
// renderer would take, too: https://github.com/charmbracelet/colorprofile.
func (l look) colour(profile colorprofile.Profile) color.Color {
	order, coloured := choice[profile]
	if !coloured {
		return nil
	}
	for _, at := range order {
		if c := l.colours[at]; c != nil {
			return profile.Convert(c)
		}
	}
	return nil
}

func (l look) style(profile colorprofile.Profile) lipgloss.Style {
	style := lipgloss.NewStyle()
	if c := l.colour(profile); c != nil {
		style = style.Foreground(c)
	}
	for _, s := range []struct {
		bit shape
		put func(lipgloss.Style, bool) lipgloss.Style
	}{
		{bold, lipgloss.Style.Bold}, {faint, lipgloss.Style.Faint}, {italic, lipgloss.Style.Italic},
		{underline, lipgloss.Style.Underline}, {reverse, lipgloss.Style.Reverse},
	} {
		if l.shape&s.bit != 0 {
			style = s.put(style, true)
		}
	}
	return style
}
