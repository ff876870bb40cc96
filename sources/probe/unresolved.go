package probe

import (
	"errors"
	"fmt"
	"net"
	"syscall"

	"golang.org/x/net/dns/dnsmessage"
)

// unresolved says why a name has no address, from the answers to both questions.
// The most telling of the two wins.
func unresolved(host string, answers []answer) *failure {
	f := &failure{class: classDNS, phase: phaseResolve, cause: answers[0].err}
	saw := func(code dnsmessage.RCode) bool {
		return answers[0].seen.saw(code) || answers[1].seen.saw(code)
	}
	silent, missing := false, false
	for _, one := range answers {
		trouble := one.seen.lastTrouble()
		if trouble == nil {
			trouble = one.err
		}
		if own := ownTrouble(phaseResolve, trouble); own != nil {
			own.reason = fmt.Sprintf("%s could not be resolved: %s", host, own.reason)
			return own
		}
		if errors.Is(trouble, syscall.ECONNREFUSED) {
			f.reason = fmt.Sprintf("%s could not be resolved: the name server refuses connections", host)
			f.cause = trouble
		}
		dns, ok := errors.AsType[*net.DNSError](one.err)
		silent = silent || ok && dns.IsTimeout
		missing = missing || ok && dns.IsNotFound
	}
	switch {
	case f.reason != "":
	case saw(dnsmessage.RCodeServerFailure):
		f.reason = fmt.Sprintf("%s could not be resolved: the name server failed (SERVFAIL), which may pass", host)
	case saw(dnsmessage.RCodeRefused):
		f.reason = fmt.Sprintf("%s could not be resolved: the name server refused the question (REFUSED)", host)
	case missing && saw(dnsmessage.RCodeSuccess):
		f.reason = fmt.Sprintf("the name %s exists but has no address", host)
	case missing && saw(dnsmessage.RCodeNameError):
		f.reason = fmt.Sprintf("the name %s does not exist (NXDOMAIN)", host)
	case missing:
		f.reason = fmt.Sprintf("the name %s does not exist, or has no address", host)
	case silent:
		f.reason = fmt.Sprintf("%s could not be resolved: the name server did not answer", host)
	default:
		f.reason = fmt.Sprintf("%s could not be resolved: the name server gave no usable answer", host)
	}
	return f
}
