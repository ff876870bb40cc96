package ui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"warroom/theme"
)

// face is one size of block letters.
type face struct {
	height int               // dots
	glyphs map[rune][]string // by character: its lines of dots, # and .
}

// has says whether every character of a text can be set.
func (f *face) has(text string) bool {
	for _, char := range text {
		if char != ' ' && f.glyphs[char] == nil {
			return false
		}
	}
	return true
}

// lines is a text as lines of dots, each character a dot apart from the next. What
// the face does not have is left out.
func (f *face) lines(text string) []string {
	lines := make([]string, f.height)
	for i, char := range []rune(text) {
		glyph := f.glyphs[char]
		for y := range lines {
			if i > 0 {
				lines[y] += "."
			}
			switch {
			case glyph != nil:
				lines[y] += glyph[y]
			case char == ' ':
				lines[y] += strings.Repeat(".", f.height/2)
			}
		}
	}
	return lines
}

// block is a piece of the wall: painted lines of width cells each.
type block struct {
	width int
	lines []string
}

// big sets a text in block letters, each dot so many dots wide and high.
func (p *pen) big(f *face, scale int, token theme.Token, text string) block {
	dots := f.lines(text)
	b := block{width: scale * len(dots[0])}
	style := &p.marks.Block
	rows := (scale*f.height + style.Down - 1) / style.Down
	for row := range rows {
		var line strings.Builder
		for x := range b.width {
			bits := 0
			for down := range style.Down {
				y := (row*style.Down + down) / scale
				if y < f.height && dots[y][x/scale] == '#' {
					bits |= 1 << (style.Down - 1 - down)
				}
			}
			line.WriteString(style.Glyph(bits))
		}
		b.lines = append(b.lines, p.theme.Paint(token, line.String()))
	}
	return b
}

// bigRows is how many rows of cells a face takes up.
func (p *pen) bigRows(f *face) int {
	return (f.height + p.marks.Block.Down - 1) / p.marks.Block.Down
}

// bigWrapped sets a text in block letters in as many lines as it needs for a width, with
// a row between them. ok is false if a word is too wide.
func (p *pen) bigWrapped(f *face, token theme.Token, text string, width int) (b block, ok bool) {
	var line string
	set := func() {
		if line != "" {
			b = under(b, p.big(f, 1, token, line))
		}
	}
	for _, word := range strings.Fields(text) {
		if len(f.lines(word)[0]) > width {
			return block{}, false
		}
		longer := strings.TrimSpace(line + " " + word)
		if len(f.lines(longer)[0]) > width {
			set()
			longer = word
		}
		line = longer
	}
	set()
	return b, true
}

// words is painted text as a block of one line.
func (p *pen) words(token theme.Token, text string) block {
	return block{width: ansi.StringWidth(text), lines: []string{p.theme.Paint(token, text)}}
}

// beside puts blocks side by side, with a gap between them, aligned at the top.
func beside(gap int, blocks ...block) block {
	var out block
	for i, b := range blocks {
		if i > 0 {
			out.width += gap
		}
		for y := range max(len(out.lines), len(b.lines)) {
			if y == len(out.lines) {
				out.lines = append(out.lines, "")
			}
			if y < len(b.lines) {
				out.lines[y] = pad(out.lines[y], out.width) + b.lines[y]
			}
		}
		out.width += b.width
	}
	for y := range out.lines {
		out.lines[y] = pad(out.lines[y], out.width)
	}
	return out
}

// under puts one block under another, with an empty row between them.
func under(above, below block) block {
	if len(above.lines) == 0 {
		return below
	}
	out := block{width: max(above.width, below.width)}
	for _, line := range append(append(append([]string{}, above.lines...), ""), below.lines...) {
		out.lines = append(out.lines, pad(line, out.width))
	}
	return out
}

// apart puts two blocks at the ends of a width. Where there is no room for both, only
// the left one stays.
func apart(width int, left, right block) []string {
	if left.width+1+right.width > width {
		right = block{}
	}
	return beside(max(0, width-left.width-right.width), left, right).lines
}
