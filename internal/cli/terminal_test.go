package cli

import (
	"io"
	"strings"
	"testing"

	"warroom/internal/config"
)

func TestWhatShowsASCIIOnly(t *testing.T) {
	for _, c := range []struct {
		term, all, ctype, lang string
		bare                   bool
	}{
		{"xterm-256color", "", "", "C.UTF-8", false},
		{"xterm-256color", "", "", "", false}, // nobody says anything
		{"xterm-256color", "", "", "de_DE.utf8", false},
		{"xterm-256color", "", "", "de_DE.UTF8", false},
		{"xterm-256color", "", "", "de_DE", true},
		{"xterm-256color", "", "", "de_DE.ISO-8859-1", true},
		{"xterm-256color", "", "", "C", true},
		{"xterm-256color", "C", "en_US.UTF-8", "en_US.UTF-8", true},
		{"xterm-256color", "C.UTF-8", "C", "C", false},
		{"xterm-256color", "", "C", "en_US.UTF-8", true},
		{"xterm-256color", "", "en_US.UTF-8", "C", false},
		{"", "", "", "C.UTF-8", false},
		{"tmux-256color", "", "", "C.UTF-8", false},
		{"linux", "", "", "C.UTF-8", true},
		{"vt100", "", "", "C.UTF-8", true},
		{"vt220", "", "", "", true},
		{"dumb", "C.UTF-8", "", "", true},
	} {
		t.Setenv("TERM", c.term)
		t.Setenv("LC_ALL", c.all)
		t.Setenv("LC_CTYPE", c.ctype)
		t.Setenv("LANG", c.lang)
		if got := bare(); got != c.bare {
			t.Errorf("%+v: it shows ASCII only: %v", c, got)
		}
	}
}

func TestASCIIIsTakenUnaskedByATerminalThatHasNoMore(t *testing.T) {
	for _, c := range []struct {
		name, term string
		terminal   bool
		config     bool
		flag       string
		want       bool
	}{
		{"a terminal of today", "xterm", true, false, "", false},
		{"the console", "linux", true, false, "", true},
		{"the console, with a flag", "linux", true, false, "--ascii=false", false},
		{"a pipe at the console", "linux", false, false, "", false},
		{"a pipe of a dumb one", "dumb", false, false, "", true},
		{"a pipe of a dumb one, with a flag", "dumb", false, false, "--ascii=false", false},
		{"the config", "xterm", true, true, "", true},
		{"the flag over the config", "xterm", true, true, "--ascii=false", false},
		{"the flag", "xterm", false, false, "--ascii", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			quiet(t)
			t.Setenv("TERM", c.term)
			a := &app{in: strings.NewReader(""), out: io.Discard}
			if c.terminal {
				g := newGlass(t, 80, 24, nil)
				defer g.close()
				a.out = g.tty
			}
			root := a.root()
			if err := root.ParseFlags(strings.Fields(c.flag)); err != nil {
				t.Fatal(err)
			}
			cfg := config.Default()
			cfg.ASCII = c.config
			if err := a.override(cfg); err != nil {
				t.Fatal(err)
			}
			if got := a.onlyASCII(cfg); got != c.want {
				t.Errorf("only ASCII is %v", got)
			}
		})
	}
}
