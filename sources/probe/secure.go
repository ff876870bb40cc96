package probe

import (
	"context"
	"crypto/tls"
	"fmt"
	"strings"
	"time"
)

// prepareTLS makes the prober of a tls URL, or of one whose protocol begins in plain text:
// connect, ask for TLS where that is needed, shake hands, and see whether the certificate
// is good.
func prepareTLS(t *target) (prober, error) {
	scheme := t.url.Scheme
	if err := t.speaksNoHTTP(); err != nil {
		return nil, err
	}
	if t.spec.Body != "" || t.text != nil {
		return nil, fmt.Errorf("a %s probe ends with the handshake, so it sends nothing and expects no text; use a tcp or https URL", strings.ToUpper(scheme))
	}
	if t.url.Path != "" && t.url.Path != "/" || t.url.RawQuery != "" {
		return nil, fmt.Errorf("a %s probe has no path; write its URL as %s://host:port", strings.ToUpper(scheme), scheme)
	}
	t.secure = tlsConfig(t.endpoint)
	t.secure.NextProtos = nil // whatever is spoken there, it is not asked
	return probeTLS, nil
}

// refusalWait bounds how long a server that asked for a client certificate is given to
// refuse us, real time: one that does not insist may say nothing at all.
const refusalWait = time.Second

// probeTLS connects and shakes hands. In TLS 1.3 a server refuses whoever shows no
// certificate only after our side is done (RFC 8446, section 4.4.2.4), so where one was
// asked for its word is waited for.
func probeTLS(ctx context.Context, t *target, watch *stopwatch) outcome {
	conn, f := open(ctx, t, t.endpoint, watch)
	if f != nil {
		return outcome{failure: f}
	}
	defer conn.Close()
	if plain, begins := dialogues[t.url.Scheme]; begins {
		if f := plain.startTLS(t, conn, watch); f != nil {
			return outcome{failure: f}
		}
	}
	asked, own := false, *t
	own.secure = t.secure.Clone()
	own.secure.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		asked = true
		return new(tls.Certificate), nil
	}
	ignored, f := handshake(&own, t.endpoint, conn, watch)
	if f != nil {
		return outcome{failure: f}
	}
	secure := conn.Conn.(*tls.Conn)
	if asked {
		if f := refused(t, secure, watch); f != nil {
			return outcome{failure: f}
		}
	}
	return outcome{did: tls.VersionName(secure.ConnectionState().Version), ignored: ignored}
}

// refused says that a server does not take us without a certificate; nil if it does.
func refused(t *target, conn *tls.Conn, watch *stopwatch) *failure {
	_ = conn.CloseWrite() // who does not insist may answer with an end of its own
	until := time.Now().Add(refusalWait)
	if deadline := t.deadline(watch); deadline.Before(until) {
		until = deadline
	}
	_ = conn.SetReadDeadline(until)
	_, err := conn.Read(make([]byte, 1))
	watch.lap(phaseTLS)
	if err == nil {
		return nil
	}
	return alerted(t.endpoint, phaseTLS, err)
}
