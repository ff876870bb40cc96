package probe

import (
	"context"
	"crypto/rand"
	"crypto/sha1" // by which RFC 6455 has the server answer; it protects nothing
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/textproto"
	"strings"
)

// acceptSuffix is what a server hashes with the client's key (RFC 6455, section 1.3).
const acceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

// prepareWebSocket makes the prober of a ws or wss URL: the handshake that turns HTTP/1.1
// into a WebSocket, which is broken off once it has come about.
func prepareWebSocket(t *target) (prober, error) {
	s := &t.spec
	if s.Method != "" || s.Body != "" || s.Expect.Status != "" || t.text != nil {
		return nil, errors.New("a WebSocket probe ends with the handshake, so it has no method, body, status or text; leave them out, or use an http URL")
	}
	if err := checkHeaders(s.Header); err != nil {
		return nil, err
	}
	for name := range s.Header {
		if strings.HasPrefix(strings.ToLower(name), "sec-websocket-") {
			return nil, fmt.Errorf("the header %s is set by the prober itself; leave it out", textproto.CanonicalMIMEHeaderKey(name))
		}
	}
	t.secure = tlsConfig(t.endpoint)
	return probeWebSocket, nil
}

// probeWebSocket asks for a WebSocket and sees whether the answer is one to this question
// (RFC 6455, section 4.1).
func probeWebSocket(ctx context.Context, t *target, watch *stopwatch) outcome {
	var found outcome
	found.failure = shakeHands(ctx, t, watch, &found)
	return found
}

func shakeHands(ctx context.Context, t *target, watch *stopwatch, found *outcome) *failure {
	conn, f := open(ctx, t, t.endpoint, watch)
	if f != nil {
		return f
	}
	defer conn.Close()
	if t.url.Scheme == "wss" {
		if found.ignored, f = handshake(t, t.endpoint, conn, watch); f != nil {
			return f
		}
	}
	var nonce [16]byte
	_, _ = rand.Read(nonce[:]) // never fails
	key := base64.StdEncoding.EncodeToString(nonce[:])
	_, writeError := conn.Write(upgradeRequest(t, key))
	r := newResponseReader(conn)
	defer r.release()
	h := &hop{url: t.url, endpoint: t.endpoint, method: http.MethodGet}
	answer, f := r.head(t, h, watch)
	if f != nil {
		if f.cause == nil {
			f.cause = writeError
		}
		return f
	}
	watch.lap(phaseTransfer)
	found.status, found.did = answer.StatusCode, fmt.Sprint(answer.StatusCode)
	if answer.StatusCode != http.StatusSwitchingProtocols {
		return &failure{class: classStatus, phase: phaseFirstByte, reason: fmt.Sprintf("expected status 101, got %d", answer.StatusCode)}
	}
	if f := upgraded(t, answer.Header, key); f != nil {
		return f
	}
	_, _ = conn.Write(closeFrame()) // out of politeness: the handshake was all that was wanted
	return checkHeader(t, answer.Header)
}

// upgradeRequest is the handshake as it goes over the wire.
func upgradeRequest(t *target, key string) []byte {
	h := firstHop(t)
	h.method = http.MethodGet
	head, _ := strings.CutSuffix(string(h.request(t)), "Connection: close\r\n\r\n")
	return []byte(head + "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + key + "\r\n\r\n")
}

// closeFrame ends a WebSocket with the status 1000, a normal end. A client masks what it
// sends (RFC 6455, sections 5.3 and 5.5.1).
func closeFrame() []byte {
	var mask [4]byte
	_, _ = rand.Read(mask[:]) // never fails
	const final, closes, masked, normal = 0x80, 0x8, 0x80, 1000
	frame := append([]byte{final | closes, masked | 2}, mask[:]...)
	return append(frame, normal>>8^mask[0], normal&0xff^mask[1])
}

// upgraded says what is wrong with an answer that claims to be a WebSocket.
func upgraded(t *target, header http.Header, key string) *failure {
	wrong := func(sentence string) *failure {
		return &failure{class: classProtocol, phase: phaseFirstByte, reason: fmt.Sprintf(sentence, t.endpoint)}
	}
	hash := sha1.Sum([]byte(key + acceptSuffix))
	switch {
	case !strings.EqualFold(header.Get("Upgrade"), "websocket"):
		return wrong("%s changes the protocol, but not to a WebSocket")
	case !hasToken(header.Values("Connection"), "upgrade"):
		return wrong("%s changes the protocol without saying so in its Connection header")
	case header.Get("Sec-WebSocket-Accept") != base64.StdEncoding.EncodeToString(hash[:]):
		return wrong("%s answers another WebSocket handshake than this one: its Sec-WebSocket-Accept does not belong to the key")
	}
	if header.Get("Sec-WebSocket-Extensions") != "" || header.Get("Sec-WebSocket-Protocol") != "" {
		return wrong("%s answers with an extension or a protocol that nobody asked for")
	}
	return nil
}

// hasToken says whether a word is in lists of words, whatever its case.
func hasToken(lists []string, word string) bool {
	for _, list := range lists {
		for token := range strings.SplitSeq(list, ",") {
			if strings.EqualFold(strings.TrimSpace(token), word) {
				return true
			}
		}
	}
	return false
}
