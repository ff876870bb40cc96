package cli

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"warroom/internal/config"
	"warroom/internal/terminal"
)

// inTerminal runs a command line in a terminal, and returns its status and what it
// showed after its questions.
func inTerminal(t *testing.T, columns, rows int, reply func(string) string, args ...string) (status int, shown string) {
	t.Helper()
	g := newGlass(t, columns, rows, reply)
	var stderr bytes.Buffer
	status = Run(args, g.tty, g.tty, &stderr)
	if stderr.Len() > 0 {
		t.Errorf("stderr: %s", &stderr)
	}
	return status, g.close()
}

// answering answers every question for a width with the given one, and then the rest.
func answering(width, rest string) func(string) string {
	return func(asked string) string {
		return strings.Repeat("\x1b[1;"+width+"R", strings.Count(asked, "\x1b[6n")) + rest + "\x1b[?62;22c"
	}
}

// offline puts the test into a folder with a config that looks at nothing outside.
func offline(t *testing.T, more string) {
	t.Helper()
	dir := alone(t)
	quiet(t)
	write(t, filepath.Join(dir, "warroom.yaml"), "health: {off: true}\nalarms: {off: true}\n"+more)
}

const foot = "\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\\x1b[?2026;2$y\x1bP>|foot(1.16.2)\x1b\\"

func TestATerminalOfTodayHasEverything(t *testing.T) {
	offline(t, "")
	t.Setenv("NO_COLOR", "1")
	status, shown := inTerminal(t, 100, 40, answering("2", foot), "check")
	begin := strings.Index(shown, "Terminal\n")
	end := strings.Index(shown, "\nPaths\n")
	if status != exitCalm || begin < 0 || end < 0 {
		t.Fatalf("status %d\n%s", status, shown)
	}
	const want = `Terminal
  ● ok       TERM        xterm-256color
  ● ok       size        100x40
  ● ok       colours     none, since NO_COLOR is set
  ● ok       locale      LANG=C.UTF-8
  ● ok       answers     after TIME, by foot(1.16.2)
  ● ok       marks       COUNT, each one cell wide
  ● ok       background  dark
  ● ok       frames      drawn at once (mode 2026)
  ● ok       links       known to work in foot
  ● ok       clipboard   known to work in foot
  ● ok       notices     known to work in foot
`
	got := untimed(shown[begin:end])
	if _, rest, ok := strings.Cut(got, "marks       "); ok {
		count, _, _ := strings.Cut(rest, ",")
		got = strings.Replace(got, "marks       "+count, "marks       COUNT", 1)
	}
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestTerminalsThatLackSomethingAreToldWhatToDo(t *testing.T) {
	for _, c := range []struct {
		name   string
		reply  func(string) string
		args   []string
		config string
		status int
		want   []string
	}{
		{"marks of two cells", answering("3", ""), nil, "", exitTrouble, []string{"✖ failed   marks       two cells wide instead of one: ✖ ▲ ●", "use --ascii (ascii: true in the config)"}},
		{"not in UTF-8", answering("4", ""), nil, "", exitTrouble, []string{"✖ took 3 cells, so this terminal is not in UTF-8", "switch the terminal to UTF-8"}},
		{"two cells do not matter in ASCII", answering("3", ""), []string{"--ascii"}, "", exitCalm, []string{"o ok       marks       ASCII, which is one cell wide everywhere"}},
		{"no widths", answering("2", "\x1b[1;9R"), nil, "", exitCalm, []string{"– skipped  marks       their width could not be measured"}},
		{"no background", answering("2", ""), nil, "", exitCalm, []string{"▲ warning  background  not told, so it is taken for dark", "fix: write theme: dark or theme: light into the config"}},
		{"no background, and a theme", answering("2", ""), nil, "theme: light\n", exitCalm, []string{"● ok       background  not told, and the theme is light anyway"}},
		{"a light background", answering("2", "\x1b]11;rgb:ffff/ffff/ffff\x07"), nil, "", exitCalm, []string{"● ok       background  light"}},
		{"frames one by one", answering("2", "\x1b[?2026;0$y"), nil, "", exitCalm, []string{"● ok       frames      drawn as they come"}},
		{"one that nobody knows", answering("2", "\x1bP>|nobody 1.0\x1b\\"), nil, "", exitCalm, []string{"– skipped  links       cannot be asked; known to work in kitty, WezTerm"}},
		{"one that cannot copy unless it is allowed", answering("2", "\x1bP>|XTerm(390)\x1b\\"), nil, "", exitCalm,
			[]string{"▲ warning  clipboard   off in xterm unless it is allowed", "XTerm*disallowedWindowOps", "▲ warning  links       known not to work in xterm"}},
		{"one that says that it copies", func(string) string { return "\x1b[?62;52c" }, nil, "", exitCalm, []string{"● ok       clipboard   known to work in this terminal"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			offline(t, c.config)
			t.Setenv("NO_COLOR", "1")
			status, shown := inTerminal(t, 250, 40, c.reply, append([]string{"check"}, c.args...)...)
			if status != c.status {
				t.Errorf("status %d", status)
			}
			for _, want := range c.want {
				if !strings.Contains(shown, want) {
					t.Errorf("there is no %q in\n%s", want, shown)
				}
			}
		})
	}
}

func TestASilentTerminalIsNotWaitedForLongerThanAllowed(t *testing.T) {
	offline(t, "")
	t.Setenv("NO_COLOR", "1")
	status, shown := inTerminal(t, 100, 40, func(string) string { return "" }, "check", "--timeout", "300ms")
	if status != exitCalm || !strings.Contains(shown, "▲ warning  answers     none within ") || !strings.Contains(shown, "– skipped  marks") {
		t.Errorf("status %d\n%s", status, shown)
	}
}

func TestALateAnswerIsTakenInWhileOthersStillLook(t *testing.T) {
	quiet(t)
	var others sync.WaitGroup
	others.Add(1) // never done before the answer
	answered := make(chan struct{})
	g := newGlass(t, 100, 40, func(asked string) string {
		defer close(answered)
		return answering("2", foot)(asked)
	})
	c := &checker{app: &app{in: g.tty, out: g.tty}, cfg: config.Default(), log: slog.New(slog.DiscardHandler)} // without patience
	s, err := c.screen(t.Context(), &others)
	<-answered
	others.Done()
	if err != nil || !strings.HasPrefix(s.findings[4].found, "after ") {
		t.Errorf("%+v, %v", s.findings, err)
	}
	g.close()
}

func TestControlCOrASignalRestoresTheTerminal(t *testing.T) {
	for _, c := range []struct {
		name  string
		reply func(string) string
	}{
		{"ctrl+c", func(string) string { return "\x03" }},
		{"SIGINT", func(string) string {
			self, err := os.FindProcess(os.Getpid())
			if err == nil {
				err = self.Signal(os.Interrupt)
			}
			if err != nil {
				t.Error(err)
			}
			return ""
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			offline(t, "")
			status, shown := inTerminal(t, 100, 40, c.reply, "check")
			if status != exitInterrupted || shown != "" {
				t.Errorf("status %d\n%s", status, shown)
			}
		})
	}
}

func TestColoursAreForTerminalsAndForThoseWhoWantThem(t *testing.T) {
	offline(t, "")
	_, shown := inTerminal(t, 100, 40, answering("2", foot), "check")
	if !strings.Contains(shown, "\x1b[38;5;") || strings.Contains(shown, "\x1b[38;2;") {
		t.Errorf("256 colours are wanted:\n%q", shown)
	}
	t.Setenv("NO_COLOR", "yes")
	if _, shown = inTerminal(t, 100, 40, answering("2", foot), "check"); strings.Contains(shown, "\x1b") {
		t.Errorf("colours in spite of NO_COLOR:\n%q", shown)
	}
	if _, out, _ := run(t, "check"); strings.Contains(out, "\x1b") {
		t.Errorf("colours where there is no terminal:\n%q", out)
	}
}

func TestLinesAreBrokenBetweenWordsAndNeverWiderThanTheTerminal(t *testing.T) {
	for _, columns := range []int{60, 80, 100} {
		offline(t, "")
		t.Setenv("NO_COLOR", "1")
		_, shown := inTerminal(t, columns, 40, answering("3", ""), "check")
		for line := range strings.SplitSeq(shown, "\n") {
			if cells := len([]rune(line)); cells > columns && !strings.Contains(line, os.Getenv("HOME")) { // a path is not broken
				t.Errorf("%d cells in %d columns: %q", cells, columns, line)
			}
		}
	}
}

func TestWhatTheEnvironmentSaysOfATerminal(t *testing.T) {
	for _, c := range []struct {
		name, variable, value string
		line, state, found    string
		fix                   string
	}{
		{"no TERM", "TERM", "", "TERM", stateFailed, "it is not set", "set TERM"},
		{"a dumb one", "TERM", "dumb", "TERM", stateFailed, "cannot move its cursor", "warroom status"},
		{"a dumb one is not asked", "TERM", "dumb", "answers", stateSkipped, "cannot be asked", ""},
		{"the Linux console", "TERM", "linux", "TERM", stateWarning, "lacks most of the marks, so ASCII is taken by itself", "for the marks: ssh in"},
		{"the Linux console has a locale", "TERM", "linux", "locale", stateOK, "LANG=C.UTF-8", ""},
		{"the Linux console has ASCII", "TERM", "linux", "marks", stateOK, "ASCII, which is taken by itself here", ""},
		{"an old terminal", "TERM", "vt220", "TERM", stateWarning, "vt220 has no marks, so ASCII is taken by itself", "export TERM=xterm-256color"},
		{"256 colours", "TERM", "xterm-256color", "colours", stateOK, "256, from TERM=xterm-256color without COLORTERM=truecolor", ""},
		{"16 colours", "TERM", "vt100", "colours", stateWarning, "16, from TERM=vt100", "export TERM=xterm-256color"},
		{"16 million, said", "COLORTERM", "truecolor", "colours", stateOK, "16 million, from COLORTERM=truecolor", ""},
		{"16 million, known", "TERM", "xterm-kitty", "colours", stateOK, "16 million, from TERM=xterm-kitty", ""},
		{"a locale without UTF-8", "LC_ALL", "C", "locale", stateWarning, "LC_ALL=C is not UTF-8, so ASCII is taken by itself", "for the marks: unset LC_ALL; export LANG=C.UTF-8"},
		{"a language without UTF-8", "LANG", "de_DE", "locale", stateWarning, "LANG=de_DE is not UTF-8, so ASCII is taken by itself", "for the marks: export LANG=C.UTF-8"},
		{"a locale without UTF-8 has ASCII", "LC_ALL", "C", "marks", stateOK, "ASCII, which is taken by itself here", ""},
		{"a locale with it", "LC_CTYPE", "de_DE.utf8", "locale", stateOK, "LC_CTYPE=de_DE.utf8", ""},
		{"no locale", "LANG", "", "locale", stateWarning, "none is set", "--ascii"},
	} {
		t.Run(c.name, func(t *testing.T) {
			offline(t, "")
			t.Setenv(c.variable, c.value)
			g := newGlass(t, 59, 16, answering("2", ""))
			var stderr bytes.Buffer
			Run([]string{"check", "--json"}, g.tty, g.tty, &stderr)
			g.close()
			shown := strings.ReplaceAll(g.shown.String(), "\r\n", "\n")
			report := checked(t, strings.TrimSuffix(shown[strings.Index(shown, "{\n"):], "next\n"))
			lineOf(t, report, topicTerminal, c.line, "").says(t, c.state, c.found, c.fix)
			lineOf(t, report, topicTerminal, "size", "").says(t, stateWarning, "59x16 shows one pane at a time", "make the window 60x16")
		})
	}
}

func TestACheckIsDrawnInASCIIWhereTheScreenIs(t *testing.T) {
	for _, c := range []struct {
		name, variable, value string
		config                string
		args                  []string
		ascii                 bool
		want, never           string
	}{
		{"a terminal of today", "", "", "", nil, false, "● ok", "taken by itself"},
		{"the Linux console", "TERM", "linux", "", nil, true, "! warning  TERM        the font of the Linux console", "--ascii"},
		{"a locale without UTF-8", "LC_ALL", "C", "", nil, true, "! warning  locale      LC_ALL=C", "--ascii"},
		{"ASCII is asked for", "LC_ALL", "C", "", []string{"--ascii"}, true, "o ok       locale      LC_ALL=C", "taken by itself"},
		{"ASCII is asked for at the console", "TERM", "linux", "ascii: true\n", nil, true, "o ok       TERM        linux", "taken by itself"},
		{"marks are asked for", "LC_ALL", "C", "", []string{"--ascii=false"}, false, "▲ warning  locale      LC_ALL=C is not UTF-8, by which tmux", "taken by itself"},
		{"marks are asked for at the console", "TERM", "linux", "", []string{"--ascii=false"}, false, "▲ warning  TERM        the font", "taken by itself"},
	} {
		t.Run(c.name, func(t *testing.T) {
			offline(t, c.config)
			t.Setenv("NO_COLOR", "1")
			if c.variable != "" {
				t.Setenv(c.variable, c.value)
			}
			_, shown := inTerminal(t, 250, 40, answering("2", foot), append([]string{"check"}, c.args...)...)
			if !strings.Contains(shown, c.want) || strings.Contains(shown, c.never) {
				t.Errorf("it should have %q, and not %q:\n%s", c.want, c.never, shown)
			}
			if ascii := !strings.ContainsFunc(shown, func(r rune) bool { return r > '~' }); ascii != c.ascii {
				t.Errorf("it is in ASCII: %v, want %v\n%s", ascii, c.ascii, shown)
			}
		})
	}
}

func TestTmuxIsAskedHowItIsSet(t *testing.T) {
	offline(t, "")
	dir := t.TempDir()
	script := "#!/bin/sh\ncase \"$*\" in\n'show-options -gv set-clipboard') echo external;;\n'show-options -gv focus-events') echo on;;\n*) exit 1;;\nesac\n"
	if err := os.WriteFile(filepath.Join(dir, "tmux"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("TMUX", "/nowhere,1,0")
	t.Setenv("TERM", "tmux-256color")
	_, shown := inTerminal(t, 250, 40, answering("2", "\x1bP>|tmux 3.4\x1b\\"), "check", "--ascii")
	for _, want := range []string{
		`set -ga terminal-features ",*:RGB"`,
		"tmux set-clipboard      external, so what you copy does not reach the clipboard",
		"now: tmux set -g set-clipboard on; for good: write set -g set-clipboard on into ~/.tmux.conf",
		"tmux allow-passthrough  tmux does not say",
		"tmux focus-events       on",
		"links                   cannot be asked; known to work in",
	} {
		if !strings.Contains(shown, want) {
			t.Errorf("there is no %q in\n%s", want, shown)
		}
	}
}

func TestTerminalsAreKnownByTheirNameOrTheirEnvironment(t *testing.T) {
	for _, c := range []struct{ answer, variable, value, want string }{
		{"kitty(0.32.2)", "", "", "kitty"},
		{"ghostty 1.1.3", "", "", "Ghostty"},
		{"WezTerm 20240203-110809", "", "", "WezTerm"},
		{"", "TERM_PROGRAM", "iTerm.app", "iTerm2"},
		{"", "TERM", "alacritty-direct", "Alacritty"},
		{"", "WT_SESSION", "7f1c", "Windows Terminal"},
		{"VTE(7600)", "TERM_PROGRAM", "WezTerm", "VTE (GNOME Terminal and others)"}, // a terminal started from another one
		{"", "", "", ""},
		{"something new", "TERM", "foot", ""},
	} {
		quiet(t)
		if c.variable != "" {
			t.Setenv(c.variable, c.value)
		}
		if got, ok := recognise(c.answer); got.name != c.want || ok != (c.want != "") {
			t.Errorf("%q with %s=%s is %q, want %q", c.answer, c.variable, c.value, got.name, c.want)
		}
	}
	if got := abilities(subject{}, terminal.Answers{}); len(got) != 3 {
		t.Errorf("%+v", got)
	}
}
