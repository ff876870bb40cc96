package ui

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"warroom/theme"
)

// viewLimit bounds how many views one person keeps: more than anybody finds again.
const viewLimit = 50

// viewNames are the saved views, by name.
func (m *Model) viewNames() []string { return slices.Sorted(maps.Keys(m.memory.Views)) }

func (m *Model) doView(name string) tea.Cmd {
	if name == "" {
		if len(m.memory.Views) == 0 {
			m.say(theme.Muted, "no view is saved yet; :save NAME saves this one")
			return nil
		}
		return m.ask(askingCommand, "view ")
	}
	v, ok := m.memory.Views[name]
	if !ok {
		m.say(theme.Warning, fmt.Sprintf("there is no view %q; %s", name, m.knownViews()))
		return nil
	}
	m.lookAt(v)
	m.say(theme.Muted, "view "+name)
	return nil
}

// saved says whether there is a view of that name.
func (m *Model) saved(name string) bool {
	_, ok := m.memory.Views[name]
	return ok
}

func (m *Model) knownViews() string {
	if names := m.viewNames(); len(names) > 0 {
		return "there are " + strings.Join(names, ", ")
	}
	return ":save NAME saves one"
}

func (m *Model) doSave(name string) tea.Cmd {
	switch {
	case name == "" || strings.ContainsAny(name, " \t"):
		m.say(theme.Warning, fmt.Sprintf("save: %q is no name for a view; write one word, such as :save checkout", name))
		return nil
	case m.keep == nil:
		m.say(theme.Warning, "this screen is not remembered, so a view cannot be saved")
		return nil
	case len(m.memory.Views) >= viewLimit && !m.saved(name):
		m.say(theme.Warning, fmt.Sprintf("%d views are saved and no more fit; :forget NAME makes room", viewLimit))
		return nil
	}
	views := maps.Clone(m.memory.Views)
	if views == nil {
		views = map[string]View{}
	}
	views[name] = m.view()
	m.keepViews(views, "saved; :view "+name+" comes back to it")
	return nil
}

func (m *Model) doForget(name string) tea.Cmd {
	if _, ok := m.memory.Views[name]; !ok {
		m.say(theme.Warning, fmt.Sprintf("there is no view %q; %s", name, m.knownViews()))
		return nil
	}
	views := maps.Clone(m.memory.Views)
	delete(views, name)
	m.keepViews(views, "view "+name+" is forgotten")
	return nil
}

// keepViews goes over to other saved views, unless they cannot be kept.
func (m *Model) keepViews(views map[string]View, done string) {
	before := m.memory.Views
	m.memory.Views = views
	if err := m.keepMemory(); err != nil {
		m.memory.Views = before
		m.say(theme.Warning, err.Error())
		return
	}
	m.say(theme.Muted, done)
}
