package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"

	"warroom/internal/room"
)

// The classes of failure, as Sample.Class holds them.
const (
	classDNS      = "dns"
	classConnect  = "connect"
	classTLS      = "tls"
	classCert     = "cert"
	classTimeout  = "timeout"
	classProtocol = "protocol"
	classStatus   = "status"
	classAssert   = "assert"
	classBody     = "body"
	classRedirect = "redirect"
	classICMP     = "icmp"
	classGRPC     = "grpc"
	classBlocked  = "blocked"       // a Guard keeps it from being reached
	classProxy    = "proxy"         // what stands between us and the endpoint
	classError    = room.OwnTrouble // our own trouble, not the endpoint's
)

// failure is why a probe did not find what it should have.
type failure struct {
	class  string
	phase  phase
	reason string // one plain sentence, the same each time for the same cause
	text   string // this reading in a few words; the reason if empty
	came   string // what came, where the reason says only what was expected
	next   string // for our own trouble: what to do about it
	cause  error  // for the log
	silent bool   // the proxy on the way gave no sign of life
}

// timedOut is the failure of a probe whose time ran out in the given phase.
func timedOut(t *target, p phase) *failure {
	return &failure{
		class: classTimeout, phase: p,
		reason: fmt.Sprintf("timed out after %s waiting for %s", plainDuration(t.spec.Timeout), p.waiting()),
	}
}

// stalled is what a timeout comes to that was noticed much too late.
func stalled(f *failure) *failure {
	return &failure{
		class: classError, phase: f.phase, cause: f.cause,
		reason: "this machine stood still while it looked: that the time was up was noticed far too late",
		next:   "see what else it does; a machine that was asleep is well again",
	}
}

// isTimeout says whether an error means that time was up.
func isTimeout(err error) bool {
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	netError, ok := errors.AsType[net.Error](err)
	return ok && netError.Timeout()
}

// isReset says whether the other side broke the connection off.
func isReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNABORTED)
}

// isEnd says whether the other side closed the connection in an orderly way.
func isEnd(err error) bool { return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) }

// brokenOff is the failure of a connection on which what was awaited did not come.
func brokenOff(t *target, p phase, err error, awaited string) *failure {
	switch {
	case isTimeout(err):
		return timedOut(t, p)
	case isReset(err):
		return &failure{class: classProtocol, phase: p, reason: "the connection was reset before " + awaited, cause: err}
	case isEnd(err):
		return &failure{class: classProtocol, phase: p, reason: "the connection was closed before " + awaited, cause: err}
	}
	return &failure{class: classProtocol, phase: p, reason: "the connection broke before " + awaited, cause: err}
}

// ownTroubles are the errors of connect(2) and socket(2) that say something about
// this machine and nothing about the endpoint.
var ownTroubles = []struct {
	errno        syscall.Errno
	reason, next string
}{
	{syscall.EMFILE, "this process has no free file descriptor", "raise its limit on open files (ulimit -n)"},
	{syscall.ENFILE, "this machine has no free file descriptor", "close what holds so many files, or raise the system's limit"},
	{syscall.ENOBUFS, "this machine has no free network buffers", "see what fills its network buffers"},
	{syscall.ENOMEM, "this machine has no free memory", "see what fills its memory"},
	{syscall.EADDRNOTAVAIL, "this machine has no free local port or no address for this connection", "see what holds so many connections"},
	{syscall.ENETUNREACH, "this machine has no route to the address", "check its network, or use a name with another kind of address"},
	{syscall.ENETDOWN, "this machine's network is down", "check its network"},
	{syscall.EAFNOSUPPORT, "this machine does not support this kind of address", "use a name with another kind of address"},
	{syscall.EACCES, "this machine does not allow the connection", "check its firewall rules"},
	{syscall.EPERM, "this machine does not allow the connection", "check its firewall rules"},
}

// ownTrouble recognises an error that is about this machine; nil if it is not.
func ownTrouble(p phase, err error) *failure {
	for _, own := range ownTroubles {
		if errors.Is(err, own.errno) {
			return &failure{class: classError, phase: p, reason: own.reason, next: own.next, cause: err}
		}
	}
	// The resolver keeps only the words of some of its errors.
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		for _, own := range ownTroubles {
			if strings.Contains(dns.Err, own.errno.Error()) {
				return &failure{class: classError, phase: p, reason: own.reason, next: own.next, cause: err}
			}
		}
	}
	return nil
}
