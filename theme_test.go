package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// fixedColour is a colour that no user can choose: one of 256, or of all.
var fixedColour = regexp.MustCompile(`\x1b\[([0-9;]*;)?[34]8;[25];[0-9;]*m`)

// sgr matches a sequence that chooses the parameters, among others.
func sgr(parameters string) *regexp.Regexp {
	return regexp.MustCompile(`\x1b\[([0-9;]*;)?` + parameters + `(;[0-9;]*)?m`)
}

func TestThemesKeepToTheirColoursOnARealTerminal(t *testing.T) {
	mine := filepath.Join(t.TempDir(), "mine.yaml")
	if err := os.WriteFile(mine, []byte("base: ansi16\ncritical: \"#ff00ff 199 bright-red\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		theme, environment string
		has, never         *regexp.Regexp
	}{
		{"mono", "TERM=xterm-256color", sgr("1"), colourPattern},
		{"ansi16", "TERM=xterm-256color", sgr("91"), fixedColour},
		{mine, "TERM=xterm-256color", sgr("38;5;199"), sgr("38;2;255;0;255")},
		{mine, "COLORTERM=truecolor", sgr("38;2;255;0;255"), sgr("38;5;199")},
		{"dark", "TERM=linux", sgr("91"), fixedColour},
	} {
		s := start(t, 130, 40, []string{c.environment}, "drill", "--from", "07:15", "--theme", c.theme)
		s.wait("trouble", func(screen string) bool {
			return strings.Contains(screen, "✖ ") || strings.Contains(screen, "X ALARM")
		})
		s.press(":")
		s.waitFor("esc leaves")
		s.press("\x1b")
		s.wait("the commands gone", func(screen string) bool { return !strings.Contains(screen, "esc leaves") })
		s.press("q")
		s.status()
		s.mu.Lock()
		raw := s.raw.String()
		s.mu.Unlock()
		if found := c.never.FindString(raw); found != "" {
			t.Errorf("%s with %s writes %q", c.theme, c.environment, found)
		}
		if !c.has.MatchString(raw) {
			t.Errorf("%s with %s never writes %s", c.theme, c.environment, c.has)
		}
	}
}
