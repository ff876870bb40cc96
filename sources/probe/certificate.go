package probe

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"warroom/internal/clean"
	"warroom/internal/room"
)

// certificateNameLimit is how many runes of a certificate's names are shown, and
// certificateNames how many of its names: some hold hundreds.
const (
	certificateNameLimit = 60
	certificateNames     = 3
)

// shownCertificate is what people are told of a handshake; nil if there was no certificate.
// ends is when the chain is over, zero if it does not verify.
func shownCertificate(state *tls.ConnectionState, ends time.Time) *room.Certificate {
	if len(state.PeerCertificates) == 0 {
		return nil
	}
	leaf := state.PeerCertificates[0]
	hash := sha256.Sum256(leaf.Raw)
	shown := &room.Certificate{
		Subject: clean.Line(leaf.Subject.CommonName, certificateNameLimit), Issuer: clean.Line(cmp.Or(leaf.Issuer.CommonName, leaf.Issuer.String()), certificateNameLimit),
		Expires: leaf.NotAfter.UTC(), Chain: ends.UTC(), Fingerprint: hex.EncodeToString(hash[:]),
		Version: strings.TrimPrefix(tls.VersionName(state.Version), "TLS "),
	}
	for _, name := range hostsOf(leaf) {
		if len(shown.Names) < certificateNames {
			shown.Names = append(shown.Names, clean.Line(name, certificateNameLimit))
		}
	}
	if shown.Subject == "" && len(shown.Names) > 0 {
		shown.Subject = shown.Names[0]
	}
	return shown
}

// chainEnds is when the first certificate of a chain is over; of several chains to a root
// the one that lasts longest counts, because a client needs only one.
func chainEnds(chains [][]*x509.Certificate) time.Time {
	var longest time.Time
	for _, chain := range chains {
		first := chain[0].NotAfter
		for _, one := range chain {
			if one.NotAfter.Before(first) {
				first = one.NotAfter
			}
		}
		if first.After(longest) {
			longest = first
		}
	}
	return longest
}

// verify checks a chain for a host at this moment of real time, whatever the
// room's clock says, and says when it is over; the failure is nil if it is good. Roots
// are the system's if nil.
func verify(chain []*x509.Certificate, host string, roots *x509.CertPool) (ends time.Time, f *failure) {
	if len(chain) == 0 {
		return ends, &failure{class: classCert, phase: phaseTLS, reason: "the server showed no certificate"}
	}
	options := x509.VerifyOptions{Roots: roots, DNSName: host, CurrentTime: time.Now()}
	if len(chain) > 1 {
		options.Intermediates = x509.NewCertPool()
		for _, intermediate := range chain[1:] {
			options.Intermediates.AddCert(intermediate)
		}
	}
	chains, err := chain[0].Verify(options)
	if err == nil {
		return chainEnds(chains), nil
	}
	return ends, &failure{class: classCert, phase: phaseTLS, reason: unverified(chain, host, err), cause: err}
}

// unverified says in one sentence what is wrong with a chain. Dates, not days
// left, so that it reads the same tomorrow.
func unverified(chain []*x509.Certificate, host string, err error) string {
	leaf := chain[0]
	about := "the certificate of " + nameOf(leaf)
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		if invalid.Cert != nil && !invalid.Cert.Equal(leaf) {
			about += ": that of its issuer " + nameOf(invalid.Cert)
			leaf = invalid.Cert
		}
		switch {
		case invalid.Reason == x509.Expired && time.Now().After(leaf.NotAfter):
			return about + " expired on " + day(leaf.NotAfter)
		case invalid.Reason == x509.Expired:
			return about + " is not valid before " + day(leaf.NotBefore)
		case invalid.Reason == x509.IncompatibleUsage:
			return about + " is not meant for servers"
		}
		return about + " breaks the rules of its issuer"
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return fmt.Sprintf("the certificate is for %s, not for %s", namesOf(leaf), host)
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		switch {
		case bytes.Equal(leaf.RawIssuer, leaf.RawSubject):
			return about + " is self-signed"
		case len(chain) == 1:
			return fmt.Sprintf("%s is signed by %s, which is not trusted here, or an intermediate certificate is missing", about, issuerOf(leaf))
		}
		return fmt.Sprintf("%s is signed by %s, which is not trusted here", about, issuerOf(chain[len(chain)-1]))
	}
	return about + " cannot be verified"
}

func day(t time.Time) string { return t.UTC().Format("2006-01-02 15:04Z") }

func nameOf(c *x509.Certificate) string {
	switch {
	case c.Subject.CommonName != "":
		return fmt.Sprintf("%q", clean.Line(c.Subject.CommonName, certificateNameLimit))
	case len(c.DNSNames)+len(c.IPAddresses) > 0:
		return namesOf(c)
	}
	return "no name"
}

func issuerOf(c *x509.Certificate) string {
	name := c.Issuer.CommonName
	if name == "" {
		name = c.Issuer.String()
	}
	return fmt.Sprintf("%q", clean.Line(name, certificateNameLimit))
}

// hostsOf are the hosts that a certificate is good for: names, then addresses.
func hostsOf(c *x509.Certificate) []string {
	hosts := slices.Clone(c.DNSNames)
	for _, address := range c.IPAddresses {
		hosts = append(hosts, address.String())
	}
	return hosts
}

// namesOf lists them for people.
func namesOf(c *x509.Certificate) string {
	hosts := hostsOf(c)
	if len(hosts) == 0 {
		return "no host at all"
	}
	names := make([]string, 0, certificateNames+1)
	for _, name := range hosts[:min(len(hosts), certificateNames)] {
		names = append(names, clean.Line(name, certificateNameLimit))
	}
	if rest := len(hosts) - len(names); rest > 0 {
		names = append(names, fmt.Sprintf("%d more", rest))
	}
	return strings.Join(names, ", ")
}
