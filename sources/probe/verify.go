package probe

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// leastRSA is how many bits an RSA key must have, except that of a root: shorter ones were
// given up in 2013 (CA/Browser Forum, Baseline Requirements, section 6.1.5).
const leastRSA = 2048

// verify checks a chain for a host at this moment of real time, whatever the
// room's clock says, and says when it is over; the failure is nil if it is good. Roots
// are the system's if nil.
func verify(presented []*x509.Certificate, host string, roots *x509.CertPool) (ends time.Time, f *failure) {
	if len(presented) == 0 {
		return ends, &failure{class: classCert, phase: phaseTLS, reason: "the server showed no certificate"}
	}
	now, key := time.Now(), chainKeyOf(presented, host, roots)
	if ends, known := goodChains.find(key, now); known {
		return ends, nil
	}
	options := x509.VerifyOptions{Roots: roots, DNSName: host, CurrentTime: now}
	if len(presented) > 1 {
		options.Intermediates = x509.NewCertPool()
		for _, intermediate := range presented[1:] {
			options.Intermediates.AddCert(intermediate)
		}
	}
	chains, err := presented[0].Verify(options)
	if err != nil {
		return ends, &failure{class: classCert, phase: phaseTLS, reason: unverified(presented, host, err), cause: err}
	}
	weak := weakKey(chains[0])
	chains = slices.DeleteFunc(chains, func(chain []*x509.Certificate) bool { return weakKey(chain) != nil })
	if len(chains) == 0 {
		return ends, &failure{class: classCert, phase: phaseTLS, reason: weakness(presented[0], weak)}
	}
	goodChains.keep(key, presented, chains, now)
	return chainEnds(chains), nil
}

// chainEnds is when the first certificate of a chain is over; of several chains to a root
// the one that lasts longest counts, because a client needs only one.
func chainEnds(chains [][]*x509.Certificate) time.Time {
	var longest time.Time
	for _, chain := range chains {
		if first := firstEnd(chain); first.After(longest) {
			longest = first
		}
	}
	return longest
}

// firstEnd is when the first of some certificates is over.
func firstEnd(chain []*x509.Certificate) time.Time {
	first := chain[0].NotAfter
	for _, one := range chain {
		if one.NotAfter.Before(first) {
			first = one.NotAfter
		}
	}
	return first
}

// weakKey is the first certificate below the root whose key is too short; nil if none is.
func weakKey(chain []*x509.Certificate) *x509.Certificate {
	for _, one := range chain[:len(chain)-1] {
		if key, isRSA := one.PublicKey.(*rsa.PublicKey); isRSA && key.N.BitLen() < leastRSA {
			return one
		}
	}
	return nil
}

func weakness(leaf, weak *x509.Certificate) string {
	return fmt.Sprintf("%s has an RSA key of %d bits, which is too weak to be trusted; %d are the least",
		whose(leaf, weak), weak.PublicKey.(*rsa.PublicKey).N.BitLen(), leastRSA)
}

// whose begins a sentence about a certificate of a leaf's chain.
func whose(leaf, one *x509.Certificate) string {
	about := "the certificate of " + nameOf(leaf)
	if !one.Equal(leaf) {
		about += ": that of its issuer " + nameOf(one)
	}
	return about
}

// unverified says in one sentence what is wrong with a chain. Dates, not days
// left, so that it reads the same tomorrow.
func unverified(presented []*x509.Certificate, host string, err error) string {
	leaf := presented[0]
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		wrong := leaf
		if invalid.Cert != nil {
			wrong = invalid.Cert
		}
		about := whose(leaf, wrong)
		switch {
		case invalid.Reason == x509.Expired && time.Now().After(wrong.NotAfter):
			return about + " expired on " + day(wrong.NotAfter)
		case invalid.Reason == x509.Expired:
			return about + " is not valid before " + day(wrong.NotBefore)
		case invalid.Reason == x509.IncompatibleUsage:
			return about + " is not meant for servers"
		}
		return about + " breaks the rules of its issuer"
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return fmt.Sprintf("the certificate is for %s, not for %s", namesOf(leaf), host)
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return untrusted(presented, err)
	}
	if strings.Contains(err.Error(), "attempts limit reached") { // of crypto/x509, against chains that are made to take time
		return whose(leaf, leaf) + " stands on a chain that is too long to be verified"
	}
	return whose(leaf, leaf) + " cannot be verified"
}

// outdated are signatures that anybody might forge, with what people call them.
var outdated = map[x509.SignatureAlgorithm]string{
	x509.MD2WithRSA: "MD2", x509.MD5WithRSA: "MD5", x509.SHA1WithRSA: "SHA-1", x509.DSAWithSHA1: "SHA-1", x509.ECDSAWithSHA1: "SHA-1",
}

// untrusted says why a chain does not lead to a root. That a signature is outdated is only
// in the words of the error.
func untrusted(presented []*x509.Certificate, err error) string {
	leaf := presented[0]
	if strings.Contains(err.Error(), "insecure algorithm") {
		for _, one := range presented {
			if hash, weak := outdated[one.SignatureAlgorithm]; weak {
				return fmt.Sprintf("%s is signed with %s, which is not trusted any more", whose(leaf, one), hash)
			}
		}
	}
	top, linked := topOf(presented)
	about, signer := whose(leaf, leaf), issuerOf(top)
	elsewhere := len(presented) == 1 && len(leaf.IssuingCertificateURL) > 0 // of its issuer's own (RFC 5280, section 4.2.2.1)
	switch {
	case selfSigned(leaf):
		return about + " is self-signed"
	case elsewhere, linked < len(presented) && !selfSigned(top):
		return fmt.Sprintf("%s is signed by %s, whose certificate the server should send and does not: an intermediate certificate is missing", whose(leaf, top), signer)
	case len(presented) == 1:
		return fmt.Sprintf("%s is signed by %s, which is not trusted here, or an intermediate certificate is missing", about, signer)
	}
	return fmt.Sprintf("%s is signed by %s, which is not trusted here", about, signer)
}

func selfSigned(c *x509.Certificate) bool { return bytes.Equal(c.RawIssuer, c.RawSubject) }

// topOf follows a chain from its leaf, by who has signed whom, as far as it was presented,
// in whatever order. linked is how many certificates that are.
func topOf(presented []*x509.Certificate) (top *x509.Certificate, linked int) {
	top = presented[0]
	for linked = 1; linked < len(presented) && !selfSigned(top); linked++ {
		next := slices.IndexFunc(presented, func(c *x509.Certificate) bool { return bytes.Equal(c.RawSubject, top.RawIssuer) })
		if next < 0 {
			break
		}
		top = presented[next]
	}
	return top, linked
}

func day(t time.Time) string { return t.UTC().Format("2006-01-02 15:04Z") }
