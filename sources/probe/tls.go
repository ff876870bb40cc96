package probe

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"strings"
)

// tlsConfig is how the target's first host is spoken to. The certificate is
// verified after the handshake, so that a bad one still has its phases measured;
// nothing is sent to a host whose certificate was not accepted.
func tlsConfig(e endpoint) *tls.Config {
	return &tls.Config{
		ServerName:             e.serverName(),
		NextProtos:             []string{"http/1.1"},
		MinVersion:             tls.VersionTLS12,
		InsecureSkipVerify:     true, // verify does it
		SessionTicketsDisabled: true, // each probe measures a whole handshake
	}
}

// handshake starts TLS on a connection and verifies the certificate. ignored says
// what is wrong with it if the target accepts any.
func handshake(t *target, e endpoint, conn *openConn, watch *stopwatch) (ignored string, f *failure) {
	config, roots, f := t.secureFor(e)
	if f != nil {
		watch.lap(phaseTLS)
		return "", f
	}
	secure := tls.Client(conn.Conn, config)
	err := secure.Handshake()
	state := secure.ConnectionState() // has the certificate even if the handshake failed after it
	ends, wrong := verify(state.PeerCertificates, config.ServerName, roots)
	shown := shownCertificate(&state, ends)
	if shown != nil {
		watch.shown = shown
	}
	watch.lap(phaseTLS)
	if err != nil {
		return "", unsecured(t, e, err)
	}
	if wrong != nil && !t.spec.Insecure {
		return "", wrong
	}
	conn.Conn = secure
	if wrong == nil {
		return "", nil
	}
	if shown != nil {
		shown.Accepted = wrong.reason
	}
	return wrong.reason, nil
}

// alerts are the TLS alerts worth a sentence of their own. The type of an alert is
// not exported by crypto/tls, its words are.
var alerts = []struct{ words, sentence string }{
	{"certificate required", "%s asks for a client certificate"},
	{"unrecognized name", "%s knows no server of this name"},
	{"handshake failure", "%s offers no cipher in common, or asks for a client certificate"},
	{"bad certificate", "%s asks for a client certificate, or for another than it was shown"},
	{"unknown certificate authority", "%s does not trust whoever signed our client certificate"},
	{"expired certificate", "%s takes our client certificate for expired"},
	{"revoked certificate", "%s takes our client certificate for revoked"},
	{"unsupported certificate", "%s takes no client certificate of this kind"},
	{"unknown certificate", "%s does not take our client certificate"},
	{"access denied", "%s knows our client certificate and does not let us in"},
	{"no renegotiation", "%s asks for TLS to be renegotiated, which is not done: TLS 1.3 has given it up as unsafe"},
	{"exceeds maximum of", "%s sends a handshake message of TLS that is larger than any real one"},
	{"no application protocol", "%s speaks none of the protocols that it was offered (ALPN)"},
}

// olderVersions are the words with which a handshake ends that finds no version in common.
var olderVersions = []string{"protocol version not supported", "server selected unsupported protocol version"}

// alerted recognises a TLS alert; nil if it is none.
func alerted(e endpoint, p phase, err error) *failure {
	words := err.Error()
	if !strings.Contains(words, "tls: ") {
		return nil
	}
	for _, known := range alerts {
		if strings.Contains(words, known.words) {
			return &failure{class: classTLS, phase: p, reason: fmt.Sprintf(known.sentence, e), cause: err}
		}
	}
	return nil
}

// unsecured says why a handshake failed.
func unsecured(t *target, e endpoint, err error) *failure {
	if isTimeout(err) {
		return timedOut(t, phaseTLS)
	}
	f := &failure{class: classTLS, phase: phaseTLS, cause: err}
	for _, words := range olderVersions {
		if strings.Contains(err.Error(), words) {
			f.reason = fmt.Sprintf("%s offers no TLS version from %s on", e, cmp.Or(t.spec.TLS.Minimum, "1.2"))
			return f
		}
	}
	if f := alerted(e, phaseTLS, err); f != nil {
		return f
	}
	switch record, isRecord := errors.AsType[tls.RecordHeaderError](err); {
	case isRecord && string(record.RecordHeader[:]) == "HTTP/":
		f.reason = fmt.Sprintf("%s does not speak TLS: it answers in plain HTTP; use %s", e, plainly(t.url.Scheme))
	case isRecord:
		f.reason = fmt.Sprintf("%s does not speak TLS: it begins with %s", e, escaped(record.RecordHeader[:]))
	case isReset(err):
		f.reason = fmt.Sprintf("%s reset the connection during the TLS handshake", e)
	case isEnd(err):
		f.reason = fmt.Sprintf("%s closed the connection during the TLS handshake", e)
	default:
		f.reason = fmt.Sprintf("the TLS handshake with %s failed", e)
	}
	return f
}

// plainly is how a URL is begun that asks for no TLS.
func plainly(scheme string) string {
	switch scheme {
	case "wss":
		return "ws://"
	case "grpcs":
		return "grpc://"
	case "dns":
		return "transport=tcp"
	}
	return "http://"
}
