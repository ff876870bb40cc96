package access

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

// today is when these tests play.
var today = time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)

// home is where people come from in these tests.
var home = &net.TCPAddr{IP: net.IPv4(192, 0, 2, 7), Port: 50022}

// ed is an ed25519 key of its own for each number.
func ed(number byte) gossh.Signer {
	return signer(ed25519.NewKeyFromSeed(bytes.Repeat([]byte{number}, ed25519.SeedSize)))
}

func signer(private any) gossh.Signer {
	s, err := gossh.NewSignerFromKey(private)
	if err != nil {
		panic(err)
	}
	return s
}

func rsaKey(t testing.TB, bits int) gossh.Signer {
	t.Helper()
	t.Setenv("GODEBUG", "rsa1024min=0")
	private, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return signer(private)
}

func ecdsaKey(t testing.TB) gossh.Signer {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return signer(private)
}

// line is a signer's public key as a .pub file has it, without a comment.
func line(s gossh.Signer) string {
	return strings.TrimSpace(string(gossh.MarshalAuthorizedKey(s.PublicKey())))
}

func print(s gossh.Signer) string { return gossh.FingerprintSHA256(s.PublicKey()) }

// put writes a file, whole and at once, as an editor does.
func put(t testing.TB, path string, lines ...string) string {
	t.Helper()
	text := strings.Join(lines, "\n")
	if len(lines) > 0 {
		text += "\n"
	}
	must(t, os.WriteFile(path+".new", []byte(text), 0o600))
	must(t, os.Rename(path+".new", path))
	return path
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// files are the options for three files in a folder of their own, none of them there.
func files(t testing.TB) Options {
	t.Helper()
	folder := t.TempDir()
	return Options{
		Authorized: filepath.Join(folder, "authorized_keys"),
		TrustedCA:  filepath.Join(folder, "ca"),
		Revoked:    filepath.Join(folder, "revoked"),
		Now:        func() time.Time { return today },
	}
}

// open opens a keyring that must open.
func open(t testing.TB, o Options) *Keyring {
	t.Helper()
	k, err := Open(o)
	must(t, err)
	return k
}

// told is the text of an error, without the folder of the test.
func told(err error, o Options) string {
	if err == nil {
		return ""
	}
	return strings.ReplaceAll(err.Error(), filepath.Dir(o.Authorized)+string(filepath.Separator), "")
}
