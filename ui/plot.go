package ui

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"warroom/internal/room"
	"warroom/theme"
)

// plot is readings over time, ready to be drawn:
//
//	82.1 │               ⣠⠤⠒⠒⠒⠤⢄⡀      the highest that is shown
//	     │             ⡠⠊        ⠉⠒
//	  25 │╌╌╌╌╌╌╌╌╌╌╌⡠⠊╌╌╌╌╌╌╌╌╌╌╌╌╌   the bound
//	     │⣀⣀⣀⣀⠤⠤⠒⠒⠊
//	   0 └──────┴──────────┴──────────
//	          13:40      13:50
//	     ● OK ────────✖ ALARM ─────────  the states
type plot struct {
	from, to time.Time
	period   time.Duration
	points   []room.Point
	bounds   [][]room.Point
	below    bool // bad is what lies below the one bound
	turns    []room.Turn
	before   room.State // the state at from
	said     string     // its word; "" leaves the line of states out
	name     func(float64) string
}

// The least and the most that a plot is worth drawing in, in cells.
const (
	plotLeastWidth  = 24
	plotLeastHeight = 6
	plotMostHeight  = 16
	axisWidth       = 8
)

// lines draws the plot in exactly width cells; nil where there is no room for it.
func (g *plot) lines(p *pen, width, height int) []string {
	if width < plotLeastWidth || height < plotLeastHeight || !g.to.After(g.from) {
		return nil
	}
	rows, wide := height-3, width-axisWidth-1
	low, high := g.span()
	c := newCanvas(wide, rows, p.marks.Plot)
	g.draw(c, low, high)
	for _, bound := range g.bounds {
		g.drawBound(c, p, bound, low, high)
	}
	labels := g.labels(rows, low, high)
	lines := make([]string, 0, height)
	for row := rows - 1; row >= 0; row-- {
		label := p.fit(labels[row], axisWidth-1, true) + " "
		lines = append(lines, p.theme.Paint(theme.Muted, label)+p.theme.Paint(theme.Border, p.marks.Axis)+c.text(p, row))
	}
	axis, times := g.axis(p, wide)
	lines = append(lines, strings.Repeat(" ", axisWidth)+p.theme.Paint(theme.Border, p.marks.Corner+axis))
	lines = append(lines, strings.Repeat(" ", axisWidth+1)+p.theme.Paint(theme.Muted, times))
	if g.said != "" {
		lines = append(lines, strings.Repeat(" ", axisWidth+1)+g.states(p, wide))
	}
	return lines
}

// span is the lowest and the highest that is shown: readings and bounds with a
// little air, from zero unless they all lie far above it.
func (g *plot) span() (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, points := range append([][]room.Point{g.points}, g.bounds...) {
		for _, point := range points {
			low, high = min(low, point.Value), max(high, point.Value)
		}
	}
	if low > high {
		return 0, 1
	}
	if low >= 0 && low < high/2 || low == high && low > 0 {
		low = 0
	}
	if high <= 0 && high > low/2 {
		high = 0
	}
	if low == high {
		return low - 1, high + 1
	}
	air := (high - low) / 12
	if low != 0 {
		low -= air
	}
	return low, high + air
}

// draw puts the readings on the canvas: a line that breaks where readings are
// missing, or bars.
func (g *plot) draw(c *canvas, low, high float64) {
	lastX, lastY, lastAt := 0, 0, time.Time{}
	for _, point := range g.points {
		x, y := g.x(point.At, c.across()), level(point.Value, low, high, c.down())
		token := func(y int) theme.Token { return g.token(value(y, low, high, c.down()), point.At) }
		switch {
		case c.style.Bars:
			// A bar is as wide as its period, so that nothing is missing between two.
			for end := max(x, g.x(point.At.Add(g.period), c.across())-1); x <= end; x++ {
				c.bar(x, y, func(int) theme.Token { return g.token(point.Value, point.At) })
			}
		case lastAt.IsZero() || g.period > 0 && point.At.Sub(lastAt) > g.period*3/2:
			c.set(x, y, token(y))
		default:
			c.line(lastX, lastY, x, y, token)
		}
		lastX, lastY, lastAt = x, y, point.At
	}
}

// token is the colour of a value at a time: what is beyond its bound while the
// alarm rings is bad.
func (g *plot) token(value float64, at time.Time) theme.Token {
	if g.stateAt(at.Add(g.period)) == room.Critical && g.beyond(value, at) {
		return theme.Critical
	}
	return theme.Accent
}

// beyond says whether a value lies on the other side of a bound than the calm ones:
// above the upper one, or below the lower one.
func (g *plot) beyond(value float64, at time.Time) bool {
	switch len(g.bounds) {
	case 0:
		return true // a probe has no bound; its state says it all
	case 1:
		if g.below {
			return value <= boundAt(g.bounds[0], at)
		}
		return value >= boundAt(g.bounds[0], at)
	}
	a, b := boundAt(g.bounds[0], at), boundAt(g.bounds[1], at)
	return value > max(a, b) || value < min(a, b)
}

// boundAt is a bound's value at a time, between two points the one before.
func boundAt(bound []room.Point, at time.Time) float64 {
	value := bound[0].Value
	for _, point := range bound {
		if point.At.After(at) {
			break
		}
		value = point.Value
	}
	return value
}

// stateAt is the state at a time.
func (g *plot) stateAt(at time.Time) room.State {
	state := g.before
	for _, turn := range g.turns {
		if turn.At.After(at) {
			break
		}
		state = turn.State
	}
	return state
}

func (g *plot) drawBound(c *canvas, p *pen, bound []room.Point, low, high float64) {
	if len(bound) == 0 {
		return
	}
	for column := range c.width {
		at := g.from.Add(time.Duration(float64(g.to.Sub(g.from)) * (float64(column) + 0.5) / float64(c.width)))
		row := level(boundAt(bound, at), low, high, c.down()) / c.style.Down
		c.put(column, row, p.marks.Dash, theme.Warning)
	}
}

// labels are the values beside the axis, by row from the bottom: the lowest that is
// shown, the highest reading, and the bounds, next to which others give way.
func (g *plot) labels(rows int, low, high float64) map[int]string {
	labels := map[int]string{0: g.name(low)}
	if len(g.points) > 0 {
		highest := slices.MaxFunc(g.points, func(a, b room.Point) int { return cmp.Compare(a.Value, b.Value) }).Value
		labels[level(highest, low, high, rows)] = g.name(highest)
	}
	for _, bound := range g.bounds {
		if len(bound) == 0 {
			continue
		}
		last := bound[len(bound)-1].Value
		row := level(last, low, high, rows)
		delete(labels, row-1)
		delete(labels, row+1)
		labels[row] = g.name(last)
	}
	return labels
}

// x is the dot of a time.
func (g *plot) x(at time.Time, across int) int {
	return int(float64(at.Sub(g.from)) / float64(g.to.Sub(g.from)) * float64(across))
}

// level is the dot of a value, and value the other way round.
func level(value, low, high float64, down int) int {
	return clamp(int((value-low)/(high-low)*float64(down-1)+0.5), 0, down-1)
}

func value(y int, low, high float64, down int) float64 {
	return low + (high-low)*float64(y)/float64(max(1, down-1))
}

// timeSteps are the distances between two labels of a time axis.
var timeSteps = []time.Duration{
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour, 48 * time.Hour, 7 * 24 * time.Hour,
}

// labelEvery is how many cells a label of the time axis needs.
const labelEvery = 10

// axis is the line under the plot with its ticks, and their times below.
func (g *plot) axis(p *pen, width int) (axis, times string) {
	length := g.to.Sub(g.from)
	step := timeSteps[len(timeSteps)-1]
	for _, candidate := range timeSteps {
		if int(float64(width)*float64(candidate)/float64(length)) >= labelEvery {
			step = candidate
			break
		}
	}
	marks := []rune(strings.Repeat(p.marks.Horizontal, width))
	labels := []rune(strings.Repeat(" ", width))
	for at := p.zoned(g.from).Truncate(step).Add(step); at.Before(g.to); at = at.Add(step) {
		x := g.x(at, width)
		text := []rune(at.Format("15:04"))
		if step >= 24*time.Hour {
			text = []rune(at.Format("Jan 2"))
		}
		begin := x - len(text)/2
		if begin < 0 || begin+len(text) > width || x >= width {
			continue
		}
		marks[x] = []rune(p.marks.Tick)[0]
		copy(labels[begin:], text)
	}
	return string(marks), string(labels)
}

// states is the line of states: at each turn its mark and word, and then a line
// until the next.
func (g *plot) states(p *pen, width int) string {
	var out strings.Builder
	at, state, word := 0, g.before, g.said
	write := func(until int) {
		mark, token := p.state(state)
		text := mark + " " + word + " "
		if ansi.StringWidth(text) > until-at {
			text = mark
		}
		rest := until - at - ansi.StringWidth(text)
		if rest >= 0 {
			out.WriteString(p.theme.Paint(token, text+strings.Repeat(p.marks.Horizontal, rest)))
			at = until
		}
	}
	for _, turn := range g.turns {
		if x := clamp(g.x(turn.At, width), 0, width); x > at {
			write(x)
		}
		state, word = turn.State, turn.Word
	}
	write(width)
	return out.String() + strings.Repeat(" ", max(0, width-at))
}
