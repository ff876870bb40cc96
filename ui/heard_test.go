package ui

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/internal/room"
)

// push tells the room by a message that an alarm began to ring some time ago.
func push(t *testing.T, m *Model, clock *standing, name string, ago time.Duration) {
	t.Helper()
	s := alarmIn(clock, scope("cloudwatch", "prod", "us-east-1"), name, room.Critical, "ALARM", int(ago.Minutes()))
	m.reader.(*room.Room).Hear(scope("push", "", "us-west-2"), []room.Message{{Signal: s, At: s.Since, Was: room.OK, WasTo: "OK"}})
	settle(t, m)
}

func TestAMessageThatWasHeldUpForHoursIsShownAndCallsNobody(t *testing.T) {
	clock := &standing{now: noon}
	m := screen(t, world(clock), clock, 130, 40)
	m.Update(tea.BlurMsg{})
	start := time.Date(2026, 3, 14, 12, 0, 0, 0, time.Local)
	push(t, m, clock, "held-up", 3*time.Hour)
	if raw := rings(m.call(start)); raw != "" || m.flags.unseen["alarm/held-up"] || len(m.flags.unseen) > 0 {
		t.Errorf("it rang %q, and is marked as new: %v", raw, m.flags.unseen)
	}
	frame := plainFrame(m)
	if !strings.Contains(frame, "held-up") || !strings.Contains(frame, "told 14:03") {
		t.Errorf("the row, or when it was told, is not on the screen:\n%s", frame)
	}
	push(t, m, clock, "prompt", time.Minute)
	if raw := rings(m.call(start)); !strings.Contains(raw, "ALARM prompt") || strings.Contains(raw, "more") {
		t.Errorf("for a message that came at once it rang %q", raw)
	}
}

func TestTheDetailsSayWhenSomethingWasPushedLastAndThatQuietProvesNothing(t *testing.T) {
	clock := &standing{now: noon}
	r := world(clock)
	queue := scope("push", "", "us-west-2")
	r.Observe(room.Observation{Scope: queue, Watch: "q", At: clock.now, Done: true, Interval: 30 * time.Second})
	m := screen(t, r, clock, 130, 60)
	press(m, "2", "enter")
	if frame := plainFrame(m); !strings.Contains(frame, "no message on the queue yet; that proves nothing") {
		t.Errorf("before the first message the details are\n%s", frame)
	}
	push(t, m, clock, "aaa", time.Minute)
	if frame := plainFrame(m); !strings.Contains(frame, "last message on the queue 0s ago; quiet proves nothing") {
		t.Errorf("after a message the details are\n%s", frame)
	}
}

func TestAnAlarmThatCloudWatchsAPIStillShowsOtherwiseSaysSo(t *testing.T) {
	clock := &standing{now: noon}
	m := screen(t, world(clock), clock, 240, 50)
	push(t, m, clock, "cart-errors", time.Minute)
	in := scope("cloudwatch", "prod", "us-east-1")
	m.reader.(*room.Room).Observe(room.Observation{Scope: in, Watch: "alarms us-east-1", At: clock.now, Interval: 30 * time.Second,
		Signals: []room.Signal{alarmIn(clock, in, "cart-errors", room.OK, "OK", 4000)}})
	settle(t, m)
	press(m, "2", "z")
	if frame := plainFrame(m); !strings.Contains(frame, "ALARM   pushed: cart-errors") || !strings.Contains(frame, "told by push, CloudWatch's API still says OK") {
		t.Errorf("the row is\n%s", frame)
	}
	press(m, "/")
	typeIn(m, "cart-errors")
	press(m, "enter", "enter")
	if frame := plainFrame(m); !strings.Contains(frame, "pushed       0s ago; CloudWatch's API still says OK, and is older") {
		t.Errorf("the details are\n%s", frame)
	}
}
