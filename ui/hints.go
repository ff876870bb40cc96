package ui

import "warroom/theme"

// hintLines are for the first minutes; they go away with the first key.
var hintLines = [][2]string{
	{"j k", "move, also with the arrows; 1 to 4 or tab choose a pane"},
	{"enter", "open what is under the cursor; esc is always one step out"},
	{"/ z f", "filter, zoom, freeze the view while the room goes on"},
	{":", "every command by name, with completion"},
	{"?", "every key; q quits"},
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
	for _, hint := range hintLines {
		lines = append(lines, m.pen.row(width-4, false, false,
			cell{token: theme.Accent, text: hint[0], width: 6},
			cell{token: theme.Text, text: hint[1], width: flex}))
	}
	box := frame{labels: []label{{theme.Strong, "welcome"}, {theme.Muted, "any key takes this away"}}, lines: lines, focused: true}
	return box.draw(&m.pen, width)
}
