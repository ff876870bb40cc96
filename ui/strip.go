package ui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"warroom/internal/room"
	"warroom/theme"
)

// strip is the states of an alarm that has no readings, over the time that its chart would
// have, a lane for each:
//
//	  ALARM │            ████████      █
//	NO DATA │                    ╌╌╌╌╌╌
//	     OK │────────────               ─
//	        └──────┴──────────┴──────────
//	           13:40      13:50
//
// A cell has a lane's line if the alarm was in that state at any time of it, so that none
// is too short to be seen. Before what is known all lanes are empty.
type strip struct {
	from, to time.Time
	turns    []room.Turn // oldest first; the first may be before from
}

// lane is one state and how it is drawn.
type lane struct {
	state room.State
	word  string
}

// lanes are the states that are shown, worst first: those of an everyday alarm, and what
// else there was.
func (g *strip) lanes() []lane {
	all := []lane{{room.Critical, "ALARM"}, {room.OK, "OK"}}
	for _, turn := range g.turns {
		if l := (lane{turn.State, turn.Word}); !slices.Contains(all, l) {
			all = append(all, l)
		}
	}
	slices.SortFunc(all, func(a, b lane) int {
		return cmp.Or(b.state.Urgency()-a.state.Urgency(), strings.Compare(a.word, b.word))
	})
	return all
}

// lines draws the strip in exactly width cells; nil where there is no room for it, or
// nothing known.
func (g *strip) lines(p *pen, width int) []string {
	if width < plotLeastWidth || !g.to.After(g.from) || len(g.turns) == 0 {
		return nil
	}
	wide := width - axisWidth - 1
	var lines []string
	for _, l := range g.lanes() {
		_, token := p.state(l.state)
		glyph := p.marks.Horizontal
		switch l.state {
		case room.Critical:
			glyph = p.marks.Spark[len(p.marks.Spark)-1]
		case room.Unknown:
			glyph = p.marks.Dash
		}
		cells := strings.Join(g.cells(l, glyph, wide), "")
		if strings.TrimSpace(cells) == "" {
			token = theme.Muted
		}
		lines = append(lines, p.theme.Paint(token, p.fit(l.word, axisWidth-1, true)+" ")+p.theme.Paint(theme.Border, p.marks.Axis)+p.theme.Paint(token, cells))
	}
	time := plot{from: g.from, to: g.to}
	axis, times := time.axis(p, wide)
	return append(lines,
		strings.Repeat(" ", axisWidth)+p.theme.Paint(theme.Border, p.marks.Corner+axis),
		strings.Repeat(" ", axisWidth+1)+p.theme.Paint(theme.Muted, times))
}

// cells is one lane.
func (g *strip) cells(l lane, glyph string, wide int) []string {
	cells := slices.Repeat([]string{" "}, wide)
	for i, turn := range g.turns {
		begin, end := g.stay(i)
		if turn.State != l.state || turn.Word != l.word || !end.After(begin) {
			continue
		}
		first, last := g.cell(begin, wide), g.cell(end.Add(-1), wide)
		for x := first; x <= last; x++ {
			cells[x] = glyph
		}
	}
	return cells
}

// stay is how long, within the strip, the state of a turn lasted.
func (g *strip) stay(i int) (begin, end time.Time) {
	begin, end = g.turns[i].At, g.to
	if i+1 < len(g.turns) && g.turns[i+1].At.Before(end) {
		end = g.turns[i+1].At
	}
	if begin.Before(g.from) {
		begin = g.from
	}
	return begin, end
}

func (g *strip) cell(at time.Time, wide int) int {
	return clamp(int(float64(at.Sub(g.from))/float64(g.to.Sub(g.from))*float64(wide)), 0, wide-1)
}

// sum says in words how long the alarm rang, and how often it turned.
func (g *strip) sum() string {
	var rang time.Duration
	turned := 0
	for i, turn := range g.turns {
		begin, end := g.stay(i)
		if turn.State == room.Critical && end.After(begin) {
			rang += end.Sub(begin)
		}
		if turn.At.After(g.from) {
			turned++
		}
	}
	length := g.to.Sub(g.from).Round(time.Minute)
	text := fmt.Sprintf("not in ALARM within the last %s", age(length))
	if rang > 0 {
		text = fmt.Sprintf("in ALARM for %s of the last %s", age(rang), age(length))
	}
	if turned > 0 {
		text += ", " + plural(turned, "change")
	}
	if first := g.turns[0].At; first.After(g.from) {
		text += ", nothing known before"
	}
	return text
}

// drawStrip draws the states of an alarm without readings, and tells its turns by time.
func (g *page) drawStrip(alarm *room.Signal, c *room.Chart) {
	states := &strip{c.From, c.To, c.Turns}
	if lines := states.lines(g.pen, g.width); lines != nil {
		g.add(theme.Muted, states.sum())
		g.lines = append(g.lines, lines...)
	}
	g.turns(alarm)
}
