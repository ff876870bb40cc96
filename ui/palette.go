package ui

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"warroom/internal/room"
	"warroom/theme"
)

// paletteRows is how many lines are listed at once.
const paletteRows = 10

// offer is one line of the palette: an action, or one value of its argument.
type offer struct {
	action action
	value  string // "" for the action itself
}

// line is what completing an offer puts into the input line.
func (o offer) line() string {
	switch {
	case o.value != "":
		return o.action.id + " " + o.value
	case o.action.arg != "":
		return o.action.id + " "
	}
	return o.action.id
}

// offers is what the typed line can become: the values of an action's argument once
// its name is there, else the actions whose name or title has what is typed; those
// whose name begins with it come first.
func (m *Model) offers() []offer {
	text := strings.TrimLeft(m.input.Value(), " ")
	name, arg, spaced := strings.Cut(text, " ")
	if i := actionIndex(m.actions, name); spaced && i >= 0 && m.actions[i].gives != nil && m.possible(m.actions[i]) {
		return valuesOf(m, m.actions[i], strings.TrimSpace(arg))
	}
	name = strings.ToLower(name)
	var first, rest []offer
	for _, a := range m.actions {
		switch {
		case a.when == underCover || !m.possible(a):
		case strings.HasPrefix(a.id, name):
			first = append(first, offer{action: a})
		case strings.Contains(a.id, name) || len(name) >= fuzzyLeast && strings.Contains(strings.ToLower(a.title), name):
			rest = append(rest, offer{action: a})
		}
	}
	return append(first, rest...)
}

func valuesOf(m *Model, a action, typed string) []offer {
	var found []offer
	for _, value := range a.gives(m) {
		if strings.HasPrefix(value, typed) {
			found = append(found, offer{a, value})
		}
	}
	return found
}

// marked is the offer under the palette's cursor.
func (m *Model) marked() (o offer, ok bool) {
	offers := m.offers()
	if len(offers) == 0 {
		return offer{}, false
	}
	return offers[clamp(m.choice, 0, len(offers)-1)], true
}

// complete puts the marked offer into the line.
func (m *Model) complete() {
	o, ok := m.marked()
	if !ok {
		return
	}
	m.input.SetValue(o.line())
	m.input.CursorEnd()
	m.choice = 0
}

// run does what the palette's line says: the row of that number, the action of that
// name, or the marked offer.
func (m *Model) run(text string) tea.Cmd {
	name, arg, _ := strings.Cut(text, " ")
	arg = strings.TrimSpace(arg)
	if _, err := strconv.Atoi(text); err == nil {
		return m.doRow(text)
	}
	if i := actionIndex(m.actions, name); i >= 0 && m.possible(m.actions[i]) {
		a := m.actions[i]
		o, offered := m.marked()
		if a.gives != nil && offered && o.action.id == name && (m.choice > 0 || a.near && arg != "" && !slices.Contains(a.gives(m), arg)) {
			arg = o.value
		}
		return m.runAction(a, arg)
	}
	o, ok := m.marked()
	if !ok {
		m.say(theme.Warning, fmt.Sprintf("there is no command %q; %s lists them", name, m.keyOf("commands")))
		return nil
	}
	return m.runAction(o.action, arg)
}

// runAction does an action, or asks for the argument that it cannot do without.
func (m *Model) runAction(a action, arg string) tea.Cmd {
	if a.least && arg == "" {
		return m.ask(askingCommand, a.id+" ")
	}
	if !m.may(a) {
		return nil
	}
	if a.needs == room.MayAct && arg != "" && m.past.travels() && !m.mayAct() { // nothing that was typed is lost
		return m.ask(askingCommand, a.id+" "+arg)
	}
	return m.do(a, arg)
}

// palette is the list of offers above the input line.
func (m *Model) palette(width, height int) []string {
	offers := m.offers()
	m.choice = clamp(m.choice, 0, max(0, len(offers)-1))
	rows := min(paletteRows, height-2)
	first := clamp(m.choice-rows+1, 0, max(0, len(offers)-rows))
	var lines []string
	for i := first; i < min(first+rows, len(offers)); i++ {
		lines = append(lines, m.offerLine(offers[i], i == m.choice, width-4))
	}
	if len(offers) == 0 {
		lines = append(lines, m.pen.row(width-4, false, false, cell{token: theme.Muted, text: m.noOffers(), width: flex}))
	}
	name := "commands"
	if len(offers) > 0 && offers[0].value != "" {
		name = offers[0].action.id + " " + offers[0].action.arg
	}
	about := label{token: theme.Muted, text: "tab completes, enter runs, esc leaves"}
	if m.message.text != "" {
		about = m.message
	}
	box := frame{labels: []label{{token: theme.Strong, text: name}, about}, lines: lines, focused: true}
	return box.draw(&m.pen, width)
}

// noOffers says what to type where nothing is offered.
func (m *Model) noOffers() string {
	name, _, _ := strings.Cut(strings.TrimSpace(m.input.Value()), " ")
	if i := actionIndex(m.actions, name); i >= 0 && m.actions[i].arg != "" {
		return "type a " + m.actions[i].arg + " to " + m.actions[i].title
	}
	return "no command has that in its name"
}

func (m *Model) offerLine(o offer, under bool, width int) string {
	if o.value != "" {
		return m.pen.row(width, under, false, cell{token: theme.Accent, text: o.value, width: flex})
	}
	return m.pen.row(width, under, false,
		cell{token: theme.Accent, text: strings.TrimSpace(o.action.id + " " + o.action.arg), width: 20},
		cell{token: theme.Text, text: o.action.title, width: flex},
		cell{token: theme.Muted, text: strings.Join(o.action.keys, " "), width: 12, right: true, rank: 1})
}
