package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// keptRoom is a session in a room that is kept in dir, in which one endpoint is down.
func keptRoom(t *testing.T, dir string) *session {
	t.Helper()
	config := filepath.Join(dir, "warroom.yaml")
	text := "room: prod\nhealth: {off: true}\nalarms: {off: true}\nprobes:\n  - {name: shop, url: \"tcp://127.0.0.1:1\"}\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return start(t, 130, 40, []string{"USER=ana"}, "--config", config, "--state", dir)
}

func TestWhatPeopleDidOutlivesAKill(t *testing.T) {
	dir := t.TempDir()
	s := keptRoom(t, dir)
	s.waitFor("DOWN  shop")
	s.press("3")
	s.press("a")
	s.waitFor("acknowledged shop")
	s.press("nrolling back to v41\r")
	s.waitFor("ana on shop: rolling back to v41")
	s.waitFor("noted")
	if err := s.command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-s.ended

	again := keptRoom(t, dir)
	again.waitFor("rolling back to v41")
	again.waitFor("ana acknowledged shop")
	again.press("u")
	again.waitFor("rolling back to v41 (taken back by ana)")
}

func TestASecondScreenOnARoomLooksAndSaysWhoKeepsIt(t *testing.T) {
	dir := t.TempDir()
	s := keptRoom(t, dir)
	s.waitFor("DOWN  shop")
	second := keptRoom(t, dir)
	second.waitFor("DOWN  shop")
	s.press("3")
	s.press("a")
	second.waitFor("ana acknowledged shop")
	second.press("3")
	second.press("a")
	second.waitFor("another warroom (process")
}

// command runs the program once, without a terminal, and gives what it printed and its
// exit status.
func command(t *testing.T, args ...string) (out string, status int) {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, args...)
	cmd.Dir, cmd.Env = t.TempDir(), append(environment(t), "USER=bo")
	text, err := cmd.CombinedOutput()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		t.Fatal(err)
	}
	return string(text), cmd.ProcessState.ExitCode()
}

func TestOtherCommandsActInTheRoomWhetherOrNotItIsOpen(t *testing.T) {
	dir := t.TempDir()
	in := []string{"--state", dir, "--room", "prod"}
	if out, status := command(t, append(in, "mark", "too early")...); status != 2 || !strings.Contains(out, "nothing is kept of the room") {
		t.Fatalf("%d %s", status, out)
	}
	s := keptRoom(t, dir)
	s.waitFor("DOWN  shop")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"mark", "deploy checkout \x1b[31mv42"}, "bo announced: deploy checkout ␛[31mv42"},
		{[]string{"note", "the vendor confirms"}, "bo: the vendor confirms"},
		{[]string{"ack", "probe/shop", "on it"}, "bo acknowledged shop"},
	} {
		if out, status := command(t, append(in, c.args...)...); status != 0 {
			t.Fatalf("%v: %d %s", c.args, status, out)
		}
		s.waitFor(c.want)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"ack", "probe/nothing"}, "`warroom status --json` lists the keys"},
		{[]string{"note", strings.Repeat("x", 100<<10)}, "102400 bytes and 4096 are allowed"},
		{[]string{"note", strings.Repeat("x", 5000)}, "5000 bytes and 4096 are allowed"},
		{[]string{"mark"}, "write a few words"},
	} {
		if out, status := command(t, append(in, c.args...)...); status != 2 || !strings.Contains(out, c.want) {
			t.Errorf("%.40v: %d %s, want %s", c.args, status, out, c.want)
		}
	}
	config := filepath.Join(dir, "warroom.yaml")
	if out, _ := command(t, "status", "--json", "--state", dir, "--config", config); !strings.Contains(strings.Join(strings.Fields(out), ""), `"acknowledged":{"by":"bo",`) || !strings.Contains(out, `"note": "on it"`) {
		t.Errorf("the status does not know who acknowledged: %s", out)
	}
	if out, _ := command(t, "status", "--state", dir, "--config", config); !strings.Contains(out, "acknowledged by bo") {
		t.Errorf("the status does not say who acknowledged: %s", out)
	}
	if err := s.command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-s.ended
	if out, status := command(t, append(in, "note", "nobody is at the screen")...); status != 0 {
		t.Fatalf("%d %s", status, out)
	}
	keptRoom(t, dir).waitFor("bo: nobody is at the screen")
}

func TestManyCommandsAtOnceAllActInARoomThatNobodyHasOpen(t *testing.T) {
	dir := t.TempDir()
	s := keptRoom(t, dir)
	s.waitFor("DOWN  shop")
	s.press("q")
	s.status()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	const many = 8
	ended := make(chan string, many)
	for i := range many {
		go func() {
			cmd := exec.Command(path, "--state", dir, "--room", "prod", "mark", fmt.Sprintf("step %d of the pipeline", i))
			cmd.Dir, cmd.Env = dir, append(environment(t), "USER=bo")
			if out, err := cmd.CombinedOutput(); err != nil {
				ended <- fmt.Sprintf("%v: %s", err, out)
				return
			}
			ended <- ""
		}()
	}
	for range many {
		if failed := <-ended; failed != "" {
			t.Error(failed)
		}
	}
	if out, _ := command(t, "export", "--state", dir, "--room", "prod"); strings.Count(out, "of the pipeline") != many {
		t.Errorf("there are %d of %d", strings.Count(out, "of the pipeline"), many)
	}
}

func TestAJournalIsVerifiedExportedImportedAndSalvaged(t *testing.T) {
	dir := t.TempDir()
	in := []string{"--state", dir, "--room", "prod"}
	s := keptRoom(t, dir)
	s.waitFor("DOWN  shop")
	for range 3 {
		if out, status := command(t, append(in, "note", "a line")...); status != 0 {
			t.Fatal(out)
		}
	}
	run := func(want int, args ...string) string {
		t.Helper()
		out, status := command(t, args...)
		if status != want {
			t.Fatalf("%v: %d %s", args, status, out)
		}
		return out
	}
	if out := run(0, append(in, "journal", "verify")...); !strings.Contains(out, "nothing is lost or changed") { // while it is open
		t.Fatal(out)
	}
	s.press("q")
	s.status()
	lines, table := filepath.Join(dir, "a.jsonl"), filepath.Join(dir, "b.csv")
	run(0, append(in, "export", "-o", lines)...)
	run(0, append(in, "export", "--format", "csv", "-o", table)...)
	run(2, append(in, "export", "--format", "html")...)
	for i, file := range []string{lines, table} {
		other := []string{"--state", dir, "--room", []string{"a", "b"}[i]}
		run(0, append(other, "journal", "import", file)...)
		run(2, append(other, "journal", "import", file)...)
		if again := run(0, append(other, "export")...); len(again) < 1000 || again[len(again)/2:] != string(read(t, lines))[len(again)/2:] {
			t.Fatalf("%s was not the same after an import", file)
		}
	}
	path := strings.TrimSpace(run(0, append(in, "journal", "path")...))
	run(0, append(in, "journal", "compact")...)
	content := read(t, path)
	at := bytes.Index(content, []byte("a line"))
	if at < 0 {
		t.Fatal("the note is not in the file")
	}
	content[at] = 'A'
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	if out := run(1, append(in, "journal", "verify")...); !strings.Contains(out, "DAMAGED") {
		t.Fatal(out)
	}
	if out := run(0, append(in, "journal", "salvage")...); !strings.Contains(out, "salvaged: ") {
		t.Fatal(out)
	}
	run(0, append(in, "journal", "verify")...)
	if out := run(0, append(in, "journal", "salvage")...); !strings.Contains(out, "nothing had to be salvaged") {
		t.Fatal(out)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// clock is the time in the header of a live screen.
var clock = regexp.MustCompile(`\d\d:\d\d:\d\dZ`)

func TestTheScreenLooksBackAndAnExportIsPlayedAgain(t *testing.T) {
	dir := t.TempDir()
	s := keptRoom(t, dir)
	s.waitFor("DOWN  shop")
	s.press("nrolling back to v41\r")
	s.waitFor("noted")
	noted := clock.FindString(s.text())
	s.wait("a later second than "+noted, func(screen string) bool { return clock.FindString(screen) != noted })
	s.press("[")
	s.waitFor("PAST")
	s.press("a")
	s.waitFor("goes back to now")
	s.press("0")
	s.wait("now is shown again", func(screen string) bool { return !strings.Contains(screen, "PAST") })
	s.press("q")
	s.status()

	file := filepath.Join(dir, "outage.jsonl")
	if out, status := command(t, "export", "--state", dir, "--room", "prod", "-o", file); status != 0 {
		t.Fatal(out)
	}
	again := start(t, 130, 40, nil, "replay", file)
	again.waitFor("REPLAY")
	again.waitFor("rolling back to v41")
	again.press("3")
	again.press("a")
	again.waitFor("what happened cannot be changed")
	again.press("q")
	if status := again.status(); status != 0 {
		t.Errorf("the exit status is %d", status)
	}
	if out, status := command(t, "replay", file, "--from", "25:00"); status != 2 || !strings.Contains(out, "is no time") {
		t.Errorf("%d %s", status, out)
	}
	broken := filepath.Join(dir, "broken.jsonl")
	if err := os.WriteFile(broken, bytes.TrimRight(read(t, file), "}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, status := command(t, "replay", broken); status != 2 || !strings.Contains(out, "line ") {
		t.Errorf("%d %s", status, out)
	}
}
