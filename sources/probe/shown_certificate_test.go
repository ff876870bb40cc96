package probe

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"warroom/internal/room"
)

func TestWhatAnEndpointShowsOfItself(t *testing.T) { // T1, T2
	ours := newAuthority(t)
	env := &Environment{Roots: ours.pool}
	certificate := func(r reading) *room.Certificate { return r.Detail.(*room.ProbeDetail).Certificate }
	good := ours.issue(t, leaf{names: []string{"127.0.0.1", "shop.example"}})
	parsed, err := x509.ParseCertificate(good.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	got := certificate(probeOnce(t, Spec{URL: "https://" + secured(t, &tls.Config{Certificates: []tls.Certificate{good}, CurvePreferences: []tls.CurveID{tls.X25519}})}, env))
	if got == nil || !slices.Equal(got.Names, []string{"shop.example", "127.0.0.1"}) || got.Version != "1.3" || got.Cipher != "TLS_AES_128_GCM_SHA256" && got.Cipher != "TLS_CHACHA20_POLY1305_SHA256" || got.Curve != "X25519" || len(got.Fingerprint) != 64 || got.Issuer == "" || !got.Expires.Equal(parsed.NotAfter) || got.Chain.IsZero() {
		t.Errorf("got %+v", got)
	}
	older := secured(t, &tls.Config{Certificates: []tls.Certificate{good}, MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384}})
	if got := certificate(probeOnce(t, Spec{URL: "tls://" + older}, env)); got == nil || got.Version != "1.2" || !strings.HasSuffix(got.Cipher, "_WITH_AES_256_GCM_SHA384") || got.Curve == "" {
		t.Errorf("got %+v", got)
	}
	expired := ours.issue(t, leaf{names: []string{"127.0.0.1"}, from: time.Date(2024, 3, 4, 5, 6, 0, 0, time.UTC), to: time.Date(2025, 3, 4, 5, 6, 0, 0, time.UTC)})
	bad := probeOnce(t, Spec{URL: "https://" + secured(t, &tls.Config{Certificates: []tls.Certificate{expired}})}, env)
	if got := certificate(bad); bad.sample.Class != "cert" || got == nil || !got.Chain.IsZero() || got.DaysLeft(time.Now()) >= 0 {
		t.Errorf("a bad certificate is shown all the same: %+v", got)
	}
	if got := certificate(probeOnce(t, Spec{URL: "http://" + saying(t, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")}, nil)); got != nil {
		t.Errorf("plain HTTP shows %+v", got)
	}
}

// TestABadCertificateThatRedirectsIsNotTheGoodOneBehindIt: what was accepted of the first is
// not said of the second, but of the reading.
func TestABadCertificateThatRedirectsIsNotTheGoodOneBehindIt(t *testing.T) {
	ours := newAuthority(t)
	env := &Environment{Roots: ours.pool}
	host := leaf{names: []string{"127.0.0.1"}}
	over := host
	over.from, over.to = time.Date(2024, 3, 4, 5, 6, 0, 0, time.UTC), time.Date(2025, 3, 4, 5, 6, 0, 0, time.UTC)
	good := "https://" + secured(t, &tls.Config{Certificates: []tls.Certificate{ours.issue(t, host)}})
	bad := "https://" + secured(t, &tls.Config{Certificates: []tls.Certificate{ours.issue(t, over)}})
	redirecting := func(certificate tls.Certificate, to string) string {
		server := httptest.NewUnstartedServer(http.RedirectHandler(to, http.StatusFound))
		server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
		server.StartTLS()
		t.Cleanup(server.Close)
		return server.URL
	}
	for _, c := range []struct {
		name, url string
		accepted  bool // of the last certificate
	}{
		{"bad to good", redirecting(ours.issue(t, over), good), false},
		{"good to bad", redirecting(ours.issue(t, host), bad), true},
		{"bad", bad, true},
	} {
		for _, kept := range []bool{false, true} {
			watch := watchOf(t, Spec{URL: c.url, Insecure: true, KeepAlive: kept}, env)
			for range 2 {
				got := lookOnce(t.Context(), t, watch)
				got.wantUp(t)
				shown := got.Detail.(*room.ProbeDetail).Certificate
				if strings.Contains(shown.Accepted, "expired") != c.accepted || shown.Chain.IsZero() != c.accepted {
					t.Errorf("%s: of the certificate that ends %v it says it is accepted though %q", c.name, shown.Expires, shown.Accepted)
				}
				if !strings.Contains(got.sample.Text, "bad certificate accepted") {
					t.Errorf("%s: the reading says %q", c.name, got.sample.Text)
				}
			}
			if watch.Close != nil {
				watch.Close()
			}
		}
	}
}

// TestACertificateThatChangesIsToldOnce (T17): behind a load balancer two take turns, and
// then a third one comes.
func TestACertificateThatChangesIsToldOnce(t *testing.T) {
	ours := newAuthority(t)
	var shown [3]tls.Certificate
	for i := range shown {
		shown[i] = ours.issue(t, leaf{names: []string{"127.0.0.1"}})
	}
	var which atomic.Int32
	address := secured(t, &tls.Config{
		Certificates: shown[:1],
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
			return &tls.Config{Certificates: shown[which.Load() : which.Load()+1]}, nil
		},
	})
	watch := watchOf(t, Spec{URL: "tls://" + address}, &Environment{Roots: ours.pool})
	var told []string
	for _, n := range []int32{0, 1, 0, 1, 1, 0, 2, 2, 0} {
		which.Store(n)
		got := lookOnce(t.Context(), t, watch)
		got.wantUp(t)
		print := got.Detail.(*room.ProbeDetail).Certificate.Fingerprint
		if len(told) == 0 || told[len(told)-1] != print {
			told = append(told, print)
		}
	}
	if len(told) != 3 {
		t.Errorf("%d certificates were told of, want one each: %v", len(told), told)
	}
}

// TestARenewalThatIsTakenBackIsTold plays many looks of one endpoint: what takes turns is
// no change, what is gone for long is.
func TestARenewalThatIsTakenBackIsTold(t *testing.T) {
	a, b := room.Certificate{Fingerprint: "a", Version: "1.3"}, room.Certificate{Fingerprint: "b", Version: "1.3"}
	older := a
	older.Version = "1.2"
	var s showings
	var told []string
	show := func(times int, which ...room.Certificate) {
		for range times {
			for _, c := range which {
				one := s.take(&c)
				if said := one.Fingerprint + one.Version; len(told) == 0 || told[len(told)-1] != said {
					told = append(told, said)
				}
			}
		}
	}
	show(50, a, b) // they take turns
	show(19, a)
	show(1, b)
	show(40, a) // b is gone
	show(3, older)
	for i := range 20 { // many new ones, and a at every other look
		show(1, room.Certificate{Fingerprint: string(rune('A' + i))}, a)
	}
	want := []string{"a1.3", "b1.3", "a1.3", "a1.2"}
	if len(told) != len(want)+20 || !slices.Equal(told[:len(want)], want) {
		t.Errorf("told of %v", told)
	}
}

func TestACertificateThatIsSoonOver(t *testing.T) { // T16
	ours := newAuthority(t)
	env := &Environment{Roots: ours.pool}
	soon := ours.issue(t, leaf{names: []string{"127.0.0.1"}, to: time.Now().Add(10*24*time.Hour + time.Hour)})
	address := secured(t, &tls.Config{Certificates: []tls.Certificate{soon}})
	for _, url := range []string{"https://" + address, "tls://" + address} {
		got := probeOnce(t, Spec{URL: url, Expect: Expect{Days: 14}}, env)
		got.want(t, "DOWN", "cert", "the certificate has fewer than 14 days left")
		if !strings.HasPrefix(got.Came, "0 days left, until 20") { // as its authority's own
			t.Errorf("%s came", got.Came)
		}
	}
	// The authority's own certificate may end before its leaf's.
	probeOnce(t, Spec{URL: "https://" + address}, env).wantUp(t)
}

func TestACertificateOutlivesALookThatDoesNotGetAsFar(t *testing.T) {
	kept := &room.Certificate{Subject: "shop.example", Fingerprint: "abc"}
	env := &Environment{Known: func(string) *room.Signal {
		return &room.Signal{Word: "UP", Detail: &room.ProbeDetail{Certificate: kept}}
	}}
	got := probeOnce(t, Spec{URL: "https://" + closedPort(t)}, env)
	if c := got.Detail.(*room.ProbeDetail).Certificate; c != kept {
		t.Errorf("got %+v", c)
	}
	silent := listen(t, func(conn net.Conn) { untilClosed(conn) })
	got = probeOnce(t, Spec{URL: "tls://" + silent, Timeout: 200 * time.Millisecond}, env)
	if c := got.Detail.(*room.ProbeDetail).Certificate; c != kept || got.sample.Class != "timeout" {
		t.Errorf("got %+v, class %s", c, got.sample.Class)
	}
}
