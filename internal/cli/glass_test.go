package cli

import (
	"bytes"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/creack/pty"
	"golang.org/x/term"
)

// quiet is an environment that tells nothing of the terminal but its TERM.
func quiet(t *testing.T) {
	t.Helper()
	for _, name := range []string{"COLORTERM", "NO_COLOR", "TMUX", "LC_ALL", "LC_CTYPE", "TERM_PROGRAM", "WT_SESSION", "VTE_VERSION", "XTERM_VERSION", "CLICOLOR_FORCE"} {
		t.Setenv(name, "")
	}
	t.Setenv("TERM", "xterm-256color")
	t.Setenv("LANG", "C.UTF-8")
}

// glass is a terminal whose other side the test plays.
type glass struct {
	t        *testing.T
	tty      *os.File
	keyboard *os.File
	done     chan struct{}
	before   *term.State
	shown    bytes.Buffer // all that was written; whole once done is closed
}

// newGlass opens a terminal of the given size, which calls reply when it has been
// asked everything.
func newGlass(t *testing.T, columns, rows int, reply func(asked string) string) *glass {
	t.Helper()
	keyboard, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := pty.Setsize(tty, &pty.Winsize{Cols: uint16(columns), Rows: uint16(rows)}); err != nil {
		t.Fatal(err)
	}
	g := &glass{t: t, tty: tty, keyboard: keyboard, done: make(chan struct{})}
	if g.before, err = term.GetState(int(tty.Fd())); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(g.done)
		asked := false
		buffer := make([]byte, 32<<10)
		for {
			n, err := keyboard.Read(buffer)
			if err != nil {
				return
			}
			g.shown.Write(buffer[:n])
			if text := g.shown.String(); !asked && strings.HasSuffix(text, "\x1b[c") {
				asked = true
				if _, err := keyboard.WriteString(reply(text)); err != nil {
					t.Error(err)
				}
			}
		}
	}()
	return g
}

// close checks that the terminal is as it was and that nothing of its answers is left
// on the command line, and returns what was shown after the questions.
func (g *glass) close() string {
	g.t.Helper()
	if after, err := term.GetState(int(g.tty.Fd())); err != nil || !reflect.DeepEqual(after, g.before) {
		g.t.Errorf("the modes were %+v and are %+v, %v", g.before, after, err)
	}
	if _, err := g.keyboard.WriteString("next\n"); err != nil {
		g.t.Error(err)
	}
	line := make([]byte, 1<<10)
	if n, err := g.tty.Read(line); err != nil || string(line[:n]) != "next\n" {
		g.t.Errorf("the next line is %q, %v", line[:n], err)
	}
	g.tty.Close()
	<-g.done
	g.keyboard.Close()
	_, shown, _ := strings.Cut(g.shown.String(), "\x1b[c")
	return strings.ReplaceAll(strings.TrimSuffix(shown, "next\r\n"), "\r\n", "\n")
}
