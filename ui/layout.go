package ui

// rect is a part of the screen, in cells.
type rect struct{ x, y, width, height int }

// shape is how the screen is laid out for its size.
type shape int

const (
	shapeLine   shape = iota // one status line: under 20x5
	shapeTabs                // one pane without a frame, and tabs: under 60x16
	shapeColumn              // the focused pane open, the others one line each: 60 to 119 columns
	shapeGrid                // four panes: 120 columns and more
)

// paneCount is how many panes there are.
const paneCount = 4

// layout says where everything goes. Rectangles of what is not shown are empty.
type layout struct {
	shape     shape
	header    int // lines
	footer    int // lines
	body      rect
	panes     [paneCount]rect
	summaries [paneCount]int // the line on which a pane is summed up; -1 for none
	detail    rect
}

const (
	gridColumns = 120
	fullColumns = 60
	fullRows    = 16
	lineColumns = 20
	lineRows    = 5
	// footerRows is how high a small screen must be before a line goes to hints.
	footerRows = 8
)

// arrange lays out a screen. The grid, at 120 columns and more:
//
//	┌───────────────────── header, 2 lines ─────────────────────┐
//	│ 1 health (46 %)            │ 2 alarms                     │
//	├────────────────────────────┼──────────────────────────────┤
//	│ 3 probes                   │ 4 timeline                   │
//	└───────────────────── footer, 1 line ──────────────────────┘
//
// Of two panes above each other each gets half, unless one of them is low: that one gets a
// quarter, and the other what is left. With a detail open the focused pane takes the left side and the detail the right.
func arrange(width, height, focus int, zoom, detail bool, low [paneCount]bool) layout {
	l := layout{summaries: [paneCount]int{-1, -1, -1, -1}}
	switch {
	case width < lineColumns || height < lineRows:
		l.shape = shapeLine
		return l
	case width < fullColumns || height < fullRows:
		l.shape, l.header = shapeTabs, 2
		if height >= footerRows {
			l.footer = 1
		}
	case width < gridColumns:
		l.shape, l.header, l.footer = shapeColumn, 2, 1
	default:
		l.shape, l.header, l.footer = shapeGrid, 2, 1
	}
	l.body = rect{0, l.header, width, height - l.header - l.footer}
	switch {
	case detail && l.shape == shapeGrid && !zoom:
		left := split(width)
		l.panes[focus] = rect{0, l.body.y, left, l.body.height}
		l.detail = rect{left, l.body.y, width - left, l.body.height}
	case detail:
		l.detail = l.body
	case zoom || l.shape == shapeTabs:
		l.panes[focus] = l.body
	case l.shape == shapeColumn:
		l.column(focus)
	default:
		l.grid(low)
	}
	return l
}

// split is how many columns the left side of a grid gets.
func split(width int) int { return width * 46 / 100 }

func (l *layout) grid(low [paneCount]bool) {
	b, left := l.body, split(l.body.width)
	for side, at := range [...]rect{{x: 0, width: left}, {x: left, width: b.width - left}} {
		upper := (b.height + 1) / 2
		switch {
		case low[side] == low[side+2]:
		case low[side]:
			upper = quarter(b.height)
		default:
			upper = b.height - quarter(b.height)
		}
		l.panes[side] = rect{at.x, b.y, at.width, upper}
		l.panes[side+2] = rect{at.x, b.y + upper, at.width, b.height - upper}
	}
}

// quarter is how high a low pane is, frame included.
func quarter(height int) int { return max(height/4, 5) }

func (l *layout) column(focus int) {
	y := l.body.y
	for i := range paneCount {
		if i == focus {
			l.panes[i] = rect{0, y, l.body.width, l.body.height - paneCount + 1}
			y += l.panes[i].height
		} else {
			l.summaries[i] = y
			y++
		}
	}
}
