package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestServeCommandsWithoutATerminal(t *testing.T) {
	h := serving(t, people(t, map[string]string{"ana": "responder", "bo": "viewer"}), trouble...)
	screen := h.join("ana")
	screen.waitFor("✖ ALARM") // everything was looked at
	screen.press("j")         // takes away the hints, which lie over the newest lines of the timeline

	out, complaints, status := h.ask("bo", "status", "--json")
	if status != 1 || complaints != "" {
		t.Errorf("status --json: %d %s", status, complaints)
	}
	var report map[string]any
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, name := range []string{"schema", "at", "state", "verdict", "counts", "scopes", "signals"} {
		if _, ok := report[name]; !ok {
			t.Errorf("status --json has no %q", name)
		}
	}
	if report["state"] != "trouble" {
		t.Errorf("the state is %v", report["state"])
	}
	if out, _, status := h.ask("bo", "status"); status != 1 || !strings.HasPrefix(out, "TROUBLE  ") {
		t.Errorf("status: %d %.200s", status, out)
	}
	if out, complaints, status := h.ask("ana", "note", "hello from a script"); status != 0 || out != "noted\n" || complaints != "" {
		t.Errorf("note: %d %q %q", status, out, complaints)
	}
	screen.waitFor("ana: hello from a script")
	if out, _, status := h.ask("bo", "timeline"); status != 0 || !strings.Contains(out, "ana: hello from a script\n") {
		t.Errorf("timeline: %d %s", status, out)
	}
	for _, test := range []struct {
		who, command, want string
	}{
		{"bo", "note hello", "note needs the role responder, and you are here as viewer"},
		{"bo", "ack alarm/x", "ack needs the role responder"},
		{"ana", "ack alarm/x", "nothing here has the key"},
		{"ana", "ack", "ack needs the KEY of a signal"},
		{"ana", "note", "write a few words"},
		{"ana", "rm -rf /", `"rm" is no command here; there are status, timeline`},
		{"ana", "status --yaml", "status takes --json or nothing"},
		{"ana", "export --format html", `there is no format "html"`},
	} {
		out, complaints, status := h.ask(test.who, test.command)
		if status != 2 || out != "" || !strings.HasPrefix(complaints, "warroom: ") || !strings.Contains(complaints, test.want) {
			t.Errorf("%s as %s: %d %q %q, want 2 and %s", test.command, test.who, status, out, complaints, test.want)
		}
	}
}

func TestServeSendsAnExportToAReaderWhoTakesItsHead(t *testing.T) {
	h := serving(t, people(t, map[string]string{"ana": "responder"}), trouble...)
	h.join("ana").waitFor("✖ ALARM")
	if line := h.head("ana", "export"); !json.Valid([]byte(line)) || !strings.HasPrefix(line, `{"warroom":"journal"`) {
		t.Errorf("an export begins with %q", line)
	}
	if line := h.head("ana"); !strings.HasPrefix(line, "DRILL  2025-10-20T07:15:") {
		t.Errorf("the room in lines begins with %q", line)
	}
	if out, _, status := h.ask("ana", "export", "--format", "csv"); status != 0 || !strings.Contains(out, ",") {
		t.Errorf("export --format csv: %d %.100s", status, out)
	}
}

// head is the first line of what ssh prints. The reader closes the pipe after it, and
// with that the session has to end.
func (h *shared) head(who string, words ...string) string {
	h.t.Helper()
	ssh := h.ssh(who, append([]string{"room"}, words...)...)
	head := exec.Command("head", "-n", "1")
	var err error
	if head.Stdin, err = ssh.StdoutPipe(); err != nil {
		h.t.Fatal(err)
	}
	if err := ssh.Start(); err != nil {
		h.t.Fatal(err)
	}
	out, err := head.Output()
	if err != nil {
		h.t.Fatal(err)
	}
	_ = ssh.Process.Kill() // it may have nothing to write for a long time
	_ = ssh.Wait()
	return string(out)
}

// blockDigits is the first row of figures in the large letters of a wall's clock.
var blockDigits = regexp.MustCompile(`(?m)[▄▀█]{4,5} +[▄▀█]{2,5} +[▄▀█]{2,5} +[▄▀█]{4,5}`)

func TestServeShowsAWallThatNobodyCanType(t *testing.T) {
	h := serving(t, people(t, map[string]string{"ana": "responder", "wall": "kiosk"}), trouble...)
	ana, wall := h.join("ana"), h.join("wall", "-t")
	ana.waitFor("2 here")
	wall.waitFor("ALARMS")
	before := wall.waitFor("nobody has acknowledged it")
	wall.press("2a:quit\r")
	wall.press("q\x03\x04\x1b?nrubbish\r")
	for range 3 { // the clock has seconds: these frames are drawn after what was typed has come
		now := wall.text()
		wall.wait("another frame", func(screen string) bool { return screen != now })
	}
	after := wall.waitFor("nobody has acknowledged it")
	for _, typed := range []string{"quit", "rubbish", "details", "commands"} {
		if strings.Contains(after, typed) {
			t.Errorf("%q is on the wall:\n%s", typed, after)
		}
	}
	if !blockDigits.MatchString(after) {
		t.Errorf("the wall was\n%s\nand is\n%s", before, after)
	}
	if strings.Contains(h.audit(), `"msg":"act"`) {
		t.Error("the wall has acted")
	}
	ana.waitFor("2 here")
	for _, words := range [][]string{{"status"}, {"note", "hello"}, {"plain"}, nil} {
		if out, complaints, status := h.ask("wall", words...); status != 2 || out != "" || !strings.Contains(complaints, "this key is for a wall") {
			t.Errorf("%v: %d %q %q", words, status, out, complaints)
		}
	}
}

// quiet writes a config for a room that looks at nothing of AWS.
func quiet(t *testing.T, dir string) string {
	t.Helper()
	path := filepath.Join(dir, "warroom.yaml")
	write(t, path, "room: prod\nhealth: {off: true}\nalarms: {off: true}\nprobes:\n  - {name: shop, url: \"tcp://127.0.0.1:1\"}\n")
	return path
}

func TestServeRefusesToStartWhereNobodyOrEverybodyCouldEnter(t *testing.T) {
	dir := people(t, nil)
	in := []string{"serve", "--config", quiet(t, dir), "--state", filepath.Join(dir, "state")}
	for _, test := range []struct {
		args []string
		want string
	}{
		{nil, "warroom keys add"},
		{[]string{"--open-viewers", "--listen", "0.0.0.0:0"}, "listen at 127.0.0.1, or give people keys with `warroom keys add`"},
		{[]string{"--open-viewers", "--listen", ":0"}, "lets everybody in who reaches"},
		{[]string{"--open-viewers", "--listen", "127.0.0.1:0", "--tui"}, "--tui needs a terminal"},
		{[]string{"--open-viewers", "--listen", "127.0.0.1:nowhere"}, "name another address or port"},
	} {
		out, status := command(t, append(in[:len(in):len(in)], test.args...)...)
		if status != 2 || !strings.Contains(out, test.want) {
			t.Errorf("%v: %d %s, want 2 and %s", test.args, status, out, test.want)
		}
	}
}

func TestServeLetsViewersInWithoutAKeyWhereThatWasAsked(t *testing.T) {
	dir := people(t, nil)
	h := serving(t, dir, "serve", "--config", quiet(t, dir), "--open-viewers")
	guest := h.join("", "-o", "PubkeyAuthentication=no")
	guest.waitFor("DOWN  shop")
	guest.press("3")
	guest.press("a")
	guest.waitFor("needs the role responder, and you are here as viewer")
	guest.press("q")
	guest.left(0)
	out, complaints, status := h.askAs(h.ssh("", "-o", "PubkeyAuthentication=no", "room", "note", "hello"))
	if status != 2 || out != "" || !strings.Contains(complaints, "you are here as viewer") {
		t.Errorf("note: %d %q %q", status, out, complaints)
	}
}

func TestServeKeepsItsHostKey(t *testing.T) {
	dir := people(t, map[string]string{"ana": "viewer"})
	path := filepath.Join(dir, "state", "host_ed25519")
	printed := func() string {
		h := serving(t, dir, trouble...)
		h.join("ana").waitFor("DRILL")
		h.stop()
		h.status()
		_, after, _ := strings.Cut(h.printed.String(), "host key    ")
		fingerprint, _, _ := strings.Cut(after, "\n")
		return fingerprint
	}
	first := printed()
	out, err := exec.Command("ssh-keygen", "-l", "-f", path).Output()
	if words := strings.Fields(string(out)); err != nil || len(words) < 2 || words[1] != first {
		t.Errorf("the server says %s and ssh-keygen %s (%v)", first, out, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	if second := printed(); second != first {
		t.Errorf("the host key was %s and is %s", first, second)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if out, status := command(t, serverArguments(dir, trouble)...); status != 2 || !strings.Contains(out, "can be read by others") {
		t.Errorf("a host key that others read: %d %s", status, out)
	}
}
