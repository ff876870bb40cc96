package probe

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/textproto"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/http2"

	"warroom/internal/clean"
)

const (
	// healthCheck is the method of the health checking protocol.
	// Source: grpc/grpc-proto, grpc/health/v1/health.proto.
	healthCheck = "/grpc.health.v1.Health/Check"
	// healthLimit bounds an answer, which has two bytes.
	healthLimit = 1 << 10
	// prefixBytes are what is before a message: whether it is compressed, and its length.
	// Source: gRPC over HTTP/2, Length-Prefixed-Message.
	prefixBytes = 5
)

// servingWords are the answers of the health checking protocol, in the order of its enum.
var servingWords = []string{"UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"}

// grpcCodes are the names of the statuses. Source: grpc/grpc, doc/statuscodes.md.
var grpcCodes = []string{
	"OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED",
	"RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
}

const grpcNotFound, grpcUnimplemented = 5, 12

// prepareGRPC makes the prober of a grpc or grpcs URL: the standard health check of the
// service that its path names, or of the server as a whole.
func prepareGRPC(t *target) (prober, error) {
	s := &t.spec
	if s.Method != "" || s.Body != "" || s.Expect.Status != "" || t.text != nil {
		return nil, errors.New("a gRPC probe asks the standard health check, so it has no method, body, status or text; leave them out")
	}
	if t.url.RawQuery != "" {
		return nil, errors.New("a gRPC probe has no query; write its URL as grpc://host:port/service")
	}
	if err := checkHeaders(s.Header); err != nil {
		return nil, err
	}
	for name := range s.Header {
		if lower := strings.ToLower(name); strings.HasPrefix(lower, "grpc-") || lower == "content-type" || lower == "host" {
			return nil, fmt.Errorf("the header %s is set by the prober itself; leave it out", textproto.CanonicalMIMEHeaderKey(name))
		}
	}
	t.secure = tlsConfig(t.endpoint)
	t.secure.NextProtos = []string{http2.NextProtoTLS}
	service := strings.Trim(t.url.Path, "/")
	return func(ctx context.Context, t *target, watch *stopwatch) outcome {
		var found outcome
		found.failure = check(ctx, t, service, watch, &found)
		return found
	}, nil
}

// check asks how a service is, on a connection of its own.
func check(ctx context.Context, t *target, service string, watch *stopwatch, found *outcome) *failure {
	conn, f := open(ctx, t, t.endpoint, watch)
	if f != nil {
		return f
	}
	defer conn.Close()
	if t.url.Scheme == "grpcs" {
		if found.ignored, f = handshake(t, t.endpoint, conn, watch); f != nil {
			return f
		}
		if conn.Conn.(*tls.Conn).ConnectionState().NegotiatedProtocol != http2.NextProtoTLS {
			return &failure{class: classProtocol, phase: phaseTLS, reason: fmt.Sprintf("%s speaks TLS but no HTTP/2, so no gRPC", t.endpoint)}
		}
	}
	ctx, cancel := context.WithDeadline(ctx, t.deadline(watch))
	defer cancel()
	begun := &beginning{Conn: conn.Conn}
	answer, err := http2Over(begun).RoundTrip(healthRequest(ctx, t, service, watch))
	watch.lap(phaseFirstByte)
	if start := begun.start(); err != nil && len(start) > 1 && start[0] == alertRecord && start[1] == tlsMajor {
		return &failure{class: classProtocol, phase: phaseFirstByte, reason: fmt.Sprintf("%s speaks TLS, not plain HTTP/2; use grpcs://", t.endpoint), cause: err}
	} else if err != nil && !isTimeout(err) && len(start) == cap(start) && start[frameType] != settingsFrame {
		return &failure{class: classProtocol, phase: phaseFirstByte, reason: fmt.Sprintf("%s does not speak HTTP/2: it begins with %s", t.endpoint, escaped(start)), cause: err}
	}
	if err != nil {
		if f := begun.alert(t.endpoint); f != nil {
			return f
		}
		return broken(t, phaseFirstByte, err)
	}
	defer answer.Body.Close()
	message, err := io.ReadAll(io.LimitReader(answer.Body, healthLimit))
	watch.lap(phaseTransfer)
	if f := notGRPC(t, answer); f != nil {
		return f
	}
	if err != nil {
		return broken(t, phaseTransfer, err)
	}
	return healthOf(answer, message, service, found)
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

// start is the first bytes; its length is less than its capacity if not as many came.
func (b *beginning) start() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append(make([]byte, 0, frameStart), b.first...)
}

// http2Over speaks HTTP/2 on a connection that is there already, and lets go of it when it
// is closed.
func http2Over(conn net.Conn) *http.Transport {
	var only http.Protocols
	only.SetHTTP2(true)
	only.SetUnencryptedHTTP2(true)
	dial := func(context.Context, string, string) (net.Conn, error) { return conn, nil }
	return &http.Transport{
		DialContext: dial, DialTLSContext: dial, Protocols: &only, MaxResponseHeaderBytes: headLimit, DisableCompression: true,
	}
}

// healthRequest is a unary call with one field, the name of the service.
func healthRequest(ctx context.Context, t *target, service string, watch *stopwatch) *http.Request {
	message := binary.AppendUvarint([]byte{1<<3 | 2}, uint64(len(service))) // field 1, of bytes
	message = append(message, service...)
	if service == "" {
		message = nil
	}
	body := append(binary.BigEndian.AppendUint32([]byte{0}, uint32(len(message))), message...)
	scheme := strings.NewReplacer("grpcs", "https", "grpc", "http").Replace(t.url.Scheme)
	request := (&http.Request{
		Method: http.MethodPost, URL: &url.URL{Scheme: scheme, Host: t.endpoint.header(scheme), Path: healthCheck},
		Header: http.Header{}, ContentLength: int64(len(body)), Body: io.NopCloser(strings.NewReader(string(body))),
	}).WithContext(ctx)
	for name, values := range t.spec.Header {
		request.Header[textproto.CanonicalMIMEHeaderKey(name)] = values
	}
	left := max(time.Until(t.deadline(watch)).Milliseconds(), 1)
	for name, value := range map[string]string{
		"Content-Type": "application/grpc", "Te": "trailers", "Grpc-Timeout": strconv.FormatInt(left, 10) + "m", "User-Agent": userAgent,
	} {
		request.Header.Set(name, value)
	}
	return request
}

// notGRPC says that an answer is something else; nil if it is gRPC.
func notGRPC(t *target, answer *http.Response) *failure {
	kind := answer.Header.Get("Content-Type")
	switch {
	case answer.StatusCode != http.StatusOK:
		return &failure{class: classProtocol, phase: phaseFirstByte, reason: fmt.Sprintf("%s answers with HTTP status %d, and gRPC with 200 always", t.endpoint, answer.StatusCode)}
	case kind != "application/grpc" && !strings.HasPrefix(kind, "application/grpc+") && !strings.HasPrefix(kind, "application/grpc;"):
		return &failure{class: classProtocol, phase: phaseFirstByte, reason: fmt.Sprintf("%s speaks HTTP/2 but no gRPC: its answer is %s", t.endpoint, clean.Line(escaped([]byte(kind)), nameLimit))}
	}
	return nil
}

// healthOf judges an answer: first the call's own status, then what it says.
func healthOf(answer *http.Response, message []byte, service string, found *outcome) *failure {
	whose := "the server"
	if service != "" {
		whose = "the service " + clean.Line(service, nameLimit)
	}
	end := answer.Trailer
	if end.Get("Grpc-Status") == "" {
		end = answer.Header // trailers only
	}
	wrong := func(sentence string, about ...any) *failure {
		f := &failure{class: classGRPC, phase: phaseTransfer, reason: fmt.Sprintf(sentence, about...)}
		if why := grpcMessage(end); why != "" {
			f.text = f.reason + ": " + why
		}
		return f
	}
	status := end.Get("Grpc-Status")
	code, err := strconv.Atoi(status)
	switch {
	case err != nil || code < 0:
		return &failure{class: classProtocol, phase: phaseTransfer, reason: "the answer ends without a gRPC status"}
	case code == grpcNotFound:
		return wrong("the server does not know %s (NOT_FOUND)", whose)
	case code == grpcUnimplemented:
		return wrong("the server has no health check (UNIMPLEMENTED)")
	case code >= len(grpcCodes):
		return wrong("the health check fails with status %d", code)
	case code > 0:
		return wrong("the health check fails with %s", grpcCodes[code])
	}
	said, ok := servingStatus(message)
	switch {
	case !ok:
		return &failure{class: classProtocol, phase: phaseTransfer, reason: "the answer of the health check makes no sense"}
	case said != "SERVING":
		return wrong("%s says %s", whose, said)
	}
	found.did = said
	return nil
}

// grpcMessage is what a server says of its status, for people. It comes percent-encoded;
// what is wrongly encoded is taken as it is. Source: gRPC over HTTP/2, Status-Message.
func grpcMessage(end http.Header) string {
	message := end.Get("Grpc-Message")
	if plain, err := url.PathUnescape(message); err == nil {
		message = plain
	}
	return clean.Line(message, textLimit)
}

// servingStatus reads the one field of the answer; without it, it is the enum's zero.
func servingStatus(message []byte) (said string, ok bool) {
	if len(message) < prefixBytes || message[0] != 0 || int(binary.BigEndian.Uint32(message[1:])) != len(message)-prefixBytes {
		return "", false
	}
	message = message[prefixBytes:]
	if len(message) == 0 {
		return servingWords[0], true
	}
	value, n := binary.Uvarint(message[1:])
	if message[0] != 1<<3 || n <= 0 || value >= uint64(len(servingWords)) {
		return "", false
	}
	return servingWords[value], true
}

// goAwayCode finds the code in an error of net/http, which exports no type for it.
var goAwayCode = regexp.MustCompile(`ErrCode[=:]([A-Z_0-9]+)`)

// broken says why an HTTP/2 connection did not bring an answer.
func broken(t *target, p phase, err error) *failure {
	f := &failure{class: classProtocol, phase: p, cause: err}
	reset, isReset := errors.AsType[http2.StreamError](err)
	ended, isEnded := errors.AsType[http2.ConnectionError](err)
	switch {
	case isTimeout(err):
		return timedOut(t, p)
	case strings.Contains(err.Error(), "GOAWAY"), strings.Contains(err.Error(), "GoAway"):
		f.reason = fmt.Sprintf("%s sends away whoever asks (GOAWAY)", t.endpoint)
		if said := goAwayCode.FindStringSubmatch(err.Error()); said != nil {
			f.text = fmt.Sprintf("%s sends away whoever asks (GOAWAY, %s)", t.endpoint, said[1])
		}
	case isReset:
		f.reason = fmt.Sprintf("%s breaks the call off (RST_STREAM, %s)", t.endpoint, reset.Code)
	case isEnded:
		f.reason = fmt.Sprintf("%s does not keep to HTTP/2 (%s)", t.endpoint, http2.ErrCode(ended))
	case strings.Contains(err.Error(), "malformed HTTP response"), strings.Contains(err.Error(), "frame"):
		f.reason = fmt.Sprintf("%s does not speak HTTP/2", t.endpoint)
	default: // how exactly it ended depends on what the transport was doing
		f.reason = "the connection ended before an answer came"
	}
	return f
}
