package cli

import (
	"strings"
	"testing"
	"time"

	"warroom/ui"
)

func TestWhatAWallCannotBeIsSaid(t *testing.T) {
	alone(t)
	for _, c := range []struct{ args, want string }{
		{"--night soon", `--night: "soon" is no part of a day; write two hours such as 22-07, or two times such as 21:30-06:00`},
		{"--night 22-25", `--night: "22-25" is no part of a day`},
		{"--night 22-22:00", "--night: 22-22:00 is no time at all"},
		{"--zone Mars/Olympus", `--zone: "Mars/Olympus" is no time zone that this machine knows`},
		{"story.yaml", `kiosk takes a SCENARIO only with --drill, and there is "story.yaml"`},
		{"--from 07:20", "--from is of a drill, and this is the real room; add --drill, or take --from away"},
		{"--drill --room prod", "--room: a drill plays in a made-up world"},
		{"--drill nosuchstory", "nosuchstory"},
		{"--drill a b", `kiosk takes one SCENARIO and nothing more, and there is "b"`},
	} {
		status, _, stderr := run(t, append([]string{"kiosk"}, strings.Fields(c.args)...)...)
		if status != exitCannot || !strings.Contains(stderr, c.want) {
			t.Errorf("kiosk %s: status %d, %s", c.args, status, stderr)
		}
	}
}

func TestNightHoursAreReadAsHoursOrTimes(t *testing.T) {
	for text, want := range map[string]ui.Hours{
		"22-07":       {From: 22 * time.Hour, To: 7 * time.Hour},
		"0-6":         {From: 0, To: 6 * time.Hour},
		"21:30-06:15": {From: 21*time.Hour + 30*time.Minute, To: 6*time.Hour + 15*time.Minute},
	} {
		if got, err := nightHours(text); err != nil || got != want {
			t.Errorf("%s is %v, %v", text, got, err)
		}
	}
}
