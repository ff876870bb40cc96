package ui

import (
	"strings"

	"warroom/theme"
)

// canvas is a chart's area while it is drawn: dots finer than a cell, and what each
// cell means. Dots are counted from the lower left.
type canvas struct {
	width, height int // cells
	style         theme.Plot
	dots          []bool // across, then down; the finer grid of the style
	tokens        []theme.Token
	glyphs        []string // what stands in a cell by itself; "" where dots speak
}

func newCanvas(width, height int, style theme.Plot) *canvas {
	c := &canvas{width: width, height: height, style: style}
	c.dots = make([]bool, c.across()*c.down())
	c.tokens = make([]theme.Token, width*height)
	c.glyphs = make([]string, width*height)
	return c
}

func (c *canvas) across() int { return c.width * c.style.Across }
func (c *canvas) down() int   { return c.height * c.style.Down }

// set puts a dot, x from the left and y from the bottom, in a token.
func (c *canvas) set(x, y int, token theme.Token) {
	if x < 0 || y < 0 || x >= c.across() || y >= c.down() {
		return
	}
	c.dots[y*c.across()+x] = true
	cell := c.cell(x/c.style.Across, y/c.style.Down)
	if c.tokens[cell] != theme.Critical { // what is bad is not painted over
		c.tokens[cell] = token
	}
}

// cell is the index of a cell, row counted from the bottom.
func (c *canvas) cell(column, row int) int { return row*c.width + column }

// line joins two dots, both included.
func (c *canvas) line(x0, y0, x1, y1 int, token func(y int) theme.Token) {
	dx, dy := abs(x1-x0), -abs(y1-y0)
	stepX, stepY := sign(x1-x0), sign(y1-y0)
	for slip := dx + dy; ; {
		c.set(x0, y0, token(y0))
		if x0 == x1 && y0 == y1 {
			return
		}
		twice := 2 * slip
		if twice >= dy {
			slip += dy
			x0 += stepX
		}
		if twice <= dx {
			slip += dx
			y0 += stepY
		}
	}
}

// bar fills a column of dots from the bottom.
func (c *canvas) bar(x, y int, token func(y int) theme.Token) {
	for at := 0; at <= y; at++ {
		c.set(x, at, token(y))
	}
}

// put puts a glyph where no dot is.
func (c *canvas) put(column, row int, glyph string, token theme.Token) {
	if column < 0 || row < 0 || column >= c.width || row >= c.height {
		return
	}
	cell := c.cell(column, row)
	if c.pattern(column, row) == 0 {
		c.glyphs[cell], c.tokens[cell] = glyph, token
	}
}

// pattern is the dots of a cell as bits: the lowest row first, left before right.
func (c *canvas) pattern(column, row int) int {
	bits := 0
	for y := range c.style.Down {
		for x := range c.style.Across {
			if c.dots[(row*c.style.Down+y)*c.across()+column*c.style.Across+x] {
				bits |= 1 << (y*c.style.Across + x)
			}
		}
	}
	return bits
}

// text is one row of cells, counted from the bottom, painted.
func (c *canvas) text(p *pen, row int) string {
	var out strings.Builder
	for column := 0; column < c.width; {
		token, from := c.tokens[c.cell(column, row)], column
		var run strings.Builder
		for column < c.width && c.tokens[c.cell(column, row)] == token {
			run.WriteString(c.glyph(column, row))
			column++
		}
		if from == 0 && column == c.width && strings.TrimSpace(run.String()) == "" {
			return run.String()
		}
		out.WriteString(p.theme.Paint(token, run.String()))
	}
	return out.String()
}

func (c *canvas) glyph(column, row int) string {
	if bits := c.pattern(column, row); bits != 0 {
		return c.style.Glyph(bits)
	}
	if glyph := c.glyphs[c.cell(column, row)]; glyph != "" {
		return glyph
	}
	return " "
}

func abs(n int) int { return max(n, -n) }

func sign(n int) int {
	switch {
	case n > 0:
		return 1
	case n < 0:
		return -1
	}
	return 0
}
