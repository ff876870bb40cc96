package ui

import (
	"strings"
	"testing"
	"time"

	"warroom/internal/room"
	"warroom/theme"
)

func TestHowLongAnEndpointWasUpStandsUnderItsLooks(t *testing.T) { // S14
	hour := room.Stretch{From: noon.Truncate(time.Hour), Looks: 4, Good: 3, Up: 90_000, Down: 30_000}
	minute := room.Stretch{From: noon.Truncate(time.Minute), Looks: 2, Good: 1, Up: 10_000, Down: 20_000}
	for _, c := range []struct {
		name  string
		looks *room.Looks
		want  string // "" for none
	}{
		{"a day and an hour", &room.Looks{Minute: minute, Hour: hour, Timed: hour.From}, "up by time 5m 33.33%, 1h 33.33%, 24h 75.00%"},
		{"looks whose time is not known", &room.Looks{Minute: room.Stretch{From: noon.Truncate(time.Minute), Looks: 2, Good: 1}}, ""},
		{"none", nil, ""},
	} {
		g := &page{pen: &pen{theme: new(theme.Theme), marks: &theme.Unicode, now: noon}, width: 100}
		g.windows(c.looks, 0)
		got := ""
		for _, line := range g.lines {
			if text := strings.Join(strings.Fields(line), " "); strings.HasPrefix(text, "up by time") {
				got = text
			}
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q in\n%s", c.name, got, c.want, strings.Join(g.lines, "\n"))
		}
	}
}
