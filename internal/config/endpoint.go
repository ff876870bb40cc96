package config

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// probeSchemes are what a probe can speak.
var probeSchemes = []string{"http", "https", "tcp"}

var schemePattern = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*$`)

// parseURL reads a URL as people write it, https if it has no scheme, and says in
// words what is wrong with it. The words never hold user information.
func parseURL(text string) (u *url.URL, wrong string) {
	if !strings.Contains(text, "://") {
		text = "https://" + strings.TrimPrefix(text, "//")
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Opaque != "" || !schemePattern.MatchString(u.Scheme) || strings.ContainsAny(text, " \t\r\n"):
		return nil, "this is not a URL; write it like https://host.example.com:8443/path"
	case u.User != nil:
		return nil, "a URL is shown on the screen, so it may hold no user name or password; take them away, and where they are needed write a header such as Authorization: ${env:NAME}"
	case u.Hostname() == "":
		return nil, "the URL has no host; write it like https://host.example.com/path"
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return nil, "the port of the URL is not one of 1 to 65535"
		}
	} else if strings.HasSuffix(u.Host, ":") {
		return nil, "the URL has a colon but no port after it; add the port, or take the colon away"
	}
	return u, ""
}

func (r *reader) checkEndpoint(path, text string) {
	if text == "" {
		if r.given(path) {
			r.wrong(path, "the URL is empty; write it like https://host.example.com/path")
		}
		return
	}
	u, wrong := parseURL(text)
	if wrong != "" {
		r.wrong(path, "%s", wrong)
		return
	}
	scheme := strings.ToLower(u.Scheme)
	switch {
	case !contains(probeSchemes, scheme):
		r.wrong(path, "the scheme %s cannot be probed%s", quote(u.Scheme), Meant(scheme, probeSchemes, "use http, https or tcp"))
	case scheme == "tcp" && u.Port() == "":
		r.wrong(path, "a tcp URL needs a port; write it like tcp://%s:5432", clip(u.Host))
	case scheme == "tcp" && (strings.Trim(u.Path, "/") != "" || u.RawQuery != ""):
		r.wrong(path, "a tcp URL ends with its port; take away what follows %s", quote(u.Host))
	}
}
