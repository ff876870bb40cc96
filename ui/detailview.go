package ui

import (
	"strings"

	"warroom/internal/room"
	"warroom/theme"
)

// detailCache holds the lines of the open detail, and what they were made from.
type detailCache struct {
	detailKey   detailKey
	detailLines []string
}

type detailKey struct {
	item          string
	width, height int
	shown         *room.Snapshot
	second        int64
	missing       bool
	local         bool
	look          *theme.Theme
	marks         *theme.Marks
}

// detailView draws the open detail, scrolled, in its frame.
func (m *Model) detailView(r rect) []string {
	focused := m.panes[m.focus]
	it, ok := focused.selected()
	if !ok {
		m.detail = false
		return focused.view(&m.pen, m.shown, m.flags, spot{
			number: m.focus + 1, width: r.width, height: r.height, focused: true, framed: true, frozen: m.frozen,
		})
	}
	rows := max(0, r.height-2)
	key := detailKey{
		item: it.key(), width: r.width, height: r.height, shown: m.shown,
		second: m.pen.now.Unix(), look: m.pen.theme, marks: m.pen.marks, local: m.pen.local, missing: focused.missing(),
	}
	if key != m.detailKey || m.detailLines == nil {
		g := &page{pen: &m.pen, shown: m.shown, services: m.services, chart: &m.chart, lookers: m.lookers(it.key()), width: max(1, r.width-4), height: rows}
		if key.missing {
			g.add(theme.Warning, m.pen.marks.Warning+" "+focused.missed.name()+" was not there at "+m.momentShown())
		} else {
			focused.details(g, it)
		}
		m.detailLines, m.detailKey = g.lines, key
	}
	title := label{token: theme.Strong, text: "details"}
	return m.scrolled(title, m.detailLines, &m.scroll, r.width, r.height, m.arranged().panes[m.focus].height == 0)
}

// scrolled draws lines of width-4 cells in a frame of the given size, from the line
// at which they are scrolled, which is kept within bounds.
func (m *Model) scrolled(title label, all []string, at *int, width, height int, focused bool) []string {
	rows := max(0, height-2)
	*at = clamp(*at, 0, max(0, len(all)-rows))
	lines := make([]string, 0, rows)
	lines = append(lines, all[*at:min(len(all), *at+rows)]...)
	blank := strings.Repeat(" ", max(0, width-4))
	for len(lines) < rows {
		lines = append(lines, blank)
	}
	box := frame{labels: []label{title}, lines: lines, focused: focused}
	if hidden := len(all) - *at - rows; hidden > 0 {
		box.labels = append(box.labels, label{token: theme.Muted, text: m.pen.marks.More + " " + plural(hidden, "line") + " below, " + m.keyOf("scroll-down") + " scrolls"})
	}
	return box.draw(&m.pen, width)
}
