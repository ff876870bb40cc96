package probe

import (
	"cmp"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
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
	if state.CipherSuite != 0 {
		shown.Cipher = tls.CipherSuiteName(state.CipherSuite)
	}
	if state.CurveID != 0 {
		shown.Curve = state.CurveID.String()
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
