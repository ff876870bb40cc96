//go:build unix

package terminal

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/creack/pty"
)

// childVariable makes the test's own program play a part in a session of its own.
const childVariable = "WARROOM_TERMINAL_TEST"

func TestMain(m *testing.M) {
	switch os.Getenv(childVariable) {
	case "shell": // has the terminal, and starts a program in its background
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), childVariable+"=background")
		child.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		child.Stdin, child.Stdout = os.Stdin, os.Stdout
		if err := child.Run(); err != nil {
			fmt.Println("shell:", err)
		}
		os.Exit(0)
	case "background":
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_, err := Ask(ctx, os.Stdin, os.Stdout, nil)
		fmt.Println("asked:", err)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestABackgroundProgramDoesNotTouchTheTerminal(t *testing.T) {
	shell := exec.Command(os.Args[0])
	shell.Env = append(os.Environ(), childVariable+"=shell")
	tty, err := pty.Start(shell)
	if err != nil {
		t.Fatal(err)
	}
	defer tty.Close()
	var said bytes.Buffer
	_, _ = io.Copy(&said, tty) // ends with an error once the last program is gone
	if err := shell.Wait(); err != nil {
		t.Error(err)
	}
	if got := said.String(); !strings.Contains(got, "asked: "+ErrBackground.Error()) || strings.Contains(got, "\x1b") {
		t.Errorf("%q", got)
	}
}
