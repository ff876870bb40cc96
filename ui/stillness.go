package ui

import (
	"fmt"
	"time"

	"github.com/charmbracelet/x/ansi"

	"warroom/theme"
)

// standsStill says whether the screen shows another moment than the present.
func (m *Model) standsStill() bool { return m.frozen || m.past.travels() }

// stillness says in the header which moment it is that is shown instead of the present,
// how far behind that is, and how to get back.
func (m *Model) stillness() []label {
	dot := " " + m.pen.marks.Dot + " "
	switch {
	case m.past.travels():
		text := fmt.Sprintf("PAST %s%s%d behind%s%s live", m.momentShown(), dot, m.behind(), dot, m.keyOf("live"))
		return []label{{token: theme.Past, text: " " + text + " "}}
	case m.frozen:
		return []label{{token: theme.Frozen, text: fmt.Sprintf(" FROZEN %d behind ", m.behind())}}
	}
	return nil
}

// momentShown is the moment on the screen, with its date unless that is today's.
func (m *Model) momentShown() string {
	now := m.reader.Now()
	if m.pen.zoned(now).Format(time.DateOnly) == m.pen.zoned(m.pen.now).Format(time.DateOnly) {
		return m.pen.clock(m.pen.now)
	}
	return m.pen.date(m.pen.now)
}

// hour is the time at the end of the header. What is played again is hardly ever of
// today.
func (m *Model) hour() string {
	if m.played.replay {
		return m.pen.date(m.pen.now)
	}
	return m.pen.clock(m.pen.now)
}

// elsewhen is put before what leaves the screen while it shows the past.
func (m *Model) elsewhen() string {
	if !m.past.travels() {
		return ""
	}
	return "PAST " + m.momentShown() + " - "
}

// lead is the first line of a header, with a label at its end. While the screen shows the
// past it is one bar from edge to edge, so that nobody takes what is below for the
// present; its time stands in the bar already.
func (m *Model) lead(width int, labels []label, last label) string {
	if !m.past.travels() {
		return m.spread(width, labels, last)
	}
	line := ansi.Strip(m.spread(width, labels, label{}))
	return m.pen.theme.Paint(theme.Past, line)
}
