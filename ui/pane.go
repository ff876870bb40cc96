package ui

import (
	"fmt"
	"strings"
	"time"

	"warroom/internal/room"
	"warroom/theme"
)

// pane is one list on the screen: what is in it, where the cursor is, and the
// lines that were drawn last.
type pane struct {
	number  int // from 0
	name    string
	sources []string // the scopes that feed it; nil for the timeline
	kind    room.Kind
	made    room.Kind // of signals that are made of those of kind, and stand among them; "" if there are none
	tail    bool      // the newest row is the last, and is followed until the cursor moves
	columns func(p *pen, s *room.Snapshot, it item) []cell
	details func(g *page, it item)

	rows      rowset
	left      leftovers // by the last filter
	version   uint64    // of the list that rows came from
	filter    filter
	order     int  // index of orders
	people    bool // somebody has acknowledged or claimed one of the rows
	longWords bool // one of them has a long word for its state: CLEARED, PAUSED
	public    bool // one of them is from a public feed
	sorted    int  // the order that rows are in
	story     story
	kept      uint64 // keptMark of the Snapshot that rows came from
	again     bool   // rows must be gathered again, although nothing that they come from has changed
	cursor    int
	top       int
	moved     bool // the cursor was moved, so it stays with its row
	past      bool // the rows are those of another moment than now
	missed    item // the row that the cursor is to stay with, and that is not there at that moment
	begin     int  // the line within the pane on which the first row was drawn
	visible   int  // rows that were drawn

	drawn drawn
	lines []string
}

// drawn is everything that the lines of a pane depend on. Equal means that they
// need not be drawn again.
type drawn struct {
	width, height, cursor, top int
	version, scopes, kept      uint64
	focused, local, frozen     bool
	filter                     string
	order                      int
	flags                      uint64
	look                       *theme.Theme
	marks                      *theme.Marks
	ages, looked               uint64
}

// move moves the cursor by rows.
func (p *pane) move(by int) {
	p.cursor, p.missed = clamp(p.cursor+by, 0, p.rows.len()-1), item{}
	p.moved = !p.tail || p.cursor != p.rows.len()-1
}

// home takes the cursor back to where it follows by itself.
func (p *pane) home(top bool) {
	p.missed = item{}
	if top {
		p.cursor = 0
	} else {
		p.cursor = max(0, p.rows.len()-1)
	}
	p.moved = top == p.tail
}

// selected is the item under the cursor; ok is false in an empty pane.
func (p *pane) selected() (it item, ok bool) {
	if p.cursor >= p.rows.len() {
		return item{}, false
	}
	return p.rows.at(p.cursor), true
}

// spot is where and how a pane is drawn.
type spot struct {
	number, width, height   int
	focused, framed, frozen bool
}

// view gives the pane's lines for a spot, drawn anew only if something that they
// depend on has changed.
func (p *pane) view(pen *pen, s *room.Snapshot, f *flags, at spot) []string {
	now := drawn{
		width: at.width, height: at.height, cursor: p.cursor, top: p.top, version: p.version, scopes: p.scopesSum(s),
		focused: at.focused, local: pen.local, frozen: at.frozen, filter: p.filter.text, order: p.order, flags: f.version,
		look: pen.theme, marks: pen.marks, ages: p.ages(pen, s, at.height), kept: keptMark(s), looked: pen.lookedSum,
	}
	if p.lines != nil && now == p.drawn {
		return p.lines
	}
	if at.framed {
		gutters, rows := p.body(pen, s, f, at.width-4, at.height-2, at.focused)
		box := frame{labels: p.title(pen, s, f, at.number), gutters: gutters, lines: rows, focused: at.focused, foot: p.position(at.focused)}
		p.lines = box.draw(pen, at.width)
		p.begin++
	} else {
		gutters, rows := p.body(pen, s, f, at.width-1, at.height, at.focused)
		for i := range rows {
			rows[i] = gutters[i] + rows[i]
		}
		p.lines = rows
	}
	now.top = p.top
	p.drawn = now
	return p.lines
}

// position says which row of how many the cursor is on.
func (p *pane) position(focused bool) string {
	if !focused || p.rows.len() == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d", p.cursor+1, p.rows.len())
}

// body is the rows, below the troubles of the scopes that feed them, and what stands
// in the margin before each.
func (p *pane) body(pen *pen, s *room.Snapshot, f *flags, width, height int, focused bool) (gutters, lines []string) {
	p.begin, p.visible = 0, 0
	if width <= 0 || height <= 0 {
		return nil, nil
	}
	lines = make([]string, 0, height)
	lines = append(lines, p.notices(pen, s, width, height)...)
	p.begin = len(lines)
	rows := height - len(lines)
	p.scroll(rows)
	if p.rows.len() == 0 && rows > 0 {
		for _, line := range wrap(p.emptyBecause(pen, s), width, rows) {
			lines = append(lines, pen.row(width, false, false, cell{token: theme.Muted, text: line, width: flex}))
		}
	}
	gutters = make([]string, len(lines), height)
	pen.found, pen.many, pen.wide = p.filter, accounts(p.scopes(s)) > 1, width
	pen.people, pen.longWords, pen.public = p.people, p.longWords, p.public
	if p.tail {
		pen.many = accounts(s.Scopes.List) > 1
	}
	for i := p.top; i < min(p.top+rows, p.rows.len()); i++ {
		it := p.rows.at(i)
		dim := it.signal != nil && s.Visibility(it.signal, pen.now) != room.Fresh
		lines = append(lines, pen.row(width, focused && i == p.cursor, dim, p.columns(pen, s, it)...))
		gutters = append(gutters, pen.gutter(s, f, p.number, it))
		p.visible++
	}
	pen.found = filter{}
	blank := strings.Repeat(" ", width)
	for len(lines) < height {
		lines = append(lines, blank)
	}
	for len(gutters) < height {
		gutters = append(gutters, "")
	}
	for i, gutter := range gutters {
		if gutter == "" {
			gutters[i] = " "
		}
	}
	return gutters, lines
}

// onScreen is the rows that were drawn last.
func (p *pane) onScreen() []item {
	from := clamp(p.top, 0, p.rows.len())
	return p.rows.between(from, min(from+p.visible, p.rows.len()))
}

// scroll keeps the cursor among the visible rows.
func (p *pane) scroll(rows int) {
	p.top = clamp(p.top, p.cursor-rows+1, p.cursor)
	p.top = clamp(p.top, 0, max(0, p.rows.len()-rows))
}

// accounts is how many AWS accounts there are among scopes.
func accounts(scopes []*room.ScopeStatus) int {
	names := map[string]bool{}
	for _, status := range scopes {
		if status.Scope.Account != "" {
			names[status.Scope.Account] = true
		}
	}
	return len(names)
}

// scopes are the scopes that feed the pane.
func (p *pane) scopes(s *room.Snapshot) []*room.ScopeStatus {
	var feeding []*room.ScopeStatus
	for _, status := range s.Scopes.List {
		for _, source := range p.sources {
			if status.Scope.Source == source {
				feeding = append(feeding, status)
			}
		}
	}
	return feeding
}

// oldest is the age of the pane's oldest scope, and how far it can be believed.
func (p *pane) oldest(s *room.Snapshot, now time.Time) (oldest time.Duration, worst room.Visibility, known bool) {
	for _, status := range p.scopes(s) {
		worst = max(worst, status.Visibility(now))
		if !status.Seen.IsZero() {
			oldest, known = max(oldest, now.Sub(status.Seen)), true
		}
	}
	return oldest, worst, known
}

func clamp(n, low, high int) int { return max(low, min(n, high)) }
