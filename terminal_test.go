package main

import (
	"strings"
	"testing"

	"github.com/creack/pty"
)

func TestATerminalThatAnswersLateIsBelievedAndTypesNothing(t *testing.T) {
	s := start(t, 130, 40, []string{"COLORTERM=truecolor"}, "drill", "--from", "07:15")
	s.waitFor("ALARM")
	s.press("/ab")
	s.waitFor("/ab")
	s.mu.Lock()
	before := s.raw.Len()
	s.mu.Unlock()
	white := "\x1b]11;rgb:ffff/ffff/ffff\x1b\\" // the background is white, says the terminal at last
	s.press(white)
	s.wait("the light theme", func(string) bool { // s.mu is free here
		s.mu.Lock()
		light := strings.Contains(s.raw.String()[before:], "38;2;9;105;218") // its accent
		s.mu.Unlock()
		if !light {
			s.press(white) // the emulator's own word, that it is dark, may have come after it
		}
		return light
	})
	s.press("c\r")
	s.waitFor("/abc 0")
	s.press("q")
	s.status()
	s.restored()
}

func TestATerminalThatLiesAboutItsSizeDoesNoHarm(t *testing.T) {
	s := start(t, 100, 30, nil, "drill", "--from", "07:15")
	s.waitFor("4 Timeline")
	for _, size := range []pty.Winsize{{}, {Cols: 100}, {Rows: 30}, {Cols: 65535, Rows: 65535}, {Cols: 4000, Rows: 200}, {Cols: 1, Rows: 1000}} {
		if err := pty.Setsize(s.tty, &size); err != nil {
			t.Fatal(err)
		}
		s.press("jk")
	}
	if err := pty.Setsize(s.tty, &pty.Winsize{Cols: 100, Rows: 30}); err != nil {
		t.Fatal(err)
	}
	s.press("2?")
	s.waitFor("keys, esc leaves")
	s.press("q")
	if got := s.status(); got != 0 {
		t.Errorf("exit status %d", got)
	}
	s.restored()
}
