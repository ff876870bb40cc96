package serve

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"

	gossh "golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// HostKey reads the host key at a path, or makes one that only its owner can read (0600):
// without it clients would be asked to trust a new host at every start. made says so.
func HostKey(path string) (key gossh.Signer, made bool, err error) {
	content, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		key, err := makeHostKey(path)
		return key, err == nil, err
	case err != nil:
		return nil, false, fmt.Errorf("the host key %s cannot be read: %w", path, reason(err))
	}
	if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o077 != 0 {
		return nil, false, fmt.Errorf("the host key %s can be read by others (mode %04o); take a new one, or `chmod 600` it if nobody has read it", path, info.Mode().Perm())
	}
	key, err = gossh.ParsePrivateKey(content)
	var locked *gossh.PassphraseMissingError
	switch {
	case errors.As(err, &locked):
		return nil, false, fmt.Errorf("the host key %s has a passphrase, which nobody could type at a start; take one without", path)
	case err != nil:
		return nil, false, fmt.Errorf("%s is no private key that OpenSSH knows; name another with --host-key, or take this one away and a new one is made", path)
	}
	return key, false, nil
}

func makeHostKey(path string) (gossh.Signer, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	block, err := gossh.MarshalPrivateKey(private, "warroom")
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("the folder of the host key %s cannot be made: %w; name another place with --host-key", path, reason(err))
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err == nil {
		err = errors.Join(pem.Encode(file, block), file.Sync(), file.Close())
	}
	if err != nil {
		return nil, fmt.Errorf("a host key cannot be written to %s: %w; name another place with --host-key", path, reason(err))
	}
	return gossh.NewSignerFromKey(private)
}

// reason is the cause without the path that the sentence around it has already.
func reason(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// KnownHosts is the line for a client's known_hosts file, for an address as clients write
// it. Source: sshd(8), SSH_KNOWN_HOSTS FILE FORMAT.
func KnownHosts(address string, key gossh.PublicKey) string {
	if host, port, err := net.SplitHostPort(address); err == nil && (host == "" || net.ParseIP(host).IsUnspecified()) {
		name, _ := os.Hostname()
		address = net.JoinHostPort(strings.ToLower(name), port)
	}
	return knownhosts.Line([]string{knownhosts.Normalize(address)}, key)
}
