package ui

import "slices"

// Memory is how one person left the screen, to find it so again. It is written as
// JSON; what an older or newer program does not know in it is left out.
type Memory struct {
	View
	Theme     string          `json:"theme,omitempty"`      // the theme picked on the screen
	ThemeOver string          `json:"theme_over,omitempty"` // what was asked for when it was picked; another wish since then wins
	Local     bool            `json:"local,omitempty"`
	Mouse     bool            `json:"mouse,omitempty"`
	Views     map[string]View `json:"views,omitempty"` // by name
	Visited   bool            `json:"visited,omitempty"`
}

// View is what one looks at: which pane, how it is sorted, what is left out.
type View struct {
	Focus  int      `json:"focus,omitempty"`
	Zoom   bool     `json:"zoom,omitempty"`
	Filter string   `json:"filter,omitempty"`
	Orders []string `json:"orders,omitempty"` // by pane; "" for the usual one
}

// view is what this screen looks at now.
func (m *Model) view() View {
	v := View{Focus: m.focus, Zoom: m.zoom, Filter: m.filter.text, Orders: make([]string, paneCount)}
	for i, p := range m.panes {
		if p.order != 0 {
			v.Orders[i] = orders[p.order].name
		}
	}
	if !slices.ContainsFunc(v.Orders, func(name string) bool { return name != "" }) {
		v.Orders = nil
	}
	return v
}

// lookAt changes to a view. What it names and nobody knows is left as it usually is.
func (m *Model) lookAt(v View) {
	m.focus, m.zoom, m.detail = clamp(v.Focus, 0, paneCount-1), v.Zoom, false
	for i, p := range m.panes {
		p.order = 0
		if i < len(v.Orders) && !p.tail {
			p.order = max(0, slices.Index(orderNames(), v.Orders[i]))
		}
	}
	m.setFilter(v.Filter)
}

// remember is everything about this screen that its person wants to find again.
func (m *Model) remember() Memory {
	memory := m.memory
	memory.View = m.view()
	memory.Filter = "" // it would hide trouble from whoever has forgotten it; :save keeps one
	memory.Local, memory.Mouse, memory.Visited = m.pen.local, m.mouse, true
	return memory
}

// recall makes the screen as it was left.
func (m *Model) recall(memory Memory) {
	m.memory = memory
	m.pen.local, m.mouse = memory.Local, memory.Mouse
	m.welcome = !memory.Visited
	m.lookAt(memory.View)
}

// keepMemory writes the memory down, and says if that cannot be.
func (m *Model) keepMemory() error {
	if m.keep == nil {
		return nil
	}
	m.memory = m.remember()
	return m.keep(m.memory)
}
