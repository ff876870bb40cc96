package ui

import "warroom/internal/room"

const (
	frameRows = 2
	// spareRows is how many rows must be free before a pane becomes low, so that one row
	// that comes and goes does not move the screen.
	spareRows = 3
)

// apportion finds out which panes are low: with the little that is in them they leave their
// room to the pane above or below. A filter, which anybody types for a moment, moves nothing.
func (m *Model) apportion() {
	if m.filter.text != "" {
		return
	}
	l := arrange(m.width, m.height, m.focus, false, false, m.low)
	if l.shape != shapeGrid {
		return
	}
	for i, p := range m.panes {
		rows := quarter(l.body.height) - frameRows
		if !m.low[i] {
			rows -= spareRows
		}
		m.low[i] = p.needs(&m.pen, m.shown, l.panes[i].width, l.body.height) <= rows
	}
}

// emptyRows is how many rows an empty pane takes to say why it is empty.
const emptyRows = 2

// needs is how many rows a pane has to show: its troubles and its items.
func (p *pane) needs(pen *pen, s *room.Snapshot, width, height int) int {
	rows := p.rows.len()
	if rows == 0 {
		rows = emptyRows
	}
	if rows > height {
		return rows
	}
	return rows + len(p.notices(pen, s, width-4, height))
}
