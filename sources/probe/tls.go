package probe

import (
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
	config := t.secure
	if config.ServerName != e.serverName() {
		config = config.Clone()
		config.ServerName = e.serverName()
	}
	secure := tls.Client(conn.Conn, config)
	err := secure.Handshake()
	if err != nil {
		watch.lap(phaseTLS)
		return "", unsecured(t, e, err)
	}
	state := secure.ConnectionState()
	ends, wrong := verify(state.PeerCertificates, e.serverName(), t.roots)
	watch.shown = shownCertificate(&state, ends)
	watch.lap(phaseTLS)
	if wrong != nil && !t.spec.Insecure {
		return "", wrong
	}
	conn.Conn = secure
	if wrong != nil {
		ignored = wrong.reason
	}
	return ignored, nil
}

// alerts are the TLS alerts worth a sentence of their own. The type of an alert is
// not exported by crypto/tls, its words are.
var alerts = []struct{ words, sentence string }{
	{"protocol version not supported", "%s offers no TLS version from 1.2 on"},
	{"server selected unsupported protocol version", "%s offers no TLS version from 1.2 on"},
	{"certificate required", "%s asks for a client certificate"},
	{"unrecognized name", "%s knows no server of this name"},
	{"handshake failure", "%s offers no cipher in common, or asks for a client certificate"},
	{"no application protocol", "%s speaks none of the protocols that it was offered (ALPN)"},
	{"bad certificate", "%s asks for a client certificate"},
}

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
	if f := alerted(e, phaseTLS, err); f != nil {
		return f
	}
	f := &failure{class: classTLS, phase: phaseTLS, cause: err}
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
