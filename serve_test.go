package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// shared is a room that the built program shares, and the folder with all that its
// people have: keys, the program's state, and what OpenSSH's client reads.
type shared struct {
	t          *testing.T
	dir        string
	command    *exec.Cmd
	printed    bytes.Buffer // on its standard output; whole once it is closed
	complaints bytes.Buffer // whole once status was waited for
	closed     chan struct{}
	address    string
	line       string // for known_hosts
}

// people makes a folder with a key for everybody, by name, and lets them in with a role.
// Without anybody there is no file of keys.
func people(t *testing.T, roles map[string]string) string {
	t.Helper()
	if _, err := exec.LookPath("ssh"); err != nil {
		t.Skip("OpenSSH is not installed")
	}
	dir := t.TempDir()
	if len(roles) == 0 {
		return dir
	}
	var lines strings.Builder
	for name, role := range roles {
		makeKey(t, filepath.Join(dir, name), name+"@example.com")
		fmt.Fprintf(&lines, "role=%q,name=%q %s", role, name, read(t, filepath.Join(dir, name+".pub")))
	}
	write(t, filepath.Join(dir, "authorized_keys"), lines.String())
	return dir
}

func makeKey(t *testing.T, path, comment string) {
	t.Helper()
	if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", path).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// write replaces a file as careful editors do.
func write(t *testing.T, path, text string) {
	t.Helper()
	if err := errors.Join(os.WriteFile(path+".new", []byte(text), 0o600), os.Rename(path+".new", path)); err != nil {
		t.Fatal(err)
	}
}

// trouble is a drill that stands in the midst of its outage.
var trouble = []string{"drill", "--serve", "--from", "07:15", "--speed", "1"}

// serving shares a room with the people of a folder.
func serving(t *testing.T, dir string, args ...string) *shared {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	h := &shared{t: t, dir: dir, command: exec.Command(path, serverArguments(dir, args)...), closed: make(chan struct{})}
	h.command.Dir, h.command.Env = dir, environment(t)
	out, err := h.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	h.command.Stderr = &h.complaints
	if err := h.command.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(io.TeeReader(out, &h.printed))
	for h.line == "" {
		line, err := lines.ReadString('\n')
		h.understand(line)
		if err != nil {
			_ = h.command.Wait()
			t.Fatalf("it ended with status %d and printed %s%s", h.command.ProcessState.ExitCode(), h.printed.String(), h.complaints.String())
		}
	}
	go func() {
		defer close(h.closed)
		_, _ = io.Copy(io.Discard, lines)
	}()
	t.Cleanup(func() {
		_ = h.command.Process.Kill()
		h.status()
	})
	h.configure()
	return h
}

// serverArguments are a server's arguments.
func serverArguments(dir string, args []string) []string {
	args = append(slices.Clone(args), "--listen", "127.0.0.1:0", "--state", filepath.Join(dir, "state"))
	if keys := filepath.Join(dir, "authorized_keys"); exists(keys) {
		args = append(args, "--authorized-keys", keys)
	}
	return args
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// understand takes from a line that the server prints how to come in.
func (h *shared) understand(line string) {
	line = strings.TrimSpace(line)
	if address, ok := strings.CutPrefix(line, "the room is open at "); ok {
		h.address = address
	}
	if known, ok := strings.CutPrefix(line, "known_hosts "); ok {
		h.line = known
	}
}

// configure writes what OpenSSH's client reads, the line that the server printed
// included: a wrong one lets nobody in.
func (h *shared) configure() {
	h.t.Helper()
	_, port, _ := strings.Cut(h.address, ":")
	known := filepath.Join(h.dir, "known_hosts")
	write(h.t, known, h.line+"\n")
	write(h.t, filepath.Join(h.dir, "config"), strings.Join([]string{
		"Host room", "HostName 127.0.0.1", "Port " + port, "UserKnownHostsFile " + known, "GlobalKnownHostsFile /dev/null",
		"StrictHostKeyChecking yes", "IdentitiesOnly yes", "IdentityAgent none", "LogLevel ERROR", "",
	}, "\n"))
}

// ssh is OpenSSH's client on its way to the room, with somebody's key.
func (h *shared) ssh(who string, args ...string) *exec.Cmd {
	given := []string{"-F", filepath.Join(h.dir, "config")}
	if who != "" {
		given = append(given, "-i", filepath.Join(h.dir, who))
	}
	command := exec.Command("ssh", append(given, args...)...)
	command.Dir, command.Env = h.dir, environment(h.t)
	return command
}

// join is somebody in the room, at a terminal.
func (h *shared) join(who string, args ...string) *session {
	h.t.Helper()
	return attend(h.t, 160, 48, h.ssh(who, append(args, "room")...))
}

// ask runs a command in the room without a terminal.
func (h *shared) ask(who string, words ...string) (out, complaints string, status int) {
	h.t.Helper()
	return h.askAs(h.ssh(who, append([]string{"room"}, words...)...))
}

func (h *shared) askAs(command *exec.Cmd) (out, complaints string, status int) {
	h.t.Helper()
	var printed, complained bytes.Buffer
	command.Stdout, command.Stderr = &printed, &complained
	err := command.Run()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		h.t.Fatal(err)
	}
	return printed.String(), complained.String(), command.ProcessState.ExitCode()
}

// stop asks the server to end.
func (h *shared) stop() {
	h.t.Helper()
	if err := h.command.Process.Signal(syscall.SIGTERM); err != nil {
		h.t.Fatal(err)
	}
}

// status waits for the end of the server.
func (h *shared) status() int {
	<-h.closed
	_ = h.command.Wait()
	return h.command.ProcessState.ExitCode()
}

// audit is the audit log so far.
func (h *shared) audit() string {
	h.t.Helper()
	return string(read(h.t, filepath.Join(h.dir, "state", "audit.jsonl")))
}

// left waits for the end of somebody's ssh, with a status and the terminal as it was.
func (s *session) left(status int) {
	s.t.Helper()
	select {
	case <-s.ended:
	case <-time.After(patience):
		s.t.Fatalf("ssh goes on, and the screen is\n%s", s.text())
	}
	if got := s.status(); got != status {
		s.t.Errorf("ssh ended with status %d, want %d:\n%s", got, status, s.text())
	}
	s.restored()
	s.cooked()
}

// cooked checks that what is typed is shown again.
func (s *session) cooked() {
	s.t.Helper()
	stty := exec.Command("stty", "-a")
	stty.Stdin = s.tty
	out, err := stty.CombinedOutput()
	if err != nil {
		s.t.Fatalf("stty: %v: %s", err, out)
	}
	for _, want := range []string{" echo ", " icanon ", " isig "} {
		if !strings.Contains(strings.ReplaceAll(string(out), "\n", " "), want) {
			s.t.Errorf("the terminal is left without%sas stty says: %s", want, out)
		}
	}
}

// gone waits until a text is no more on the screen.
func (s *session) gone(text string) {
	s.t.Helper()
	s.wait("a screen without "+text, func(screen string) bool { return !strings.Contains(screen, text) })
}

// dismissWelcome takes away what hides the newest lines of the timeline.
func (s *session) dismissWelcome() {
	s.t.Helper()
	s.press("4")
	s.gone("welcome")
}

// output is every byte that came so far.
func (s *session) output() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.raw.String()
}

// acknowledgeFirst acknowledges the first alarm, and gives its name.
func (s *session) acknowledgeFirst() string {
	s.t.Helper()
	s.waitFor("✖ ALARM")
	s.press("2")
	s.press("a")
	screen := s.waitFor("acknowledged ")
	return regexp.MustCompile(`acknowledged ([a-z0-9-]+)`).FindStringSubmatch(screen)[1]
}

func TestServeADrillToAResponderAndAViewer(t *testing.T) {
	h := serving(t, people(t, map[string]string{"ana": "responder", "bo": "viewer"}), trouble...)
	ana, bo := h.join("ana"), h.join("bo")
	for _, each := range []*session{ana, bo} {
		each.waitFor("DRILL")
		each.waitFor("✖ ALARM")
		each.waitFor("2 here")
	}
	name := ana.acknowledgeFirst()
	bo.waitFor("ana acknowledged " + name)
	bo.press("2")
	bo.press("a")
	bo.waitFor("needs the role responder, and you are here as viewer")

	bo.press(":follow ana\r")
	bo.waitFor("FOLLOWING ana")
	ana.waitFor("1 follow you")
	ana.press("/checkout\r")
	bo.waitFor("/checkout")
	bo.press("\x1b")
	bo.gone("FOLLOWING ana")
	ana.press("I")
	bo.waitFor("ana asks you to follow")
	bo.press("\r")
	bo.waitFor("FOLLOWING ana")

	bo.press("q")
	bo.left(0)
	ana.gone("2 here")
	ana.press("q")
	ana.left(0)
}
