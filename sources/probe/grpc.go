package probe

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
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
	answer, f := openHTTP2(conn.Conn).ask(t, firstHop(t), healthRequest(ctx, t, service, watch), watch)
	if f != nil {
		return f
	}
	defer answer.Body.Close()
	message, err := io.ReadAll(io.LimitReader(answer.Body, healthLimit))
	watch.lap(phaseTransfer)
	if f := notGRPC(t, answer); f != nil {
		return f
	}
	if err != nil {
		return broken(t, t.endpoint, phaseTransfer, err)
	}
	return healthOf(t, answer, message, service, found)
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
func healthOf(t *target, answer *http.Response, message []byte, service string, found *outcome) *failure {
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
		if why := clean.Line(t.withoutSecrets(grpcMessage(end)), textLimit); why != "" {
			f.text, f.came = f.reason+": "+why, why
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
	return message
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
