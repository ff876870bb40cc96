package probe

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"warroom/internal/clean"
	"warroom/internal/trust"
)

// TLS is what a Spec asks of TLS beyond the usual. The zero value asks for nothing. Files
// are PEM, and are read again once they have changed; while one cannot be read the probe
// is our own trouble.
type TLS struct {
	Authority   string // path of the roots that are believed, in place of the Environment's
	Minimum     string // the least version that is taken, "1.2" or "1.3"; 1.2 if empty
	Certificate string // path of what is shown to a server that asks for a certificate, and to no host that it redirects to
	Key         string // path of its private key; may be the same file
	Name        string // asked for, and what the certificate must be for; the URL's host if empty
}

// versions are those that can be asked for as the least.
var versions = map[string]uint16{"": tls.VersionTLS12, "1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}

// overTLS says whether the target itself is spoken to over TLS.
func (t *target) overTLS() bool {
	if t.url.Scheme == "dns" {
		return strings.EqualFold(t.url.Query().Get("transport"), overTLS)
	}
	_, begins := dialogues[t.url.Scheme]
	return begins || slices.Contains([]string{"https", "tls", "wss", "grpcs"}, t.url.Scheme)
}

// prepareSecure makes ready what the Spec asks of TLS.
func (t *target) prepareSecure() error {
	asked := &t.spec.TLS
	if *asked == (TLS{}) {
		return nil
	}
	if !t.overTLS() {
		return fmt.Errorf("%s probes speak no TLS, so there is nothing to ask of it; leave that out, or use an https URL", t.url.Scheme)
	}
	least, known := versions[asked.Minimum]
	if !known {
		return fmt.Errorf("there is no least version of TLS %q; use 1.2 or 1.3", clean.Line(asked.Minimum, nameLimit))
	}
	t.secure.MinVersion = least
	if asked.Name != "" {
		name, err := asciiHost(asked.Name)
		if address, notOne := netip.ParseAddr(asked.Name); notOne == nil {
			name, err = address.Unmap().WithZone("").String(), nil
		}
		if err != nil {
			return errors.New("the name that TLS is to ask for can be neither a name nor an address; write it like shop.example.com")
		}
		t.secure.ServerName = name
	}
	var err error
	if asked.Authority != "" {
		t.authority, err = trust.Keep(func() (*x509.CertPool, error) { return trust.Authorities(asked.Authority) }, asked.Authority)
	}
	if err == nil && asked.Certificate+asked.Key != "" {
		t.identity, err = trust.Keep(func() (*tls.Certificate, error) { return trust.Pair(asked.Certificate, asked.Key) }, asked.Certificate, asked.Key)
	}
	return err
}

// tlsFiles are what the files hold that TLS with an endpoint stands on; nil where it stands
// on none. As long as they stay as they are, it is equal.
type tlsFiles struct {
	authority *x509.CertPool
	identity  *tls.Certificate
}

// filesFor are those of an endpoint, as they are by now.
func (t *target) filesFor(e endpoint) (now tlsFiles, f *failure) {
	var err error
	if t.authority != nil {
		now.authority, err = t.authority.Now()
	}
	if err == nil && t.identity != nil && t.owns(e) {
		now.identity, err = t.identity.Now()
	}
	if err != nil {
		return tlsFiles{}, unreadable(err)
	}
	return now, nil
}

// owns says whether an endpoint is the target's own, and not one that it redirects to.
func (t *target) owns(e endpoint) bool {
	return e.host == t.endpoint.host && e.port == t.endpoint.port
}

// secureFor is how an endpoint is spoken to, and by which roots it is judged: the target's
// own, or one that it redirects to, which is called by its own name and shown nothing of ours.
func (t *target) secureFor(e endpoint) (config *tls.Config, roots *x509.CertPool, f *failure) {
	config, roots = t.secure, t.roots
	if !t.owns(e) {
		config = config.Clone()
		config.ServerName = e.serverName()
	}
	files, f := t.filesFor(e)
	if f != nil {
		return nil, nil, f
	}
	if files.authority != nil {
		roots = files.authority
	}
	if certificate := files.identity; certificate != nil {
		config = config.Clone()
		noticed := config.GetClientCertificate // of a prober that wants to know when one is asked for
		config.GetClientCertificate = func(request *tls.CertificateRequestInfo) (*tls.Certificate, error) {
			if noticed != nil {
				_, _ = noticed(request)
			}
			return certificate, nil
		}
	}
	return config, roots, nil
}

// unreadable is the failure of a probe whose own files cannot be read any more.
func unreadable(err error) *failure {
	reason, next, _ := strings.Cut(err.Error(), "; ")
	return &failure{class: classError, phase: phaseTLS, reason: reason, next: next, cause: err}
}

// expectedOfTLS is what people are told that the target expects of TLS.
func (t *target) expectedOfTLS() []string {
	var expect []string
	if !t.overTLS() {
		return expect
	}
	asked := &t.spec.TLS
	if asked.Minimum != "" {
		expect = append(expect, "TLS "+asked.Minimum+" or later")
	}
	if asked.Name != "" {
		expect = append(expect, "a certificate for "+t.secure.ServerName)
	}
	if t.spec.Insecure {
		expect = append(expect, "any certificate (insecure)")
	}
	return expect
}
