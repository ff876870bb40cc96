package drill

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"time"
)

// certified is how long the drill's certificates are valid, around the present.
const certified = 24 * time.Hour

// certify makes an authority for this one run and a certificate for the hosts. The
// keys are never written anywhere.
func certify(hosts []string) (*tls.Config, *x509.CertPool, error) {
	now := time.Now()
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "warroom drill authority"},
		NotBefore: now.Add(-certified), NotAfter: now.Add(certified),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "acme.example"}, DNSNames: hosts,
		NotBefore: now.Add(-certified), NotAfter: now.Add(certified),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	authorityKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("the drill's certificates cannot be made: %w", err)
	}
	leafKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("the drill's certificates cannot be made: %w", err)
	}
	root, err := x509.CreateCertificate(rand.Reader, authority, authority, authorityKey.Public(), authorityKey)
	if err != nil {
		return nil, nil, fmt.Errorf("the drill's certificates cannot be made: %w", err)
	}
	signed, err := x509.CreateCertificate(rand.Reader, leaf, authority, leafKey.Public(), authorityKey)
	if err != nil {
		return nil, nil, fmt.Errorf("the drill's certificates cannot be made: %w", err)
	}
	parsed, err := x509.ParseCertificate(root)
	if err != nil {
		return nil, nil, fmt.Errorf("the drill's certificates cannot be made: %w", err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{signed}, PrivateKey: leafKey}}}, roots, nil
}
