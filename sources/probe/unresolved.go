package probe

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"syscall"

	"golang.org/x/net/dns/dnsmessage"
)

// unresolved says why a name has no address, from the answers to what was asked.
// The most telling one wins.
func unresolved(host string, answers []answer) *failure {
	f := &failure{class: classDNS, phase: phaseResolve, cause: answers[0].err}
	saw := func(code dnsmessage.RCode) bool {
		return slices.ContainsFunc(answers, func(a answer) bool { return a.seen.saw(code) })
	}
	subject := host
	if blamed := blamed(answers); blamed != "" {
		subject = fmt.Sprintf("the %s records of %s", blamed, host)
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
		missing = missing || one.missing()
	}
	switch {
	case f.reason != "":
	case saw(dnsmessage.RCodeServerFailure):
		f.reason = fmt.Sprintf("%s could not be resolved: the name server failed (SERVFAIL), which may pass", subject)
	case saw(dnsmessage.RCodeRefused):
		f.reason = fmt.Sprintf("%s could not be resolved: the name server refused the question (REFUSED)", subject)
	case missing && saw(dnsmessage.RCodeSuccess):
		f.reason = emptyAnswer(host, wantedOf(answers)+"address")
	case missing && len(answers) == 1 && !saw(dnsmessage.RCodeNameError):
		f.reason = fmt.Sprintf("the name %s has no %saddress", host, wantedOf(answers))
	case missing && saw(dnsmessage.RCodeNameError):
		f.reason = fmt.Sprintf("the name %s does not exist (NXDOMAIN)", host)
	case missing:
		f.reason = fmt.Sprintf("the name %s does not exist, or has no address", host)
	case silent:
		f.reason = fmt.Sprintf("%s could not be resolved: the name server did not answer", subject)
	default:
		f.reason = fmt.Sprintf("%s could not be resolved: the name server gave no usable answer", subject)
	}
	return f
}

// emptyAnswer is the failure by which 2025-10-20 began, under the one name that it has in
// every probe: the name is there, and what it should lead to is not.
func emptyAnswer(name, lacks string) string {
	return fmt.Sprintf("empty DNS answer: the name %s exists and has no %s", name, lacks)
}

// wantedOf is the only family that was asked for, with a blank behind it; "" for both.
func wantedOf(answers []answer) string {
	if len(answers) > 1 {
		return ""
	}
	return families[answers[0].family].kind + " "
}

// blamed is the kind of record whose question failed, if it is the only one.
func blamed(answers []answer) string {
	record := ""
	for _, one := range answers {
		if one.failed() && record != "" {
			return ""
		}
		if one.failed() {
			record = families[one.family].record
		}
	}
	return record
}
