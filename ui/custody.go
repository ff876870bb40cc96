package ui

import (
	"fmt"
	"strings"

	"warroom/theme"
)

// keepingTrouble says why what happens is not on disk, in full; "" while it is. It is
// about the present, whatever moment the screen shows.
func (m *Model) keepingTrouble() string {
	switch keeping := &m.live.Keeping; {
	case keeping.Trouble != nil:
		return keeping.Trouble.String()
	case keeping.Node == "" && m.noJournal != "":
		return "nothing of this room is kept: " + m.noJournal
	}
	return ""
}

// custody says in the header what becomes of what happens here: that it is not kept, or
// that this screen only looks. Nothing is said while all is well.
func (m *Model) custody() []label {
	var labels []label
	keeping := &m.live.Keeping
	switch {
	case m.keepingTrouble() != "":
		labels = append(labels, label{token: theme.Warning, text: " NOT KEPT" + m.notKeptFor() + " "})
	case keeping.Lost > 0:
		labels = append(labels, label{token: theme.Warning, text: fmt.Sprintf(" %d LOST ", keeping.Lost)})
	}
	if !m.hasDesk() && m.readOnly != "" && !m.played.replay {
		labels = append(labels, label{token: theme.Accent, text: " READ-ONLY "})
	}
	return labels
}

// notKeptFor is since when nothing has been kept, and how much waits or was given up, as
// far as there is room.
func (m *Model) notKeptFor() string {
	keeping := &m.live.Keeping
	if keeping.Trouble == nil || m.width < fullColumns {
		return ""
	}
	text := ""
	if !keeping.Since.IsZero() {
		text = " " + age(m.reader.Now().Sub(keeping.Since))
	}
	if m.width >= gridColumns {
		dot := " " + m.pen.marks.Dot + " "
		text += dot + plural(keeping.Waiting, "event")
		if keeping.Lost > 0 {
			text += dot + fmt.Sprintf("%d lost", keeping.Lost)
		}
	}
	return text
}

// unkept is the second line of the header where nothing worse is to be said.
func (m *Model) unkept() []label {
	if text := m.keepingTrouble(); text != "" {
		return []label{{token: theme.Warning, text: m.pen.marks.Warning + " " + m.pen.plain(text)}}
	}
	return nil
}

// custodyLines tells the same in full above the program's own log.
func (m *Model) custodyLines(g *page) {
	var said []string
	if text := m.keepingTrouble(); text != "" {
		said = append(said, "not kept: "+text)
	}
	if n := m.live.Keeping.Lost; n > 0 {
		said = append(said, plural(n, "reading")+" given up, which are not in the journal: the disk was away for longer than they could wait")
	}
	if !m.hasDesk() && m.readOnly != "" {
		said = append(said, "read-only: "+m.readOnly)
	}
	for _, text := range said {
		g.add(theme.Warning, m.pen.marks.Warning+" "+strings.TrimSpace(text))
	}
	if len(said) > 0 {
		g.blank()
	}
}
