package theme

// palette is what a theme says about each token, in the words of a look.
type palette [tokens]string

// looks is a palette that has been read.
type looks [tokens]look

// parents are the tokens that have the colour of another one unless a theme says
// something else.
var parents = map[Token]Token{Stale: Muted, Frozen: Accent, Match: Accent, Unseen: Accent, Pending: Muted}

// shapes is what the themes with colours have in common.
var shapes = palette{
	Strong: "bold", Accent: "bold", Critical: "bold", Stale: "italic", Selected: "reverse", Badge: "bold reverse",
	Drill: "bold reverse", Frozen: "bold reverse", Match: "bold underline", Unseen: "bold",
	Pending: "italic", Past: "bold reverse",
}

// builtin is a theme that comes along. Where it follows the terminal, it has two
// palettes.
type builtin struct {
	name        string
	background  Background
	dark, light palette
}

// builtins are the themes that come along, in the order in which they are listed.
//
// Text has a contrast of 4.5:1 or more, and of 7:1 in high-contrast, on the
// backgrounds that the test of contrast lists; frames have 3:1, as WCAG 2.2 asks of
// what is no text (1.4.11), and 4.5:1 in high-contrast.
//
// Terminals with 16 colours are measured with xterm's. On white, only its black,
// red, blue and magenta can be read, so there is no yellow and no green; at 7:1
// only black and blue are left, and on black no red.
var builtins = []builtin{
	{name: Auto, dark: dark, light: light},
	{name: "dark", background: Dark, dark: dark},
	{name: "light", background: Light, light: light},
	{
		name: "high-contrast",
		dark: palette{
			Muted: "#c9d1d9 252 white", Accent: "#79c0ff 117 bright-cyan", Critical: "#ffa198 217 bright-yellow",
			Warning: "#f0b72f 221 bright-white bold", OK: "#4ae168 84 bright-green", Unknown: "#d2a8ff 183 bright-cyan",
			Border: "#9ea7b3 250 white", Drill: "#ff9bce 218 bright-white", Past: "#7ee7e7 123 white",
		},
		light: palette{
			Muted: "#424a53 238 black", Accent: "#0349b4 18 blue", Critical: "#a0111f 88 blue",
			Warning: "#6e4600 90 black bold", OK: "#055d20 22 black", Unknown: "#622cbc 55 blue",
			Border: "#66707b 241 black", Drill: "#971368 89 black", Past: "#004d57 17 black",
		},
	},
	{
		// The eight colours of Okabe and Ito, made known by Wong, Points of view: Color
		// blindness, Nature Methods 8, 441 (2011); vermillion and others lighter on dark
		// and darker on light, so that they can be read as text. Good is blue.
		name: "colour-blind",
		dark: palette{
			Muted: "#9a9a9a 247 white", Accent: "#2fbf93 36 bright-white", Critical: "#f17521 202 bright-red",
			Warning: "#f0e442 221 bright-yellow", OK: "#56b4e9 74 bright-cyan", Unknown: "#ffffff 231 bright-magenta",
			Border: "#767676 243 bright-black", Drill: "#cc79a7 175 bright-magenta", Past: "#e69f00 178 white",
		},
		light: palette{
			Muted: "#6b6b6b 242 black", Accent: "#00704f 23 blue", Critical: "#b34700 124 red",
			Warning: "#5e1f47 53 magenta", OK: "#0072b2 25 blue", Unknown: "#000000 16 black",
			Border: "#8a8a8a 245 bright-black", Drill: "#8a5a00 94 black", Past: "#5b4b00 58 black",
		},
	},
	{
		// The user's own palette rules: names alone, on every terminal. Frames are faint
		// and not bright-black, which is the background itself in some palettes.
		name: "ansi16",
		dark: palette{
			Muted: "white", Accent: "bright-cyan", Critical: "bright-red", Warning: "bright-yellow",
			OK: "bright-green", Unknown: "bright-magenta", Border: "default faint", Drill: "bright-magenta", Past: "white",
		},
		light: palette{
			Muted: "default", Accent: "blue", Critical: "red", Warning: "magenta",
			OK: "blue", Unknown: "black", Border: "default faint", Drill: "magenta", Past: "black",
		},
	},
	{name: "mono", dark: mono, light: mono},
}

var (
	dark = palette{
		Muted: "#8b949e 247 white", Accent: "#58a6ff 75 bright-cyan", Critical: "#ff7b72 203 bright-red",
		Warning: "#e3b341 221 bright-yellow", OK: "#56d364 77 bright-green", Unknown: "#bc8cff 141 bright-magenta",
		Border: "#6e7681 243 bright-black", Drill: "#f778ba 212 bright-magenta", Past: "#39c5cf 80 white",
	}
	light = palette{
		Muted: "#57606a 241 black", Accent: "#0969da 26 blue", Critical: "#cf222e 160 red",
		Warning: "#8a5a00 94 magenta", OK: "#1a7f37 22 blue", Unknown: "#8250df 91 black",
		Border: "#848d97 245 bright-black", Drill: "#bf3989 126 magenta", Past: "#0b6b75 23 black",
	}
	// mono is worn by every theme where there are no colours. Nothing but the row under
	// the cursor and the badges is in reverse video, and no state is underlined: the
	// lines of charts are drawn in the looks of states.
	mono = palette{
		Muted: "faint", Strong: "bold", Accent: "bold", Critical: "bold", Warning: "bold italic", OK: "plain",
		Unknown: "italic", Stale: "faint italic", Border: "faint", Selected: "reverse", Badge: "bold reverse",
		Drill: "bold reverse", Frozen: "bold reverse", Match: "underline", Unseen: "bold underline",
		Pending: "faint italic", Past: "bold reverse",
	}
)

// read puts a palette over looks. What is not said stays.
func (l *looks) read(p *palette) {
	for token, text := range p {
		if text != "" {
			said, _, _ := parse(text) // a test reads every palette
			l[token] = said.over(l[token])
		}
	}
}

// inherit gives the colours of the parents.
func (l *looks) inherit() {
	for token, parent := range parents {
		if !l[token].coloured {
			l[token].coloured, l[token].colours = l[parent].coloured, l[parent].colours
		}
	}
}
