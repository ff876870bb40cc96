package ui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"warroom/internal/room"
	"warroom/theme"
)

// countedOf writes some out of all.
func countedOf(some, all int) string { return fmt.Sprintf("%d of %d", some, all) }

// overview is how much is critical of each kind, where, and what happened last.
func (w *wall) overview(width, height int) []string {
	parts := [][]string{w.counts(width, height)}
	if regions := w.regions(width, height-len(parts[0])-2); len(regions) > 0 {
		parts = append(parts, regions)
	}
	used := 0
	for _, part := range parts {
		used += len(part) + 1
	}
	if rest := min(height-used-1, 5); rest > 0 {
		parts = append(parts, w.newestLines(width, rest, false))
	}
	var lines []string
	for i, part := range parts {
		if i > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, part...)
	}
	return lines
}

// tally is how one kind is doing.
type tally struct {
	number, mark, word string
	token              theme.Token
	detail             string
	name               string
}

// tallyOf judges a kind. What cannot be seen has no number: the last one would be taken
// for the present.
func (w *wall) tallyOf(kind room.Kind) tally {
	pane, list, f := w.paneOf(kind), w.s.Of(kind), w.feedOf(kind)
	t := tally{name: pane.name, detail: pane.counts(&w.pen, w.s)}
	switch critical, warning := list.States[room.Critical], list.States[room.Warning]; {
	case f == nil:
		t.number, t.mark, t.token, t.word, t.detail = "-", w.marks.Absent, theme.Muted, "not watched", ""
	case f.gone():
		t.number, t.mark, t.token, t.word, t.detail = "?", w.marks.Stale, theme.Warning, w.staleness(f.lost), "was "+t.detail
	case f.dark() && f.starts:
		t.number, t.mark, t.token, t.word = "?", w.marks.Unknown, theme.Unknown, "not seen yet"
	case f.dark():
		t.number, t.mark, t.token, t.word = fmt.Sprint(critical), w.marks.Stale, theme.Stale, w.staleness(f.stale)
	case critical > 0:
		t.number, t.mark, t.token, t.word = fmt.Sprint(critical), w.marks.Critical, theme.Critical, "critical"
	case warning > 0:
		t.number, t.mark, t.token, t.word = fmt.Sprint(warning), w.marks.Warning, theme.Warning, "warning"
	case len(f.stale) > 0:
		t.number, t.mark, t.token, t.word = "?", w.marks.Stale, theme.Warning, "not all can be seen"
	default:
		t.number, t.mark, t.token, t.word = "0", w.marks.OK, theme.OK, "nothing critical"
	}
	return t
}

// counts is the three kinds side by side, in numbers that are seen from afar.
func (w *wall) counts(width, height int) []string {
	f, column := w.face, width/len(leading)
	scale := w.countScale(column, height)
	if scale == 0 {
		return w.countLines(width)
	}
	var columns []block
	for _, kind := range leading {
		t := w.tallyOf(kind)
		number := w.big(f, scale, t.token, t.number)
		b := block{width: column, lines: []string{w.theme.Paint(theme.Muted, strings.ToUpper(t.name)), ""}}
		if height < 20 {
			b.lines = b.lines[:1]
		}
		b.lines = append(b.lines, number.lines...)
		b.lines = append(b.lines, w.theme.Paint(t.token, w.fit(t.mark+" "+t.word, column-2, false)), w.theme.Paint(theme.Muted, w.fit(t.detail, column-2, false)))
		columns = append(columns, b)
	}
	return beside(0, columns...).lines
}

// countScale is how many times the size of the clock the numbers have: as large as they
// all fit, and with trouble a third of the page, since the rest says where it is. 0 if
// not even the smallest do.
func (w *wall) countScale(column, height int) int {
	if w.face == nil {
		return 0
	}
	share := 2
	if w.critical() > 0 {
		share = 3
	}
	widest := 0
	for _, kind := range leading {
		widest = max(widest, len(w.face.lines(w.tallyOf(kind).number)[0]))
	}
	down, scale := w.marks.Block.Down, 0
	for s := 1; s <= countScaleMost && s*widest <= column-2; s++ {
		if rows := (s*w.face.height + down - 1) / down; rows <= height/share || s == 1 && rows+3 <= height {
			scale = s
		}
	}
	return scale
}

// countScaleMost is the largest that a number becomes: larger says nothing more.
const countScaleMost = 3

// countLines is the same as a line for each kind.
func (w *wall) countLines(width int) []string {
	var lines []string
	for _, kind := range leading {
		t := w.tallyOf(kind)
		lines = append(lines, w.row(width, false, false,
			cell{token: t.token, text: t.mark, width: 1}, cell{token: t.token, text: t.number, width: 3, right: true},
			cell{token: theme.Strong, text: t.name, width: 10}, cell{token: theme.Muted, text: t.detail, width: flex}))
	}
	return lines
}

// regions is where it is critical, worst first.
func (w *wall) regions(width, height int) []string {
	var lines []string
	all := hits(w.s, w.now)
	for i, at := range all {
		b := w.regionOf(at, width)
		need := len(b.lines)
		if i < len(all)-1 {
			need++ // the line that counts the rest
		}
		if len(lines)+need > height {
			if len(lines) < height {
				lines = append(lines, w.theme.Paint(theme.Muted, fmt.Sprintf("and %s", plural(len(all)-i, "more region"))))
			}
			break
		}
		lines = append(lines, b.lines...)
	}
	return lines
}

// regionOf is one region with what is critical in it.
func (w *wall) regionOf(at hit, width int) block {
	name := at.region
	if name == "" {
		name = "no region"
	}
	text := w.marks.Critical
	for _, kind := range leading {
		if n := at.counts[kind]; n > 0 {
			text += " " + countOf(n, kind)
		}
	}
	if upper := strings.ToUpper(name); w.tall() && smallFace().has(upper) {
		big := w.big(smallFace(), 1, theme.Text, upper)
		if big.width+4+ansi.StringWidth(text) <= width {
			said := w.words(theme.Critical, text)
			said.lines = append([]string{""}, said.lines...)
			b := beside(3, big, said)
			b.lines = append(b.lines, "")
			return b
		}
	}
	return block{width: width, lines: []string{w.row(width, false, false,
		cell{token: theme.Strong, text: name, width: 16}, cell{token: theme.Critical, text: text, width: flex})}}
}

// newestLines is what happened last, the newest at the end, with an empty line between
// where there is room.
func (w *wall) newestLines(width, count int, airy bool) []string {
	events := w.s.Timeline.Events
	events = events[max(0, len(events)-eventsFolded):]
	rows := new(story).tell(nil, events, filter{}, true)
	if airy && 2*len(rows) > count {
		airy = false
	}
	rows = rows[max(0, len(rows)-count):]
	var lines []string
	for _, it := range rows {
		cells := timelineRow(&w.pen, w.s, it)
		lines = append(lines, w.row(width, false, false, cells...))
		if airy {
			lines = append(lines, "")
		}
	}
	return lines
}

// eventsFolded is how many of the newest events are folded into the lines of a page.
const eventsFolded = 500

// timeline is the page of what happened last.
func (w *wall) timeline(width, height int) []string {
	return w.newestLines(width, height, true)
}
