package probe

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// hostLimit is how long a name may be (RFC 1035, section 2.3.4).
const hostLimit = 253

// urlLimit is how many runes of a URL are shown.
const urlLimit = 200

// endpoint is where to connect to.
type endpoint struct {
	host    string     // an ASCII name, or an address without brackets
	literal netip.Addr // valid if host is an address
	port    uint16
	pinned  netip.Addr // valid if the name is not to be resolved
}

// endpointOf reads the endpoint of a URL and rewrites the URL's host as ASCII.
// The errors are plain sentences.
func endpointOf(u *url.URL) (endpoint, error) {
	host := u.Hostname()
	if host == "" {
		return endpoint{}, errors.New("its URL names no host; write it as https://host:port/path")
	}
	e := endpoint{host: host}
	port, err := portOf(u)
	if err != nil {
		return endpoint{}, err
	}
	e.port = port
	if literal, err := netip.ParseAddr(host); err == nil {
		e.literal = literal.Unmap()
		return e, nil
	}
	if e.host, err = asciiHost(host); err != nil {
		return endpoint{}, err
	}
	u.Host = e.host
	if port != usualPort(u.Scheme) {
		u.Host = net.JoinHostPort(e.host, strconv.Itoa(int(port)))
	}
	return e, nil
}

// asciiHost is a name as DNS has it; an international one becomes Punycode (RFC 5891).
func asciiHost(host string) (string, error) {
	wrong := errors.New("its URL has a host that can be neither a name nor an address; write it as https://host:port/path")
	if strings.IndexFunc(host, func(r rune) bool { return r > 0x7f }) >= 0 {
		ascii, err := idna.Lookup.ToASCII(host)
		if err != nil {
			return "", wrong
		}
		host = ascii
	}
	outside := strings.IndexFunc(host, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.')
	})
	if outside >= 0 || len(host) > hostLimit {
		return "", wrong
	}
	return host, nil
}

func portOf(u *url.URL) (uint16, error) {
	text := u.Port()
	if text == "" {
		if usual := usualPort(u.Scheme); usual != 0 || u.Scheme == "icmp" {
			return usual, nil
		}
		return 0, fmt.Errorf("its URL names no port, and %s has no usual one; write it as %s://host:port", u.Scheme, u.Scheme)
	}
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil || port == 0 {
		return 0, errors.New("its URL has a port that does not exist; ports go from 1 to 65535")
	}
	return uint16(port), nil
}

// usualPort is the port that a scheme's URLs leave out; 0 if there is none.
func usualPort(scheme string) uint16 {
	switch scheme {
	case "https", "wss", "grpcs":
		return 443
	case "http", "ws":
		return 80
	case "dns":
		return 53
	}
	return dialogues[scheme].port
}

// String is host:port as people write it.
func (e endpoint) String() string {
	return net.JoinHostPort(e.host, strconv.Itoa(int(e.port)))
}

// serverName is what the certificate must be for.
func (e endpoint) serverName() string {
	if e.literal.IsValid() {
		return e.literal.WithZone("").String()
	}
	return e.host
}

// header is the Host header: without the zone, which means something on this
// machine only (RFC 6874), and without the port that the scheme has anyway.
func (e endpoint) header(scheme string) string {
	host := e.serverName()
	if e.port == usualPort(scheme) {
		if e.literal.Is6() {
			return "[" + host + "]"
		}
		return host
	}
	return net.JoinHostPort(host, strconv.Itoa(int(e.port)))
}
