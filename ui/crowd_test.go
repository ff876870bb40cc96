package ui

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"warroom/internal/presence"
	"warroom/internal/room"
)

func TestWhoServesTheRoomIsAskedBeforeClosingItForOthers(t *testing.T) {
	clock := &standing{now: noon}
	b := world(clock)
	var roster presence.Roster
	host := roster.Enter(room.Person{Name: "ana", Role: room.Admin}, noon)
	m := screen(t, b, clock, 130, 40, func(o *Options) { o.Roster, o.Seat, o.Hosts = &roster, host, true })
	if !quits(press(m, "q")) {
		t.Error("alone one is not asked")
	}
	guest := roster.Enter(room.Person{Name: "bo", Role: room.Viewer}, noon)
	m.Update(gathered{})
	if quits(press(m, "q")) || !strings.Contains(plainFrame(m), "1 other would be shown out") {
		t.Errorf("it is not asked:\n%s", plainFrame(m))
	}
	if press(m, "j"); quits(press(m, "q")) {
		t.Error("another key in between, and it is not asked again")
	}
	if !quits(press(m, "q")) {
		t.Error("the second time does not close it")
	}
	guest.Leave()
}

// quits says whether a command ends the screen.
func quits(command tea.Cmd) bool {
	if command == nil {
		return false
	}
	switch message := command().(type) {
	case tea.QuitMsg:
		return true
	case tea.BatchMsg:
		for _, each := range message {
			if quits(each) {
				return true
			}
		}
	}
	return false
}

func TestTheListOfPeopleShowsWhatTheyLookAtNow(t *testing.T) {
	clock := &standing{now: noon}
	b := world(clock)
	var roster presence.Roster
	ana := screen(t, b, clock, 130, 40, func(o *Options) {
		o.Roster, o.Seat = &roster, roster.Enter(room.Person{Name: "ana", Role: room.Responder}, clock.ago(150*60e9))
	})
	bo := screen(t, b, clock, 130, 40, func(o *Options) {
		o.Roster, o.Seat = &roster, roster.Enter(room.Person{Name: "bo", Role: room.Viewer}, noon)
	})
	press(ana, "2", "j")
	bo.Update(gathered{})
	press(bo, "F")
	frame := plainFrame(bo)
	for _, want := range []string{"2 here", "ana ", "responder", "2h30m", "alarms, checkout-5xx", "bo (you)", "viewer"} {
		if !strings.Contains(frame, want) {
			t.Errorf("%q is not in\n%s", want, frame)
		}
	}
	press(ana, "3")
	clock.now = clock.now.Add(1e9)
	bo.Update(second{})
	if frame := plainFrame(bo); !strings.Contains(frame, "ana                  responder  2h30m probes") {
		t.Errorf("a second later\n%s", frame)
	}
	press(bo, "esc")
	if strings.Contains(plainFrame(bo), "enter follows") {
		t.Error("esc does not leave the list")
	}
}

func TestTheFooterHintsOnlyAtWhatOneMayDo(t *testing.T) {
	clock := &standing{now: noon}
	b := world(clock)
	m := screen(t, b, clock, 130, 40, func(o *Options) { o.Desk, o.Role = nil, room.Viewer })
	if frame := plainFrame(m); strings.Contains(frame, "a ack") {
		t.Errorf("a viewer is told to acknowledge:\n%s", frame)
	}
	for key, want := range map[string]string{
		"a": "ack needs the role responder, and you are here as viewer", "r": "refresh needs the role responder, and you are here as viewer",
		"I": "invite needs the role responder, and you are here as viewer",
	} {
		press(m, key)
		if frame := plainFrame(m); !strings.Contains(frame, want) {
			t.Errorf("%s: %q is not in\n%s", key, want, frame)
		}
	}
}

func TestWhatAViewerIsNotGivenAndNobodyRemovesHimself(t *testing.T) {
	clock := &standing{now: noon}
	b := world(clock)
	var roster presence.Roster
	for role, acts := range map[room.Role]bool{room.Viewer: false, room.Admin: true} {
		m := screen(t, b, clock, 130, 40, func(o *Options) {
			o.Roster, o.Role, o.Seat = &roster, role, roster.Enter(room.Person{Name: "ana", Role: role}, noon)
		})
		m.welcome = true
		if got := strings.Contains(strings.Join(m.hintSheet(130, 30), "\n"), "acknowledge, claim"); got != acts {
			t.Errorf("the welcome of a %s names acts: %v", role, got)
		}
		m.crowd.seat.Leave()
	}
	ana := screen(t, b, clock, 130, 40, func(o *Options) {
		o.Roster, o.Role, o.Seat = &roster, room.Admin, roster.Enter(room.Person{Name: "ana", Role: room.Admin}, noon)
		o.Remove = func(uint64) error { t.Error("somebody is shown out"); return nil }
	})
	press(ana, ":")
	typeIn(ana, "remove ana")
	press(ana, "enter")
	if frame := plainFrame(ana); !strings.Contains(frame, "remove: that is you; q leaves") {
		t.Errorf("it says\n%s", frame)
	}
}
