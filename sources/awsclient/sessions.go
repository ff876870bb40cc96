package awsclient

import (
	"crypto/sha256"
	"fmt"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Sessions keeps credentials from one Load to the next, so that a config that is read
// again while STS is down goes on with those that still hold. The zero value holds none.
// Safe for concurrent use.
type Sessions struct {
	mu   sync.Mutex
	held map[[sha256.Size]byte]*lasting
}

// of is what is held for some settings, or else fresh, which is held from then on. A nil
// Sessions holds nothing.
func (s *Sessions) of(key [sha256.Size]byte, fresh *lasting) *lasting {
	if s == nil {
		return fresh
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.held[key]; known != nil {
		return known
	}
	if s.held == nil {
		s.held = map[[sha256.Size]byte]*lasting{}
	}
	s.held[key] = fresh
	return fresh
}

// sessionKey tells settings apart by all that decides whose credentials they lead to. It is
// a sum, since some of it is secret.
func sessionKey(cfg aws.Config, o Options) [sha256.Size]byte {
	text := fmt.Sprintf("%q %q %q %q %q %t %t", o.Profile, o.Region, o.Elsewhere, o.RoleARN, o.ExternalID, o.FIPS, o.DualStack)
	for p := sharedConfig(cfg); p != nil; p = p.Source {
		text += fmt.Sprintf(" %q %q %q %q %q %q %q %q %q %q", p.Profile, p.RoleARN, p.ExternalID, p.Credentials.AccessKeyID,
			p.SSOAccountID, p.SSORoleName, p.SSOSessionName, p.CredentialProcess, p.WebIdentityTokenFile, p.LoginSession)
	}
	return sha256.Sum256([]byte(text))
}
