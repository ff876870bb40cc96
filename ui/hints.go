package ui

import (
	"warroom/internal/room"
	"warroom/theme"
)

// hintLines are for the first minutes; they go away with the first key. Keys are those
// of the action table, so that they are true whatever the config binds.
func (m *Model) hintLines() [][2]string {
	k := m.keyOf
	lines := [][2]string{
		{k("down") + " " + k("up"), "move, also with the arrows; " + k("health") + " to " + k("timeline") + " or " + k("next-pane") + " choose a pane"},
		{k("open"), "open what is under the cursor; " + k("back") + " is always one step out"},
		{k("filter") + " " + k("zoom") + " " + k("freeze"), "filter, zoom, freeze the view while the room goes on"},
		{k("earlier") + " " + k("later") + " " + k("live"), "walk back in time line by line, forward again, and back to now"},
	}
	if m.role.May(room.MayAct) {
		lines = append(lines, [2]string{k("ack") + " " + k("claim") + " " + k("note"), "acknowledge, claim, note; " + k("undo") + " takes your last act back"})
	}
	return append(lines, [][2]string{
		{k("commands"), "every command by name, with completion"},
		{k("help"), "every key; " + k("quit") + " quits"},
	}...)
}

// hintRows is how high a body must be for the hints to leave enough of it.
const hintRows = 18

func (m *Model) hinting() bool { return m.welcome && m.overlay == overlayNothing && !m.detail }

// hintSheet is shown over the lower end of the body until a key is pressed.
func (m *Model) hintSheet(width, height int) []string {
	if height < hintRows {
		return nil
	}
	var lines []string
	for _, hint := range m.hintLines() {
		lines = append(lines, m.pen.row(width-4, false, false,
			cell{token: theme.Accent, text: hint[0], width: 8},
			cell{token: theme.Text, text: hint[1], width: flex}))
	}
	box := frame{labels: []label{{token: theme.Strong, text: "welcome"}, {token: theme.Muted, text: "any key takes this away"}}, lines: lines, focused: true}
	return box.draw(&m.pen, width)
}
