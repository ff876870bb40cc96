package config

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// probeSchemes are what a probe can speak.
var probeSchemes = []string{"http", "https", "tcp", "tls", "dns", "grpc", "grpcs", "icmp", "ws", "wss", "smtp", "imap", "pop3", "ldap", "postgres"}

// starts are those that begin in plain text and go over to TLS.
var starts = []string{"smtp", "imap", "pop3", "ldap", "postgres"}

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

// checkEndpoint looks at the URL of a probe, and resolves the references in it.
func (r *reader) checkEndpoint(path string, p *Probe) {
	if p.URL == "" {
		if r.given(path) {
			r.wrong(path, "the URL is empty; write it like https://host.example.com/path")
		}
		return
	}
	address, wrong := resolve(p.URL, r.source.folder, url.QueryEscape)
	if front, _ := splitQuery(address.literal()); wrong == "" && strings.Contains(front, referenceMark) {
		wrong = "in a URL, only values in the query can be references, because the rest is shown on the screen; write the text itself"
	}
	if wrong != "" {
		r.wrong(path, "%s", wrong)
		return
	}
	u, wrong := parseURL(referencePattern.ReplaceAllString(p.URL, "reference"))
	if wrong != "" {
		r.wrong(path, "%s", wrong)
		return
	}
	if address.Reveal() != p.URL {
		p.address = address
	}
	scheme := strings.ToLower(u.Scheme)
	switch {
	case contains(starts, strings.TrimSuffix(scheme, "s")) && !contains(starts, scheme):
		r.wrong(path, "with %s, TLS begins at once; write tls:// with the port, or %s:// for STARTTLS", scheme, strings.TrimSuffix(scheme, "s"))
	case !contains(probeSchemes, scheme):
		r.wrong(path, "the scheme %s cannot be probed%s", quote(u.Scheme), Meant(scheme, probeSchemes, "use one of "+list(probeSchemes)))
	case contains([]string{"tcp", "tls", "grpc"}, scheme) && u.Port() == "":
		r.wrong(path, "a %s URL needs a port; write it like %s://%s:%d", scheme, scheme, clip(u.Host), map[string]int{"tcp": 5432, "tls": 443, "grpc": 50051}[scheme])
	case scheme == "tcp" && (hasPath(u) || u.RawQuery != ""), scheme == "tls" && (hasPath(u) || u.RawQuery != ""):
		r.wrong(path, "a %s URL ends with its port; take away what follows %s", scheme, quote(u.Host))
	case contains(starts, scheme) && (hasPath(u) || u.RawQuery != ""):
		r.wrong(path, "%s URLs end with their port; take away what follows %s", scheme, quote(u.Host))
	case contains([]string{"grpc", "grpcs"}, scheme) && u.RawQuery != "":
		r.wrong(path, "a %s URL has no query; write it like %s://%s/SERVICE", scheme, scheme, clip(u.Host))
	case scheme == "icmp" && (hasPath(u) || u.Port() != ""):
		r.wrong(path, "an icmp URL is a host and nothing else; write it like icmp://%s", clip(u.Hostname()))
	case scheme == "dns" && !hasPath(u):
		r.wrong(path, "a dns URL names a resolver and what to ask it; write it like dns://%s/www.example.com?type=A", clip(u.Host))
	}
	r.checkQuery(path, address, "write a reference such as ${env:NAME} for its value, or send it in a header")
	if _, query := splitQuery(address.literal()); looksRandom(query) {
		r.secretHere(path, address, "the query looks as if it held a secret, and a URL is shown on the screen; write a reference such as ${env:NAME} for the value")
	}
}

// hasPath says whether a URL has more of a path than a slash.
func hasPath(u *url.URL) bool { return strings.Trim(u.Path, "/") != "" }

// checkQuery looks for secrets that are written out in a URL. instead says what to do
// with one in the query.
func (r *reader) checkQuery(path string, address Secret, instead string) {
	front, query := splitQuery(address.literal())
	if holdsSecret(front) {
		r.secretHere(path, address, "this looks like a secret, and a URL is shown on the screen; take it away, and send it in a header where it is needed")
	}
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		writtenOut := value != "" && !strings.Contains(value, referenceMark)
		if strings.Contains(name, referenceMark) {
			r.wrong(path, "in a URL, only values in the query can be references, because their names are shown on the screen; write the name itself")
		}
		if name = unescaped(name); writtenOut && secretName.MatchString(name) || holdsSecret(unescaped(value)) {
			r.secretHere(path, address, quote(name)+" in the query holds a secret, and a URL is shown on the screen; "+instead)
		}
	}
}

// splitQuery cuts the query out of a URL, and gives what is around it.
func splitQuery(text string) (front, query string) {
	before, fragment, _ := strings.Cut(text, "#")
	before, query, _ = strings.Cut(before, "?")
	return before + "#" + fragment, query
}

// unescaped is a part of a query as it was meant; what cannot be read stays as it is.
func unescaped(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}
