package ui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"warroom/internal/room"
	"warroom/theme"
)

// label is a piece of a pane's title.
type label struct {
	token theme.Token
	text  string
	rank  int // 0 always stays; of the others the highest goes first when there is no room
}

// frame is a border around lines of width-4 cells, with labels in its upper edge, a
// word in its lower one, and a margin in which a row can be flagged:
//
//	╭ 2 Alarms ─ 41 ALARM · 2 NO DATA · 312 ─ 9s ────╮
//	│◆✖ ALARM   checkout-5xx                     41m │
//	╰──────────────────────────────────────── 1 of 9 ╯
type frame struct {
	labels  []label
	lines   []string
	gutters []string // one cell a line; nil for blanks
	foot    string
	focused bool
}

// draw gives the lines of the frame, each in exactly width cells.
func (f *frame) draw(p *pen, width int) []string {
	edge := theme.Border
	if f.focused {
		edge = theme.Accent
	}
	m, rule := p.marks, max(0, width-2)
	if width < 4 {
		return f.lines
	}
	framed := make([]string, 0, len(f.lines)+2)
	framed = append(framed, p.theme.Paint(edge, m.TopLeft)+p.titleRule(f.labels, rule, edge)+p.theme.Paint(edge, m.TopRight))
	left, right := p.theme.Paint(edge, m.Vertical), " "+p.theme.Paint(edge, m.Vertical)
	for i, line := range f.lines {
		gutter := " "
		if f.gutters != nil {
			gutter = f.gutters[i]
		}
		framed = append(framed, left+gutter+line+right)
	}
	foot := ""
	if f.foot != "" && len(f.foot)+6 < rule {
		foot = " " + f.foot + " "
	}
	bottom := strings.Repeat(m.Horizontal, rule-len(foot))
	return append(framed, p.theme.Paint(edge, m.BottomLeft+bottom)+p.theme.Paint(theme.Muted, foot)+p.theme.Paint(edge, m.BottomRight))
}

// titleRule is the upper edge between the corners: labels, then the line. Labels for
// which there is no room are left out, the least important first.
func (p *pen) titleRule(labels []label, width int, edge theme.Token) string {
	labels = fitting(labels, width)
	var out strings.Builder
	used := 0
	for i, l := range labels {
		lead := " "
		if i > 0 {
			lead = p.marks.Horizontal + " "
		}
		wide := ansi.StringWidth(l.text) + len([]rune(lead)) + 1
		if used+wide > width {
			if i > 0 || width < 6 {
				break
			}
			l.text = p.fit(l.text, width-2, false)
			wide = width
		}
		out.WriteString(p.theme.Paint(edge, lead) + p.theme.Paint(l.token, l.text) + " ")
		used += wide
	}
	out.WriteString(p.theme.Paint(edge, strings.Repeat(p.marks.Horizontal, max(0, width-used))))
	return out.String()
}

// fitting leaves out labels until the rest fits into a title.
func fitting(labels []label, width int) []label {
	for {
		wide, most := 0, 0
		for _, l := range labels {
			wide += ansi.StringWidth(l.text) + 3
			most = max(most, l.rank)
		}
		if wide <= width || most == 0 {
			return labels
		}
		var kept []label
		for _, l := range labels {
			if l.rank != most {
				kept = append(kept, l)
			}
		}
		labels = kept
	}
}

// title is the labels of a pane: its number and name, its counts, its age.
func (p *pane) title(pen *pen, s *room.Snapshot, f *flags, number int) []label {
	labels := []label{{token: theme.Strong, text: fmt.Sprintf("%d %s", number, p.name)}}
	if p.filter.text != "" {
		labels = append(labels, label{theme.Accent, p.filtered(pen, 30), 1})
	}
	if p.tail || p.known(pen, s) { // a nought of what nobody has seen says nothing
		labels = append(labels, label{theme.Text, p.counts(pen, s), 3})
	}
	if p.tail {
		return labels
	}
	if text := groupCounts(s.Of(p.made)); text != "" {
		labels = append(labels, label{theme.Text, text, 4})
	}
	if n := s.Of(p.kind).Cleared; n > 0 {
		labels = append(labels, label{theme.Unseen, fmt.Sprintf("%d cleared", n), 4})
	}
	if p.order != 0 {
		labels = append(labels, label{theme.Accent, "by " + orders[p.order].name, 4})
	}
	if n := p.news(s, f); n > 0 {
		labels = append(labels, label{theme.Unseen, fmt.Sprintf("%s %d new", pen.marks.Unseen, n), 5})
	}
	for _, status := range p.scopes(s) {
		if status.Loading {
			return append(labels, label{theme.Accent, fmt.Sprintf("loading %d%s", p.loaded(s), pen.marks.Ellipsis), 2})
		}
	}
	seen := p.seen(pen, s)
	seen.rank = 2
	return append(labels, seen)
}

// filtered is the filter that a pane wears, in at most so many cells, and how many rows
// it leaves.
func (p *pane) filtered(pen *pen, width int) string {
	return fmt.Sprintf("/%s %d", pen.fit(p.filter.text, min(width, ansi.StringWidth(p.filter.text)), false), p.rows.len())
}

// known says whether anything is known of what a pane shows.
func (p *pane) known(pen *pen, s *room.Snapshot) bool {
	_, _, seen := p.oldest(s, pen.now)
	return seen || len(s.Of(p.kind).Signals) > 0
}

// seen is how old a pane's data is, in words where it cannot be believed.
func (p *pane) seen(pen *pen, s *room.Snapshot) label {
	oldest, worst, known := p.oldest(s, pen.now)
	switch {
	case len(p.scopes(s)) == 0:
		return label{token: theme.Muted, text: "off"}
	case !known:
		return label{token: theme.Warning, text: "never seen"}
	case worst != room.Fresh:
		return label{token: theme.Warning, text: "STALE " + age(oldest)}
	}
	return label{token: theme.Muted, text: age(oldest)}
}

// news counts the trouble of a pane that nobody has looked at.
func (p *pane) news(s *room.Snapshot, f *flags) int {
	n := 0
	if len(f.unseen) == 0 {
		return 0
	}
	for _, signal := range s.Of(p.kind).Signals {
		if !bad(signal) {
			break
		}
		if f.unseen[signal.Key] {
			n++
		}
	}
	return n
}

func (p *pane) loaded(s *room.Snapshot) int {
	loaded := 0
	for _, status := range p.scopes(s) {
		loaded += status.Loaded
	}
	return loaded
}

// counts sums a pane up: what is bad by name, then how many there are.
func (p *pane) counts(pen *pen, s *room.Snapshot) string {
	if p.tail {
		return fmt.Sprint(s.Timeline.Total)
	}
	list := s.Of(p.kind)
	dot := " " + pen.marks.Dot + " "
	switch p.kind {
	case room.KindHealth:
		return fmt.Sprintf("%d open of %d", list.Counts["OPEN"], len(list.Signals))
	case room.KindProbe:
		text := fmt.Sprintf("%d DOWN", list.Counts["DOWN"])
		for _, word := range []string{room.Unconfirmed, "FLAPS", "SLOW", room.Maintenance, room.Paused} {
			if n := list.Counts[word]; n > 0 {
				text += fmt.Sprintf("%s%d %s", dot, n, word)
			}
		}
		return fmt.Sprintf("%s of %d", text, len(list.Signals))
	}
	text := fmt.Sprintf("%d ALARM", list.Counts["ALARM"])
	for _, word := range []string{"BLIND", "NO DATA"} {
		if n := list.Counts[word]; n > 0 {
			text += fmt.Sprintf("%s%d %s", dot, n, word)
		}
	}
	return fmt.Sprintf("%s%s%d", text, dot, len(list.Signals))
}

// countsWidth is the column of the counts in a summary.
const countsWidth = 24

// summary is a pane in one line, for when another one is open.
func (p *pane) summary(pen *pen, s *room.Snapshot, f *flags, number, width int) string {
	mark, token := pen.marks.OK, theme.OK
	list := s.Of(p.kind)
	_, worst, known := p.oldest(s, pen.now)
	switch {
	case p.tail:
		mark, token = pen.marks.Note, theme.Muted
	case list.States[room.Critical] > 0:
		mark, token = pen.state(room.Critical)
	case worst != room.Fresh || !known || p.troubled(s):
		mark, token = pen.marks.Stale, theme.Warning
	case list.States[room.Warning] > 0:
		mark, token = pen.state(room.Warning)
	case list.States[room.Unknown] > 0:
		mark, token = pen.state(room.Unknown)
	case list.Cleared > 0:
		mark, token = pen.marks.Cleared, theme.Unseen
	}
	counts := ""
	if p.tail || p.known(pen, s) {
		counts = p.counts(pen, s)
	}
	if n := list.Cleared; n > 0 {
		if longer := fmt.Sprintf("%s %s %d cleared", counts, pen.marks.Dot, n); ansi.StringWidth(longer) <= countsWidth {
			counts = longer
		}
	}
	cells := []cell{
		{token: theme.Muted, text: fmt.Sprint(number), width: 1},
		{token: theme.Strong, text: p.name, width: 10},
		{token: token, text: mark, width: 1},
		{token: theme.Text, text: counts, width: countsWidth},
		{token: theme.Muted, text: p.first(pen, s), width: flex},
	}
	if !p.tail {
		l := p.seen(pen, s)
		cells = append(cells, cell{token: l.token, text: l.text, width: 12, right: true, rank: 1})
	}
	gutter := " "
	if p.news(s, f) > 0 {
		gutter = pen.theme.Paint(theme.Unseen, pen.marks.Unseen)
	}
	return gutter + pen.row(width-1, false, false, cells...)
}

// troubled says whether a scope of a pane could not be read, or not wholly.
func (p *pane) troubled(s *room.Snapshot) bool {
	for _, status := range p.scopes(s) {
		if status.Trouble != nil {
			return true
		}
	}
	return false
}

// first is the most telling row of a pane: the worst, or the newest.
func (p *pane) first(pen *pen, s *room.Snapshot) string {
	if p.filter.text != "" {
		return p.filtered(pen, 20)
	}
	if p.rows.len() == 0 {
		return ""
	}
	if p.tail {
		return pen.lineText(s, p.rows.at(p.rows.len()-1))
	}
	signal := p.rows.signals[0]
	if signal.State == room.OK && !cleared(signal) {
		return ""
	}
	return signal.Title + " " + signal.Region
}

// wrap breaks text at blanks into at most limit lines of at most width cells; what
// does not fit ends in an ellipsis on the last line.
func wrap(text string, width, limit int) []string {
	if width <= 0 || limit <= 0 {
		return nil
	}
	lines := strings.Split(ansi.Wrap(text, width, ""), "\n")
	if len(lines) > limit {
		rest := strings.Join(lines[limit-1:], " ")
		lines = append(lines[:limit-1], rest)
	}
	return lines
}
