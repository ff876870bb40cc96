package main

import (
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

func TestServeRemembersTheScreenOfOneWhoseLinkBroke(t *testing.T) {
	h := serving(t, people(t, map[string]string{"ana": "responder", "bo": "viewer"}), trouble...)
	ana, bo := h.join("ana"), h.join("bo")
	ana.waitFor("2 here")
	bo.waitFor("2 here")
	ana.press("2")
	ana.press("/checkout-5xx\r")
	ana.waitFor("/checkout-5xx")
	if err := ana.command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	bo.gone("2 here")
	again := h.join("ana")
	again.waitFor("/checkout-5xx")
	bo.waitFor("2 here")
	if strings.Contains(bo.text(), "/checkout-5xx") {
		t.Errorf("bo has the filter of ana:\n%s", bo.text())
	}
}

func TestServeShowsOutWhoseKeyIsTakenOutOfTheFile(t *testing.T) {
	dir := people(t, map[string]string{"ana": "responder", "bo": "viewer"})
	h := serving(t, dir, trouble...)
	ana, bo := h.join("ana"), h.join("bo")
	ana.waitFor("2 here")
	bo.waitFor("2 here")
	keys := filepath.Join(dir, "authorized_keys")
	var kept strings.Builder
	for line := range strings.Lines(string(read(t, keys))) {
		if !strings.Contains(line, `name="ana"`) {
			kept.WriteString(line)
		}
	}
	write(t, keys, kept.String())
	ana.left(1)
	if !strings.Contains(ana.text(), "your key is not known here any more") {
		t.Errorf("ana is told\n%s", ana.text())
	}
	bo.gone("2 here")
	bo.press("?")
	bo.waitFor("keys, esc leaves")
	if _, complaints, status := h.ask("ana", "status"); status != 255 || !strings.Contains(complaints, "Permission denied") {
		t.Errorf("ana comes in again: %d %s", status, complaints)
	}
	if _, _, status := h.ask("bo", "status"); status != 1 {
		t.Errorf("bo gets the status %d", status)
	}
}

func TestServeSharesOneConnectionBetweenTwoSessionsAndNotThree(t *testing.T) {
	dir := people(t, map[string]string{"ana": "responder", "bo": "viewer"})
	h := serving(t, dir, trouble...)
	socket, log := filepath.Join(dir, "socket"), filepath.Join(dir, "log")
	first := h.join("ana", "-M", "-S", socket, "-o", "LogLevel=INFO", "-E", log)
	first.waitFor("✖ ALARM")
	second := h.join("ana", "-S", socket)
	second.waitFor("2 here")
	first.waitFor("2 here")

	// OpenSSH's client takes a connection of its own if it is refused a third channel: this
	// one has no key for that.
	third, complaints, status := h.askAs(h.ssh("", "-S", socket, "-o", "PubkeyAuthentication=no", "room", "status"))
	if status != 255 || third != "" || !strings.Contains(complaints, "Session open refused by peer") {
		t.Errorf("a third session over one connection: %d %q %q", status, third, complaints)
	}
	if text := string(read(t, log)); !strings.Contains(text, "2 sessions over one connection are enough") {
		t.Errorf("why is not said: %s", text)
	}
	second.press("q")
	second.left(0)
	first.gone("2 here")
	first.press("?")
	first.waitFor("keys, esc leaves")
	if out, complaints, status := h.askAs(h.ssh("", "-S", socket, "-o", "PubkeyAuthentication=no", "room", "note", "over the same connection")); status != 0 || out != "noted\n" {
		t.Errorf("a command beside a screen: %d %q %q", status, out, complaints)
	}
	if n := strings.Count(h.audit(), `"msg":"let in"`); n != 1 {
		t.Errorf("there were %d connections, want 1", n)
	}
}

func TestServeGivesEveryTerminalBackWhenItStops(t *testing.T) {
	h := serving(t, people(t, map[string]string{"ana": "responder", "bo": "viewer", "wall": "kiosk"}), trouble...)
	all := []*session{h.join("ana"), h.join("bo"), h.join("wall"), h.join("bo", "-t", "-o", "SetEnv=LC_TZ=UTC")}
	all[0].waitFor("4 here")
	all[2].waitFor("ALARMS")
	h.stop()
	for i, each := range all {
		each.left(1)
		if text := each.text(); !strings.Contains(text, "the room is closing") {
			t.Errorf("%d is told\n%s", i, text)
		}
	}
	if status := h.status(); status != 0 {
		t.Errorf("the server ends with status %d: %s", status, h.complaints.String())
	}
	if h.complaints.Len() > 0 {
		t.Errorf("it complains: %s", h.complaints.String())
	}
	if !strings.HasSuffix(strings.TrimSpace(h.audit()), `"msg":"closed"}`) {
		t.Error("the audit log does not say that the room was closed: " + h.audit())
	}
}

func TestServeWaitsForNobodyWhoHasStopped(t *testing.T) {
	h := serving(t, people(t, map[string]string{"ana": "responder", "bo": "viewer", "cy": "viewer"}), trouble...)
	ana, bo, cy := h.join("ana"), h.join("bo"), h.join("cy")
	for _, each := range []*session{ana, bo, cy} {
		each.waitFor("3 here")
		each.dismissWelcome()
	}
	if err := bo.command.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	name := ana.acknowledgeFirst()
	cy.waitFor("ana acknowledged " + name)
	ana.press("nthe first note\r")
	cy.waitFor("ana on " + name + ": the first note")
	ana.press("nthe last note\r")
	cy.waitFor("ana on " + name + ": the last note")
	if text := bo.text(); strings.Contains(text, "the first note") {
		t.Errorf("bo was not stopped:\n%s", text)
	}
	if err := bo.command.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	bo.waitFor("ana on " + name + ": the last note")
	bo.press("q")
	bo.left(0)
}

func TestServeShowsTheRoomToItsHostToo(t *testing.T) {
	dir := people(t, map[string]string{"bo": "viewer"})
	log := filepath.Join(dir, "log")
	host := start(t, 160, 48, []string{"USER=ana"}, serverArguments(dir, append(trouble[:len(trouble):len(trouble)], "--tui", "--log", log))...)
	host.waitFor("✖ ALARM")
	h := &shared{t: t, dir: dir}
	for _, said := range regexp.MustCompile(`"((?:known_hosts|the room is open at) [^"]*)"`).FindAllStringSubmatch(string(read(t, log)), -1) {
		h.understand(said[1])
	}
	h.configure()
	bo := h.join("bo")
	bo.waitFor("2 here")
	host.waitFor("2 here")
	name := host.acknowledgeFirst()
	bo.waitFor("ana acknowledged " + name)
	host.press(":remove bo\r")
	bo.left(1)
	if !strings.Contains(bo.text(), "you were shown out") {
		t.Errorf("bo is told\n%s", bo.text())
	}
	host.gone("2 here")
	again := h.join("bo")
	again.waitFor("2 here")
	host.waitFor("2 here")
	host.press("q")
	host.waitFor("1 other would be shown out")
	host.press("q")
	host.left(0)
	again.left(1)
	if !strings.Contains(again.text(), "the room is closing") {
		t.Errorf("bo is told\n%s", again.text())
	}
}

func TestServeTakesNothingRawFromStrangers(t *testing.T) {
	const title, title8 = "\x1b]0;stolen\a", "\u009d0;stolen\u009c"
	dir := people(t, map[string]string{"ana": "responder", "bo": "admin"})
	keys := filepath.Join(dir, "authorized_keys")
	text := strings.NewReplacer("ana@example.com", title8+"\u202eana").Replace(string(read(t, keys)))
	makeKey(t, filepath.Join(dir, "eve"), title)
	write(t, keys, text+`role="viewer",name="eve" `+string(read(t, filepath.Join(dir, "eve.pub"))))
	h := serving(t, dir, trouble...)
	bo := h.join("bo")
	bo.waitFor("✖ ALARM")
	bo.dismissWelcome()

	config := filepath.Join(dir, "config")
	write(t, config, string(read(t, config))+"User \""+title+title8+"\"\n") // ssh takes it from nowhere else
	dumb := h.ssh("ana", "-t", "-o", "SendEnv=LANG TZ", "room")
	dumb.Env = append(dumb.Env, "TERM="+title, "LANG="+title, "TZ=../../etc/passwd")
	lines := attend(t, 160, 48, dumb)
	lines.waitFor("alarm   ALARM")
	path := h.ssh("ana", "-t", "-l", "../../etc/passwd", "-o", "SetEnv=LC_TZ=../../../etc/passwd", "room")
	path.Env = append(path.Env, "TERM=../../etc/passwd")
	attend(t, 160, 48, path).waitFor("alarm   ALARM")
	if out, complaints, status := h.ask("ana", "note", title+title8+"\u202enoted"); status != 0 {
		t.Fatalf("%d %s %s", status, out, complaints)
	}
	if _, complaints, status := h.ask("ana", title); status != 2 || strings.Contains(complaints, "\x1b") {
		t.Errorf("a command that steers terminals: %d %q", status, complaints)
	}
	if _, complaints, status := h.ask("eve", "status"); status != 255 {
		t.Errorf("a line with control characters lets in: %d %s", status, complaints)
	}
	bo.waitFor("␛]0;stolen")
	bo.press(":audit\r")
	bo.waitFor("ana joined, as responder")
	timeline, _, _ := h.ask("bo", "timeline")
	all, _, _ := h.ask("bo", "export")
	h.stop()
	h.status()
	lines.status()
	bo.status()
	for where, bytes := range map[string]string{
		"bo's screen": bo.output(), "ana's lines": lines.output(), "the audit log": h.audit(), "a timeline": timeline, "an export": all,
		"what the server complains": h.complaints.String(), "what the server prints": h.printed.String(),
	} {
		for _, raw := range []string{"\x1b]0;stolen", "\u009d", "\u202e", `\u001b`, `\u009d`, `\u202e`} {
			if strings.Contains(bytes, raw) {
				t.Errorf("%q is in %s", raw, where)
			}
		}
	}
	if !strings.Contains(h.audit(), "stolen") || !strings.Contains(h.complaints.String(), "control character") {
		t.Errorf("nothing was tried: %s", h.complaints.String())
	}
}
