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
	if m.drill.Pause() {
		m.say(theme.Muted, "paused; "+m.keyOf("pause")+" goes on")
	}
	return nil
}

func changeSpeed(by float64) func(*Model, string) tea.Cmd {
	return func(m *Model, _ string) tea.Cmd {
		m.saySpeed(m.drill.SetSpeed(m.drill.Speed() * by))
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
	m.saySpeed(m.drill.SetSpeed(speed))
	return nil
}

func (m *Model) doJump(arg string) tea.Cmd {
	at, err := time.Parse("15:04", strings.TrimSpace(arg))
	if err != nil {
		m.say(theme.Warning, fmt.Sprintf("jump: %q is not a time of day; try :jump 09:20", arg))
		return nil
	}
	now := m.reader.Now()
	to := time.Date(now.Year(), now.Month(), now.Day(), at.Hour(), at.Minute(), 0, 0, time.UTC)
	if err := m.drill.Jump(to); err != nil {
		m.say(theme.Warning, err.Error())
	}
	return nil
}
