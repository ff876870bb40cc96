package probe

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"warroom/sources"
)

// guarded is a server that lets in whoever shows the right Authorization header.
func guarded(t testing.TB, right func() string) string {
	return serving(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != right() {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}).URL
}

func always(text string) func() string { return func() string { return text } }

func TestP4BasicAndBearer(t *testing.T) {
	for _, c := range []struct {
		auth  Auth
		right string
		word  string
	}{
		{Auth{User: "ana", Password: "s3cr3t:ü"}, "Basic YW5hOnMzY3IzdDrDvA==", "UP"},
		{Auth{User: "ana"}, "Basic YW5hOg==", "UP"},
		{Auth{Token: "t0ken"}, "Bearer t0ken", "UP"},
		{Auth{Token: "another"}, "Bearer t0ken", "DOWN"},
		{Auth{}, "", "UP"},
	} {
		if got := probeOnce(t, Spec{URL: guarded(t, always(c.right)), Auth: c.auth}, nil); got.Word != c.word {
			t.Errorf("%+v: %s %s", c.auth, got.Word, got.Reason)
		}
	}
}

func TestAuthGoesToNoOtherHost(t *testing.T) {
	seen := make(chan string, 1)
	elsewhere := serving(t, func(_ http.ResponseWriter, r *http.Request) { seen <- r.Header.Get("Authorization") })
	home := serving(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, http.StatusFound) })
	tokens := serving(t, func(w http.ResponseWriter, _ *http.Request) { giveToken(w, "t1", 60) })
	for _, auth := range []Auth{{User: "ana", Password: "s3cr3t"}, {Token: "t0ken"}, {Client: "c", Secret: "s", URL: tokens.URL}} {
		probeOnce(t, Spec{URL: home.URL, Auth: auth}, nil).wantUp(t)
		if got := <-seen; got != "" {
			t.Errorf("another host was sent %s", got)
		}
	}
}

func giveToken(w http.ResponseWriter, token string, seconds any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"access_token": token, "token_type": "Bearer", "expires_in": seconds})
}

func TestP4ATokenIsFetchedOnceAndAnewWhenItIsRefused(t *testing.T) {
	var given, looks atomic.Int32
	tokens := serving(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		client, secret, _ := r.BasicAuth()
		if r.Method != "POST" || string(body) != "grant_type=client_credentials&scope=read+write" || client != "shop%2Fprobe" || secret != "s3cr3t+%2B" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		giveToken(w, fmt.Sprint("token-", given.Add(1)), "3600")
	})
	right := "Bearer token-1"
	endpoint := guarded(t, func() string { looks.Add(1); return right })
	for _, version := range []string{"", "2"} {
		given.Store(0)
		looks.Store(0)
		right = "Bearer token-1"
		url := endpoint
		if version == "2" {
			url = "http://" + callee(t, func(w http.ResponseWriter, r *http.Request) {
				if looks.Add(1); r.Header.Get("Authorization") != right {
					w.WriteHeader(http.StatusUnauthorized)
				}
			})
		}
		watch := watchOf(t, Spec{URL: url, Version: version, Auth: Auth{Client: "shop/probe", Secret: "s3cr3t +", URL: tokens.URL, Scopes: []string{"read", "write"}}}, nil)
		for range 3 {
			lookOnce(t.Context(), t, watch).wantUp(t)
		}
		if given.Load() != 1 || looks.Load() != 3 {
			t.Errorf("%d tokens for %d looks", given.Load(), looks.Load())
		}
		right = "Bearer token-2"
		lookOnce(t.Context(), t, watch).wantUp(t)
		if given.Load() != 2 || looks.Load() != 5 {
			t.Errorf("after a 401 there were %d tokens and %d looks", given.Load(), looks.Load())
		}
		right = "Bearer never"
		lookOnce(t.Context(), t, watch).want(t, "DOWN", "status", "expected status 200..299, got 401")
		if given.Load() != 3 || looks.Load() != 7 {
			t.Errorf("with a 401 that stays there were %d tokens and %d looks", given.Load(), looks.Load())
		}
	}
}

func TestP4ATokenIsNotUsedToItsEnd(t *testing.T) {
	now := time.Now()
	for _, c := range []struct {
		seconds string
		want    time.Duration // 0: no end is known
	}{
		{"3600", 3570 * time.Second}, {"300", 270 * time.Second}, {"100", 90 * time.Second}, {"1", 900 * time.Millisecond},
		{"", 0}, {"-5", 0}, {"1e30", 0},
	} {
		ends := (&tokenAnswer{Seconds: json.Number(c.seconds)}).ends(now)
		if got := ends.Sub(now); c.want == 0 && !ends.IsZero() || c.want != 0 && got != c.want {
			t.Errorf("a token for %q s is used for %v", c.seconds, got)
		}
	}
	var given atomic.Int32
	tokens := serving(t, func(w http.ResponseWriter, _ *http.Request) { given.Add(1); giveToken(w, "t", 1e-6) })
	watch := watchOf(t, Spec{URL: guarded(t, always("Bearer t")), Auth: Auth{Client: "c", Secret: "s", URL: tokens.URL}}, nil)
	for range 2 {
		lookOnce(t.Context(), t, watch).wantUp(t)
	}
	if given.Load() != 2 {
		t.Errorf("%d tokens were given for two looks after their end", given.Load())
	}
}

func TestP4WithoutATokenNothingIsKnownOfTheEndpoint(t *testing.T) {
	var looked atomic.Int32
	endpoint := serving(t, func(http.ResponseWriter, *http.Request) { looked.Add(1) })
	answers := func(status int, text string) string {
		return serving(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, text)
		}).URL
	}
	elsewhere := serving(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, endpoint.URL, http.StatusTemporaryRedirect)
	})
	for _, c := range []struct{ url, why string }{
		{"http://" + closedPort(t), "connection refused by ADDRESS"},
		{answers(503, "s3cr3t"), "it answers with status 503"},
		{answers(400, `{"error": "invalid_client", "error_description": "s3cr3t is wrong"}`), "it answers with status 400, invalid_client"},
		{answers(400, `{"error": "s3cr3t"}`), "it answers with status 400"},
		{answers(200, `{"access_token": "s3cr3t`), "its answer holds none"},
		{answers(200, `{"token_type": "bearer"}`), "its answer holds none"},
		{answers(200, `{"access_token": "a\r\nX-Evil: 1", "token_type": "bearer"}`), "its answer holds none"},
		{answers(200, `{"access_token": "t", "token_type": "mac"}`), `its token is of the type "mac", and not bearer`},
		{answers(200, `{"access_token": "`+strings.Repeat("x", 1<<20)+`", "token_type": "bearer"}`), "its answer holds none"},
		{"http://" + answering(t, untilClosed), "timed out after 200ms waiting for the first byte"},
		{"http://" + answering(t, func(conn net.Conn) { _, _ = io.WriteString(conn, "no\x1b[2J") }), `ADDRESS does not speak HTTP/1.1: it begins with "no\x1b[2J"`},
		{elsewhere.URL, "it answers with status 307"},
	} {
		spec := Spec{URL: endpoint.URL, Auth: Auth{Client: "shop", Secret: "s3cr3t", URL: c.url}}
		if strings.HasPrefix(c.why, "timed out") {
			spec.Timeout = 200 * time.Millisecond
		}
		address := strings.TrimPrefix(c.url, "http://")
		got := probeOnce(t, spec, nil)
		got.want(t, "ERROR", "error", "no token was given by "+address+": "+strings.ReplaceAll(c.why, "ADDRESS", address))
		failure, ok := got.err.(*sources.Failure)
		if !ok || failure.Next != "see to what gives the tokens, or correct auth: in the config" || strings.Contains(fmt.Sprintf("%+v %v", got, failure), "s3cr3t") {
			t.Errorf("%s: %+v", c.why, failure)
		}
	}
	if looked.Load() != 0 {
		t.Errorf("the endpoint was asked %d times without a token", looked.Load())
	}
}

func TestP4ATokenEndpointThatFailsLaterOn(t *testing.T) {
	var given atomic.Int32
	tokens := serving(t, func(w http.ResponseWriter, _ *http.Request) {
		if given.Add(1) > 1 {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		giveToken(w, "t1", 3600)
	})
	right := "Bearer t1"
	watch := watchOf(t, Spec{URL: guarded(t, func() string { return right }), Auth: Auth{Client: "c", Secret: "s", URL: tokens.URL}}, nil)
	lookOnce(t.Context(), t, watch).wantUp(t)
	right = "Bearer t2"
	got := lookOnce(t.Context(), t, watch)
	got.want(t, "ERROR", "error", "no token was given by "+strings.TrimPrefix(tokens.URL, "http://")+": it answers with status 500")
}

func TestTokensAreFetchedByWayOfTheProxy(t *testing.T) {
	tokens := serving(t, func(w http.ResponseWriter, r *http.Request) { giveToken(w, "t1", 60) })
	asked := make(chan string, 10)
	proxy := listen(t, httpProxy(tokens.Listener.Addr().String(), "", asked)) // which answers for the endpoint, too
	spec := Spec{URL: "http://shop.example/", Proxy: "http://" + proxy, Auth: Auth{Client: "c", Secret: "s", URL: "http://tokens.example/new"}}
	probeOnce(t, spec, nil).wantUp(t)
	if first, second := <-asked, <-asked; !strings.HasPrefix(first, "POST http://tokens.example/new Basic ") || second != "GET http://shop.example/ Bearer t1" {
		t.Errorf("the proxy was asked for %q and %q", first, second)
	}
}

func TestP5AuthIsNotInWhatIsReported(t *testing.T) {
	tokens := serving(t, func(w http.ResponseWriter, _ *http.Request) { giveToken(w, "hunter2", 60) })
	for _, auth := range []Auth{{User: "hunter2", Password: "hunter2"}, {Token: "hunter2"}, {Client: "hunter2", Secret: "hunter2", URL: tokens.URL}} {
		for _, address := range []string{closedPort(t), saying(t, "no"), saying(t, "HTTP/1.1 401 No\r\n\r\n"), answering(t, reset)} {
			got := probeOnce(t, Spec{URL: "http://" + address, Auth: auth}, nil)
			if text := fmt.Sprintf("%+v %+v", got, reflect.Indirect(reflect.ValueOf(got.Detail))); strings.Contains(text, "hunter2") || strings.Contains(text, "aHVudGVyMg") || got.Word != "DOWN" {
				t.Errorf("%s shows a secret: %s", got.Word, text)
			}
		}
	}
}

func TestAuthThatIsRefused(t *testing.T) {
	for _, c := range []struct {
		spec   Spec
		reason string
	}{
		{Spec{Auth: Auth{User: "ana", Token: "s3cr3t"}}, "it shows who it is in two ways; leave all but one of them out: user and password, token, or client, secret and URL"},
		{Spec{Auth: Auth{Token: "s3cr3t"}, Header: map[string][]string{"authorization": {"x"}}}, "it has an Authorization header and another way to show who it is; leave one of them out"},
		{Spec{Auth: Auth{Token: "s3cr3t\r\nX: y"}}, "the header Authorization has a value with a line break or control character; give it one line of text"},
		{Spec{Auth: Auth{Client: "a", Secret: "s3cr3t"}}, "tokens need a client, its secret and a URL; give all three"},
		{Spec{Auth: Auth{Client: "a", Secret: "s3cr3t", URL: "tcp://tokens.example:1"}}, "what gives it tokens cannot be asked: its URL is not one of https"},
		{Spec{Auth: Auth{Client: "a", Secret: "s3cr3t", URL: "https://a:s3cr3t@tokens.example"}}, "what gives it tokens cannot be asked: its URL holds a user name or password; put it into an Authorization header instead"},
		{Spec{URL: "tls://shop.example:443", Auth: Auth{Token: "s3cr3t"}}, "a TLS probe has no version of HTTP, no proxy and no auth; leave them out, or use an http URL"},
	} {
		c.spec.Name = "shop"
		if c.spec.URL == "" {
			c.spec.URL = "shop.example"
		}
		if _, err := New(c.spec, nil); err == nil || err.Error() != `probe "shop": `+c.reason {
			t.Errorf("got  %v\nwant %s", err, c.reason)
		}
	}
}

// TestWhatGivesTokensIsBelievedByTheAuthorityOfTheProbe: who signs our own certificates
// signs that one's, too; but our certificate is for the endpoint, and not shown to it.
func TestWhatGivesTokensIsBelievedByTheAuthorityOfTheProbe(t *testing.T) {
	ours, other := newAuthority(t), newAuthority(t)
	folder := t.TempDir()
	shown := make(chan int, 10)
	tokens := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		shown <- len(r.TLS.PeerCertificates)
		giveToken(w, "t1", 3600)
	}))
	tokens.Config.ErrorLog = log.New(io.Discard, "", 0)
	tokens.TLS = &tls.Config{Certificates: []tls.Certificate{ours.issue(t, leaf{names: []string{"127.0.0.1"}})}, ClientAuth: tls.RequestClientCert}
	tokens.StartTLS()
	t.Cleanup(tokens.Close)
	endpoint := securely(t, ours, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer t1" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}, "http/1.1")
	certificate, key := pairOf(t, ours.issue(t, leaf{common: "warroom", forClients: true}))
	identity := inFile(t, filepath.Join(folder, "warroom.pem"), certificate, key)
	spec := Spec{URL: "https://" + endpoint, Auth: Auth{Client: "c", Secret: "s", URL: tokens.URL}, TLS: TLS{Authority: inFile(t, filepath.Join(folder, "ours.pem"), ours.block()), Certificate: identity, Key: identity}}
	env := &Environment{Roots: other.pool}
	probeOnce(t, spec, env).wantUp(t)
	if n := <-shown; n != 0 {
		t.Errorf("what gives tokens was shown %d certificates of ours", n)
	}
	spec.TLS = TLS{}
	got := probeOnce(t, spec, env)
	if got.Word != "ERROR" || !strings.HasPrefix(got.Reason, "no token was given by "+tokens.Listener.Addr().String()+": the certificate of 127.0.0.1 is signed by ") {
		t.Errorf("without the authority: %s %q", got.Word, got.Reason)
	}
}
