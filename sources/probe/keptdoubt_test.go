package probe

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"
)

// TestABodyWithoutAnEndIsNotWaitedFor so that its connection could be kept: neither that of
// a redirect, nor what is behind the part that is read of the last answer.
func TestABodyWithoutAnEndIsNotWaitedFor(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/" {
				http.Redirect(w, r, "/end", http.StatusFound)
				unending(w, r, 0)
			}
		},
		"the last answer": func(w http.ResponseWriter, r *http.Request) { unending(w, r, bodyLimit+1) },
	} {
		for _, version := range []string{"", "2"} {
			t.Run(name+version, func(t *testing.T) {
				server := counting(t, nil, answer)
				watch := watchOf(t, Spec{URL: "http://" + server.address, Version: version, KeepAlive: true, Timeout: 5 * time.Second}, nil)
				defer watch.Close()
				for range 2 {
					lookOnce(t.Context(), t, watch).wantUp(t)
				}
			})
		}
	}
}

// unending writes the beginning of a body, and nothing more until its reader has gone.
func unending(w http.ResponseWriter, r *http.Request, size int) {
	_, _ = w.Write(make([]byte, size+1))
	_ = http.NewResponseController(w).Flush()
	<-r.Context().Done()
}

// shownEach is TLS by a certificate that is asked for at each handshake.
func shownEach(certificate func() *tls.Certificate) *tls.Config {
	return &tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
		return &tls.Config{Certificates: []tls.Certificate{*certificate()}}, nil
	}}
}

// TestACertificateThatIsRenewedIsSeen though the connection with the old one would stay open.
func TestACertificateThatIsRenewedIsSeen(t *testing.T) {
	ours := newAuthority(t)
	issued := func(days int) *tls.Certificate { // a root of its own: ours ends sooner
		certificate := ours.issue(t, leaf{names: []string{"127.0.0.1"}, to: time.Now().AddDate(0, 0, days), selfSigned: true})
		root, err := x509.ParseCertificate(certificate.Certificate[0])
		if err != nil {
			t.Fatal(err)
		}
		ours.pool.AddCert(root)
		return &certificate
	}
	var shown atomic.Pointer[tls.Certificate]
	old, renewed := issued(5), issued(90)
	shown.Store(old)
	watch := watchOf(t, Spec{URL: "https://" + secured(t, shownEach(shown.Load)), KeepAlive: true, Expect: Expect{Days: 30}}, &Environment{Roots: ours.pool})
	defer watch.Close()
	lookOnce(t.Context(), t, watch).want(t, "DOWN", "cert", "the certificate has fewer than 30 days left")
	shown.Store(renewed)
	lookOnce(t.Context(), t, watch).wantReused(t, false)
	lookOnce(t.Context(), t, watch).wantReused(t, true)
}

// TestALookThatWasLateForItsHandshakeIsNotLateForEver: what is expected of the answer alone
// can be kept to over the connection that there is now, and a fresh one would be late again.
func TestALookThatWasLateForItsHandshakeIsNotLateForEver(t *testing.T) {
	ours := newAuthority(t)
	certificate := ours.issue(t, leaf{names: []string{"127.0.0.1"}})
	address := secured(t, shownEach(func() *tls.Certificate {
		time.Sleep(2 * time.Second) // a handshake that takes its time
		return &certificate
	}))
	watch := watchOf(t, Spec{URL: "https://" + address, KeepAlive: true, Expect: Expect{Latency: 1900 * time.Millisecond}}, &Environment{Roots: ours.pool})
	defer watch.Close()
	lookOnce(t.Context(), t, watch).want(t, "DOWN", "assert", "expected an answer within 1.9s, and it took longer")
	lookOnce(t.Context(), t, watch).wantReused(t, true)
}

// TestWhatComesUnaskedIsNoAnswer to the next request: the connection is given up, and a fresh
// one is asked.
func TestWhatComesUnaskedIsNoAnswer(t *testing.T) {
	ours := newAuthority(t)
	certificate := ours.issue(t, leaf{names: []string{"127.0.0.1"}})
	for scheme, over := range map[string]func(net.Conn) net.Conn{
		"http":  func(conn net.Conn) net.Conn { return conn },
		"https": func(conn net.Conn) net.Conn { return serverSide(conn, certificate) },
	} {
		for unasked, status := range map[string]string{"an outage": "503 Service Unavailable", "all well": "200 OK"} {
			t.Run(scheme+" "+unasked, func(t *testing.T) {
				looked, gone := make(chan struct{}), make(chan struct{}, 1)
				address := listen(t, func(conn net.Conn) {
					conn = over(conn)
					if _, err := http.ReadRequest(bufio.NewReader(conn)); err != nil {
						return
					}
					_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
					<-looked
					_, _ = io.WriteString(conn, "HTTP/1.1 "+status+"\r\nContent-Length: 2\r\n\r\nok")
					untilClosed(conn)
					gone <- struct{}{}
				})
				watch := watchOf(t, Spec{URL: scheme + "://" + address, KeepAlive: true, Timeout: time.Minute}, &Environment{Roots: ours.pool})
				defer watch.Close()
				for range 3 {
					lookOnce(t.Context(), t, watch).wantReused(t, false)
					looked <- struct{}{}
					select {
					case <-gone:
					case <-time.After(time.Minute):
						t.Fatal("the connection is kept")
					}
				}
			})
		}
	}
}

func TestConnectionsThatAreThereAlreadyAreClosedForOthers(t *testing.T) {
	server := counting(t, nil, ok)
	var k kept
	for range 3 {
		conn, err := net.Dial("tcp", server.address)
		if err != nil {
			t.Fatal(err)
		}
		k.put(netip.Addr{}, connections{{}: {openConn: &openConn{Conn: conn}}})
	}
	until(t, "only one is open", func() bool { return server.opened() == 3 && server.open() == 1 })
	k.close()
	until(t, "none is", func() bool { return server.open() == 0 })
}

// TestAKeptConnectionDoesNotOutliveTheFilesItWasMadeWith: what cannot be read is told, and
// what has changed is shown.
func TestAKeptConnectionDoesNotOutliveTheFilesItWasMadeWith(t *testing.T) {
	ours := newAuthority(t)
	shown := make(chan string, 10)
	address := secured(t, &tls.Config{
		Certificates: []tls.Certificate{ours.issue(t, leaf{names: []string{"127.0.0.1"}})},
		ClientAuth:   tls.RequireAnyClientCert,
		VerifyConnection: func(state tls.ConnectionState) error {
			shown <- state.PeerCertificates[0].Subject.CommonName
			return nil
		},
	})
	file := filepath.Join(t.TempDir(), "warroom.pem")
	write := func(common string) {
		certificate, key := pairOf(t, ours.issue(t, leaf{common: common, forClients: true}))
		inFile(t, file, certificate, key)
	}
	wantShown := func(common string) {
		t.Helper()
		got := ""
		select { // it came before the answer
		case got = <-shown:
		default:
		}
		if got != common {
			t.Errorf("shown is the certificate of %q, want that of %q", got, common)
		}
	}
	write("one")
	authority := inFile(t, filepath.Join(t.TempDir(), "roots.pem"), &pem.Block{Type: "CERTIFICATE", Bytes: ours.certificate.Raw})
	watch := watchOf(t, Spec{URL: "https://" + address, KeepAlive: true, TLS: TLS{Authority: authority, Certificate: file, Key: file}}, nil)
	defer watch.Close()
	lookOnce(t.Context(), t, watch).wantReused(t, false)
	wantShown("one")
	lookOnce(t.Context(), t, watch).wantReused(t, true)
	write("another")
	lookOnce(t.Context(), t, watch).wantReused(t, false)
	wantShown("another")
	lookOnce(t.Context(), t, watch).wantReused(t, true)
	for _, gone := range []string{file, authority} {
		if err := os.Rename(gone, gone+".gone"); err != nil {
			t.Fatal(err)
		}
		lookOnce(t.Context(), t, watch).want(t, "ERROR", "error", fmt.Sprintf("the file %q does not exist", gone))
		if err := os.Rename(gone+".gone", gone); err != nil {
			t.Fatal(err)
		}
		lookOnce(t.Context(), t, watch).wantReused(t, false)
		wantShown("another")
		lookOnce(t.Context(), t, watch).wantReused(t, true)
	}
}

// TestWhatIsUsualOverAKeptConnectionIsNotAskedOfAFreshOne, which has to be made first; what
// is unusual over a kept one is SLOW.
func TestWhatIsUsualOverAKeptConnectionIsNotAskedOfAFreshOne(t *testing.T) {
	ours := newAuthority(t)
	certificate := ours.issue(t, leaf{names: []string{"127.0.0.1"}})
	const long = 3 * time.Second // a handshake, or an answer, that takes its time
	var slow atomic.Bool
	server := counting(t, &certificate, func(http.ResponseWriter, *http.Request) {
		if slow.Load() {
			time.Sleep(long)
		}
	})
	through := listen(t, func(conn net.Conn) {
		time.Sleep(long)
		towards(conn, conn, server.address)
	})
	watch := watchOf(t, Spec{URL: "https://" + through, KeepAlive: true, Slower: 100}, &Environment{Roots: ours.pool})
	defer watch.Close()
	lookOnce(t.Context(), t, watch).wantReused(t, false)
	for range usualFrom {
		lookOnce(t.Context(), t, watch).wantReused(t, true)
	}
	server.closeIdle(t)
	lookOnce(t.Context(), t, watch).wantReused(t, false)
	slow.Store(true)
	lookOnce(t.Context(), t, watch).want(t, "SLOW", "", "right, but slower than 100 times the usual")
}
