package room

import (
	"slices"
	"time"
)

// Certificate is what an endpoint showed of itself in a TLS handshake. It is a fact, and
// another one is a line of the timeline; the same one in another version of TLS, by another
// cipher or curve, or with another chain, is a fact that is not worth a line.
type Certificate struct {
	Subject     string    // the common name, or the first of the names
	Issuer      string    // who signed it
	Names       []string  // hosts that it is good for; the first few
	Expires     time.Time // when it is no longer valid
	Chain       time.Time // when the first certificate of the chain up to a root is no longer valid; zero if it does not verify
	Fingerprint string    // SHA-256 of the certificate, in hex
	Version     string    // of TLS: "1.3"
	Cipher      string    // suite: "TLS_AES_128_GCM_SHA256"; "" if none was agreed on
	Curve       string    // of the key exchange: "X25519MLKEM768"; "" if there was none
	Accepted    string    // why it does not verify, where it was accepted all the same; else ""
}

// Equal reports whether two certificates are the same. Both may be nil.
func (c *Certificate) Equal(o *Certificate) bool {
	if c == nil || o == nil {
		return c == o
	}
	return c.Fingerprint == o.Fingerprint && c.Version == o.Version && c.Cipher == o.Cipher && c.Curve == o.Curve && c.Subject == o.Subject && c.Issuer == o.Issuer && slices.Equal(c.Names, o.Names) &&
		c.Expires.Equal(o.Expires) && c.Chain.Equal(o.Chain) && c.Accepted == o.Accepted
}

// Ends is when the certificate, or the first one that it stands on, is no longer valid.
func (c *Certificate) Ends() time.Time {
	if !c.Chain.IsZero() && c.Chain.Before(c.Expires) {
		return c.Chain
	}
	return c.Expires
}

// DaysLeft is how many whole days are left at room time now; negative once it is over.
func (c *Certificate) DaysLeft(now time.Time) int {
	left := c.Ends().Sub(now)
	days := int(left / (24 * time.Hour))
	if left < 0 {
		days--
	}
	return days
}
