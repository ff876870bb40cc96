package ui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"warroom/internal/room"
	"warroom/theme"
)

// View implements tea.Model. Nothing is drawn unless something has changed.
func (m *Model) View() tea.View {
	if !m.dirty {
		return m.frame
	}
	m.dirty = false
	v := tea.NewView(strings.Join(m.lines(), "\n"))
	v.AltScreen = true
	v.ReportFocus = true
	v.WindowTitle = m.titleLine()
	v.ProgressBar = m.progress()
	v.Cursor = m.cursor()
	if m.mouse {
		v.MouseMode = tea.MouseModeCellMotion
	}
	m.frame = v
	return v
}

// cursor is where the terminal's own cursor stands: in the open input, else on the
// selected row, where a screen reader or a magnifier follows it.
func (m *Model) cursor() *tea.Cursor {
	if m.asking != askingNothing && m.height > 0 {
		cursor := m.input.Cursor()
		if cursor == nil || cursor.X+1 >= m.width {
			return nil
		}
		cursor.X, cursor.Y = cursor.X+1, m.height-1
		return cursor
	}
	l := m.arranged()
	p, r := m.panes[m.focus], l.panes[m.focus]
	row := p.cursor - p.top
	if m.overlay != overlayNothing || r.height == 0 || row < 0 || row >= p.visible {
		return nil
	}
	x := r.x // in the margin, where it spoils no cell of the row
	if l.shape != shapeTabs {
		x++
	}
	cursor := tea.NewCursor(x, r.y+p.begin+row)
	cursor.Blink = false
	return cursor
}

// arranged is the layout of the moment.
func (m *Model) arranged() layout {
	return arrange(m.width, m.height, m.focus, m.zoom, m.detail, m.low)
}

// lines draws the whole screen: at most height lines, each of width cells.
func (m *Model) lines() []string {
	l := m.arranged()
	switch l.shape {
	case shapeLine:
		return m.statusLine()
	case shapeTabs:
		return m.compose(l, []string{m.smallHeader(), m.tabs()})
	}
	return m.compose(l, m.header(m.width))
}

// compose puts header, body and footer under each other, and a sheet over the end of
// the body.
func (m *Model) compose(l layout, header []string) []string {
	body := m.covered(l)
	if body == nil {
		body = m.body(l)
	}
	if sheet := m.sheet(l.body.width, l.body.height); len(sheet) > 0 {
		cover(body, sheet, m.sheetEnd(l))
	}
	lines := append(header, body...)
	switch {
	case l.footer > 0:
		lines = append(lines, m.footer(m.width))
	case m.asking != askingNothing:
		lines[len(lines)-1] = m.footer(m.width)
	}
	return lines
}

// cover puts a sheet over the lines before an end.
func cover(lines, sheet []string, end int) {
	end = min(end, len(lines))
	copy(lines[max(0, end-len(sheet)):end], sheet)
}

// body draws the panes and zips those that stand side by side.
func (m *Model) body(l layout) []string {
	if l.detail.height > 0 && l.detail.width == l.body.width {
		return m.detailView(l.detail)
	}
	lines := make([]string, 0, l.body.height)
	if l.shape == shapeColumn && !m.zoom {
		for i, p := range m.panes {
			if i == m.focus {
				lines = append(lines, m.pane(i, l)...)
			} else {
				lines = append(lines, p.summary(&m.pen, m.shown, m.flags, i+1, l.body.width))
			}
		}
		return lines
	}
	if l.detail.height > 0 {
		return zip(m.pane(m.focus, l), m.detailView(l.detail))
	}
	if m.zoom || l.shape == shapeTabs {
		return append(lines, m.pane(m.focus, l)...)
	}
	return zip(slices.Concat(m.pane(0, l), m.pane(2, l)), slices.Concat(m.pane(1, l), m.pane(3, l)))
}

func (m *Model) pane(i int, l layout) []string {
	r := l.panes[i]
	return m.panes[i].view(&m.pen, m.shown, m.flags, spot{
		number: i + 1, width: r.width, height: r.height, focused: i == m.focus, framed: l.shape != shapeTabs, frozen: m.frozen,
	})
}

// zip joins two blocks of lines side by side. Both have lines of known width, so
// nothing has to be measured.
func zip(left, right []string) []string {
	lines := make([]string, 0, len(left))
	for i := range min(len(left), len(right)) {
		lines = append(lines, left[i]+right[i])
	}
	return lines
}

// statusLine is all that fits on the smallest screens.
func (m *Model) statusLine() []string {
	if m.width <= 0 || m.height <= 0 {
		return nil
	}
	tally := m.tally()
	switch {
	case m.past.travels():
		tally.token, tally.text = theme.Past, "PAST "+m.momentShown()+" "+tally.text
	case m.frozen:
		tally.text = "FROZEN " + tally.text
	}
	return []string{m.pen.row(m.width, false, false, cell{token: tally.token, text: m.played.mark(tally.text), width: flex})}
}

// smallHeader is the first line of a small screen.
func (m *Model) smallHeader() string {
	var labels []label
	if m.played.on() {
		labels = append(labels, label{token: theme.Drill, text: m.played.word})
	}
	if m.past.travels() {
		return m.lead(m.width, append(labels, label{token: theme.Past, text: "PAST " + m.momentShown()}, m.tally(), label{text: fmt.Sprintf("%d behind", m.behind())}), label{})
	}
	if m.frozen {
		labels = append(labels, label{token: theme.Frozen, text: fmt.Sprintf("FROZEN %d behind", m.behind())})
	}
	labels = append(labels, m.custody()...)
	return m.spread(m.width, append(labels, m.tally()), label{token: theme.Muted, text: m.pen.moment(m.pen.now)})
}

// tabs is the second line of a small screen: the panes by number, with what is
// critical in each, then the filter, and the age of the one that is open:
//
//	1 H 2 Alarms ✖ 3 P ✖ 4 T  /checkout 3  STALE 6m
func (m *Model) tabs() string {
	line := " "
	for i, p := range m.panes {
		text, token := p.name, theme.Muted
		if i == m.focus {
			token = theme.Selected
		} else if m.width < fullColumns {
			text = text[strings.LastIndexByte(text, ' ')+1:][:1]
		}
		if n := m.shown.Of(p.kind).States[room.Critical]; n > 0 && !p.tail {
			text += " " + m.pen.marks.Critical
		}
		line += m.pen.theme.Paint(token, string(rune('1'+i))+" "+text) + " "
	}
	open := m.panes[m.focus]
	var about []string
	if m.filter.text != "" {
		about = append(about, m.pen.theme.Paint(theme.Accent, fmt.Sprintf("/%s %d", m.pen.fit(m.filter.text, min(12, ansi.StringWidth(m.filter.text)), false), open.rows.len())))
	}
	if !open.tail {
		seen := open.seen(&m.pen, m.shown)
		about = append(about, m.pen.theme.Paint(seen.token, seen.text))
	}
	right := strings.Join(about, " ") + " "
	return pad(line, max(0, m.width-ansi.StringWidth(right))) + pad(right, min(m.width, ansi.StringWidth(right)))
}

// pad cuts or fills a painted line to exactly width cells.
func pad(line string, width int) string {
	line = ansi.Truncate(line, width, "")
	return line + strings.Repeat(" ", max(0, width-ansi.StringWidth(line)))
}
