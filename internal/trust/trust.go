// Package trust reads the PEM files that TLS connections of ours stand on: authorities
// that are believed, and a certificate of ours with its key. Its errors are plain
// sentences that name the file and never show what is in it.
package trust

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// sizeLimit bounds a file, in bytes. All public authorities together have 250 KB.
const sizeLimit = 4 << 20

// Authorities reads the certificates of a file as roots.
func Authorities(file string) (*x509.CertPool, error) {
	all, err := Certificates(file)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	for _, one := range all {
		pool.AddCert(one)
	}
	return pool, nil
}

// Certificates reads every certificate of a file; there is at least one. What else is in
// it, such as a key, is passed over.
func Certificates(file string) ([]*x509.Certificate, error) {
	rest, err := read(file)
	if err != nil {
		return nil, err
	}
	var all []*x509.Certificate
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		one, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("the file %q has a certificate in it that cannot be read; get it anew from whoever made it", file)
		}
		all = append(all, one)
	}
	switch {
	case bytes.Contains(rest, []byte("-----BEGIN ")):
		return nil, fmt.Errorf("the file %q is cut short or damaged; get it anew from whoever made it", file)
	case len(all) == 0:
		return nil, fmt.Errorf("the file %q has no certificate in it; name one in PEM, which begins with -----BEGIN CERTIFICATE-----", file)
	}
	return all, nil
}

// Pair reads a certificate, with the chain below it, and its private key. The two may be
// in one file.
func Pair(certificate, key string) (*tls.Certificate, error) {
	if _, err := Certificates(certificate); err != nil {
		return nil, err
	}
	shown, err := read(certificate)
	if err != nil {
		return nil, err
	}
	secret, err := read(key)
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(shown, secret)
	switch {
	case err == nil:
		return &pair, nil
	case strings.Contains(err.Error(), "does not match"): // the errors of crypto/tls have no types
		return nil, fmt.Errorf("the key in the file %q is not that of the first certificate in %q; name the two that belong together", key, certificate)
	case bytes.Contains(secret, []byte("ENCRYPTED")):
		return nil, fmt.Errorf("the key in the file %q is locked with a passphrase; write it without one, readable by this user only", key)
	case !bytes.Contains(secret, []byte("PRIVATE KEY-----")):
		return nil, fmt.Errorf("the file %q has no private key in it; name one in PEM", key)
	}
	return nil, fmt.Errorf("the key in the file %q cannot be read; name one in PEM, of RSA, ECDSA or Ed25519", key)
}

// read reads a file that is no folder, device or pipe, which could block for ever.
func read(file string) ([]byte, error) {
	about, err := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("the file %q does not exist; check the path", file)
	case err == nil && !about.Mode().IsRegular():
		return nil, fmt.Errorf("the file %q is not a plain file; name one", file)
	case err == nil && about.Size() > sizeLimit:
		return nil, fmt.Errorf("the file %q is too large; name the right one", file)
	}
	content, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("the file %q may not be read by this user; give read permission", file)
	case err != nil:
		return nil, fmt.Errorf("the file %q could not be read; check the disk it is on", file)
	}
	return content, nil
}
