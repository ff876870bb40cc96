package access

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"warroom/internal/room"
)

// state is what the three files said when they were read last. It is never changed.
type state struct {
	authorized part[[]Entry]
	trusted    part[[]Entry]
	revoked    part[revocations]

	people      map[string]*Entry // those of authorized by the wire form of their keys
	authorities map[string]bool   // those of trusted by the wire form of their keys
}

// part is one file: what is in force of it, and what was wrong with it.
type part[T any] struct {
	path     string
	digest   digest // of the content that is in force
	holds    T
	problems []Problem
	loaded   bool // it was read at least once
}

// failed says whether what the file says is not known, or not all of it.
func (p *part[T]) failed() bool { return len(p.problems) > 0 }

// read reads the files after an earlier state. Once they were read, what cannot be read
// again stays as it was.
func (k *Keyring) read(before *state, again bool) (s *state, changed bool, err error) {
	s = &state{
		authorized: readPart(before.authorized, k.o.Authorized, Parse),
		trusted:    readPart(before.trusted, k.o.TrustedCA, parseAuthorities),
		revoked:    readRevoked(before.revoked, k.o.Revoked),
	}
	changed = s.authorized.digest != before.authorized.digest || s.trusted.digest != before.trusted.digest || s.revoked.digest != before.revoked.digest
	s.people = make(map[string]*Entry, len(s.authorized.holds))
	for i := range s.authorized.holds {
		e := &s.authorized.holds[i]
		s.people[string(e.Key.Marshal())] = e
	}
	s.authorities = make(map[string]bool, len(s.trusted.holds))
	for _, e := range s.trusted.holds {
		s.authorities[string(e.Key.Marshal())] = true
	}
	var lost []error
	for _, p := range s.problems() {
		if p.Line == 0 {
			lost = append(lost, p)
		}
	}
	if again {
		k.tell(before, s)
	}
	return s, changed, errors.Join(lost...)
}

// readPart reads a file, or leaves what is known of it.
func readPart[T any](before part[T], path string, parse func(string, []byte) (T, []Problem)) part[T] {
	before.path, before.problems = path, nil
	if path == "" {
		return before
	}
	content, err := ReadFile(path)
	if err != nil {
		before.problems = []Problem{fileProblem(path, err, before.loaded)}
		return before
	}
	p := part[T]{path: path, digest: digestOf(content), loaded: true}
	p.holds, p.problems = parse(path, content)
	return p
}

// tell logs the problems that are new.
func (k *Keyring) tell(before, now *state) {
	known := before.problems()
	for _, p := range now.problems() {
		if !slices.Contains(known, p) {
			k.o.Log.Warn(p.Error())
		}
	}
}

func (s *state) problems() []Problem {
	return slices.Concat(s.authorized.problems, s.trusted.problems, s.revoked.problems)
}

// anybody says whether there is a key in force, or a CA.
func (s *state) anybody(now time.Time) bool {
	for _, e := range s.trusted.holds {
		if _, gone := s.revoked.holds.key(e.Key); !gone {
			return true
		}
	}
	for _, e := range s.authorized.holds {
		if _, gone := s.revoked.holds.key(e.Key); !gone && !e.expired(now) {
			return true
		}
	}
	return false
}

// admitKey is Admit for a plain key.
func (s *state) admitKey(key gossh.PublicKey, from net.Addr, now time.Time) (*Grant, error) {
	fingerprint := gossh.FingerprintSHA256(key)
	e := s.people[string(key.Marshal())]
	if e == nil {
		return nil, fmt.Errorf("the key %s is not known; add it with `warroom keys add`", fingerprint)
	}
	if why, gone := s.revoked.holds.key(key); gone {
		return nil, fmt.Errorf("the key %s of %s is revoked in line %d", fingerprint, e.Name, why)
	}
	if e.expired(now) {
		return nil, fmt.Errorf("the key %s of %s has expired at %s; revoke it and add it again with another date", fingerprint, e.Name, stamp(e.Expires))
	}
	if !e.From.allows(from) {
		return nil, fmt.Errorf("the key %s of %s may not come from %s; it has from=%q", fingerprint, e.Name, shownAddress(from), e.From)
	}
	return &Grant{
		Person:      room.Person{Name: e.Name, Key: fingerprint, Role: e.Role},
		Permissions: &gossh.Permissions{CriticalOptions: map[string]string{}, Extensions: map[string]string{}},
		Expires:     e.Expires,
		Zone:        e.Zone,
		Night:       e.Night,
		Sessions:    e.Sessions,
	}, nil
}

// stamp is a moment as people read it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }
