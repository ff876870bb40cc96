package config

import (
	"net/url"
	"strings"
)

// checkHTTP looks at what only probes of http and https URLs have.
func (r *reader) checkHTTP(path string, p *Probe) {
	r.checkStatus(path+".expect.status", p.Expect.Status)
	for _, of := range []string{".expect.body", ".expect.json"} {
		if p.Method == "HEAD" && r.given(path+of) {
			r.wrong(path+of, "an answer to HEAD has no body, so nothing can be expected of it; take this away, or use GET")
		}
	}
	for _, of := range []string{".proxy", ".auth"} { // both lead past the list of what may be reached
		if p.Guarded && r.given(path+of) {
			r.wrong(path+of, "a guarded probe goes through no proxy and gets no tokens; take this away, or have the probe put into the config by whoever runs warroom, without guarded")
		}
	}
	r.checkMethod(path, p)
	if p.Version != "" && p.Version != "2" {
		r.wrong(path+".version", "HTTP %s cannot be asked for; write 2, or take this away for HTTP/1.1", quote(p.Version))
	}
	r.checkProxy(path+".proxy", p)
	r.checkAuth(path+".auth", p)
}

// methods are those that a wrong one may mean (RFC 9110, section 9.3, and RFC 5789), and
// idempotent those that may be asked again (RFC 9110, section 9.2.2).
var (
	methods    = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"}
	idempotent = []string{"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"}
)

// checkMethod takes any method that nobody can have mistaken for another.
func (r *reader) checkMethod(path string, p *Probe) {
	meant := closest(p.Method, methods)
	switch {
	case contains(methods, p.Method):
	case p.Method == "CONNECT":
		r.wrong(path+".method", "CONNECT opens a tunnel and asks nothing; use GET, and proxy to go through a proxy")
	case !isToken(p.Method) || meant != "":
		r.wrong(path+".method", "%s is not taken here%s", quote(p.Method), Meant(p.Method, methods, "write a method such as GET, HEAD, POST or PROPFIND"))
	}
	if p.KeepAlive && !contains(idempotent, p.Method) {
		r.wrong(path+".keep_alive", "a kept connection that the server has closed meanwhile means asking again, which %s does not allow; take this away, or use one of %s", quote(p.Method), list(idempotent))
	}
}

// proxySchemes are what a proxy can speak, as the prober has them.
var proxySchemes = []string{"http", "https", "socks5", "socks5h"}

// escapeUser encodes a value for its place before the @ of a URL.
func escapeUser(value string) string { return strings.ReplaceAll(url.QueryEscape(value), "+", "%20") }

// checkProxy looks at the URL of a proxy, and resolves the references in it.
func (r *reader) checkProxy(path string, p *Probe) {
	if p.Proxy == "" || p.Proxy == "environment" {
		return
	}
	resolved, wrong := resolve(p.Proxy, r.source.folder, escapeUser)
	if wrong != "" {
		r.wrong(path, "%s", wrong)
		return
	}
	scheme, rest, found := strings.Cut(resolved.literal(), "://")
	who, host := "", rest
	if at := strings.LastIndex(rest, "@"); at >= 0 {
		who, host = rest[:at], rest[at+1:]
	}
	_, password, _ := strings.Cut(who, ":")
	u, wrong := parseURL("http://" + host)
	switch {
	case strings.ReplaceAll(password, referenceMark, "") != "":
		r.secretHere(path, resolved, "the password of a proxy "+elsewhereSecret)
	case found && !contains(proxySchemes, strings.ToLower(scheme)):
		r.wrong(path, "a proxy cannot be of the scheme %s%s", quote(scheme), Meant(strings.ToLower(scheme), proxySchemes, "use one of "+list(proxySchemes)))
	case strings.Contains(host, referenceMark):
		r.wrong(path, "of a proxy, only user and password can be references, because the rest is shown on the screen; write the text itself")
	case !found || wrong != "" || hasPath(u) || u.RawQuery != "":
		r.wrong(path, "this is no proxy; write it like http://proxy.example.com:3128, socks5://proxy.example.com:1080, or environment")
	case who != "":
		p.proxy = resolved
	}
}
