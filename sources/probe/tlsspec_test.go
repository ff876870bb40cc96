package probe

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/miekg/dns"
)

// inFile writes PEM blocks into a file, in place of what is there, as whoever renews a
// certificate does.
func inFile(t *testing.T, file string, blocks ...*pem.Block) string {
	t.Helper()
	var content []byte
	for _, block := range blocks {
		content = append(content, pem.EncodeToMemory(block)...)
	}
	if err := os.WriteFile(file+".new", content, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		t.Fatal(err)
	}
	return file
}

func (a *authority) block() *pem.Block {
	return &pem.Block{Type: "CERTIFICATE", Bytes: a.certificate.Raw}
}

// pairOf is a certificate and its key in PEM.
func pairOf(t *testing.T, certificate tls.Certificate) (shown, key *pem.Block) {
	t.Helper()
	private, err := x509.MarshalPKCS8PrivateKey(certificate.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	return &pem.Block{Type: "CERTIFICATE", Bytes: certificate.Certificate[0]}, &pem.Block{Type: "PRIVATE KEY", Bytes: private}
}

// everyScheme is one server for each scheme that goes over TLS; each does all that its
// probe expects.
func everyScheme(t *testing.T, config *tls.Config) map[string]string {
	t.Helper()
	chat := listen(t, func(conn net.Conn) {
		shaking(t, func(_ *http.Request, accept string) string {
			return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + accept + "\r\n\r\n"
		})(tls.Server(conn, config))
	})
	names := listen(t, func(conn net.Conn) {
		wire := &dns.Conn{Conn: tls.Server(conn, config)}
		if question, err := wire.ReadMsg(); err == nil {
			_, _ = wire.Write(says(question, dns.RcodeSuccess, "www.example.com. 60 IN A 192.0.2.7"))
		}
	})
	return map[string]string{
		"https": "https://" + secured(t, config.Clone()),
		"tls":   "tls://" + secured(t, config.Clone()),
		"wss":   "wss://" + chat,
		"grpcs": "grpcs://" + calleeOverTLS(t, config, health([]byte{8, 1}, "0")),
		"dns":   "dns://" + names + "/www.example.com?transport=tls",
	}
}

func TestT9AnAuthorityOfOnesOwn(t *testing.T) {
	ours, other := newAuthority(t), newAuthority(t)
	file := inFile(t, filepath.Join(t.TempDir(), "ca.pem"), other.block(), ours.block())
	for scheme, url := range everyScheme(t, &tls.Config{Certificates: []tls.Certificate{ours.issue(t, leaf{common: "shop", names: []string{"127.0.0.1"}})}}) {
		t.Run(scheme, func(t *testing.T) {
			probeOnce(t, Spec{URL: url, TLS: TLS{Authority: file}}, nil).wantUp(t)
			if got := probeOnce(t, Spec{URL: url}, nil); got.sample.Class != "cert" {
				t.Errorf("with the system's roots: %s %s", got.Word, got.Reason)
			}
		})
	}
	address := secured(t, &tls.Config{Certificates: []tls.Certificate{ours.issue(t, leaf{common: "shop", names: []string{"127.0.0.1"}})}})
	watch := watchOf(t, Spec{URL: "https://" + address, TLS: TLS{Authority: file}}, &Environment{Roots: ours.pool})
	look := func() reading { return lookOnce(t.Context(), t, watch) }
	look().wantUp(t)
	inFile(t, file, other.block())
	look().want(t, "DOWN", "cert", `the certificate of "shop" is signed by "War Room Test Root", which is not trusted here, or an intermediate certificate is missing`)
	inFile(t, file, ours.block())
	look().wantUp(t)
	inFile(t, file)
	look().want(t, "ERROR", "error", fmt.Sprintf("the file %q has no certificate in it", file))
	inFile(t, file, ours.block())
	look().wantUp(t)
}

func TestT11TheLeastVersion(t *testing.T) {
	ours := newAuthority(t)
	env := &Environment{Roots: ours.pool}
	certificates := []tls.Certificate{ours.issue(t, leaf{names: []string{"127.0.0.1"}})}
	for scheme, url := range everyScheme(t, &tls.Config{Certificates: certificates, MaxVersion: tls.VersionTLS12}) {
		t.Run(scheme, func(t *testing.T) {
			got := probeOnce(t, Spec{URL: url, TLS: TLS{Minimum: "1.3"}}, env)
			got.want(t, "DOWN", "tls", hostOf(url)+" offers no TLS version from 1.3 on")
			if got.sample.Phase != "tls" {
				t.Errorf("in the phase %s", got.sample.Phase)
			}
			probeOnce(t, Spec{URL: url, TLS: TLS{Minimum: "1.2"}}, env).wantUp(t)
		})
	}
	modern := secured(t, &tls.Config{Certificates: certificates})
	probeOnce(t, Spec{URL: "https://" + modern, TLS: TLS{Minimum: "1.3"}}, env).wantUp(t)
}

// hostOf is what is between the scheme and the path of a URL.
func hostOf(url string) string {
	_, rest, _ := strings.Cut(url, "://")
	host, _, _ := strings.Cut(rest, "/")
	return host
}

func TestT12AServerThatInsistsOnACertificateOfOurs(t *testing.T) {
	ours, clients, strangers := newAuthority(t), newAuthority(t), newAuthority(t)
	env := &Environment{Roots: ours.pool}
	folder := t.TempDir()
	identity := func(name string, signer *authority, want leaf) TLS {
		shown, key := pairOf(t, signer.issue(t, want))
		return TLS{Certificate: inFile(t, filepath.Join(folder, name+".pem"), shown), Key: inFile(t, filepath.Join(folder, name+".key"), key)}
	}
	known := identity("known", clients, leaf{common: "warroom", forClients: true})
	stranger := identity("stranger", strangers, leaf{common: "warroom", forClients: true})
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		config := &tls.Config{
			Certificates: []tls.Certificate{ours.issue(t, leaf{names: []string{"127.0.0.1"}})}, MinVersion: version, MaxVersion: version,
			ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clients.pool,
		}
		for scheme, url := range everyScheme(t, config) {
			t.Run(scheme+" "+tls.VersionName(version), func(t *testing.T) {
				probeOnce(t, Spec{URL: url, TLS: known}, env).wantUp(t)
				got := probeOnce(t, Spec{URL: url, TLS: stranger}, env)
				got.want(t, "DOWN", "tls", hostOf(url)+" does not trust whoever signed our client certificate")
				absent := probeOnce(t, Spec{URL: url}, env)
				if absent.sample.Class != "tls" || !strings.Contains(absent.Reason, "asks for a client certificate") {
					t.Errorf("without a certificate: %s %s %s", absent.Word, absent.sample.Class, absent.Reason)
				}
				if got := shownOf(absent); got == nil || got.Chain.IsZero() {
					t.Errorf("shown is %+v", got)
				}
			})
		}
	}

	// One that has changed is read again.
	address := secured(t, &tls.Config{Certificates: []tls.Certificate{ours.issue(t, leaf{names: []string{"127.0.0.1"}})}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clients.pool})
	watch := watchOf(t, Spec{URL: "https://" + address, TLS: stranger}, env)
	if got := lookOnce(t.Context(), t, watch); got.Word != "DOWN" {
		t.Errorf("got %s", got.Word)
	}
	shown, key := pairOf(t, clients.issue(t, leaf{common: "warroom", forClients: true}))
	inFile(t, stranger.Certificate, shown)
	got := lookOnce(t.Context(), t, watch)
	got.want(t, "ERROR", "error", fmt.Sprintf("the key in the file %q is not that of the first certificate in %q", stranger.Key, stranger.Certificate))
	inFile(t, stranger.Key, key)
	lookOnce(t.Context(), t, watch).wantUp(t)
}

func TestOurCertificateIsShownToNoOtherHost(t *testing.T) {
	ours := newAuthority(t)
	certificates := []tls.Certificate{ours.issue(t, leaf{names: []string{"127.0.0.1", "shop.example"}})}
	shown := make(chan int, 1)
	other := secured(t, &tls.Config{Certificates: certificates, ClientAuth: tls.RequestClientCert, VerifyConnection: func(state tls.ConnectionState) error {
		shown <- len(state.PeerCertificates)
		return nil
	}})
	first := listen(t, func(conn net.Conn) {
		secure := tls.Server(conn, &tls.Config{Certificates: certificates, ClientAuth: tls.RequireAnyClientCert})
		_, _ = secure.Read(make([]byte, 4096))
		_, _ = secure.Write([]byte("HTTP/1.1 302 Found\r\nLocation: https://" + other + "/\r\nContent-Length: 0\r\n\r\n"))
	})
	certificate, key := pairOf(t, ours.issue(t, leaf{common: "warroom", forClients: true}))
	file := inFile(t, filepath.Join(t.TempDir(), "warroom.pem"), certificate, key)
	probeOnce(t, Spec{URL: "https://" + first, TLS: TLS{Certificate: file, Key: file}}, &Environment{Roots: ours.pool}).wantUp(t)
	if n := <-shown; n != 0 {
		t.Errorf("the host that it was redirected to was shown %d certificates", n)
	}
}

func TestT15AnotherName(t *testing.T) {
	ours := newAuthority(t)
	env := &Environment{Roots: ours.pool}
	asked := make(chan string, 1)
	config := &tls.Config{
		Certificates: []tls.Certificate{ours.issue(t, leaf{names: []string{"shop.example"}})},
		GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			asked <- hello.ServerName
			return nil, nil
		},
	}
	for scheme, url := range everyScheme(t, config) {
		t.Run(scheme, func(t *testing.T) {
			probeOnce(t, Spec{URL: url, TLS: TLS{Name: "shop.example"}}, env).wantUp(t)
			if name := <-asked; name != "shop.example" {
				t.Errorf("asked for %q", name)
			}
			got := probeOnce(t, Spec{URL: url, TLS: TLS{Name: "other.example"}}, env)
			got.want(t, "DOWN", "cert", "the certificate is for shop.example, not for other.example")
			if name := <-asked; name != "other.example" {
				t.Errorf("asked for %q", name)
			}
			probeOnce(t, Spec{URL: url}, env).want(t, "DOWN", "cert", "the certificate is for shop.example, not for 127.0.0.1")
			if name := <-asked; name != "" {
				t.Errorf("of an address, asked for %q", name)
			}
		})
	}
}

func TestWhatCannotBeAskedOfTLS(t *testing.T) {
	folder := t.TempDir()
	absent := filepath.Join(folder, "absent.pem")
	for _, c := range []struct {
		url    string
		asked  TLS
		reason string
	}{
		{"http://shop.example", TLS{Minimum: "1.3"}, "http probes speak no TLS, so there is nothing to ask of it; leave that out, or use an https URL"},
		{"dns://ns.example/www.example.com?transport=tcp", TLS{Name: "a"}, "dns probes speak no TLS, so there is nothing to ask of it; leave that out, or use an https URL"},
		{"tcp://shop.example:1", TLS{Authority: absent}, "tcp probes speak no TLS, so there is nothing to ask of it; leave that out, or use an https URL"},
		{"https://shop.example", TLS{Minimum: "1.1"}, `there is no least version of TLS "1.1"; use 1.2 or 1.3`},
		{"https://shop.example", TLS{Name: "https://shop.example"}, "the name that TLS is to ask for can be neither a name nor an address; write it like shop.example.com"},
		{"https://shop.example", TLS{Authority: absent}, fmt.Sprintf("the file %q does not exist; check the path", absent)},
		{"https://shop.example", TLS{Certificate: absent, Key: absent}, fmt.Sprintf("the file %q does not exist; check the path", absent)},
	} {
		_, err := New(Spec{Name: "shop", URL: c.url, TLS: c.asked}, nil)
		if want := `probe "shop": ` + c.reason; err == nil || err.Error() != want {
			t.Errorf("%s %+v:\ngot  %v\nwant %s", c.url, c.asked, err, want)
		}
	}
}
