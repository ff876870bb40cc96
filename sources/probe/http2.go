package probe

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"regexp"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/http2"
)

// http2Window is how much of a body a server may send before it is read: all of it is
// held in memory, and net/http would let it be 4 MiB.
const http2Window = 128 << 10

// http2Grace is how much longer its connection may last than a request of HTTP/2: when both
// end at once, net/http may say that the connection broke, and not that the time was up.
const http2Grace = 250 * time.Millisecond

// http2Version is the Version of a Spec that asks for HTTP/2.
const http2Version = "2"

// askHTTP2 asks over HTTP/2 what the given request asks over HTTP/1.1.
func askHTTP2(ctx context.Context, t *target, h *hop, conn *connection, written []byte, watch *stopwatch) (*http.Response, *failure) {
	if secure, ok := conn.Conn.(*tls.Conn); ok && secure.ConnectionState().NegotiatedProtocol != http2.NextProtoTLS {
		return nil, &failure{class: classProtocol, phase: phaseTLS, reason: fmt.Sprintf("%s speaks TLS but offers no HTTP/2", h.endpoint)}
	}
	request, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(written)))
	if err != nil { // it was checked before
		return nil, &failure{class: classError, phase: phaseFirstByte, reason: "the request cannot be sent over HTTP/2", next: "ask over HTTP/1.1", cause: err}
	}
	request.RequestURI, request.Close = "", false
	request.URL.Scheme, request.URL.Host = h.url.Scheme, h.endpoint.header(h.url.Scheme)
	request.Header.Del("Connection")
	return conn.http2.ask(t, h, request.WithContext(ctx), watch)
}

// http2Conn makes requests over a connection that is there already, one after the other.
// Nothing is ever sent twice. What goes on beside them ends when the caller closes the
// connection.
type http2Conn struct {
	begun  *beginning
	client *http.ClientConn // nil before the first request
}

func openHTTP2(conn net.Conn) *http2Conn { return &http2Conn{begun: &beginning{Conn: conn}} }

// ask sends a request, and is done once the header of its answer is there.
func (c *http2Conn) ask(t *target, h *hop, request *http.Request, watch *stopwatch) (*http.Response, *failure) {
	_ = c.begun.SetDeadline(t.deadline(watch).Add(http2Grace))
	interim := 0
	ctx := httptrace.WithClientTrace(request.Context(), &httptrace.ClientTrace{Got1xxResponse: func(int, textproto.MIMEHeader) error {
		if interim++; interim > interimLimit {
			return errors.New("too many interim answers")
		}
		return nil
	}})
	answer, err := c.roundTrip(request.WithContext(ctx))
	watch.lap(phaseFirstByte)
	if err == nil {
		return answer, nil
	}
	if interim > interimLimit {
		return nil, tooManyInterim(err)
	}
	if f := c.begun.notHTTP2(h, err); f != nil {
		return nil, f
	}
	if f := c.begun.alert(h.endpoint); f != nil {
		return nil, f
	}
	return nil, broken(t, h.endpoint, phaseFirstByte, err)
}

func (c *http2Conn) roundTrip(request *http.Request) (*http.Response, error) {
	if c.client == nil {
		var only http.Protocols
		only.SetHTTP2(true)
		only.SetUnencryptedHTTP2(true)
		dial := func(context.Context, string, string) (net.Conn, error) { return c.begun, nil }
		transport := &http.Transport{
			DialContext: dial, DialTLSContext: dial, Protocols: &only, MaxResponseHeaderBytes: headLimit, DisableCompression: true,
			HTTP2: &http.HTTP2Config{MaxReceiveBufferPerConnection: http2Window, MaxReceiveBufferPerStream: http2Window},
		}
		// The transport's own RoundTrip would make some requests again, on the same connection.
		client, err := transport.NewClientConn(request.Context(), request.URL.Scheme, c.begun.RemoteAddr().String())
		if err != nil {
			return nil, err
		}
		c.client = client
	}
	return c.client.RoundTrip(request)
}

// A server's side of HTTP/2 begins with a frame of settings (RFC 9113, section 3.4), whose
// type is the fourth byte (section 4.1).
const frameType, settingsFrame, frameStart = 3, 4, 5

// beginning keeps the first bytes of the other side: how the transport fails when they are
// not HTTP/2 depends on what it is doing at that moment.
type beginning struct {
	net.Conn

	mu    sync.Mutex
	first []byte
	ended error // how the other side ended the connection; nil as long as it has not
}

// Read implements net.Conn.
func (b *beginning) Read(p []byte) (int, error) {
	n, err := b.Conn.Read(p)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.first = append(b.first, p[:min(n, frameStart-len(b.first))]...)
	if b.ended == nil {
		b.ended = err
	}
	return n, err
}

// Write implements net.Conn. When the other side has ended the connection, its reason is
// there to be read, and the writing would only say that it has.
func (b *beginning) Write(p []byte) (int, error) {
	n, err := b.Conn.Write(p)
	if err != nil {
		_, _ = b.Read(make([]byte, 1))
	}
	return n, err
}

// alert is the failure of a connection that the other side ended with an alert of TLS; nil
// if it did not.
func (b *beginning) alert(e endpoint) *failure {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ended == nil {
		return nil
	}
	return alerted(e, phaseFirstByte, b.ended)
}

// notHTTP2 says what the other side speaks instead; nil if it may be HTTP/2.
func (b *beginning) notHTTP2(h *hop, err error) *failure {
	b.mu.Lock()
	defer b.mu.Unlock()
	f := &failure{class: classProtocol, phase: phaseFirstByte, cause: err}
	switch start := b.first; {
	case len(start) > 1 && start[0] == alertRecord && start[1] == tlsMajor:
		f.reason = fmt.Sprintf("%s speaks TLS, not plain HTTP/2; use %s://", h.endpoint, h.url.Scheme+"s")
	case !isTimeout(err) && len(start) == frameStart && start[frameType] != settingsFrame:
		f.reason = fmt.Sprintf("%s does not speak HTTP/2: it begins with %s", h.endpoint, escaped(start))
	default:
		return nil
	}
	return f
}

// goAwayCode finds the code in an error of net/http, which exports no type for it.
var goAwayCode = regexp.MustCompile(`ErrCode[=:]([A-Z_0-9]+)`)

// broken says why an HTTP/2 connection did not bring an answer.
func broken(t *target, e endpoint, p phase, err error) *failure {
	f := &failure{class: classProtocol, phase: p, cause: err}
	code, isEnded := strings.CutPrefix(err.Error(), "connection error: ") // the type is not exported by net/http
	_, isStream := errors.AsType[http2.StreamError](err)
	word := brokenOffBy(err)
	switch {
	case isTimeout(err):
		return timedOut(t, p)
	case word == goAway:
		f.reason = fmt.Sprintf("%s sends away whoever asks (GOAWAY)", e)
		if said := goAwayCode.FindStringSubmatch(err.Error()); said != nil {
			f.text = fmt.Sprintf("%s sends away whoever asks (GOAWAY, %s)", e, said[1])
		}
	case word != "":
		f.reason = fmt.Sprintf("%s breaks the call off (%s)", e, word)
	case strings.Contains(err.Error(), "header list larger"):
		f.reason = headTooLarge
	case isEnded:
		f.reason = fmt.Sprintf("%s does not keep to HTTP/2 (%s): its frames make no sense, or the header of its answer is larger than %d KiB", e, code, headLimit>>10)
	case isStream:
		f.reason = fmt.Sprintf("%s does not keep to HTTP/2: its answer makes no sense", e)
	case strings.Contains(err.Error(), "malformed HTTP response"), strings.Contains(err.Error(), "frame"):
		f.reason = fmt.Sprintf("%s does not speak HTTP/2", e)
	default: // how exactly it ended depends on what the transport was doing
		f.reason = "the connection ended before an answer came"
	}
	return f
}

const goAway = "GOAWAY"

// brokenOffBy names the frame by which the other side ended a call: GOAWAY, or RST_STREAM
// with its reason; "" if it did not.
func brokenOffBy(err error) string {
	if text := err.Error(); strings.Contains(text, "GOAWAY") || strings.Contains(text, "GoAway") {
		return goAway
	}
	// The transport has the same error for what it does not take itself, with another cause.
	reset, ok := errors.AsType[http2.StreamError](err)
	if ok && reset.Cause != nil && reset.Cause.Error() == "received from peer" {
		return fmt.Sprintf("RST_STREAM, %s", reset.Code)
	}
	return ""
}
