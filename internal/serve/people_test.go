package serve

import (
	"strings"
	"testing"

	gossh "golang.org/x/crypto/ssh"

	"warroom/internal/room"
)

func TestOneFollowsAnotherUntilGoingSomewhereAlone(t *testing.T) {
	h := serve(t)
	ana, bo := h.join(h.lets("ana", room.Responder)), h.join(h.lets("bo", room.Viewer))
	ana.shows("2 here")
	bo.shows("2 here")
	bo.press(":follow ana\r")
	bo.shows("FOLLOWING ana")
	ana.shows("1 follow you")
	ana.press("2\r")
	bo.shows("details")
	bo.shows("state        ✖ ALARM")
	ana.press("\x1b")
	bo.waits("leaves the details with her", func(text string) bool { return !strings.Contains(text, "details") })
	bo.press("j")
	bo.shows("FOLLOWING ana, paused")
	ana.press("/5xx\r")
	ana.shows("/5xx")
	bo.press("F")
	bo.shows("/5xx")
	bo.press("3")
	bo.shows("you have left what ana sees")
	bo.press(":follow ana\r")
	bo.shows("FOLLOWING ana")
	ana.press("q")
	ana.ends()
	bo.shows("ana has left; you look for yourself now")
}

// TestWhoIsStillLearnsOfBeingFollowed follows somebody who shares a screen with others.
func TestWhoIsStillLearnsOfBeingFollowed(t *testing.T) {
	h := serve(t)
	ana, bo := h.join(h.lets("ana", room.Viewer)), h.join(h.lets("bo", room.Viewer))
	ana.shows("2 here")
	bo.shows("2 here")
	eventually(t, "the two share one screen", func() bool { return h.server.Stages() == 1 })
	bo.press(":follow ana\r")
	bo.shows("FOLLOWING ana")
	ana.shows("1 follow you")
	bo.press("\x1b")
	ana.waits("is followed no more", func(text string) bool { return !strings.Contains(text, "follow you") })
}

func TestAnInvitationIsAcceptedOrNot(t *testing.T) {
	h := serve(t)
	ana, bo, cy := h.join(h.lets("ana", room.Responder)), h.join(h.lets("bo", room.Viewer)), h.join(h.lets("cy", room.Viewer))
	for _, each := range []*terminal{ana, bo, cy} {
		each.shows("3 here")
	}
	bo.press("I")
	bo.shows("invite needs the role responder, and you are here as viewer")
	ana.press("I")
	bo.shows("ana asks you to follow: enter accepts, esc declines")
	cy.shows("ana asks you to follow")
	bo.press("\r")
	bo.shows("FOLLOWING ana")
	cy.press("\x1b")
	cy.shows("not now")
	ana.press("4z")
	bo.waits("zooms with her", func(text string) bool { return !strings.Contains(text, "3 Probes") })
	if strings.Contains(cy.text(), "FOLLOWING") || !strings.Contains(cy.text(), "3 Probes") {
		t.Errorf("cy was taken along:\n%s", cy.text())
	}
	ana.press(":private\r")
	bo.shows("ana wants to be private; you look for yourself now")
}

func TestWhoLooksAtTheSameRowIsSaid(t *testing.T) {
	h := serve(t)
	ana, bo := h.join(h.lets("ana", room.Responder)), h.join(h.lets("bo", room.Responder))
	ana.shows("2 here")
	bo.shows("2 here")
	ana.press("2\r")
	ana.shows("details")
	bo.press("2\r")
	bo.shows("ana looks at this too")
	ana.shows("bo looks at this too")
	bo.press("F")
	bo.shows("2 here ─ enter follows")
	bo.shows("alarms, checkout-5xx")
}

func TestReconnectingRestoresOnesOwnView(t *testing.T) {
	h := serve(t)
	key := h.lets("ana", room.Responder)
	ana := h.join(key)
	ana.shows("checkout-5xx")
	ana.press("2z/5xx\r")
	ana.shows("/5xx")
	_ = ana.client.Close()
	ana.ends()
	bo := h.join(h.lets("bo", room.Viewer))
	bo.waits("is alone", func(text string) bool { return strings.Contains(text, "3 Probes") && !strings.Contains(text, "2 here") })
	again := h.join(key)
	again.shows("/5xx")
	again.waits("is zoomed", func(text string) bool { return !strings.Contains(text, "3 Probes") })
	if strings.Contains(bo.text(), "/5xx") {
		t.Error("bo has ana's view")
	}
}

func TestRevokingAKeyEndsItsSessions(t *testing.T) {
	h := serve(t)
	ana, bo := h.join(h.lets("ana", room.Responder)), h.join(h.lets("bo", room.Viewer))
	ana.shows("2 here")
	h.keys.revoke("ana")
	h.server.Review()
	ana.ends()
	if !strings.Contains(ana.errs.String(), "your key is not known here any more") {
		t.Errorf("ana is told %q", ana.errs.String())
	}
	bo.waits("is alone", func(text string) bool { return !strings.Contains(text, "2 here") })
}

func TestTheServerStopsAndGivesTheTerminalsBack(t *testing.T) {
	h := serve(t)
	ana, wall := h.join(h.lets("ana", room.Responder)), h.join(h.lets("wall", room.Kiosk))
	ana.shows("checkout-5xx")
	wall.shows("ALARMS")
	h.server.Stop()
	for _, each := range []*terminal{ana, wall} {
		each.ends()
		if each.altScreen() {
			t.Error("the terminal is left on the other screen")
		}
		if !strings.Contains(each.errs.String(), "the room is closing") {
			t.Errorf("somebody is told %q", each.errs.String())
		}
	}
}

func TestAnAdminShowsSomebodyOut(t *testing.T) {
	h := serve(t)
	ana, bo := h.join(h.lets("ana", room.Admin)), h.join(h.lets("bo", room.Responder))
	bo.shows("2 here")
	bo.press(":remove ana\r")
	bo.shows("remove needs the role admin")
	ana.press(":remove bo\r")
	bo.ends()
	if !strings.Contains(bo.errs.String(), "you were shown out") {
		t.Errorf("bo is told %q", bo.errs.String())
	}
	if !strings.Contains(h.audit.String(), `"msg":"shown out"`) {
		t.Error("the audit log does not have it")
	}
}

func TestWhatAKeyWithoutATerminalGets(t *testing.T) {
	h := serve(t)
	for _, test := range []struct {
		role    room.Role
		command string
		status  int
		out     string
		errs    string
	}{
		{room.Viewer, "status --json", 0, "status --json\n", ""},
		{room.Viewer, "note hello there", 2, "", "warroom: note needs the role responder, and you are here as viewer\r\n"},
		{room.Responder, "note hello there", 0, "note hello there\n", ""},
		{room.Responder, "rm -rf /", 2, "", "warroom: \"rm\" is no command here; there are status, timeline, export, ack, note, mark, plain and help\r\n"},
		{room.Responder, "sh -c '\x1b]0;evil\a'", 2, "", "warroom: \"sh\" is no command here; there are status, timeline, export, ack, note, mark, plain and help\r\n"},
		{room.Kiosk, "status", 2, "", "warroom: this key is for a wall; it shows the room on a terminal (ssh -t) and nothing else\r\n"},
	} {
		client, err := h.dial(h.lets("x", test.role))
		if err != nil {
			t.Fatal(err)
		}
		session, err := client.NewSession()
		if err != nil {
			t.Fatal(err)
		}
		var out, errs lockedBuffer
		session.Stdout, session.Stderr = &out, &errs
		err = session.Run(test.command)
		status := 0
		if exit, ok := err.(*gossh.ExitError); ok {
			status = exit.ExitStatus()
		} else if err != nil {
			t.Errorf("%s: %v", test.command, err)
		}
		if status != test.status || out.String() != test.out || errs.String() != test.errs {
			t.Errorf("%s %q: %d %q %q, want %d %q %q", test.role, test.command, status, out.String(), errs.String(), test.status, test.out, test.errs)
		}
		_ = client.Close()
	}
}

func TestEveryActIsAttributedToTheKeyThatDidIt(t *testing.T) {
	h := serve(t)
	key := h.lets("ana", room.Responder)
	ana := h.join(key)
	ana.shows("checkout-5xx")
	ana.press("2c")
	ana.shows("you are on checkout-5xx")
	ana.press("u")
	ana.shows("took back your claim")
	h.room.Flush()
	fingerprint := gossh.FingerprintSHA256(key.PublicKey())
	acts := 0
	for _, e := range h.room.Snapshot().Timeline.Events {
		if e.Act() {
			acts++
			if e.Actor != "ana" || e.ActorKey != fingerprint {
				t.Errorf("%s by %q with %q", e.Type, e.Actor, e.ActorKey)
			}
		}
	}
	if acts != 2 {
		t.Errorf("%d acts in the timeline, want 2", acts)
	}
	for _, line := range strings.Split(h.audit.String(), "\n") {
		if strings.Contains(line, `"msg":"act"`) && !strings.Contains(line, fingerprint) {
			t.Errorf("not attributed: %s", line)
		}
	}
	if n := strings.Count(h.audit.String(), `"msg":"act"`); n != 2 {
		t.Errorf("%d acts in the audit log", n)
	}
	ana.press(":audit\r")
	ana.shows("ana joined, as responder, to a screen")
	ana.shows(fingerprint[:14])
}

func TestEqualScreensAreDrawnOnceUntilSomebodyPressesAKey(t *testing.T) {
	h := serve(t)
	var all []*terminal
	for i := range 5 {
		all = append(all, h.join(h.lets(string(rune('a'+i)), room.Viewer)))
	}
	for _, each := range all {
		each.shows("5 here")
	}
	eventually(t, "the five share one screen", func() bool { return h.server.Stages() == 1 })
	burn(h.room, "orders-5xx", room.Critical, "ALARM")
	for _, each := range all {
		each.shows("orders-5xx")
	}
	all[0].press("4z")
	all[0].waits("is zoomed", func(text string) bool { return !strings.Contains(text, "3 Probes") })
	if n := h.server.Stages(); n != 2 {
		t.Errorf("%d screens are drawn for two views", n)
	}
	for _, each := range all[1:] {
		if !strings.Contains(each.text(), "3 Probes") {
			t.Error("what one has pressed is seen by another")
		}
	}
	all[0].press("z")
	all[0].shows("3 Probes")
	walls := []*terminal{h.join(h.lets("w1", room.Kiosk)), h.join(h.lets("w2", room.Kiosk))}
	for _, each := range walls {
		each.shows("ALARMS")
	}
	eventually(t, "the walls share one screen", func() bool { return h.server.Stages() == 3 })
}

// TestWhatAWallTypesReachesNothing types everything that does something elsewhere.
func TestWhatAWallTypesReachesNothing(t *testing.T) {
	h := serve(t)
	wall := h.join(h.lets("wall", room.Kiosk))
	wall.shows("ALARMS")
	before := h.room.Snapshot().Timeline.Total
	wall.press("q\x03\x04a2ac:note x\rn x\rI?\x1b\x1b[200~q\x1b[201~\x1b[<0;5;5M")
	burn(h.room, "orders-5xx", room.Critical, "ALARM")
	wall.shows("orders-5xx")
	if after := h.room.Snapshot().Timeline.Total; after != before+1 {
		t.Errorf("%d lines, were %d", after, before)
	}
	select {
	case <-wall.over:
		t.Error("the wall has ended")
	default:
	}
}

// TestWhatSomebodyKeepsOutlivesTheSharingOfTheScreen saves a view and picks a theme, waits
// until the screen is one of several, and asks for them.
func TestWhatSomebodyKeepsOutlivesTheSharingOfTheScreen(t *testing.T) {
	h := serve(t)
	key := h.lets("ana", room.Viewer)
	ana := h.join(key)
	ana.shows("checkout-5xx")
	bo := h.join(h.lets("bo", room.Viewer))
	bo.shows("2 here")
	bo.press("1")
	ana.press("1:save mine\r")
	ana.shows("mine")
	ana.press("\x1b")
	bo.press("\x1b")
	eventually(t, "the two share one screen", func() bool { return h.server.Stages() == 1 })
	ana.press(":view ")
	ana.shows("mine")
	ana.press("\x03")
	ana.ends()
	again := h.join(key)
	again.shows("2 here")
	again.press(":view ")
	again.shows("mine")
}
