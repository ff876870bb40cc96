package ui

import (
	"strings"
	"testing"
	"time"

	"warroom/internal/room"
)

func TestASuppressedAlarmSaysUntilWhenAsFarAsAnybodyCan(t *testing.T) {
	clock := &standing{now: noon}
	east := scope("cloudwatch", "prod", "us-east-1")
	by := room.Suppressor{Alarm: "maintenance", Why: "Actions suppressed by CloudWatch", Wait: 10 * time.Minute, Extension: 3 * time.Minute}
	for _, c := range []struct {
		suppressed  string
		suppressor  room.Suppressor
		state       room.State // of the suppressor
		word        string     // "" if it is not watched
		ago         int
		until, told string // in the details and in the row
	}{
		{room.SuppressedByWait, by, 0, "", 0, "2026-03-14 14:08:22Z, unless maintenance goes into ALARM before", "until 14:08:22 for maintenance"},
		{room.SuppressedByWait, room.Suppressor{Alarm: "maintenance"}, 0, "", 0, "not known: it waits for maintenance to go into ALARM, and for how long was not told", "waits for maintenance"},
		{room.SuppressedByWait, room.Suppressor{Alarm: "maintenance", Wait: time.Minute}, 0, "", 0, "2026-03-14 13:59:22Z, which is over; CloudWatch has not told yet what came of it", "until 13:59:22"},
		{room.SuppressedByExtension, by, room.OK, "OK", 1, "2026-03-14 14:05:22Z at the latest: 3m after maintenance went out of ALARM", "until 14:05:22 after maintenance"},
		{room.SuppressedByExtension, by, room.OK, "OK", 9, "2026-03-14 13:57:22Z at the latest, which is over; CloudWatch has not told", "until 13:57:22 after maintenance"},
		{room.SuppressedByExtension, by, room.Critical, "ALARM", 9, "not known: 3m after maintenance went out of ALARM, and when it did is not known yet", " after maintenance"},
		{room.SuppressedByExtension, by, 0, "", 0, "not known: 3m after maintenance went out of ALARM, and that alarm is not watched by this room", " after maintenance"},
		{"alarm maintenance", by, room.Critical, "ALARM", 22, "no end is known: as long as maintenance is in ALARM, and up to 3m longer; it is since 2026-03-14 13:41:22Z (22m)", "while maintenance is in ALARM"},
		{"alarm maintenance", by, room.OK, "OK", 22, "up to 3m longer; this room saw it last in OK", "while maintenance is in ALARM"},
		{"alarm maintenance", by, 0, "", 0, "up to 3m longer; that alarm is not watched by this room, so since when is not known", "while maintenance is in ALARM"},
	} {
		r := room.New(room.Options{Name: "prod", Node: "test", Clock: clock})
		top := made(clock, "checkout-degraded", `ALARM(checkout-5xx)`, room.Critical, "ALARM")
		top.Detail.(*room.AlarmDetail).Suppressed, top.Detail.(*room.AlarmDetail).Suppressor = c.suppressed, &c.suppressor
		signals := []room.Signal{top}
		if c.word != "" {
			signals = append(signals, alarmIn(clock, east, "maintenance", c.state, c.word, c.ago))
		}
		observed(r, room.Observation{Scope: east, Watch: "a", At: clock.ago(9 * time.Second), Done: true, Complete: true, Signals: signals}, 30)
		m := screen(t, r, clock, 240, 50)
		press(m, "2", "z")
		if frame := plainFrame(m); !strings.Contains(frame, "suppressed: checkout-degraded") || !strings.Contains(frame, c.told) {
			t.Errorf("the row lacks %q:\n%s", c.told, frame)
		}
		openComposite(m)
		if frame := plainFrame(m); !strings.Contains(frame, c.until) || !strings.Contains(frame, "by "+c.suppressed) {
			t.Errorf("the details lack %q:\n%s", c.until, frame)
		}
	}
}

func TestARowSaysUntilWhenAnAlarmIsMuted(t *testing.T) {
	clock := &standing{now: noon}
	east := scope("cloudwatch", "prod", "us-east-1")
	for until, want := range map[time.Time]string{
		clock.now.Add(time.Hour):      "until 15:03:22 by nightly",
		clock.now.Add(48 * time.Hour): "until 2026-03-16 by nightly",
		{}:                            " by nightly",
	} {
		r := room.New(room.Options{Name: "prod", Node: "test", Clock: clock})
		muted := alarmIn(clock, east, "checkout-5xx", room.OK, "OK", 41)
		muted.Detail = &room.AlarmDetail{Mute: &room.Mute{By: "nightly", Until: until, As: clock.ago(20 * time.Minute)}}
		observed(r, room.Observation{Scope: east, Watch: "a", At: clock.now, Done: true, Complete: true, Signals: []room.Signal{muted}}, 30)
		m := screen(t, r, clock, 200, 30)
		press(m, "2", "z")
		if frame := plainFrame(m); !strings.Contains(frame, want) || !strings.Contains(frame, "muted: checkout-5xx") {
			t.Errorf("the row lacks %q:\n%s", want, frame)
		}
		if press(m, "enter"); !strings.Contains(plainFrame(m), ", as of 20m ago: CloudWatch could not be asked since") {
			t.Errorf("the details do not say how old that is:\n%s", plainFrame(m))
		}
	}
}
