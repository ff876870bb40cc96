package serve

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"warroom/internal/screen"
	"warroom/ui"
)

// watched is a person's screen as the house shares it.
type watched struct{ *ui.Model }

// ScreenOf makes a person's screen one that a screen.House shows.
func ScreenOf(m *ui.Model) screen.Screen { return watched{m} }

// ModelOf is the model of such a screen.
func ModelOf(s screen.Screen) *ui.Model { return s.(watched).Model }

// Close implements screen.Screen. How it was left is remembered when its person leaves,
// and not when it becomes one of several's.
func (w watched) Close() error {
	w.Leave()
	return nil
}

// Copy implements screen.Screen.
func (w watched) Copy(ctx context.Context) screen.Screen { return watched{w.Model.Copy(ctx)} }

// Update implements tea.Model.
func (w watched) Update(message tea.Msg) (tea.Model, tea.Cmd) {
	_, command := w.Model.Update(message)
	return w, command
}

// wall is a wall as the house shares it.
type wall struct{ *ui.Kiosk }

// WallOf makes a wall a screen that a screen.House shows.
func WallOf(k *ui.Kiosk) screen.Screen { return wall{k} }

// Key implements screen.Screen: walls are nobody's, and all can be shared.
func (w wall) Key() (any, bool) { return w.Kiosk.Key(), true }

// Copy implements screen.Screen.
func (w wall) Copy(ctx context.Context) screen.Screen { return wall{w.Kiosk.Copy(ctx)} }

// Update implements tea.Model.
func (w wall) Update(message tea.Msg) (tea.Model, tea.Cmd) {
	_, command := w.Kiosk.Update(message)
	return w, command
}
