package probe

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"
	"golang.org/x/net/http2"
)

// userAgent is how endpoints' own logs know the probes.
const userAgent = "warroom"

// framing are the headers that say how a message is cut out of a connection. Only
// the prober sets them, because a wrong one would make the answer meaningless.
var framing = []string{"Connection", "Content-Length", "Te", "Trailer", "Transfer-Encoding", "Upgrade"}

// harmless are the headers of a Spec that go along to another host on a redirect.
// Any other might hold a secret.
var harmless = []string{"Accept", "Accept-Encoding", "Accept-Language", "Content-Type", "User-Agent"}

// idempotent are the methods that may be asked again when nobody knows whether the first
// time got through (RFC 9110, section 9.2.2).
var idempotent = []string{http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace, http.MethodPut, http.MethodDelete}

// prepareHTTP makes the prober of an http or https URL.
func prepareHTTP(t *target) (prober, error) {
	s := &t.spec
	if s.Method == "" {
		s.Method = http.MethodGet
	}
	if !httpguts.ValidHeaderFieldName(s.Method) || s.Method == http.MethodConnect {
		return nil, fmt.Errorf("the method %q cannot be used; use GET, HEAD, POST or the like", s.Method)
	}
	if s.Method == http.MethodHead && (t.text != nil || t.values != nil) {
		return nil, errors.New("an answer to HEAD has no body, so nothing can be expected of it; use GET")
	}
	if s.KeepAlive && !slices.Contains(idempotent, s.Method) {
		return nil, fmt.Errorf("a kept connection that the server has closed meanwhile means asking again, which %s does not allow; use GET or another method that may be repeated, or keep no connection", s.Method)
	}
	if s.KeepAlive {
		t.kept = new(kept)
	}
	if s.Guard != nil && (s.Proxy != "" || s.Auth.URL != "") {
		return nil, errors.New("a guarded probe goes through no proxy and gets no tokens, since both lead past its guard; leave them out")
	}
	grant, err := prepareAuth(t)
	if err != nil {
		return nil, err
	}
	if err := checkHeaders(s.Header); err != nil {
		return nil, err
	}
	if t.accepts, err = parseStatuses(s.Expect.Status); err != nil {
		return nil, err
	}
	t.secure = tlsConfig(t.endpoint)
	switch s.Version {
	case "":
	case http2Version: // with HTTP/1.1 beside it, so that a server that has only that can say so
		t.secure.NextProtos = []string{http2.NextProtoTLS, "http/1.1"}
	default:
		return nil, fmt.Errorf("the version %q of HTTP cannot be asked for; write %s, or leave it out for HTTP/1.1", s.Version, http2Version)
	}
	if s.Proxy != "" {
		if t.proxies, err = parseProxies(s.Proxy); err != nil {
			return nil, err
		}
	}
	if t.proxyTo(t.url) != nil && s.Pin.IsValid() {
		return nil, errors.New("it goes through a proxy, which resolves the name, so its address cannot be chosen; leave one of the two out")
	}
	t.request = firstHop(t).request(t)
	if grant != nil {
		return grant.probe, nil
	}
	return probeHTTP, nil
}

// checkHeaders refuses headers that cannot be sent, or not by a Spec.
func checkHeaders(header map[string][]string) error {
	for _, name := range slices.Sorted(maps.Keys(header)) {
		canonical := textproto.CanonicalMIMEHeaderKey(name)
		if !httpguts.ValidHeaderFieldName(name) {
			return fmt.Errorf("the header name %q has characters that no header may have", name)
		}
		if slices.Contains(framing, canonical) {
			return fmt.Errorf("the header %s is set by the prober itself; leave it out", canonical)
		}
		if canonical == "Host" && len(header[name]) > 1 {
			return errors.New("the header Host is given twice, and a request is for one host; keep one")
		}
		for _, value := range header[name] {
			if !httpguts.ValidHeaderFieldValue(value) {
				return fmt.Errorf("the header %s has a value with a line break or control character; give it one line of text", canonical)
			}
		}
	}
	return nil
}

// request is the whole request as it goes over the wire.
func (h *hop) request(t *target) []byte {
	given := h.headers(t)
	body := ""
	if h.sendBody {
		body = t.spec.Body
	}
	var b strings.Builder
	line := func(name, value string) {
		b.WriteString(name + ": " + value + "\r\n")
	}
	asked, proxied := requestTarget(h.url), h.proxy != nil && !h.proxy.tunnels(t, h)
	if proxied { // RFC 9112, section 3.2.2
		asked = h.url.Scheme + "://" + h.endpoint.header(h.url.Scheme) + asked
	}
	b.WriteString(h.method + " " + asked + " HTTP/1.1\r\n")
	host := h.endpoint.header(h.url.Scheme)
	if own := given.Get("Host"); own != "" {
		host = own
	}
	line("Host", host)
	given.Del("Host")
	for _, usual := range [...][2]string{{"User-Agent", userAgent}, {"Accept", "*/*"}, {"Accept-Encoding", "gzip"}} {
		if _, own := given[usual[0]]; !own {
			line(usual[0], usual[1])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		for _, value := range given[name] {
			line(name, value)
		}
	}
	if body != "" || h.method == http.MethodPost || h.method == http.MethodPut || h.method == http.MethodPatch {
		line("Content-Length", fmt.Sprint(len(body)))
	}
	if proxied && h.proxy.authorization() != "" {
		line("Proxy-Authorization", h.proxy.authorization())
	}
	if t.kept == nil {
		line("Connection", "close")
	}
	b.WriteString("\r\n" + body)
	return []byte(b.String())
}

// headers are the Spec's headers that this hop may see, with the cookies that
// earlier hops have set.
func (h *hop) headers(t *target) http.Header {
	given := make(http.Header, len(t.spec.Header)+1)
	for name, values := range t.spec.Header {
		canonical := textproto.CanonicalMIMEHeaderKey(name)
		if h.trusted || slices.Contains(harmless, canonical) {
			given[canonical] = append(given[canonical], values...)
		}
	}
	if !h.sendBody {
		given.Del("Content-Type")
	}
	if h.jar == nil {
		return given
	}
	cookies := given["Cookie"]
	for _, cookie := range h.jar.Cookies(h.url) {
		cookies = append(cookies, cookie.Name+"="+cookie.Value)
	}
	if len(cookies) > 0 {
		given["Cookie"] = []string{strings.Join(cookies, "; ")}
	}
	return given
}

// requestTarget is the path and query as written, with only what would break the
// request line escaped.
func requestTarget(u *url.URL) string {
	target := u.RequestURI()
	if strings.IndexFunc(target, breaksLine) < 0 {
		return target
	}
	var b strings.Builder
	for i := range len(target) {
		if c := target[i]; breaksLine(rune(c)) {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func breaksLine(r rune) bool { return r <= ' ' || r >= 0x7f }
