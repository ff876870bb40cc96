package main

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
)

// patience is how long the end-to-end test waits for something to appear before it
// gives up; nothing in it is timed.
const patience = 60 * time.Second

// session is the built program in a pseudo-terminal, and the screen it has drawn.
type session struct {
	t       testing.TB
	command *exec.Cmd
	tty     *os.File
	mu      sync.Mutex
	screen  *vt.Emulator
	raw     bytes.Buffer
	changed chan struct{}
	ended   chan struct{}
}

// build makes the program once for all tests here.
var build = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "warroom-e2e")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "warroom")
	out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput()
	if err != nil {
		return "", &buildError{string(out)}
	}
	return path, nil
})

type buildError struct{ output string }

func (e *buildError) Error() string { return e.output }

func TestMain(m *testing.M) {
	status := m.Run()
	if path, err := build(); err == nil {
		_ = os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(status)
}

// environment is one without anything of this machine.
func environment(t testing.TB) []string {
	return []string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH"), "TERM=xterm-256color", "LANG=C.UTF-8"}
}

// start runs the program in a terminal of the given size, with nothing of the
// machine's own AWS settings.
func start(t testing.TB, columns, rows int, env []string, args ...string) *session {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(path, args...)
	command.Dir = t.TempDir()
	command.Env = append(environment(t), env...)
	return attend(t, columns, rows, command)
}

// attend runs a command in a terminal of the given size.
func attend(t testing.TB, columns, rows int, command *exec.Cmd) *session {
	t.Helper()
	s := &session{t: t, command: command, screen: vt.NewEmulator(columns, rows), changed: make(chan struct{}, 1), ended: make(chan struct{})}
	var err error
	s.tty, err = pty.StartWithSize(s.command, &pty.Winsize{Rows: uint16(rows), Cols: uint16(columns)})
	if err != nil {
		t.Fatal(err)
	}
	go s.draw()
	go s.reply()
	t.Cleanup(func() {
		// With all that it has started: whoever has the terminal open keeps draw reading.
		_ = syscall.Kill(-s.command.Process.Pid, syscall.SIGKILL)
		select {
		case <-s.ended:
		case <-time.After(patience):
			t.Error("somebody has the terminal open after everybody was killed")
		}
		_ = s.screen.InputPipe().(io.Closer).Close() // ends reply; closing the emulator itself races with it
		_ = s.tty.Close()
	})
	return s
}

// draw feeds what the program writes into the terminal's screen.
func (s *session) draw() {
	defer close(s.ended)
	buffer := make([]byte, 64<<10)
	for {
		n, err := s.tty.Read(buffer)
		s.mu.Lock()
		s.raw.Write(buffer[:n])
		_, _ = s.screen.Write(buffer[:n])
		s.mu.Unlock()
		select {
		case s.changed <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

// reply sends the terminal's answers to the program's questions back to it.
func (s *session) reply() {
	buffer := make([]byte, 1<<10)
	for {
		n, err := s.screen.Read(buffer)
		if err != nil {
			return
		}
		_, _ = s.tty.Write(buffer[:n]) // a program that is gone still has answers that somebody must take
	}
}

func (s *session) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.screen.String()
}

// wait waits until the screen satisfies a condition.
func (s *session) wait(what string, ok func(screen string) bool) string {
	s.t.Helper()
	deadline := time.After(patience)
	for {
		text := s.text()
		if ok(text) {
			return text
		}
		select {
		case <-s.changed:
		case <-s.ended:
			if text = s.text(); ok(text) {
				return text
			}
			s.t.Fatalf("the program ended before there was %s:\n%s", what, text)
		case <-deadline:
			s.t.Fatalf("there was never %s; the screen is\n%s", what, text)
		}
	}
}

func (s *session) waitFor(text string) string {
	s.t.Helper()
	return s.wait("the text "+text, func(screen string) bool { return strings.Contains(screen, text) })
}

func (s *session) press(keys string) {
	s.t.Helper()
	if _, err := s.tty.WriteString(keys); err != nil {
		s.t.Fatal(err)
	}
}

// status waits for the end of the program.
func (s *session) status() int {
	s.t.Helper()
	<-s.ended
	_ = s.command.Wait()
	return s.command.ProcessState.ExitCode()
}

// restored checks that the terminal is as it was: the main screen, a cursor, no
// mouse, no pasted brackets.
func (s *session) restored() {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	raw := s.raw.String()
	for _, mode := range []string{"?1049", "?2004"} {
		if on, off := strings.LastIndex(raw, "\x1b["+mode+"h"), strings.LastIndex(raw, "\x1b["+mode+"l"); on > off {
			s.t.Errorf("mode %s was left on", mode)
		}
	}
	if hidden, shown := strings.LastIndex(raw, "\x1b[?25l"), strings.LastIndex(raw, "\x1b[?25h"); hidden > shown {
		s.t.Error("the cursor was left hidden")
	}
}

func TestTheDrillTellsItsStoryAndObeysItsKeys(t *testing.T) {
	s := start(t, 160, 48, nil, "drill", "--speed", "1500")
	s.waitFor("DRILL")
	s.waitFor("ALARM")
	s.wait("probes that are down", func(screen string) bool {
		return strings.Contains(screen, "DOWN") && !strings.Contains(screen, " 0 DOWN")
	})
	s.wait("an open Health event", func(screen string) bool { return strings.Contains(screen, "✖ OPEN") })

	s.press("p")
	s.waitFor("paused")
	s.press("2\r")
	s.waitFor("details")
	s.waitFor("AWS/")
	s.press("\x1b")
	s.wait("the details gone", func(screen string) bool { return !strings.Contains(screen, "details") })
	s.press("/state:alarm\r")
	s.waitFor("/state:alarm")
	s.press("?")
	s.waitFor("keys, esc leaves")
	s.press("?f")
	s.waitFor("FROZEN")
	s.press("f")
	s.press(":jump 14:40\r")
	s.waitFor("14:40:00Z") // it still stands there, paused
	s.press("p")
	s.wait("the clock going on", func(screen string) bool { return !strings.Contains(screen, "14:40:00Z") })
	s.press("q")
	if got := s.status(); got != 0 {
		t.Errorf("exit status %d", got)
	}
	s.restored()
}

func TestAnOpenedAlarmOfADrillShowsItsChart(t *testing.T) {
	s := start(t, 160, 48, nil, "drill", "--from", "07:15", "--speed", "1")
	s.waitFor("✖ ALARM")
	s.press("/checkout-5xx\r")
	s.waitFor("ALARM   checkout-5xx")
	s.press("2\r")
	s.waitFor("Sum of AWS/ApplicationELB HTTPCode_Target_5XX_Count")
	s.wait("the threshold on its axis", func(screen string) bool { return strings.Contains(screen, "25 │╌") })
	s.waitFor("#storefront-oncall")
	s.press("++") // 12 hours back
	s.waitFor("last 12 hours")
	s.press("q")
	s.status()
}

func TestNarrowAndResizedTerminals(t *testing.T) {
	s := start(t, 80, 24, nil, "drill", "--speed", "1500")
	s.waitFor("2 Alarms")
	for _, to := range []struct {
		columns, rows int
		what          string
		drawn         func(lines []string) bool
	}{
		{40, 12, "the small screen's tabs", func(lines []string) bool { return strings.HasPrefix(lines[1], " 1 AWS Health") }},
		{1, 1, "the one cell", func(lines []string) bool { return len(lines) == 1 && len([]rune(lines[0])) <= 1 }},
		{200, 60, "the four panes", func(lines []string) bool { return strings.Contains(lines[2], "╮╭ 2 Alarms") && len(lines) == 60 }},
		{18, 4, "the status line", func(lines []string) bool { return strings.HasPrefix(lines[0], "DRILL ") }},
		{100, 30, "one pane and three lines", func(lines []string) bool {
			return len(lines) == 30 && strings.Contains(lines[28], "4 Timeline")
		}},
	} {
		s.mu.Lock()
		s.screen.Resize(to.columns, to.rows)
		s.mu.Unlock()
		if err := pty.Setsize(s.tty, &pty.Winsize{Cols: uint16(to.columns), Rows: uint16(to.rows)}); err != nil {
			t.Fatal(err)
		}
		s.wait(to.what, func(screen string) bool { return to.drawn(strings.Split(screen, "\n")) })
	}
	s.press("\x03")
	if got := s.status(); got != 0 {
		t.Errorf("exit status %d", got)
	}
	s.restored()
}

func TestWithoutColourNothingIsColoured(t *testing.T) {
	s := start(t, 130, 40, []string{"NO_COLOR=yes"}, "drill", "--speed", "1500")
	s.wait("trouble", func(screen string) bool { return strings.Contains(screen, "✖ ") })
	s.press("q")
	s.status()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, sgr := range colourPattern.FindAllString(s.raw.String(), 1) {
		t.Errorf("%q was written although NO_COLOR is set", sgr)
	}
	if !strings.Contains(s.raw.String(), "\x1b[7m") && !strings.Contains(s.raw.String(), "\x1b[1;7m") {
		t.Error("the selected row is not in reverse video")
	}
}

// colourPattern is a select-graphic-rendition sequence with a colour in it.
var colourPattern = regexp.MustCompile(`\x1b\[([0-9;]*;)?(3[0-8]|4[0-8]|9[0-7]|10[0-7])(;[0-9;]*)?m`)

func TestASignalRestoresTheTerminal(t *testing.T) {
	s := start(t, 130, 40, nil, "drill")
	s.waitFor("DRILL")
	if err := s.command.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if got := s.status(); got != 130 {
		t.Errorf("exit status %d, want 130", got)
	}
	s.restored()
}

// piped runs the program with its output in a pipe, of which the test has the other end.
func piped(t *testing.T, args ...string) (command *exec.Cmd, out *os.File, complaints *bytes.Buffer) {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	out, end, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	complaints = new(bytes.Buffer)
	command = exec.Command(path, args...)
	command.Dir, command.Env, command.Stdout, command.Stderr = t.TempDir(), environment(t), end, complaints
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	_ = end.Close()
	t.Cleanup(func() {
		_ = out.Close()
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	return command, out, complaints
}

func TestADrillInAPipeIsToldInPlainLines(t *testing.T) {
	command, out, complaints := piped(t, "drill", "--speed", "1500")
	alarm := false
	for lines := bufio.NewScanner(out); !alarm && lines.Scan(); {
		line := lines.Text()
		if !strings.HasPrefix(line, "DRILL  ") || strings.ContainsFunc(line, func(r rune) bool { return r < ' ' }) {
			t.Errorf("the line is %q", line)
		}
		alarm = strings.Contains(line, "  alarm   ALARM  ")
	}
	if !alarm {
		t.Error("it ended without an alarm")
	}
	if err := command.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = command.Wait()
	if got := command.ProcessState.ExitCode(); got != 130 || complaints.Len() > 0 {
		t.Errorf("exit status %d, want 130: %s", got, complaints)
	}
}

func TestAReaderWhoHasHadEnoughEndsThePlainLinesQuietly(t *testing.T) {
	command, out, complaints := piped(t, "drill", "--plain", "--speed", "1500")
	lines := bufio.NewScanner(out)
	for range 3 {
		if !lines.Scan() {
			t.Fatal("it ended before three lines: ", complaints)
		}
	}
	_ = out.Close()
	if err := command.Wait(); err != nil || complaints.Len() > 0 {
		t.Errorf("it ended with %v: %s", err, complaints)
	}
}

func TestADumbTerminalIsToldPlainLinesInASCII(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"drill", "--speed", "1500"}, "ALARM"},
		{[]string{"--room", "café"}, "caf?"},
	} {
		s := start(t, 200, 60, []string{"TERM=dumb", "AWS_EC2_METADATA_DISABLED=true"}, c.args...)
		s.waitFor(c.want)
		s.press("\x03")
		if got := s.status(); got != 130 {
			t.Errorf("%v: exit status %d, want 130", c.args, got)
		}
		for i, b := range s.raw.Bytes() {
			if b != '\r' && b != '\n' && (b < ' ' || b > '~') {
				t.Errorf("%v: byte %#x at %d: %q", c.args, b, i, s.raw.Bytes()[max(0, i-60):])
				break
			}
		}
	}
}
