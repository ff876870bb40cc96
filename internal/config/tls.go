package config

import (
	"net/netip"
	"net/url"
	"regexp"
	"strings"

	"warroom/internal/trust"
)

// TLS is what a probe asks of TLS beyond the usual. Paths are as they were written; Files
// has them for use.
type TLS struct {
	Authority   string `yaml:"authority,omitempty" doc:"A PEM file of the authorities that are believed, in place of the system's; it is read again when it has changed." usual:"the system's" example:"certs/our-ca.pem"`
	Minimum     string `yaml:"minimum,omitempty" doc:"The least version of TLS that is taken." usual:"1.2" allow:"1.2 1.3" example:"\"1.3\""`
	Certificate string `yaml:"certificate,omitempty" doc:"A PEM file with a certificate of ours, and the chain below it, for a server that asks for one (mutual TLS); it is read again when it has changed." usual:"none is shown" example:"certs/warroom.pem"`
	Key         string `yaml:"key,omitempty" doc:"The PEM file with that certificate's private key; it may be the same file." example:"certs/warroom.key"`
	Name        string `yaml:"name,omitempty" doc:"The name that the server is asked for (SNI), and that its certificate must be for." usual:"the URL's host" example:"checkout.example.com"`

	folder string // of the config file
}

// Files are the paths of the authorities, the certificate and its key, for use; "" where
// there is none.
func (t *TLS) Files() (authority, certificate, key string) {
	whole := func(path string) string {
		if path == "" {
			return ""
		}
		return from(t.folder, path)
	}
	return whole(t.Authority), whole(t.Certificate), whole(t.Key)
}

// serverNameLimit is how long a name may be (RFC 1035, section 2.3.4).
const serverNameLimit = 253

// serverNamePattern is a name as DNS has it.
var serverNamePattern = regexp.MustCompile(`^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?$`)

// overTLS says whether the probe speaks TLS, and so sees a certificate.
func (p *Probe) overTLS() bool {
	if p.Scheme() == "dns" {
		_, query := splitQuery(p.URL)
		asked, err := url.ParseQuery(query)
		return err == nil && strings.EqualFold(asked.Get("transport"), "tls")
	}
	return p.Scheme() == "https" || speaks[p.Scheme()].certificate
}

// checkTLS looks at what a probe asks of TLS, its files included.
func (r *reader) checkTLS(path string, p *Probe) {
	asked := &p.TLS
	if *asked == (TLS{}) {
		return
	}
	asked.folder = r.source.folder
	switch {
	case p.overTLS():
	case p.Scheme() == "dns":
		r.wrong(path, "dns probes speak TLS only with transport=tls in their URL; add that, or take this away")
		return
	default:
		r.wrong(path, "%s probes speak no TLS; take this away, or probe an https URL", p.Scheme())
		return
	}
	if p.Insecure && asked.Authority != "" {
		r.wrong(path+".authority", "with insecure: true any certificate is taken, whoever signed it; take one of the two away")
	}
	if _, err := netip.ParseAddr(asked.Name); asked.Name != "" && err != nil && (!serverNamePattern.MatchString(asked.Name) || len(asked.Name) > serverNameLimit) {
		r.wrong(path+".name", "%s can be neither a name nor an address; write it like checkout.example.com", quote(asked.Name))
	}
	for _, file := range []struct{ key, path string }{{"authority", asked.Authority}, {"certificate", asked.Certificate}, {"key", asked.Key}} {
		if strings.Contains(file.path, "-----BEGIN") {
			r.secretHere(path+"."+file.key, Literal(file.path), "this is what is in a file; write it into one of its own, and its path here")
			return
		}
	}
	r.checkFiles(path, asked)
}

// checkFiles reads the files once, so that a mistake is told with its line.
func (r *reader) checkFiles(path string, asked *TLS) {
	authority, certificate, key := asked.Files()
	if authority != "" {
		if _, err := trust.Certificates(authority); err != nil {
			r.wrong(path+".authority", "%s", err)
		}
	}
	switch {
	case certificate == "" && key == "":
	case key == "":
		r.wrong(path+".certificate", "a certificate is shown by whoever has its key; add key: with the path of its file")
	case certificate == "":
		r.wrong(path+".key", "a key is used with its certificate; add certificate: with the path of its file")
	default:
		if _, err := trust.Certificates(certificate); err != nil {
			r.wrong(path+".certificate", "%s", err)
		} else if _, err := trust.Pair(certificate, key); err != nil {
			r.wrong(path+".key", "%s", err)
		}
	}
}
