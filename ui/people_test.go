package ui

import (
	"fmt"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"warroom/internal/room"
)

// afterwards is the outage of world after people have looked at it, and after some of it
// was over before they had.
func afterwards(clock *standing) *room.Room {
	r := world(clock)
	east := scope("cloudwatch", "prod", "us-east-1")
	clock.now = clock.now.Add(2 * time.Second)
	storm(r, clock, "inventory-5xx", "login-5xx", "session-5xx")
	clock.now = clock.now.Add(2 * time.Second)
	const checkout, orders, down, slow = "alarm/prod/us-east-1/checkout-5xx", "alarm/prod/us-east-1/orders-p99-latency", "probe/checkout-us-east-1", "probe/orders-us-east-1"
	ana, bo := r.Desk("ana"), r.Desk("bo")
	for _, act := range []struct {
		by room.Desk
		room.Act
	}{
		{ana, room.Act{Do: room.EventAck, Keys: []string{checkout, orders, down}, Text: "known since the deploy"}},
		{bo, room.Act{Do: room.EventClaim, Keys: []string{checkout}}},
		{bo, room.Act{Do: room.EventClaim, Keys: []string{slow}}},
		{bo, room.Act{Do: room.EventNote, Keys: []string{checkout}, Text: "wrong room, sorry"}},
	} {
		_ = act.by.Act(act.Act)
	}
	_, _ = bo.Undo()
	_ = ana.Act(room.Act{Do: room.EventMark, Text: "deploy checkout v42"})
	r.Flush()
	lines := r.Snapshot().Timeline.Events
	_ = bo.Act(room.Act{Do: room.EventPin, Of: lines[len(lines)-1].ID})
	clock.now = clock.now.Add(7 * time.Second)
	observed(r, room.Observation{Scope: east, Watch: "a", At: clock.now, Done: true, Signals: []room.Signal{alarmIn(clock, east, "login-5xx", room.OK, "OK", 0)}}, 30)
	return r
}

func TestWhatPeopleDidAtEverySizeOfTheLadder(t *testing.T) {
	for _, size := range [][2]int{{200, 40}, {120, 34}, {80, 24}, {60, 16}, {40, 12}} {
		for focus, name := range []string{"health", "alarms", "probes", "timeline"} {
			if size[0] >= gridColumns && focus != 1 {
				continue // the grid shows them all
			}
			t.Run(fmt.Sprintf("%s/%dx%d", name, size[0], size[1]), func(t *testing.T) {
				clock := &standing{now: noon}
				m := screen(t, afterwards(clock), clock, size[0], size[1])
				press(m, fmt.Sprint(focus+1))
				golden.RequireEqual(t, plainFrame(m))
			})
		}
	}
}

func TestDetailsOfWhatPeopleDid(t *testing.T) {
	for _, c := range []struct {
		name string
		keys []string
	}{
		{"signal", []string{"/", "name:checkout", "enter", "2", "enter"}},
		{"cleared", []string{"/", "is:cleared", "enter", "2", "enter"}},
		{"run", []string{"/", "5xx", "enter", "4", "g", "j", "enter"}},
		{"act", []string{"/", "kind:mark", "enter", "4", "enter"}},
		{"taken-back", []string{"/", "kind:note person:bo", "enter", "4", "enter"}},
	} {
		for _, size := range [][2]int{{130, 40}, {80, 24}} {
			t.Run(fmt.Sprintf("%s/%dx%d", c.name, size[0], size[1]), func(t *testing.T) {
				clock := &standing{now: noon}
				m := screen(t, afterwards(clock), clock, size[0], size[1])
				for _, keys := range c.keys {
					if m.asking == askingFilter && len(keys) > 5 {
						typeIn(m, keys)
					} else {
						press(m, keys)
					}
				}
				golden.RequireEqual(t, plainFrame(m))
			})
		}
	}
}

// TestWhatPeopleDidIsDrawnWithinBounds walks the sizes of every layout, in both sets of
// marks.
func TestWhatPeopleDidIsDrawnWithinBounds(t *testing.T) {
	for _, ascii := range []bool{false, true} {
		clock := &standing{now: noon}
		m := screen(t, afterwards(clock), clock, 130, 50, func(o *Options) { o.ASCII = ascii })
		for _, keys := range [][]string{{"1"}, {"2"}, {"3"}, {"4"}, {"4", "E"}, {"enter"}} {
			press(m, keys...)
			for height := 0; height <= 50; height += 9 {
				for width := 0; width <= 130; width += 5 {
					m.Update(tea.WindowSizeMsg{Width: width, Height: height})
					checkBounds(t, m.View(), width, height)
					if frame := plainFrame(m); ascii && !isASCII(frame) {
						t.Fatalf("after %v at %dx%d the frame is not ASCII:\n%s", keys, width, height, frame)
					}
				}
			}
		}
	}
}

// TestNoStateIsToldByColourAlone draws a row of each kind in each state, at every
// width that a pane can have, and takes the colour away: every two must differ.
func TestNoStateIsToldByColourAlone(t *testing.T) {
	clock := &standing{now: noon}
	for _, ascii := range []bool{false, true} {
		m := screen(t, world(clock), clock, 130, 40, func(o *Options) { o.ASCII = ascii })
		for _, p := range m.panes {
			if p.tail {
				continue
			}
			for width := 20; width <= 130; width++ {
				seen := map[string]string{}
				for _, s := range everyStanding(m.shown.Of(p.kind).Signals[0]) {
					m.pen.people, m.pen.longWords = true, true
					state := fmt.Sprint(s.State, s.Standing, s.Claim != nil && s.Ack == nil)
					row := ansi.Strip(m.pen.row(width, false, false, p.columns(&m.pen, m.shown, item{signal: s})...))
					if other, same := seen[row]; same {
						t.Fatalf("%s at %d: %s and %s are both drawn as %q", p.name, width, other, state, row)
					}
					seen[row] = state
				}
			}
		}
	}
}

// everyStanding is a signal in every state and standing that it can be in, all with one
// word and fresh.
func everyStanding(like *room.Signal) []*room.Signal {
	var all []*room.Signal
	act := &room.Event{Actor: "ana", At: noon}
	add := func(state room.State, standing room.Standing, ack, claim *room.Event) {
		s := *like
		s.State, s.Word, s.Standing, s.Ack, s.Claim = state, "STATE", standing, ack, claim
		all = append(all, &s)
	}
	for _, state := range []room.State{room.Unknown, room.OK, room.Warning, room.Critical} {
		add(state, room.Normal, nil, nil)
	}
	for _, state := range []room.State{room.Warning, room.Critical} {
		add(state, room.Acknowledged, act, nil)
		add(state, room.Unacknowledged, nil, act)
	}
	add(room.OK, room.Cleared, nil, nil)
	add(room.OK, room.Cleared, nil, act)
	return all
}
