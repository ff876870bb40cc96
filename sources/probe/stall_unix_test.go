//go:build unix

package probe

import (
	"bufio"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestAProcessThatStoodStillBlamesNoEndpoint (S4): a process of its own is stopped in the
// middle of a look at an endpoint that never answers, until long after the look's time.
func TestAProcessThatStoodStillBlamesNoEndpoint(t *testing.T) {
	if at := os.Getenv("STALLED_PROBE"); at != "" {
		r := probeOnce(t, Spec{URL: "http://" + at, Timeout: time.Second}, nil)
		t.Logf("it says %s %s", r.Word, r.sample.Class)
		return
	}
	connected, release := make(chan struct{}), make(chan struct{})
	address := listen(t, func(conn net.Conn) {
		if _, err := bufio.NewReader(conn).ReadString('\n'); err == nil {
			close(connected)
		}
		<-release
	})
	defer close(release)
	var out strings.Builder
	child := exec.Command(os.Args[0], "-test.run=^TestAProcessThatStoodStillBlamesNoEndpoint$", "-test.v")
	child.Env = append(os.Environ(), "STALLED_PROBE="+address)
	child.Stdout, child.Stderr = &out, &out
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-connected:
	case <-time.After(20 * time.Second):
		t.Fatal("it never asked")
	}
	if err := child.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	<-time.After(time.Second + 2*stall) // the time it stands still is what is tested
	if err := child.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	if err := child.Wait(); err != nil || !strings.Contains(out.String(), "it says ERROR error") {
		t.Errorf("%v; the one that was stopped said:\n%s", err, &out)
	}
}
