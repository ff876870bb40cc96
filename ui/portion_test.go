package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/internal/room"
)

// TestAPaneWithLittleInItLeavesItsRoomToTheOther: few Health events above many probes, and
// many alarms above a timeline in which not much has happened yet.
func TestAPaneWithLittleInItLeavesItsRoomToTheOther(t *testing.T) {
	clock := &standing{now: time.Date(2025, 10, 20, 7, 30, 0, 0, time.UTC)}
	r := room.New(room.Options{Clock: clock, OnFlush: true})
	events := func(n int) {
		in := scope("health", "prod", "global")
		var all []room.Signal
		for i := range n {
			all = append(all, room.Signal{Key: fmt.Sprint("health/", i), Kind: room.KindHealth, Scope: in, State: room.Critical, Word: "OPEN", Title: fmt.Sprint("event ", i), Since: clock.now, Detail: &room.HealthDetail{}})
		}
		r.Observe(room.Observation{Scope: in, Watch: "health/prod", At: clock.now, Signals: all, Done: true, Complete: true})
	}
	in := scope("cloudwatch", "prod", "us-east-1")
	var alarms []room.Signal
	for i := range 60 {
		alarms = append(alarms, alarmIn(clock, in, fmt.Sprint("alarm-", i), room.Critical, "ALARM", 3))
		probe := probeIn(clock, fmt.Sprint("probe-", i), "us-east-1", room.Critical, "DOWN", "got 503", 3)
		r.Observe(room.Observation{Scope: probe.Scope, Watch: probe.Key, At: clock.now, Signals: []room.Signal{probe}, Done: true})
	}
	r.Observe(room.Observation{Scope: in, Watch: "cloudwatch/prod", At: clock.now, Signals: alarms, Done: true, Complete: true})
	events(2)
	m := screen(t, r, clock, 160, 48) // 45 lines of body, of which a quarter are 11
	heights := func(when string, want ...int) {
		t.Helper()
		l := m.arranged()
		for i := range want {
			if l.panes[i].height != want[i] {
				t.Errorf("%s the heights are %v, want %v", when, l.panes, want)
				return
			}
		}
		if lines := m.lines(); len(lines) != m.height {
			t.Errorf("%s there are %d lines on a screen of %d", when, len(lines), m.height)
		}
	}
	heights("with two events", 11, 34, 34, 11)
	events(9)
	settle(t, m)
	heights("with as many as there is room for", 11, 34, 34, 11)
	events(10)
	settle(t, m)
	heights("with one more", 23, 34, 22, 11)
	events(7)
	settle(t, m)
	heights("with a few less", 23, 34, 22, 11)
	press(m, "/")
	typeIn(m, "alarm-1")
	press(m, "enter")
	heights("while a filter leaves few rows", 23, 34, 22, 11)
	press(m, "esc")
	events(6)
	settle(t, m)
	heights("with rows to spare", 11, 34, 34, 11)
	m.Update(tea.WindowSizeMsg{Width: 160, Height: 24})
	heights("on a lower screen", 11, 11, 10, 10)
}

// TestNobodyCountsWhatNobodyHasSeen: neither in the title of a pane nor where it is summed
// up, whether it is off or was never seen.
func TestNobodyCountsWhatNobodyHasSeen(t *testing.T) {
	clock := &standing{now: time.Date(2025, 10, 20, 7, 30, 0, 0, time.UTC)}
	r := room.New(room.Options{Clock: clock, OnFlush: true})
	in := scope("cloudwatch", "prod", "us-east-1")
	r.Observe(room.Observation{Scope: in, Watch: "cloudwatch/prod", At: clock.now, Done: true, Trouble: &room.Trouble{What: "no alarms", Why: "no answer", Next: "wait"}})
	see := func() {
		probe := probeIn(clock, "shop", "us-east-1", room.OK, "UP", "", 3)
		r.Observe(room.Observation{Scope: probe.Scope, Watch: probe.Key, At: clock.now, Signals: []room.Signal{probe}, Done: true})
	}
	see()
	for _, width := range []int{160, 80} {
		screen := plainFrame(screen(t, r, clock, width, 40))
		for _, nought := range []string{"0 open of 0", "0 ALARM"} {
			if strings.Contains(screen, nought) {
				t.Errorf("at %d columns it says %q\n%s", width, nought, screen)
			}
		}
		if !strings.Contains(screen, "never seen") || !strings.Contains(screen, "0 DOWN of 1") {
			t.Errorf("at %d columns it shows\n%s", width, screen)
		}
	}
}
