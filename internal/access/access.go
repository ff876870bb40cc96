// Package access says who may enter the shared room over SSH, and as what.
//
// It knows two kinds of people: those whose key stands in an authorized_keys file, and
// those with a short-lived certificate of a CA that is trusted. Who somebody is follows
// from the key that authenticated, never from the user's name, which the client chooses.
package access

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"warroom/internal/room"
)

// Options says where a Keyring finds who may enter.
type Options struct {
	Authorized string           // path of the authorized_keys file; "" for none
	TrustedCA  string           // path of a file of public keys of CAs, one a line; "" for none
	Revoked    string           // path of a file of revoked keys and certificates; "" for none. It may be absent
	Now        func() time.Time // what expiry is measured with; time.Now if nil
	Log        *slog.Logger     // told what goes wrong when files are read again; nil for nowhere
}

// Grant is who somebody is, and until when.
type Grant struct {
	// Person has as its Key the SHA256 fingerprint, for a certificate that of the key
	// which it certifies.
	Person room.Person
	// Permissions are to be returned from PublicKeyCallback, so that the SSH library
	// enforces source-address too. Extensions is empty and belongs to the caller: what a
	// certificate has there is not passed on.
	Permissions *gossh.Permissions
	Expires     time.Time      // when it ends; zero for never
	Cert        string         // "id serial" of the certificate, cleaned; "" for a plain key
	Zone        *time.Location // in which times are shown to this key; nil if it says none
	Night       string         // "22-07": hours in that zone in which a wall is dimmed; ""
	Sessions    int            // how many at once; 0 for the default
}

// Keyring is everybody who may enter. It is safe for concurrent use.
type Keyring struct {
	o       Options
	patrol  time.Duration // how often Watch looks without having been told of a change
	reading sync.Mutex    // held while files are read
	now     atomic.Pointer[state]
}

// Open reads the files. A line that cannot be understood rejects only itself, and is
// found in Problems. The error says what, why and what next: nobody at all could enter,
// or it is not known who is revoked.
func Open(o Options) (*Keyring, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	k := &Keyring{o: o, patrol: patrol}
	s, _, _ := k.read(&state{}, false)
	if s.revoked.failed() {
		return nil, fmt.Errorf("it is not known who is revoked, so nobody is let in: %w", s.revoked.problems[0])
	}
	if !s.anybody(o.Now()) {
		return nil, k.nobody(s)
	}
	k.now.Store(s)
	return k, nil
}

// nobody is the error of a keyring with which nobody could enter.
func (k *Keyring) nobody(s *state) error {
	const next = "add a key with `warroom keys add FILE`, or trust a CA with --trusted-ca FILE"
	if problems := s.problems(); len(problems) > 0 {
		return fmt.Errorf("nobody could enter: %w, or %s", problems[0], next)
	}
	if k.o.Authorized == "" && k.o.TrustedCA == "" {
		return errors.New("nobody could enter: neither a file of keys nor a CA is named; " + next)
	}
	return errors.New("nobody could enter: no key is in force and no CA is trusted; " + next)
}

// Admit says who somebody with this key is, coming from an address. The error says why
// not, for the log; the client is to be told nothing.
//
// It has no side effects and may be asked for keys that are merely offered: identity is
// what it returns for the key that authenticated, and for no other (CVE-2024-45337). It
// is to be asked again for live sessions after a change of the files and when a grant
// expires.
func (k *Keyring) Admit(key gossh.PublicKey, from net.Addr) (*Grant, error) {
	s, now := k.now.Load(), k.o.Now()
	switch key := key.(type) {
	case nil:
		return nil, errors.New("there is no key")
	case *gossh.Certificate:
		return s.admitCertificate(key, from, now)
	default:
		return s.admitKey(key, from, now)
	}
}

// Reload reads the files again. Of a file that cannot be read, what was read last stays
// in force; the error says of each such file what, why and what next. A file of keys
// that is empty is obeyed.
func (k *Keyring) Reload() error {
	_, err := k.reload()
	return err
}

// Problems are the lines and files that could not be used the last time, in the order of
// files and lines.
func (k *Keyring) Problems() []Problem { return k.now.Load().problems() }

// reload also says whether anything has become another.
func (k *Keyring) reload() (changed bool, err error) {
	k.reading.Lock()
	defer k.reading.Unlock()
	s, changed, err := k.read(k.now.Load(), true)
	k.now.Store(s)
	return changed, err
}
