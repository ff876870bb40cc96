package probe

import (
	"crypto/tls"
	"net"
	"strings"
	"testing"
)

func TestAHandshakeByItself(t *testing.T) {
	ours := newAuthority(t)
	env := &Environment{Roots: ours.pool}
	good := secured(t, &tls.Config{Certificates: []tls.Certificate{ours.issue(t, leaf{names: []string{"127.0.0.1"}})}})
	got := probeOnce(t, Spec{URL: "tls://" + good}, env)
	got.wantUp(t)
	if p := got.sample.Phases; p.TLS <= 0 || p.FirstByte >= 0 || p.Transfer >= 0 {
		t.Errorf("phases %+v", p)
	}
	other := secured(t, &tls.Config{Certificates: []tls.Certificate{ours.issue(t, leaf{names: []string{"other.example"}})}})
	const reason = "the certificate is for other.example, not for 127.0.0.1"
	probeOnce(t, Spec{URL: "tls://" + other}, env).want(t, "DOWN", "cert", reason)
	probeOnce(t, Spec{URL: "tls://" + other, Insecure: true}, env).wantUp(t)
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} { // T12
		config := &tls.Config{Certificates: []tls.Certificate{ours.issue(t, leaf{names: []string{"127.0.0.1"}})}, ClientAuth: tls.RequireAnyClientCert, MinVersion: version, MaxVersion: version}
		insists := secured(t, config)
		got := probeOnce(t, Spec{URL: "tls://" + insists}, env)
		if got.Word != "DOWN" || got.sample.Class != "tls" || !strings.Contains(got.Reason, "asks for a client certificate") {
			t.Errorf("%s: got %s %s %q", tls.VersionName(version), got.Word, got.sample.Class, got.Reason)
		}
		config = config.Clone()
		config.ClientAuth = tls.RequestClientCert
		probeOnce(t, Spec{URL: "tls://" + secured(t, config)}, env).wantUp(t)
	}
	plain := listen(t, func(conn net.Conn) { _, _ = conn.Write([]byte("220 mail ESMTP\r\n")); untilClosed(conn) })
	probeOnce(t, Spec{URL: "tls://" + plain}, env).want(t, "DOWN", "tls", plain+` does not speak TLS: it begins with "220 m"`)
}
