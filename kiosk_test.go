package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestADrillIsPlayedOnTheWallUntilSomebodyPressesQ(t *testing.T) {
	s := start(t, 160, 48, nil, "kiosk", "--drill", "--from", "07:20", "--zone", "Europe/Berlin")
	s.wait("trouble that comes forward", func(screen string) bool {
		return strings.Contains(screen, "DRILL") && strings.Contains(screen, "until acknowledged") && strings.Contains(screen, "CEST")
	})
	for _, want := range []string{"\x1b[?1000h", "\x1b[?1002h", "\x1b[?1003h", "\x1b[?1004h", "\x1b[?2004h"} {
		s.mu.Lock()
		asked := strings.Contains(s.raw.String(), want)
		s.mu.Unlock()
		if asked {
			t.Errorf("the wall asks its terminal for %q", want)
		}
	}
	if _, err := s.tty.Write([]byte("jjza\r?:xq")); err != nil {
		t.Fatal(err)
	}
	<-s.ended
	if err := s.command.Wait(); err != nil {
		t.Errorf("q ends it with %v", err)
	}
}

func TestTheWallFollowsTheRoomThatAnotherProcessKeeps(t *testing.T) {
	dir := t.TempDir()
	s := keptRoom(t, dir)
	s.waitFor("DOWN  shop")
	wall := start(t, 80, 24, nil, "kiosk", "--config", filepath.Join(dir, "warroom.yaml"), "--state", dir)
	wall.waitFor("nobody has acknowledged it")
	s.press("3")
	s.press("a")
	wall.waitFor("ana acknowledged it")
}

// TestTheLoopOfTheWallSaysWhenTheLinkIsGoneAndTriesAgain runs the loop with an ssh that
// fails twice and stands at the third try.
func TestTheLoopOfTheWallSaysWhenTheLinkIsGoneAndTriesAgain(t *testing.T) {
	loop, err := filepath.Abs("docs/kiosk/warroom-kiosk.sh")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	asked := filepath.Join(dir, "asked")
	fake := `#!/bin/sh
echo "$@" >> "$ASKED"
if [ "$(wc -l < "$ASKED")" -lt 3 ]; then
	printf 'ssh: connect to host war.example port 22: \033]0;refused\007\n' >&2
	exit 255
fi
printf 'the wall is back'
read -r _
`
	if err := os.WriteFile(filepath.Join(dir, "ssh"), []byte(fake), 0o755); err != nil {
		t.Fatal(err)
	}
	command := exec.Command(loop, "wall@war.example", "-p", "2222")
	command.Env = []string{"PATH=" + dir + ":" + os.Getenv("PATH"), "TERM=xterm", "ASKED=" + asked, "WARROOM_KIOSK_PAUSE=0"}
	s := attend(t, 80, 24, command)
	s.wait("a third try", func(screen string) bool { return strings.Contains(screen, "the wall is back") })
	s.mu.Lock()
	shown := s.raw.String()
	s.mu.Unlock()
	for _, want := range []string{
		`DISCONNECTED since \d\d:\d\d:\d\dZ`, `wall@war\.example cannot be reached`, `ssh ended with status 255: ssh: connect to host war\.example port 22: \]0;refused`,
		`try 1, again in 0 s`, `try 2, again in 0 s`,
	} {
		if !regexp.MustCompile(want).MatchString(shown) {
			t.Errorf("%q was never shown:\n%q", want, shown)
		}
	}
	if lines := regexp.MustCompile(`\x1b\[(\d+);1H {80}`).FindAllString(shown, -1); len(lines) != 2*24 {
		t.Errorf("%d lines were painted over, want the whole screen twice", len(lines))
	}
	given, err := os.ReadFile(asked)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"-t ", "ServerAliveInterval=5", "ServerAliveCountMax=2", "wall@war.example -p 2222"} {
		if strings.Count(string(given), want) != 3 {
			t.Errorf("ssh was not always given %q:\n%s", want, given)
		}
	}
}

func TestTheLoopOfTheWallWantsToKnowWhere(t *testing.T) {
	out, err := exec.Command("docs/kiosk/warroom-kiosk.sh").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "name where the room is") {
		t.Errorf("without a host it says %q, %v", out, err)
	}
}
