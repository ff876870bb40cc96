package probe

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"warroom/internal/room"
)

// towards joins two connections until one of them ends.
func towards(conn net.Conn, from io.Reader, address string) {
	other, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	done := make(chan struct{})
	go func() { _, _ = io.Copy(conn, other); conn.Close(); close(done) }()
	_, _ = io.Copy(other, from)
	other.Close()
	<-done
}

// httpProxy serves one connection as a proxy of HTTP that takes every name for one
// address. It wants the given authorization, if any, and tells of each request line.
func httpProxy(address, authorization string, asked chan<- string) func(net.Conn) {
	return func(conn net.Conn) {
		in := bufio.NewReader(conn)
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		asked <- r.Method + " " + r.RequestURI + " " + r.Header.Get("Authorization")
		if r.Header.Get("Proxy-Authorization") != authorization {
			_, _ = io.WriteString(conn, "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n")
			return
		}
		if r.Method == http.MethodConnect {
			_, _ = io.WriteString(conn, "HTTP/1.1 200 Connection established\r\nContent-Length: 5\r\n\r\n")
			towards(conn, in, address)
			return
		}
		other, err := net.Dial("tcp", address)
		if err != nil {
			_, _ = io.WriteString(conn, "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
			return
		}
		defer other.Close()
		r.Header.Del("Proxy-Authorization")
		_ = r.Write(other)
		_, _ = io.Copy(conn, other)
	}
}

// socksProxy serves one connection as a proxy of SOCKS 5 (RFC 1928, RFC 1929) that takes
// every name for one address, and answers with one reply.
func socksProxy(address, user, password string, reply byte, asked chan<- string) func(net.Conn) {
	return func(conn net.Conn) {
		in := bufio.NewReader(conn)
		take := func(n int) []byte { b := make([]byte, n); _, _ = io.ReadFull(in, b); return b }
		methods := string(take(int(take(2)[1])))
		if user == "" {
			_, _ = conn.Write([]byte{5, 0})
		} else if !strings.Contains(methods, "\x02") {
			_, _ = conn.Write([]byte{5, 0xff})
			return
		} else {
			_, _ = conn.Write([]byte{5, 2})
			gotUser := string(take(int(take(2)[1])))
			gotPassword := string(take(int(take(1)[0])))
			if gotUser != user || gotPassword != password {
				_, _ = conn.Write([]byte{1, 1})
				return
			}
			_, _ = conn.Write([]byte{1, 0})
		}
		head := take(4)
		name := "an address"
		if head[3] == 3 {
			name = string(take(int(take(1)[0])))
		} else {
			take(4)
		}
		asked <- fmt.Sprint(name, ":", binary.BigEndian.Uint16(take(2)))
		_, _ = conn.Write([]byte{5, reply, 0, 1, 0, 0, 0, 0, 0, 0})
		if reply == 0 {
			towards(conn, in, address)
		}
	}
}

func TestP1ByWayOfAProxy(t *testing.T) {
	ours := newAuthority(t)
	certificate := ours.issue(t, leaf{names: []string{"shop.example", "127.0.0.1"}})
	handler := func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Proto+" for "+r.Host+" "+r.RequestURI)
	}
	plain := serving(t, handler).Listener.Addr().String()
	h2c := callee(t, handler)
	secure := securelyWith(t, certificate, handler, "h2", "http/1.1")
	names := nameServer(t, func(question) *reply { return &reply{code: dnsmessage.RCodeNameError} })
	names.Roots = ours.pool // P3: nobody but the proxy knows the name
	overTLS := func(serve func(net.Conn)) func(net.Conn) {
		return func(conn net.Conn) { serve(serverSide(conn, certificate)) }
	}
	const basic = "Basic YW5hOnMzY3IzdA==" // ana:s3cr3t
	asked := make(chan string, 10)
	for _, c := range []struct {
		name, scheme string
		serve        func(net.Conn)
		spec         Spec
		want         string
	}{
		{"CONNECT for https", "http://", httpProxy(secure, "", asked),
			Spec{URL: "https://shop.example/a", Expect: Expect{Body: "HTTP/1.1 for shop.example /a"}}, "CONNECT shop.example:443 "},
		{"CONNECT for HTTP/2 over TLS", "http://", httpProxy(secure, "", asked),
			Spec{URL: "https://shop.example/a", Version: "2", Expect: Expect{Body: "HTTP/2.0 for shop.example /a"}}, "CONNECT shop.example:443 "},
		{"CONNECT for HTTP/2 without TLS", "http://", httpProxy(h2c, "", asked),
			Spec{URL: "http://shop.example/a", Version: "2", Expect: Expect{Body: "HTTP/2.0 for shop.example /a"}}, "CONNECT shop.example:80 "},
		{"the whole URL for http", "http://", httpProxy(plain, "", asked),
			Spec{URL: "http://shop.example:8080/a?b=c", Expect: Expect{Body: "HTTP/1.1 for shop.example:8080 /a?b=c"}}, "GET http://shop.example:8080/a?b=c "},
		{"P5 with a password, CONNECT", "http://ana:s3cr3t@", httpProxy(secure, basic, asked),
			Spec{URL: "https://shop.example", Header: map[string][]string{"Authorization": {"Bearer 1"}}}, "CONNECT shop.example:443 "},
		{"P5 with a password, the whole URL", "http://ana:s3cr3t@", httpProxy(plain, basic, asked), Spec{URL: "http://shop.example/"}, "GET http://shop.example/ "},
		{"a proxy over TLS", "https://", overTLS(httpProxy(secure, "", asked)), Spec{URL: "https://shop.example"}, "CONNECT shop.example:443 "},
		{"a proxy over TLS, for http", "https://", overTLS(httpProxy(plain, "", asked)), Spec{URL: "http://shop.example"}, "GET http://shop.example/ "},
		{"SOCKS for https", "socks5://", socksProxy(secure, "", "", 0, asked), Spec{URL: "https://shop.example"}, "shop.example:443"},
		{"SOCKS for http", "socks5h://", socksProxy(plain, "", "", 0, asked), Spec{URL: "http://shop.example:8080/a", Expect: Expect{Body: "HTTP/1.1 for shop.example:8080 /a"}}, "shop.example:8080"},
		{"SOCKS with a password", "socks5://ana:s3cr3t@", socksProxy(plain, "ana", "s3cr3t", 0, asked), Spec{URL: "http://shop.example"}, "shop.example:80"},
	} {
		t.Run(c.name, func(t *testing.T) {
			address := listen(t, c.serve)
			c.spec.Proxy = c.scheme + address
			got := probeOnce(t, c.spec, names)
			got.wantUp(t)
			if said := <-asked; said != c.want {
				t.Errorf("the proxy was asked for %q, not %q", said, c.want)
			}
			if p := got.sample.Phases; p.Resolve != room.Absent || p.Connect <= 0 || (p.TLS > 0) != strings.HasPrefix(c.spec.URL, "https") || got.sample.Address != address {
				t.Errorf("phases %+v, address %s", p, got.sample.Address)
			}
			detail := fmt.Sprint(got.Detail)
			if shown := strings.Join(got.Detail.(*room.ProbeDetail).Expect, ", "); !strings.Contains(shown, "by way of the proxy ") || strings.Contains(shown+detail, "s3cr3t") {
				t.Errorf("it is shown as %s", shown)
			}
		})
	}
}

func TestP1TheProxyOfTheEnvironment(t *testing.T) {
	plain := serving(t, func(http.ResponseWriter, *http.Request) {})
	asked := make(chan string, 10)
	address := listen(t, httpProxy(plain.Listener.Addr().String(), "", asked))
	t.Setenv("http_proxy", address)
	t.Setenv("https_proxy", "")
	t.Setenv("no_proxy", "inside.example")
	env := nameServer(t, func(question) *reply { return &reply{code: dnsmessage.RCodeNameError} })
	probeOnce(t, Spec{URL: "http://shop.example", Proxy: "environment"}, env).wantUp(t)
	if said := <-asked; said != "GET http://shop.example/ " {
		t.Errorf("the proxy was asked for %q", said)
	}
	probeOnce(t, Spec{URL: "http://a.inside.example", Proxy: "environment"}, env).want(t, "DOWN", "dns", "the name a.inside.example does not exist (NXDOMAIN)")
	probeOnce(t, Spec{URL: "http://shop.example"}, env).want(t, "DOWN", "dns", "the name shop.example does not exist (NXDOMAIN)")
	probeOnce(t, Spec{URL: plain.URL, Proxy: "environment"}, env).wantUp(t)
	if len(asked) > 0 {
		t.Errorf("the proxy was asked for %q", <-asked)
	}
	t.Setenv("https_proxy", "ftp://ana:s3cr3t@proxy.example")
	_, err := New(Spec{Name: "shop", URL: "http://shop.example", Proxy: "environment"}, nil)
	if want := `probe "shop": the environment variable HTTPS_PROXY holds no proxy; write it as http://host:3128, https://host:3128 or socks5://host:1080`; err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestRedirectsGoThroughTheProxyToo(t *testing.T) {
	ours := newAuthority(t)
	secure := securelyWith(t, ours.issue(t, leaf{names: []string{"shop.example"}}), func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") }, "http/1.1")
	plain := serving(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://shop.example/end", http.StatusFound)
	})
	asked := make(chan string, 10)
	var count atomic.Int32
	proxy := listen(t, func(conn net.Conn) {
		if count.Add(1) == 1 {
			httpProxy(plain.Listener.Addr().String(), "", asked)(conn)
			return
		}
		httpProxy(secure, "", asked)(conn)
	})
	probeOnce(t, Spec{URL: "http://shop.example/", Proxy: "http://" + proxy, Expect: Expect{Body: "ok"}}, &Environment{Roots: ours.pool}).wantUp(t)
	if first, second := <-asked, <-asked; first != "GET http://shop.example/ " || second != "CONNECT shop.example:443 " {
		t.Errorf("the proxy was asked for %q and %q", first, second)
	}
}

func TestP2AProxyThatFailsIsNotTheEndpoint(t *testing.T) {
	asked := make(chan string, 100)
	ours := newAuthority(t)
	replies := func(text string) func(net.Conn) {
		return func(conn net.Conn) {
			if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
				_, _ = io.WriteString(conn, text)
			}
		}
	}
	const https, plain = "https://shop.example", "http://shop.example"
	for _, c := range []struct {
		name, scheme, url string
		serve             func(net.Conn)
		class, reason     string
	}{
		{"407", "http", https, httpProxy("", "x", asked), "proxy", "it asks for a user name and password (407)"},
		{"407 for the whole URL", "http", plain, httpProxy("", "x", asked), "proxy", "it asks for a user name and password (407)"},
		{"407 in spite of one", "http://ana:s3cr3t@", https, httpProxy("", "x", asked), "proxy", "it does not accept the user name and password (407)"},
		{"502", "http", https, replies("HTTP/1.1 502 \x1b[2J\r\nContent-Length: 0\r\n\r\n"), "proxy", "it answers with status 502"},
		{"502 for the whole URL", "http", plain, replies("HTTP/1.1 502 Bad\r\nContent-Length: 0\r\n\r\n"), "status", "expected status 200..299, got 502, from the endpoint or from the proxy before it"},
		{"no answer", "http", https, untilClosed, "proxy", "timed out after 200ms waiting for the first byte"},
		{"closed", "http", https, replies(""), "proxy", "the connection was closed before an answer came"},
		{"another protocol", "http", https, func(conn net.Conn) { _, _ = io.WriteString(conn, "SSH-2.0-\x1b[2J\r\n"); untilClosed(conn) }, "proxy",
			`ADDRESS does not speak HTTP/1.1: it begins with "SSH-2"`},
		{"a header without end", "http", https, func(conn net.Conn) {
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nX: ")
			for {
				if _, err := conn.Write(make([]byte, 64<<10)); err != nil {
					return
				}
			}
		}, "proxy", "the answer's header is larger than 256 KiB"},
		{"a bad certificate", "https", https, func(conn net.Conn) {
			_ = serverSide(conn, ours.issue(t, leaf{names: []string{"other.example"}})).Handshake()
		}, "proxy", "the certificate is for other.example, not for 127.0.0.1"},
		{"SOCKS with a password", "socks5", https, socksProxy("", "ana", "s3cr3t", 0, asked), "proxy", "it asks for a user name and password, or for another way to show who we are"},
		{"SOCKS in spite of a password", "socks5://ana:wr0ng@", https, socksProxy("", "ana", "s3cr3t", 0, asked), "proxy", "it does not accept the user name and password"},
		{"SOCKS, refused", "socks5", https, socksProxy("", "", "", 5, asked), "proxy", "it says that the endpoint refuses the connection"},
		{"SOCKS, host unreachable", "socks5", https, socksProxy("", "", "", 4, asked), "proxy", "it says that the host of the endpoint cannot be reached"},
		{"SOCKS 4", "socks5", https, func(conn net.Conn) {
			_, _ = conn.Read(make([]byte, 10))
			_, _ = conn.Write([]byte{4, 0})
			untilClosed(conn)
		}, "proxy", "it does not speak SOCKS 5"},
		{"SOCKS, no answer", "socks5", https, untilClosed, "proxy", "timed out after 200ms waiting for the connection"},
		{"SOCKS, closed", "socks5", https, func(conn net.Conn) { _, _ = conn.Read(make([]byte, 10)) }, "proxy", "it closed the connection"},
	} {
		t.Run(c.name, func(t *testing.T) {
			address := listen(t, c.serve)
			spec := Spec{URL: c.url, Proxy: c.scheme + "://" + address, Timeout: time.Minute} // the verdict counts, and not how soon it comes
			if strings.HasSuffix(c.scheme, "@") {
				spec.Proxy = c.scheme + address
			}
			if strings.HasPrefix(c.reason, "timed out") {
				spec.Timeout = 200 * time.Millisecond
			}
			reason := strings.ReplaceAll(c.reason, "ADDRESS", address)
			if c.class == "proxy" {
				scheme, _, _ := strings.Cut(c.scheme, ":")
				reason = "the proxy " + scheme + "://" + address + " failed, and the endpoint was not reached: " + reason
			}
			got := probeOnce(t, spec, &Environment{Roots: ours.pool})
			got.want(t, "DOWN", c.class, reason)
			if c.class == "proxy" && got.sample.Phase != "connect" {
				t.Errorf("it fails in the phase %s", got.sample.Phase)
			}
		})
	}
	away := closedPort(t)
	probeOnce(t, Spec{URL: https, Proxy: away}, nil).want(t, "DOWN", "proxy", "the proxy http://"+away+" failed, and the endpoint was not reached: connection refused by "+away)
	env := nameServer(t, func(question) *reply { return &reply{code: dnsmessage.RCodeNameError} })
	probeOnce(t, Spec{URL: https, Proxy: "socks5://proxy.example"}, env).
		want(t, "DOWN", "proxy", "the proxy socks5://proxy.example:1080 failed, and the endpoint was not reached: the name proxy.example does not exist (NXDOMAIN)")
}

func TestProxiesThatAreRefused(t *testing.T) {
	const unreadable = "its proxy cannot be read; write it as http://host:3128, https://host:3128, socks5://host:1080, or environment"
	for _, c := range []struct {
		spec   Spec
		reason string
	}{
		{Spec{URL: "shop.example", Proxy: "ftp://ana:s3cr3t@proxy"}, unreadable},
		{Spec{URL: "shop.example", Proxy: "http://proxy:99999"}, unreadable},
		{Spec{URL: "shop.example", Proxy: "http://ana:s3c#r3t@proxy"}, unreadable},
		{Spec{URL: "shop.example", Proxy: "http://proxy/path"}, unreadable},
		{Spec{URL: "tcp://shop.example:1", Proxy: "http://proxy"}, "a TCP probe has no version of HTTP, no proxy and no auth; leave them out, or use an http URL"},
		{Spec{URL: "shop.example", Version: "3"}, `the version "3" of HTTP cannot be asked for; write 2, or leave it out for HTTP/1.1`},
	} {
		c.spec.Name = "shop"
		if _, err := New(c.spec, nil); err == nil || err.Error() != `probe "shop": `+c.reason {
			t.Errorf("%s by %s:\ngot  %v\nwant %s", c.spec.URL, c.spec.Proxy, err, c.reason)
		}
	}
}

func TestProbesByWayOfAProxyLeaveNothingBehind(t *testing.T) {
	ours := newAuthority(t)
	secure := securelyWith(t, ours.issue(t, leaf{names: []string{"shop.example"}}), func(http.ResponseWriter, *http.Request) {}, "http/1.1")
	asked := make(chan string, 1000)
	env := &Environment{Roots: ours.pool}
	watches := []string{"http://" + listen(t, httpProxy(secure, "", asked)), "http://" + listen(t, httpProxy(secure, "x", asked)), "socks5://" + listen(t, socksProxy(secure, "", "", 0, asked))}
	goroutines, files := runtime.NumGoroutine(), openFiles(t)
	for _, proxy := range watches {
		watch := watchOf(t, Spec{URL: "https://shop.example", Proxy: proxy}, env)
		for range 50 {
			lookOnce(t.Context(), t, watch)
		}
	}
	settles(t, goroutines, files)
}
