package trust

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// made is a certificate and its key, in PEM.
func made(t *testing.T, common string) (certificate, key string) {
	t.Helper()
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: common}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, secret.Public(), secret)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	block := func(kind string, content []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}))
	}
	return block("CERTIFICATE", der), block("PRIVATE KEY", private)
}

func write(t *testing.T, file, content string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsWrongWithFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	certificate, key := made(t, "a")
	_, other := made(t, "b")
	write(t, "good.pem", certificate)
	write(t, "good.key", key)
	write(t, "both.pem", key+certificate)
	write(t, "other.key", other)
	write(t, "cut.pem", certificate+certificate[:len(certificate)/2])
	write(t, "damaged.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("hunter2")})))
	write(t, "damaged.key", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("hunter2")})))
	write(t, "locked.key", string(pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte("hunter2")})))
	write(t, "empty.pem", "")
	if err := os.Mkdir("folder.pem", 0o700); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ certificate, key, want string }{
		{"good.pem", "good.key", ""},
		{"both.pem", "both.pem", ""},
		{"absent.pem", "good.key", `the file "absent.pem" does not exist; check the path`},
		{"good.pem", "absent.key", `the file "absent.key" does not exist; check the path`},
		{"folder.pem", "good.key", `the file "folder.pem" is not a plain file; name one`},
		{"empty.pem", "good.key", `the file "empty.pem" has no certificate in it; name one in PEM, which begins with -----BEGIN CERTIFICATE-----`},
		{"good.key", "good.key", `the file "good.key" has no certificate in it; name one in PEM, which begins with -----BEGIN CERTIFICATE-----`},
		{"cut.pem", "good.key", `the file "cut.pem" is cut short or damaged; get it anew from whoever made it`},
		{"damaged.pem", "good.key", `the file "damaged.pem" has a certificate in it that cannot be read; get it anew from whoever made it`},
		{"good.pem", "good.pem", `the file "good.pem" has no private key in it; name one in PEM`},
		{"good.pem", "other.key", `the key in the file "other.key" is not that of the first certificate in "good.pem"; name the two that belong together`},
		{"good.pem", "locked.key", `the key in the file "locked.key" is locked with a passphrase; write it without one, readable by this user only`},
		{"good.pem", "damaged.key", `the key in the file "damaged.key" cannot be read; name one in PEM, of RSA, ECDSA or Ed25519`},
	} {
		got := ""
		pair, err := Pair(c.certificate, c.key)
		if err != nil {
			got = err.Error()
		}
		if got != c.want || (pair == nil) != (err != nil) {
			t.Errorf("%s and %s:\ngot  %s\nwant %s", c.certificate, c.key, got, c.want)
		}
		if strings.Contains(got, "hunter2") {
			t.Error("it shows what is in a file")
		}
	}
	if pool, err := Authorities("both.pem"); err != nil || pool.Equal(x509.NewCertPool()) {
		t.Errorf("got %v", err)
	}
	if _, err := Authorities("cut.pem"); err == nil {
		t.Error("half of the authorities were taken")
	}
}

func TestFilesAreReadAgainOnceTheyHaveChanged(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ca.pem")
	first, _ := made(t, "a")
	second, _ := made(t, "b")
	write(t, file, first)
	readings := 0
	kept, err := Keep(func() (string, error) {
		readings++
		all, err := Certificates(file)
		if err != nil {
			return "", err
		}
		return all[0].Subject.CommonName, nil
	}, file)
	if err != nil {
		t.Fatal(err)
	}
	now := func(want string, times int) {
		t.Helper()
		if got, err := kept.Now(); got != want || (err != nil) != (want == "") || readings != times {
			t.Errorf("got %q, %v, after %d readings; want %q after %d", got, err, readings, want, times)
		}
	}
	now("a", 1)
	now("a", 1)
	write(t, file+".new", second)
	if err := os.Rename(file+".new", file); err != nil {
		t.Fatal(err)
	}
	now("b", 2)
	now("b", 2)
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	now("", 3)
	now("", 4)
	write(t, file, second)
	now("b", 5)
	now("b", 5)
}
