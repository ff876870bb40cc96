package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/http/httpproxy"
	socks "golang.org/x/net/proxy"

	"warroom/internal/clean"
)

// proxyOfEnvironment is the Proxy of a Spec that goes by HTTPS_PROXY, HTTP_PROXY and NO_PROXY.
const proxyOfEnvironment = "environment"

// proxyPorts are the schemes that a proxy may have, and the ports that they leave out.
var proxyPorts = map[string]string{"http": "80", "https": "443", "socks5": "1080"}

// proxy is what stands between us and an endpoint. It resolves the endpoint's name.
type proxy struct {
	scheme         string
	endpoint       endpoint
	user, password string // never shown
}

// parseProxies says by which proxy a URL is reached; nil if by none.
func parseProxies(text string) (func(*url.URL) *proxy, error) {
	if text != proxyOfEnvironment {
		only, err := parseProxy(text)
		return func(*url.URL) *proxy { return only }, err
	}
	environment := httpproxy.FromEnvironment()
	environment.CGI = false // we are no web server, and nobody sends us HTTP_PROXY as a header
	for name, given := range map[string]string{"HTTP_PROXY": environment.HTTPProxy, "HTTPS_PROXY": environment.HTTPSProxy} {
		if _, err := parseProxy(given); given != "" && err != nil {
			return nil, fmt.Errorf("the environment variable %s holds no proxy; write it as http://host:3128, https://host:3128 or socks5://host:1080", name)
		}
	}
	choose := environment.ProxyFunc()
	return func(u *url.URL) *proxy {
		chosen, err := choose(u)
		if err != nil || chosen == nil {
			return nil
		}
		found, _ := parseProxy(chosen.String()) // it was read above
		return found
	}, nil
}

func parseProxy(text string) (*proxy, error) {
	wrong := errors.New("its proxy cannot be read; write it as http://host:3128, https://host:3128, socks5://host:1080, or environment")
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	u, err := url.Parse(text)
	if err != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return nil, wrong
	}
	p := &proxy{scheme: strings.Replace(u.Scheme, "socks5h", "socks5", 1)}
	port, known := proxyPorts[p.scheme]
	if !known {
		return nil, wrong
	}
	if p.user = u.User.Username(); p.user != "" {
		p.password, _ = u.User.Password()
	}
	if u.Port() == "" {
		u.Host = net.JoinHostPort(u.Hostname(), port)
	}
	if p.endpoint, err = endpointOf(u); err != nil {
		return nil, wrong
	}
	return p, nil
}

// Through is the way of a Spec's Proxy for requests of net/http that are no probes; nil is
// straight. The error is a plain sentence.
func Through(proxy string) (func(*http.Request) (*url.URL, error), error) {
	if proxy == "" {
		return nil, nil
	}
	proxies, err := parseProxies(proxy)
	if err != nil {
		return nil, err
	}
	return func(r *http.Request) (*url.URL, error) {
		p := proxies(r.URL)
		if p == nil {
			return nil, nil
		}
		way := &url.URL{Scheme: p.scheme, Host: p.endpoint.String()}
		if p.user != "" {
			way.User = url.UserPassword(p.user, p.password)
		}
		return way, nil
	}, nil
}

// String is the proxy as people see it.
func (p *proxy) String() string { return p.scheme + "://" + p.endpoint.String() }

// authorization is what a proxy of HTTP wants to know us by (RFC 7617); "" if nothing.
func (p *proxy) authorization() string {
	if p.user == "" {
		return ""
	}
	return basic(p.user, p.password)
}

// tunnels says whether the proxy only connects us with the endpoint of a hop, and does
// not see the request itself.
func (p *proxy) tunnels(t *target, h *hop) bool {
	return p.scheme == "socks5" || h.url.Scheme == "https" || t.spec.Version == http2Version
}

// open connects to the endpoint of a hop by way of the proxy. All of it is the phase
// connect, and the address that was reached is the proxy's.
func (p *proxy) open(ctx context.Context, t *target, h *hop, watch *stopwatch) (*openConn, *failure) {
	own := startWatch()
	own.start = watch.start
	conn, f := open(ctx, t, p.endpoint, &own)
	watch.reached = own.reached
	if f == nil {
		if f = p.lead(t, h, conn, &own); f != nil {
			conn.Close()
		}
	}
	watch.lap(phaseConnect)
	if f != nil {
		return nil, p.failed(f)
	}
	return conn, nil
}

// failed makes a failure one of the proxy. What is our own trouble stays so.
func (p *proxy) failed(f *failure) *failure {
	if f.class != classError {
		f.silent = f.unheard()
		f.class, f.text, f.came = classProxy, "", ""
		f.reason = clean.Line(fmt.Sprintf("the proxy %s failed, and the endpoint was not reached: %s", p, f.reason), reasonLimit)
	}
	f.phase = phaseConnect
	return f
}

// lead has the proxy connect us with the endpoint of a hop, where it is asked to.
func (p *proxy) lead(t *target, h *hop, conn *openConn, watch *stopwatch) *failure {
	if p.scheme == "https" {
		own := *t
		own.authority, own.identity = nil, nil // they are for the endpoint
		own.url, own.secure, own.spec.Insecure = &url.URL{Scheme: "https"}, tlsConfig(p.endpoint), false
		if _, f := handshake(&own, p.endpoint, conn, watch); f != nil {
			return f
		}
	}
	switch {
	case !p.tunnels(t, h):
		return nil
	case p.scheme == "socks5":
		return p.askSOCKS(t, h, conn)
	}
	return p.askConnect(t, h, conn, watch)
}

// askConnect asks for a tunnel (RFC 9110, section 9.3.6).
func (p *proxy) askConnect(t *target, h *hop, conn *openConn, watch *stopwatch) *failure {
	to := h.endpoint.String()
	request := "CONNECT " + to + " HTTP/1.1\r\nHost: " + to + "\r\nUser-Agent: " + userAgent + "\r\n"
	if known := p.authorization(); known != "" {
		request += "Proxy-Authorization: " + known + "\r\n"
	}
	_, writeError := io.WriteString(conn, request+"\r\n")
	r := newResponseReader(byByte{conn})
	defer r.release()
	answer, f := r.head(t, &hop{url: &url.URL{Scheme: p.scheme}, endpoint: p.endpoint, method: http.MethodConnect}, watch)
	switch {
	case f != nil && f.cause == nil:
		f.cause = writeError
		return f
	case f != nil:
		return f
	case answer.StatusCode < 200 || answer.StatusCode > 299:
		return p.refused(answer.StatusCode)
	}
	return nil
}

// byByte reads no further than it is asked to: what follows is the endpoint's.
type byByte struct{ io.Reader }

// Read implements io.Reader.
func (b byByte) Read(p []byte) (int, error) { return b.Reader.Read(p[:min(1, len(p))]) }

// refused is the failure of a proxy of HTTP that answers for itself.
func (p *proxy) refused(status int) *failure {
	f := &failure{class: classProxy, phase: phaseConnect, reason: fmt.Sprintf("it answers with status %d", status)}
	switch {
	case status == http.StatusProxyAuthRequired && p.user == "":
		f.reason = "it asks for a user name and password (407)"
	case status == http.StatusProxyAuthRequired:
		f.reason = "it does not accept the user name and password (407)"
	}
	return f
}

// socksWords are what goes wrong with SOCKS, in the words of the library and in ours. All
// but the first three are the replies of RFC 1928, section 6.
var socksWords = []struct{ words, reason string }{
	{"no acceptable authentication methods", "it asks for a user name and password, or for another way to show who we are"},
	{"unsupported authentication method", "it asks for another way to show who we are than a user name and password"},
	{"username/password authentication failed", "it does not accept the user name and password"},
	{"general SOCKS server failure", "it says that something went wrong"},
	{"connection not allowed by ruleset", "it says that its rules do not allow the connection"},
	{"network unreachable", "it says that the network of the endpoint cannot be reached"},
	{"host unreachable", "it says that the host of the endpoint cannot be reached"},
	{"connection refused", "it says that the endpoint refuses the connection"},
	{"TTL expired", "it says that the way to the endpoint is too long"},
	{"command not supported", "it says that it does not connect"},
	{"address type not supported", "it says that it does not know this kind of address"},
}

// askSOCKS asks for a connection (RFC 1928).
func (p *proxy) askSOCKS(t *target, h *hop, conn *openConn) *failure {
	var who *socks.Auth
	if p.user != "" {
		who = &socks.Auth{User: p.user, Password: p.password}
	}
	dialer, err := socks.SOCKS5("tcp", p.endpoint.String(), who, already{conn})
	if err == nil {
		_, err = dialer.(socks.ContextDialer).DialContext(context.Background(), "tcp", h.endpoint.String()) // conn has the deadline
	}
	if err == nil {
		return nil
	}
	f := &failure{class: classProxy, phase: phaseConnect, reason: "it does not speak SOCKS 5", cause: err}
	known := slices.IndexFunc(socksWords, func(one struct{ words, reason string }) bool { return strings.Contains(err.Error(), one.words) })
	switch {
	case isTimeout(err):
		return timedOut(t, phaseConnect)
	case known >= 0:
		f.reason = socksWords[known].reason
	case isReset(err), isEnd(err):
		f.reason = "it closed the connection"
	}
	return f
}

// already is a dialer whose connection is there.
type already struct{ net.Conn }

// Dial implements proxy.Dialer.
func (a already) Dial(string, string) (net.Conn, error) { return a.Conn, nil }

// DialContext implements proxy.ContextDialer.
func (a already) DialContext(context.Context, string, string) (net.Conn, error) { return a.Conn, nil }
