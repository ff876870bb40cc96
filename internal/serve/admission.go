package serve

import (
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"sync"

	"charm.land/ssh"
	gossh "golang.org/x/crypto/ssh"

	"warroom/internal/access"
	"warroom/internal/clean"
	"warroom/internal/room"
)

// authTries is how many keys one connection may offer, sshd's own default: the agents of
// people who carry pagers hold several.
const authTries = 6

// connectionKey is where ssh's context of a connection has ours.
type connectionKey struct{}

// knock is called for every TCP connection, before a byte is read.
func (s *Server) knock(ctx ssh.Context, conn net.Conn) net.Conn {
	authenticated, refused := s.door.enter(conn.RemoteAddr())
	if refused != "" {
		s.options.Audit.Info("refused", "from", conn.RemoteAddr().String(), "why", refused)
		return nil
	}
	c := &connection{server: s, from: conn.RemoteAddr(), authenticated: authenticated, gate: newGate()}
	ctx.SetValue(connectionKey{}, c)
	at := &socket{Conn: conn, gone: sync.OnceFunc(c.gone)}
	c.close = func() { _ = at.Close() }
	return at
}

// socket tells when its connection is closed, by whomever.
type socket struct {
	net.Conn
	gone func()
}

func (c *socket) Close() error {
	err := c.Conn.Close()
	c.gone()
	return err
}

// config is what a connection is negotiated with.
func (s *Server) config(ctx ssh.Context) *gossh.ServerConfig {
	c := ctx.Value(connectionKey{}).(*connection)
	algorithms := gossh.SupportedAlgorithms()
	config := &gossh.ServerConfig{
		MaxAuthTries: authTries,
		PublicKeyAuthAlgorithms: slices.DeleteFunc(algorithms.PublicKeyAuths, func(name string) bool {
			return name == gossh.KeyAlgoRSA || strings.Contains(name, "dss") // SHA-1
		}),
		AuthLogCallback: c.tried,
	}
	config.KeyExchanges = without(algorithms.KeyExchanges, "sha1")
	config.MACs = without(algorithms.MACs, "sha1")
	config.Ciphers = without(algorithms.Ciphers, "cbc", "3des", "arcfour")
	if s.options.Keyring != nil {
		config.PublicKeyCallback = c.offered
		config.VerifiedPublicKeyCallback = c.proved
	}
	if s.options.OpenViewers {
		config.NoClientAuth = true
		config.NoClientAuthCallback = c.open
	}
	return config
}

// without leaves out what has one of some words in its name.
func without(names []string, words ...string) []string {
	return slices.DeleteFunc(names, func(name string) bool {
		return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(name, word) })
	})
}

// errUnknown is all that somebody with a wrong key is told. Why is in the audit log.
var errUnknown = errors.New("this key is not known here")

// offered is asked about keys that a client may not even have: it records nothing.
func (c *connection) offered(_ gossh.ConnMetadata, key gossh.PublicKey) (*gossh.Permissions, error) {
	grant, err := c.server.options.Keyring.Admit(key, c.from)
	if err != nil {
		c.refusal.Store(&refusal{gossh.FingerprintSHA256(key), err.Error()})
		return nil, errUnknown
	}
	return grant.Permissions, nil
}

// proved is called with the key that the client has shown to have: who that is, is who
// has come. Source: CVE-2024-45337, where a key was believed that was merely offered.
func (c *connection) proved(_ gossh.ConnMetadata, key gossh.PublicKey, permissions *gossh.Permissions, _ string) (*gossh.Permissions, error) {
	grant, err := c.server.options.Keyring.Admit(key, c.from)
	if err != nil {
		c.refusal.Store(&refusal{gossh.FingerprintSHA256(key), err.Error()})
		return nil, errUnknown
	}
	c.grant, c.key = grant, key
	return permissions, nil
}

// OpenName is what whoever comes without a key is called. Where there are keys as well it
// is also what to ask for, as in guest@host: a client tries to come in without a key before
// it tries one, and nobody would ever be more than a guest. The name gives no right that
// everybody has not.
const OpenName = "guest"

// openKey stands where others have the fingerprint of their key.
const openKey = "no key"

// open lets anybody in to look.
func (c *connection) open(metadata gossh.ConnMetadata) (*gossh.Permissions, error) {
	if c.server.options.Keyring != nil && metadata.User() != OpenName {
		return nil, errUnknown
	}
	c.grant = &access.Grant{Person: room.Person{Name: OpenName, Key: openKey, Role: room.Viewer}}
	return &gossh.Permissions{}, nil
}

// refusal is why a key did not let somebody in.
type refusal struct{ fingerprint, why string }

// tried writes every try to come in down.
func (c *connection) tried(metadata gossh.ConnMetadata, method string, err error) {
	if method == "none" && err != nil {
		return // how every client begins
	}
	entry := []any{"from", c.from.String(), "method", clean.Line(method, nameRunes), "client", clean.Line(string(metadata.ClientVersion()), nameRunes), "user", clean.Line(metadata.User(), nameRunes)}
	if err != nil {
		if why := c.refusal.Load(); why != nil {
			entry = append(entry, "key", why.fingerprint, "why", clean.Line(why.why, textRunes))
		}
		c.server.options.Audit.Info("key refused", entry...)
		c.failures.Add(1)
		return
	}
	c.server.options.Audit.Info("let in", append(entry, c.who()...)...)
	c.arrived()
}

// Bounds of what is written of a text from outside, in runes.
const (
	nameRunes = 80
	textRunes = 300
)

// failed is called when a connection did not come to anything.
func (s *Server) failed(conn net.Conn, err error) {
	var tried *gossh.ServerAuthError
	switch {
	case errors.As(err, &tried) && len(tried.Errors) > 1:
		s.door.punish(conn.RemoteAddr(), penaltyFailed)
	case errors.Is(err, os.ErrDeadlineExceeded):
		s.door.punish(conn.RemoteAddr(), penaltyGrace)
	case errors.Is(err, io.EOF), errors.As(err, &tried):
		s.door.punish(conn.RemoteAddr(), penaltyNoAuth)
	default:
		s.door.punish(conn.RemoteAddr(), penaltyNoAuth)
	}
}
