package ui

import (
	"fmt"
	"strings"

	"warroom/internal/room"
	"warroom/theme"
)

// Replay is a journal that is played again.
type Replay struct {
	room.Steering
	Name     string // of what is played: a room or a file
	Scenario string // of the drill that was kept in it; "" if it was no drill
}

// played is what a screen plays instead of showing the present of a live room. The zero
// played is live.
type played struct {
	room.Pace               // nil when live
	steering  room.Steering // nil for one who may only look on
	word      string        // DRILL, REPLAY, or both
	name      string        // the scenario, or what is played again
	replay    bool
}

// playing is what is played, if anything is.
func playing(drill room.Drill, replay *Replay) played {
	switch {
	case replay != nil && replay.Scenario != "":
		return played{replay.Steering, replay.Steering, "DRILL REPLAY", replay.Scenario, true}
	case replay != nil:
		return played{replay.Steering, replay.Steering, "REPLAY", replay.Name, true}
	case drill != nil:
		return played{drill, drill, "DRILL", drill.Scenario(), false}
	}
	return played{}
}

// on says whether anything is played.
func (p *played) on() bool { return p.Pace != nil }

// ending says that there is no more to come.
func (p *played) ending() string {
	if p.replay {
		return "the replay is over"
	}
	return "the scenario is over"
}

// mark puts the word before a text, where there is one.
func (p *played) mark(text string) string { return strings.TrimSpace(p.word + " " + text) }

// pace says how the clock of what is played runs.
func (m *Model) pace() label {
	text := fmt.Sprintf(" %s%.0f ", m.pen.marks.Times, m.played.Speed())
	switch {
	case m.played.Over() && m.played.replay:
		text = " it ends here, :jump goes back "
	case m.played.Over():
		text = " the story is over, " + m.keyOf("quit") + " leaves "
	case m.played.Paused():
		text = " " + m.pen.marks.Pause + " paused "
	}
	return label{token: theme.Drill, text: text}
}
