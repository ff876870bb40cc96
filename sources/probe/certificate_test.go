package probe

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// authority is a certificate authority of one test.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	pool        *x509.CertPool
}

// leaf is what a test wants of a certificate.
type leaf struct {
	common     string
	names      []string // names and addresses
	from, to   time.Time
	selfSigned bool
	issuerAt   string                  // where the issuer's own certificate is to be had
	algorithm  x509.SignatureAlgorithm // what suits the signer's key if 0
	forClients bool
	bits       int // of an RSA key; 0 for one of P-256
}

var serial int64

func newAuthority(t testing.TB) *authority {
	t.Helper()
	a := &authority{key: newKey(t), pool: x509.NewCertPool()}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "War Room Test Root"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	a.certificate = sign(t, template, template, a.key, a.key)
	a.pool.AddCert(a.certificate)
	return a
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func sign(t testing.TB, template, parent *x509.Certificate, key, signer crypto.Signer) *x509.Certificate {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

func (a *authority) issue(t testing.TB, want leaf) tls.Certificate {
	t.Helper()
	serial++
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial + 1), Subject: pkix.Name{CommonName: want.common},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if !want.from.IsZero() {
		template.NotBefore = want.from
	}
	if !want.to.IsZero() {
		template.NotAfter = want.to
	}
	for _, name := range want.names {
		if address := net.ParseIP(name); address != nil {
			template.IPAddresses = append(template.IPAddresses, address)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	template.SignatureAlgorithm = want.algorithm
	if want.forClients {
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	}
	if want.issuerAt != "" {
		template.IssuingCertificateURL = []string{want.issuerAt}
	}
	var key crypto.Signer = newKey(t)
	if want.bits > 0 {
		var err error
		if key, err = rsa.GenerateKey(rand.Reader, want.bits); err != nil {
			t.Fatal(err)
		}
	}
	parent, signer := a.certificate, crypto.Signer(a.key)
	if want.selfSigned {
		parent, signer = template, key
	}
	certificate := sign(t, template, parent, key, signer)
	return tls.Certificate{Certificate: [][]byte{certificate.Raw}, PrivateKey: key}
}

func serverSide(conn net.Conn, certificate tls.Certificate) *tls.Conn {
	return tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{certificate}})
}

// secured serves HTTPS with a certificate and returns host:port.
func secured(t testing.TB, config *tls.Config) string {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = config
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

func TestCertificates(t *testing.T) {
	ours, other := newAuthority(t), newAuthority(t)
	past, future := time.Date(2025, 3, 4, 5, 6, 0, 0, time.UTC), time.Date(2095, 3, 4, 5, 6, 0, 0, time.UTC)
	cases := []struct {
		name   string
		signer *authority
		want   leaf
		reason string
	}{
		{"T1 good, address", ours, leaf{names: []string{"127.0.0.1"}}, ""},
		{"T2 expired", ours, leaf{common: "shop", names: []string{"127.0.0.1"}, from: past.AddDate(-1, 0, 0), to: past}, `the certificate of "shop" expired on 2025-03-04 05:06Z`},
		{"T3 not yet valid", ours, leaf{common: "shop", names: []string{"127.0.0.1"}, from: future, to: future.AddDate(1, 0, 0)}, `the certificate of "shop" is not valid before 2095-03-04 05:06Z`},
		{"T4 wrong host", ours, leaf{common: "shop", names: []string{"a.example", "b.example", "c.example", "d.example", "10.0.0.1"}}, `the certificate is for a.example, b.example, c.example, 2 more, not for 127.0.0.1`},
		{"T4 no name", ours, leaf{common: "127.0.0.1"}, `the certificate is for no host at all, not for 127.0.0.1`},
		{"T5 self-signed", ours, leaf{common: "shop", names: []string{"127.0.0.1"}, selfSigned: true}, `the certificate of "shop" is self-signed`},
		{"T6 unknown authority", other, leaf{names: []string{"127.0.0.1"}}, `the certificate of 127.0.0.1 is signed by "War Room Test Root", which is not trusted here, or an intermediate certificate is missing`},
		{"Q8 hostile names", other, leaf{common: "\x1b[2J\u202eshop\nx", names: []string{"127.0.0.1"}}, `the certificate of "␛[2Jshop x" is signed by "War Room Test Root", which is not trusted here, or an intermediate certificate is missing`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			address := secured(t, &tls.Config{Certificates: []tls.Certificate{c.signer.issue(t, c.want)}})
			env := &Environment{Roots: ours.pool}
			got := probeOnce(t, Spec{URL: "https://" + address}, env)
			if c.reason == "" {
				got.wantUp(t)
				return
			}
			got.want(t, "DOWN", "cert", c.reason)
			if p := got.sample.Phases; got.sample.Phase != "tls" || p.TLS <= 0 || p.Connect <= 0 {
				t.Errorf("the phases were lost: %+v", p)
			}
			insecure := probeOnce(t, Spec{URL: "https://" + address, Insecure: true, Expect: Expect{Body: "ok"}}, env)
			insecure.wantUp(t)
			if !strings.HasSuffix(insecure.sample.Text, ", bad certificate accepted") {
				t.Errorf("T8: nothing says that the certificate is bad: %q", insecure.sample.Text)
			}
		})
	}
}

func TestT1NameAndVersions(t *testing.T) {
	ours := newAuthority(t)
	env := nameServer(t, func(question) *reply { return &reply{addresses: []string{"127.0.0.1"}} })
	env.Roots = ours.pool
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		asked := make(chan string, 1)
		certificate := ours.issue(t, leaf{names: []string{"*.shop.example"}})
		address := secured(t, &tls.Config{MinVersion: version, MaxVersion: version, GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			asked <- hello.ServerName
			return &certificate, nil
		}})
		_, port, _ := net.SplitHostPort(address)
		got := probeOnce(t, Spec{URL: "https://www.shop.example:" + port}, env)
		got.wantUp(t)
		if name := <-asked; name != "www.shop.example" {
			t.Errorf("T15: asked for %q", name)
		}
	}
}

func TestT22NamesAndAddressesOfACertificate(t *testing.T) {
	ours := newAuthority(t)
	env := nameServer(t, func(question) *reply { return &reply{addresses: []string{"127.0.0.1"}} })
	env.Roots = ours.pool
	_, port, _ := net.SplitHostPort(secured(t, &tls.Config{Certificates: []tls.Certificate{
		ours.issue(t, leaf{names: []string{"*.shop.example", "pay.example", "127.0.0.1", "::1"}}),
	}}))
	const names = "the certificate is for *.shop.example, pay.example, 127.0.0.1, 1 more, not for "
	for host, reason := range map[string]string{
		"www.shop.example": "", "WWW.Shop.Example": "", "pay.example": "", "127.0.0.1": "", "[::ffff:127.0.0.1]": "",
		"shop.example": names + "shop.example", "a.b.shop.example": names + "a.b.shop.example", "www.pay.example": names + "www.pay.example",
		"127.0.0.2": names + "127.0.0.2",
	} {
		t.Run(host, func(t *testing.T) {
			spec := Spec{URL: "https://" + host + ":" + port, Pin: netip.MustParseAddr("127.0.0.1")}
			got := probeOnce(t, spec, env)
			if reason == "" {
				got.wantUp(t)
				return
			}
			got.want(t, "DOWN", "cert", reason)
		})
	}
}

func TestTLSThatDoesNotComeAbout(t *testing.T) {
	ours := newAuthority(t)
	certificate := ours.issue(t, leaf{names: []string{"127.0.0.1"}})
	plain := serving(t, func(http.ResponseWriter, *http.Request) {}).Listener.Addr().String()
	old := secured(t, &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11})
	mutual := &tls.Config{Certificates: []tls.Certificate{certificate}, ClientAuth: tls.RequireAnyClientCert}
	mutual12 := mutual.Clone()
	mutual12.MaxVersion = tls.VersionTLS12
	withTLS := secured(t, &tls.Config{Certificates: []tls.Certificate{certificate}})
	// nginx and others answer what they cannot read with an alert.
	alerting := answering(t, func(conn net.Conn) { _, _ = conn.Write([]byte{0x15, 3, 3, 0, 2, 2, 40}) })
	cases := []struct{ name, url, class, reason string }{
		{"T10 old versions only", "https://" + old, "tls", old + " offers no TLS version from 1.2 on"},
		{"T12 client certificate, TLS 1.3", "https://" + secured(t, mutual), "tls", "%s asks for a client certificate"},
		{"T12 client certificate, TLS 1.2", "https://" + secured(t, mutual12), "tls", "%s offers no cipher in common, or asks for a client certificate"},
		{"T14 HTTP on a TLS port", "http://" + withTLS, "status", "expected status 200..299, got 400: the server expects TLS there; use https://"},
		{"T14 HTTP answered with an alert", "http://" + alerting, "protocol", alerting + " speaks TLS, not plain HTTP; use https://"},
		{"T14 TLS on an HTTP port", "https://" + plain, "tls", plain + " does not speak TLS: it answers in plain HTTP; use http://"},
		{"T14 TLS on another port", "https://" + listen(t, func(conn net.Conn) { _, _ = io.WriteString(conn, "SSH-2.0-x\r\n"); untilClosed(conn) }), "tls", `%s does not speak TLS: it begins with "SSH-2"`},
		{"closed in the handshake", "https://" + listen(t, func(conn net.Conn) {
			_, _ = conn.Read(make([]byte, 10))
			_ = conn.(*net.TCPConn).CloseWrite()
			untilClosed(conn)
		}), "tls", "%s closed the connection during the TLS handshake"},
		{"reset in the handshake", "https://" + listen(t, func(conn net.Conn) { _, _ = conn.Read(make([]byte, 1)); reset(conn) }), "tls", "%s reset the connection during the TLS handshake"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			reason := strings.ReplaceAll(c.reason, "%s", strings.TrimPrefix(c.url, "https://"))
			probeOnce(t, Spec{URL: c.url}, &Environment{Roots: ours.pool}).want(t, "DOWN", c.class, reason)
		})
	}
}

func TestNothingIsSentToAHostWithABadCertificate(t *testing.T) {
	ours := newAuthority(t)
	read := make(chan []byte, 1)
	certificate := ours.issue(t, leaf{names: []string{"other.example"}})
	address := listen(t, func(conn net.Conn) {
		all, _ := io.ReadAll(serverSide(conn, certificate))
		read <- all
	})
	got := probeOnce(t, Spec{URL: "https://" + address, Header: map[string][]string{"Authorization": {"secret"}}}, &Environment{Roots: ours.pool})
	if got.sample.Class != "cert" {
		t.Fatalf("reading %+v", got.sample)
	}
	if sent := <-read; bytes.Contains(sent, []byte("secret")) || len(sent) > 0 {
		t.Errorf("the host was sent %q", sent)
	}
}
