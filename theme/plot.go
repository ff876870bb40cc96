package theme

// Plot is a way of drawing a chart with characters: each cell stands for a grid of
// dots. The zero value is not usable; take one of the variables.
type Plot struct {
	Name         string
	Across, Down int  // dots in a cell
	Bars         bool // readings are drawn as bars from the ground, not as a line
	glyphs       []string
}

// The ways of drawing, finest first.
var (
	Braille = Plot{Name: "braille", Across: 2, Down: 4, glyphs: braille()}
	Blocks  = Plot{Name: "blocks", Across: 1, Down: 8, Bars: true, glyphs: stacked(" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█")}
	Plain   = Plot{Name: "ascii", Across: 1, Down: 3, Bars: true, glyphs: stacked(" ", ".", ":", "#")}
)

// The ways of setting block letters. Half a cell is about as high as wide.
var (
	HalfBlocks = Plot{Name: "half blocks", Across: 1, Down: 2, glyphs: []string{" ", "▄", "▀", "█"}}
	Hashes     = Plot{Name: "hashes", Across: 1, Down: 1, glyphs: []string{" ", "#"}}
)

// PlotNamed finds a way of drawing by its name.
func PlotNamed(name string) (plot Plot, ok bool) {
	for _, plot := range []Plot{Braille, Blocks, Plain} {
		if plot.Name == name {
			return plot, true
		}
	}
	return Plot{}, false
}

// Glyph is the character for a cell's dots, given as bits: the lowest row first, in
// a row the left dot before the right one.
func (p *Plot) Glyph(bits int) string { return p.glyphs[bits] }

// brailleDots is the Unicode bit of each dot, in the order of Glyph's bits.
// Source: Unicode 16.0, block Braille Patterns: dots 1 to 8 are bits 0 to 7, and
// stand 1 2 3 7 down the left side, 4 5 6 8 down the right.
var brailleDots = [8]rune{0x40, 0x80, 0x04, 0x20, 0x02, 0x10, 0x01, 0x08}

func braille() []string {
	glyphs := make([]string, 1<<len(brailleDots))
	for bits := range glyphs {
		char := rune(0x2800)
		for i, dot := range brailleDots {
			if bits&(1<<i) != 0 {
				char |= dot
			}
		}
		glyphs[bits] = string(char)
	}
	return glyphs
}

// stacked maps the dots of a cell one dot wide to how high they reach.
func stacked(levels ...string) []string {
	rows := len(levels) - 1
	glyphs := make([]string, 1<<rows)
	for bits := range glyphs {
		for row := range rows {
			if bits&(1<<row) != 0 {
				glyphs[bits] = levels[row+1]
			}
		}
		if bits == 0 {
			glyphs[bits] = levels[0]
		}
	}
	return glyphs
}
