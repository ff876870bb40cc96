package ui

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/theme"
)

func (m *Model) doPause(string) tea.Cmd {
	if m.played.steering.Pause() {
		m.say(theme.Muted, "paused; "+m.keyOf("pause")+" goes on")
	}
	return nil
}

func changeSpeed(by float64) func(*Model, string) tea.Cmd {
	return func(m *Model, _ string) tea.Cmd {
		m.saySpeed(m.played.steering.SetSpeed(m.played.Speed() * by))
		return nil
	}
}

func (m *Model) saySpeed(speed float64) {
	m.say(theme.Muted, fmt.Sprintf("%.0f times as fast as real time", speed))
}

func (m *Model) doSpeed(arg string) tea.Cmd {
	speed, err := strconv.ParseFloat(strings.Trim(arg, "x× "), 64)
	if err != nil || speed <= 0 {
		m.say(theme.Warning, fmt.Sprintf("speed: %q is not a number above 0; try :speed 60", arg))
		return nil
	}
	m.saySpeed(m.played.steering.SetSpeed(speed))
	return nil
}

func (m *Model) doJump(arg string) tea.Cmd {
	to, err := m.jumpTo(strings.TrimSpace(arg))
	if err == nil {
		err = m.played.steering.Jump(to)
	}
	if err != nil {
		m.say(theme.Warning, err.Error())
	}
	return nil
}

// jumpTo reads where to jump to: a time of the day that is played, or a whole moment.
func (m *Model) jumpTo(text string) (time.Time, error) {
	now := m.reader.Now()
	for _, layout := range timesOfDay {
		if t, err := time.Parse(layout, text); err == nil {
			return onDay(now, t), nil
		}
	}
	to, err := parseMoment(text, now)
	if err != nil {
		return to, fmt.Errorf("jump: %q is not a time of day; try :jump 09:20", text)
	}
	return to, nil
}
