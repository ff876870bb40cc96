package access

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"net"
	"slices"
	"strings"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"warroom/internal/clean"
	"warroom/internal/room"
)

// maxCertLife is how long a certificate may be good for: a shift and what it takes to
// hand over. Who has left the company is out after that, even if nobody revoked anything.
const maxCertLife = 16 * time.Hour

const (
	// principal begins the names in a certificate that say a role: warroom-viewer.
	principal = "warroom-"
	// sourceAddress is the one restriction of a certificate that is kept here. Source:
	// OpenSSH, PROTOCOL.certkeys, critical options.
	sourceAddress = "source-address"
)

// admitCertificate is Admit for a certificate.
func (s *state) admitCertificate(c *gossh.Certificate, from net.Addr, now time.Time) (*Grant, error) {
	if err := checkForm(c); err != nil {
		return nil, err
	}
	shown := clean.Line(c.KeyId, idLimit)
	role, err := s.check(c, from, now)
	if err != nil {
		return nil, fmt.Errorf("the certificate %q, serial %d, %w", shown, c.Serial, err)
	}
	critical := maps.Clone(c.CriticalOptions)
	if critical == nil {
		critical = map[string]string{}
	}
	return &Grant{
		Person:      room.Person{Name: s.nameOf(c, shown, role), Key: gossh.FingerprintSHA256(c.Key), Role: role},
		Permissions: &gossh.Permissions{CriticalOptions: critical, Extensions: map[string]string{}},
		Expires:     time.Unix(int64(c.ValidBefore), 0),
		Cert:        strings.TrimLeft(fmt.Sprintf("%s %d", shown, c.Serial), " "),
	}, nil
}

// checkForm refuses what is not whole, or a certificate of a certificate, before
// anything is computed with it.
func checkForm(c *gossh.Certificate) error {
	if c == nil || c.Key == nil || c.SignatureKey == nil || c.Signature == nil {
		return errors.New("the certificate is not whole")
	}
	for _, key := range []gossh.PublicKey{c.Key, c.SignatureKey} {
		if _, nested := key.(*gossh.Certificate); nested {
			return errors.New("the certificate holds another certificate where a key belongs")
		}
	}
	return nil
}

// check says which role a certificate gives, or why none. CheckCert alone would take one
// without principals for everybody's, and one of a host's for a person's.
func (s *state) check(c *gossh.Certificate, from net.Addr, now time.Time) (room.Role, error) {
	if c.CertType != gossh.UserCert {
		return "", errors.New("is not one of a user")
	}
	if !s.authorities[string(c.SignatureKey.Marshal())] {
		return "", fmt.Errorf("is signed by %s, a CA that is not trusted", gossh.FingerprintSHA256(c.SignatureKey))
	}
	if line, gone := s.revoked.holds.certificate(c); gone {
		return "", fmt.Errorf("is revoked in line %d", line)
	}
	if err := checkKey(c.Key); err != nil {
		return "", fmt.Errorf("cannot be taken: %w", err)
	}
	if c.Signature.Format == gossh.KeyAlgoRSA {
		return "", errors.New("is signed with SHA-1; have the CA sign with rsa-sha2-512")
	}
	if err := checkTimes(c, now); err != nil {
		return "", err
	}
	role, err := roleOf(c)
	if err != nil {
		return "", err
	}
	checker := gossh.CertChecker{
		SupportedCriticalOptions: []string{sourceAddress},
		IsUserAuthority:          func(key gossh.PublicKey) bool { return s.authorities[string(key.Marshal())] },
		IsRevoked: func(c *gossh.Certificate) bool {
			_, gone := s.revoked.holds.certificate(c)
			return gone
		},
		Clock: func() time.Time { return now },
	}
	if err := checkCritical(c, from); err != nil {
		return "", err
	}
	if err := checker.CheckCert(principal+string(role), c); err != nil {
		return "", fmt.Errorf("is not good: %s", clean.Line(strings.TrimPrefix(err.Error(), "ssh: "), 200))
	}
	return role, nil
}

// checkTimes refuses a certificate that is not good now, or is for too long.
func checkTimes(c *gossh.Certificate, now time.Time) error {
	const next = "ask for one of 8h, at most 16h with what issuers date it back"
	switch {
	case c.ValidBefore == gossh.CertTimeInfinity || c.ValidBefore > math.MaxInt64 || c.ValidAfter > math.MaxInt64:
		return errors.New("never ends; " + next)
	case c.ValidBefore <= c.ValidAfter:
		return errors.New("ends before it begins")
	case c.ValidBefore-c.ValidAfter > uint64(maxCertLife/time.Second):
		return fmt.Errorf("is good for %s; %s", lasts(c.ValidBefore-c.ValidAfter), next)
	case now.Unix() < int64(c.ValidAfter):
		return fmt.Errorf("is good only from %s; look at the clocks", stamp(time.Unix(int64(c.ValidAfter), 0)))
	case now.Unix() >= int64(c.ValidBefore):
		return fmt.Errorf("has expired at %s", stamp(time.Unix(int64(c.ValidBefore), 0)))
	}
	return nil
}

// lasts is a length of time in seconds, which may be longer than a Duration.
func lasts(seconds uint64) string {
	const decade = 10 * 365 * 24 * 3600
	if seconds > decade {
		return "more than ten years"
	}
	return (time.Duration(seconds) * time.Second).String()
}

// roleOf is the mightiest role that a certificate names.
func roleOf(c *gossh.Certificate) (room.Role, error) {
	if len(c.ValidPrincipals) == 0 {
		return "", errors.New("has no principals, so it is anybody's")
	}
	for _, role := range room.Roles {
		if slices.Contains(c.ValidPrincipals, principal+string(role)) {
			return role, nil
		}
	}
	return "", errors.New("names no role; have it signed for the principal warroom-viewer or another role's")
}

// checkCritical refuses restrictions that are not kept here, and an address that the
// certificate does not allow.
func checkCritical(c *gossh.Certificate, from net.Addr) error {
	for _, name := range slices.Sorted(maps.Keys(c.CriticalOptions)) {
		if name != sourceAddress {
			return fmt.Errorf("has the restriction %s, which is not kept here; have it signed without", quote(name))
		}
	}
	list, given := c.CriticalOptions[sourceAddress]
	if !given {
		return nil
	}
	allowed, err := ParseFrom(list)
	if err != nil || strings.Contains(list, "!") {
		return fmt.Errorf("has the source-address %s, which is no list of addresses", quote(list))
	}
	if !allowed.allows(from) {
		return fmt.Errorf("may not come from %s; it is for %s", shownAddress(from), allowed)
	}
	return nil
}

// nameOf is the name of a certificate's holder. Who has another role than the person of
// that name in the file has a name of their own.
func (s *state) nameOf(c *gossh.Certificate, shown string, role room.Role) string {
	name := named(handleOf(shown), c.Key)
	for _, e := range s.authorized.holds {
		if e.Name == name && e.Role != role {
			return apart(name, c.Key)
		}
	}
	return name
}
