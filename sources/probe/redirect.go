package probe

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"

	"warroom/internal/clean"
)

// redirectLimit is how many redirects are followed: as many as net/http and
// browsers' forerunners did, and enough for any chain that is meant.
const redirectLimit = 10

// shownHops is how many addresses of a chain that does not end are shown: enough
// to see the loop.
const shownHops = 3

// hop is one request of a probe; there are several if it is redirected.
type hop struct {
	url      *url.URL
	endpoint endpoint
	method   string
	sendBody bool
	trusted  bool           // may see the Spec's headers; once false it stays so
	proxy    *proxy         // nil if there is none between us
	jar      http.CookieJar // nil before the first redirect
	number   int            // redirects before it
	trail    []string       // the first addresses of the chain
	status   int            // of its answer, 0 before there is one
	keeping  *keeping       // nil if each request has a connection of its own
}

func firstHop(t *target) *hop {
	return &hop{
		url: t.url, endpoint: t.endpoint, method: t.spec.Method,
		sendBody: t.spec.Body != "", trusted: true, proxy: t.proxyTo(t.url),
	}
}

// follow gives the hop that an answer points to, or nil if it is the last answer.
func (h *hop) follow(t *target, answer *http.Response) (*hop, *failure) {
	location := answer.Header.Get("Location")
	if t.spec.NoFollow || location == "" || !isRedirect(answer.StatusCode) {
		return nil, nil
	}
	trail := h.trail
	if len(trail) < shownHops {
		trail = append(trail, shownURL(h.url))
	}
	if h.number == redirectLimit {
		return nil, misdirected("more than %d redirects: %s → …", redirectLimit, strings.Join(trail, " → "))
	}
	to, err := h.url.Parse(location)
	if err != nil {
		return nil, misdirected("%s redirects to an address that cannot be read", shownURL(h.url))
	}
	if to.Scheme != "http" && to.Scheme != "https" {
		return nil, misdirected("%s redirects to a %s address, which is not followed", shownURL(h.url), to.Scheme)
	}
	to.User, to.Fragment, to.RawFragment = nil, "", ""
	end, err := endpointOf(to)
	if err != nil {
		return nil, misdirected("%s redirects to an address that cannot be read", shownURL(h.url))
	}
	if end.host == h.endpoint.host {
		end.pinned = h.endpoint.pinned
	}
	next := &hop{
		url: to, endpoint: end, method: h.method, sendBody: h.sendBody,
		trusted: h.trusted && h.sameOwner(to, end), proxy: t.proxyTo(to), jar: h.jar, number: h.number + 1, trail: trail, keeping: h.keeping,
	}
	if next.method = methodAfter(answer.StatusCode, h.method); next.method != h.method {
		next.sendBody = false
	}
	if next.jar == nil {
		next.jar, _ = cookiejar.New(nil) // never fails
	}
	next.jar.SetCookies(h.url, answer.Cookies())
	return next, nil
}

// shown is what a hop asks for, as people see it. Nobody knows what a server puts into the
// query of an address that it redirects to.
func (h *hop) shown(t *target) string {
	if h.number == 0 {
		return clean.Line(t.shown(), urlLimit)
	}
	shown := shownURL(h.url)
	if h.url.RawQuery != "" {
		shown += "?" + hidden
	}
	return clean.Line(shown, urlLimit)
}

// blamed is a failure that says at which hop it happened, where it is not the first.
func (h *hop) blamed(f *failure) *failure {
	if h.number == 0 || f.class == classRedirect { // which names its addresses
		return f
	}
	where := fmt.Sprintf(" (hop %d, %s://%s)", h.number+1, h.url.Scheme, h.url.Host) // without the path, which may be another each time
	f.reason += where
	if f.text != "" {
		f.text += where
	}
	return f
}

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// methodAfter is the method after a redirect (RFC 9110, section 15.4): 307 and 308
// keep it, 303 makes it GET, and 301 and 302 make a POST a GET, as browsers do.
func methodAfter(status int, method string) string {
	switch {
	case status == http.StatusSeeOther && method != http.MethodHead:
		return http.MethodGet
	case (status == http.StatusMovedPermanently || status == http.StatusFound) && method == http.MethodPost:
		return http.MethodGet
	}
	return method
}

// sameOwner says whether a redirect stays with whoever the Spec's headers were
// meant for: the same host and port, or its step from http to https.
func (h *hop) sameOwner(to *url.URL, end endpoint) bool {
	if !strings.EqualFold(h.endpoint.host, end.host) {
		return false
	}
	upgrade := h.url.Scheme == "http" && to.Scheme == "https"
	if upgrade && h.endpoint.port == usualPort("http") && end.port == usualPort("https") {
		return true
	}
	return h.endpoint.port == end.port && (h.url.Scheme == to.Scheme || upgrade)
}

// shownURL is a URL without its query, which may hold a token, and without what looks like a
// secret in its path: /login;jsessionid=…
func shownURL(u *url.URL) string {
	host, path := url.URL{Scheme: u.Scheme, Host: u.Host}, url.URL{Path: u.Path}
	return host.String() + withoutTheirs(path.EscapedPath())
}

func misdirected(sentence string, about ...any) *failure {
	return &failure{class: classRedirect, phase: phaseTransfer, reason: fmt.Sprintf(sentence, about...)}
}
