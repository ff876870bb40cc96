package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"

	"warroom/internal/room"
)

// made is a composite alarm in us-east-1.
func made(clock *standing, name, rule string, state room.State, word string) room.Signal {
	s := alarmIn(clock, scope("cloudwatch", "prod", "us-east-1"), name, state, word, 5)
	s.Detail = &room.AlarmDetail{Type: "composite", Judging: new(room.Judging), Rule: rule}
	return s
}

// composed is a room with a composite of a composite, one child of which nobody watches.
func composed(clock *standing) *room.Room {
	r := room.New(room.Options{Name: "prod", Node: "test", Clock: clock})
	east := scope("cloudwatch", "prod", "us-east-1")
	top := made(clock, "checkout-degraded", `ALARM("checkout-5xx") OR AT_LEAST(50%, NOT OK, (cart-errors, "arn:aws:cloudwatch:us-east-1:111111111111:alarm:queue-depth", elsewhere)) `+
		`OR (ALARM(payments) AND OK(cart-errors)) OR NOT (TRUE AND FALSE)`, room.Critical, "ALARM")
	detail := top.Detail.(*room.AlarmDetail)
	detail.Suppressed, detail.Suppressor = "alarm maintenance", &room.Suppressor{Alarm: "maintenance", Why: "Actions suppressed by maintenance", Wait: 2 * time.Minute, Extension: 3 * time.Minute}
	detail.Mute = &room.Mute{By: "nightly-backup", Until: clock.now.Add(2 * time.Hour)}
	observed(r, room.Observation{
		Scope: east, Watch: "a", At: clock.ago(9 * time.Second), Done: true, Complete: true,
		Signals: []room.Signal{
			top,
			made(clock, "payments", `ALARM(checkout-5xx) OR INSUFFICIENT_DATA(queue-depth) OR ALARM(checkout-degraded)`, room.OK, "OK"),
			alarmIn(clock, east, "checkout-5xx", room.Critical, "ALARM", 41),
			alarmIn(clock, east, "queue-depth", room.Unknown, "NO DATA", 38),
			alarmIn(clock, east, "cart-errors", room.OK, "OK", 4000),
		},
	}, 30)
	return r
}

// openComposite opens the details of the composite alarm.
func openComposite(m *Model) {
	press(m, "2", "/")
	typeIn(m, "checkout-degraded")
	press(m, "enter", "enter")
}

func TestACompositesRuleIsATreeOfItsAlarms(t *testing.T) {
	clock := &standing{now: noon}
	r := composed(clock)
	for _, size := range [][2]int{{120, 50}, {80, 60}, {40, 60}, {24, 60}} {
		for _, ascii := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d/ascii=%v", size[0], ascii), func(t *testing.T) {
				m := screen(t, r, clock, size[0], size[1], func(o *Options) { o.ASCII = ascii })
				openComposite(m)
				golden.RequireEqual(t, plainFrame(m))
			})
		}
	}
}

func TestATreeStaysWithinItsWidth(t *testing.T) {
	clock := &standing{now: noon}
	m := screen(t, composed(clock), clock, 130, 50)
	openComposite(m)
	for width := 0; width <= 130; width++ {
		m.Update(tea.WindowSizeMsg{Width: width, Height: 50})
		checkBounds(t, m.View(), width, 50)
	}
}

func TestARuleThatCannotBeReadIsShownAsItIs(t *testing.T) {
	clock := &standing{now: noon}
	r := room.New(room.Options{Name: "prod", Node: "test", Clock: clock})
	observed(r, room.Observation{
		Scope: scope("cloudwatch", "prod", "us-east-1"), Watch: "a", At: clock.ago(9 * time.Second), Done: true, Complete: true,
		Signals: []room.Signal{made(clock, "checkout-degraded", "MOSTLY(checkout-5xx)", room.Critical, "ALARM")},
	}, 30)
	m := screen(t, r, clock, 100, 40)
	openComposite(m)
	if frame := plainFrame(m); !strings.Contains(frame, "MOSTLY(checkout-5xx)") {
		t.Errorf("the details are\n%s", frame)
	}
}
