package ui

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/internal/room"
	"warroom/theme"
)

func stepLines(by int) func(*Model, string) tea.Cmd {
	return func(m *Model, _ string) tea.Cmd { return m.travel(move{lines: by}) }
}

func stepTime(by time.Duration) func(*Model, string) tea.Cmd {
	return func(m *Model, _ string) tea.Cmd {
		if by > 0 && !m.past.travels() && !m.past.busy && !m.frozen {
			m.say(theme.Muted, "this is the present")
			return nil
		}
		return m.travel(move{by: by})
	}
}

func (m *Model) doAt(arg string) tea.Cmd {
	to, err := parseMoment(arg, m.reader.Now())
	if err != nil {
		m.say(theme.Warning, "at: "+err.Error())
		return nil
	}
	if to.After(m.reader.Now()) {
		m.say(theme.Warning, fmt.Sprintf("at: %s has not come yet; %s is now", m.pen.date(to), m.pen.date(m.reader.Now())))
		return nil
	}
	return m.travel(move{to: to})
}

// doMoment goes to the moment at which the line under the cursor was recorded. Of a run
// that is folded it is the first line.
func (m *Model) doMoment(string) tea.Cmd {
	it, ok := m.panes[m.focus].selected()
	switch {
	case !ok:
		m.say(theme.Muted, "there is no row to go from")
		return nil
	case it.event == nil:
		m.say(theme.Muted, fmt.Sprintf("only a line of the timeline (%s) has a moment", m.keyOf("timeline")))
		return nil
	}
	m.panes[m.focus].moved = true // the cursor stays with the line
	return m.travel(move{to: recorded(it.event)})
}

// recorded is when this room, or the one that told it, came to know of an event.
func recorded(e *room.Event) time.Time { return e.Stamp.Time() }

func (m *Model) doLive(string) tea.Cmd {
	m.present()
	return nil
}

// How a moment can be written. Without a zone it is UTC, as everywhere.
var (
	timesOfDay = []string{"15:04", "15:04:05", "15:04Z", "15:04:05Z"}
	fullTimes  = []string{"2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02T15:04Z", "2006-01-02T15:04:05Z", "2006-01-02 15:04", "2006-01-02 15:04:05", "2006-01-02 15:04Z", "2006-01-02 15:04:05Z"}
)

// parseMoment reads a moment of room time. A time of day is the last one that there was
// by now.
func parseMoment(text string, now time.Time) (time.Time, error) {
	text = strings.ToUpper(strings.TrimSpace(text))
	for _, layout := range fullTimes {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	for _, layout := range timesOfDay {
		if t, err := time.Parse(layout, text); err == nil {
			t = onDay(now, t)
			if t.After(now) {
				t = t.AddDate(0, 0, -1)
			}
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no moment; write a time of day in UTC such as 14:05 or 14:05:30, or with its day, as in %s", text, now.UTC().Format("2006-01-02T15:04"))
}

// onDay is a time of day on the day of another moment.
func onDay(day, of time.Time) time.Time {
	day = day.UTC()
	return time.Date(day.Year(), day.Month(), day.Day(), of.Hour(), of.Minute(), of.Second(), 0, time.UTC)
}
