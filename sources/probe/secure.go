package probe

import (
	"context"
	"crypto/tls"
	"errors"
)

// prepareTLS makes the prober of a tls URL: connect, shake hands, and see whether the
// certificate is good.
func prepareTLS(t *target) (prober, error) {
	if err := t.speaksNoHTTP(); err != nil {
		return nil, err
	}
	if t.spec.Body != "" || t.text != nil {
		return nil, errors.New("a TLS probe ends with the handshake, so it sends nothing and expects no text; use a tcp or https URL")
	}
	if t.url.Path != "" && t.url.Path != "/" || t.url.RawQuery != "" {
		return nil, errors.New("a TLS probe has no path; write its URL as tls://host:port")
	}
	t.secure = tlsConfig(t.endpoint)
	t.secure.NextProtos = nil // whatever is spoken there, it is not asked
	return probeTLS, nil
}

// probeTLS connects and shakes hands.
func probeTLS(ctx context.Context, t *target, watch *stopwatch) outcome {
	conn, f := open(ctx, t, t.endpoint, watch)
	if f != nil {
		return outcome{failure: f}
	}
	defer conn.Close()
	ignored, f := handshake(t, t.endpoint, conn, watch)
	if f != nil {
		return outcome{failure: f}
	}
	state := conn.Conn.(*tls.Conn).ConnectionState()
	return outcome{did: tls.VersionName(state.Version), ignored: ignored}
}
