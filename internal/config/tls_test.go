package config

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// identity makes a certificate and its key, in PEM.
func identity(t *testing.T) (certificate, key string) {
	t.Helper()
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, secret.Public(), secret)
	must(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(secret)
	must(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))
}

func TestFilesOfTLSAreTakenFromTheFolderOfTheConfig(t *testing.T) { // T12
	folder := t.TempDir()
	certificate, key := identity(t)
	_, other := identity(t)
	for file, content := range map[string]string{"ca.pem": certificate, "warroom.pem": certificate, "warroom.key": key, "other.key": other} {
		must(t, os.WriteFile(filepath.Join(folder, file), []byte(content), 0o600))
	}
	parse := func(tls string) (*Config, error) {
		return Parse(filepath.Join(folder, FileName), []byte("probes:\n  - name: shop\n    url: shop.example.com\n    tls: "+tls+"\n"), Allowed{})
	}
	c, err := parse("{authority: ca.pem, certificate: warroom.pem, key: warroom.key, minimum: 1.3, name: 192.0.2.1}")
	must(t, err)
	in := func(file string) string { return filepath.Join(folder, file) }
	if authority, certificate, key := c.Probes[0].TLS.Files(); authority != in("ca.pem") || certificate != in("warroom.pem") || key != in("warroom.key") {
		t.Errorf("got %s, %s, %s", authority, certificate, key)
	}
	shown := string(c.Show())
	if !strings.Contains(shown, "authority: ca.pem\n") || !strings.Contains(shown, `minimum: "1.3"`) {
		t.Errorf("shown as\n%s", shown)
	}
	c, err = parse("{minimum: 1.2}")
	must(t, err)
	if authority, certificate, key := c.Probes[0].TLS.Files(); authority+certificate+key != "" {
		t.Errorf("got %s, %s, %s", authority, certificate, key)
	}
	_, err = parse("{certificate: warroom.pem, key: other.key}")
	if err == nil || !strings.Contains(err.Error(), FileName+":4:42: probes[0].tls.key: the key in the file ") || !strings.Contains(err.Error(), "is not that of the first certificate in") {
		t.Errorf("got %v", err)
	}
}
