package probe

import (
	"bufio"
	"crypto/sha1"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// shaking is a server that answers a WebSocket handshake with what answer makes of the
// value that belongs to the key.
func shaking(t *testing.T, answer func(request *http.Request, accept string) string) func(net.Conn) {
	t.Helper()
	return func(conn net.Conn) {
		request, err := http.ReadRequest(bufio.NewReader(conn))
		if err != nil {
			return
		}
		hash := sha1.Sum([]byte(request.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
		_, _ = conn.Write([]byte(answer(request, base64.StdEncoding.EncodeToString(hash[:]))))
	}
}

func TestAWebSocketHandshake(t *testing.T) { // H44
	const changes = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: %s\r\nConnection: %s\r\nSec-WebSocket-Accept: %s\r\n\r\n"
	for _, c := range []struct {
		name                string
		answer              func(*http.Request, string) string
		word, class, reason string
	}{
		{"the right answer", func(r *http.Request, accept string) string {
			if r.Method != "GET" || r.Header.Get("Upgrade") != "websocket" || r.Header.Get("Sec-WebSocket-Version") != "13" || r.Header.Get("X-Team") != "payments" {
				return "HTTP/1.1 400 Bad Request\r\n\r\n"
			}
			return fmt.Sprintf(changes, "WebSocket", "keep-alive, Upgrade", accept)
		}, "UP", "", ""},
		{"a key that is not ours", func(*http.Request, string) string {
			return fmt.Sprintf(changes, "websocket", "Upgrade", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
		}, "DOWN", "protocol", "ADDRESS answers another WebSocket handshake than this one: its Sec-WebSocket-Accept does not belong to the key"},
		{"another protocol", func(_ *http.Request, accept string) string { return fmt.Sprintf(changes, "h2c", "Upgrade", accept) },
			"DOWN", "protocol", "ADDRESS changes the protocol, but not to a WebSocket"},
		{"no Connection header", func(_ *http.Request, accept string) string { return fmt.Sprintf(changes, "websocket", "close", accept) },
			"DOWN", "protocol", "ADDRESS changes the protocol without saying so in its Connection header"},
		{"what nobody asked for", func(_ *http.Request, accept string) string {
			return fmt.Sprintf(changes, "websocket", "Upgrade", accept+"\r\nSec-WebSocket-Protocol: chat")
		}, "DOWN", "protocol", "ADDRESS answers with an extension or a protocol that nobody asked for"},
		{"an ordinary answer", func(*http.Request, string) string { return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" },
			"DOWN", "status", "expected status 101, got 200"},
		{"no answer", func(*http.Request, string) string { return "" }, "DOWN", "protocol", "the connection was closed before an answer came"},
	} {
		t.Run(c.name, func(t *testing.T) {
			address := listen(t, shaking(t, c.answer))
			got := probeOnce(t, Spec{URL: "ws://" + address + "/chat", Header: map[string][]string{"X-Team": {"payments"}}}, nil)
			got.want(t, c.word, c.class, strings.ReplaceAll(c.reason, "ADDRESS", address))
		})
	}
}

func TestH35HeadersOfAWebSocket(t *testing.T) {
	address := listen(t, shaking(t, func(_ *http.Request, accept string) string {
		return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nServer: chat/2\r\nSec-WebSocket-Accept: " + accept + "\r\n\r\n"
	}))
	look := func(server string) reading {
		return probeOnce(t, Spec{URL: "ws://" + address, Expect: Expect{Headers: map[string]string{"Server": server}}}, nil)
	}
	look("chat/2").wantUp(t)
	look("chat/3").want(t, "DOWN", "assert", `expected a header Server that contains "chat/3", and there is another`)
}

func TestAWebSocketIsClosedAsItShouldBe(t *testing.T) {
	rest := make(chan []byte, 1)
	address := listen(t, func(conn net.Conn) {
		shaking(t, func(_ *http.Request, accept string) string {
			return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + accept + "\r\n\r\n"
		})(conn)
		all, _ := io.ReadAll(conn)
		rest <- all
	})
	probeOnce(t, Spec{URL: "ws://" + address}, nil).wantUp(t)
	frame := <-rest
	if len(frame) != 8 || frame[0] != 0x88 || frame[1] != 0x82 || int(frame[6]^frame[2])<<8|int(frame[7]^frame[3]) != 1000 {
		t.Errorf("it ends with % x, which is no masked close frame with the status 1000", frame)
	}
}

func TestAKeyOfOnesOwnIsRefused(t *testing.T) {
	_, err := New(Spec{Name: "shop", URL: "ws://127.0.0.1:1", Header: map[string][]string{"sec-websocket-key": {"x"}}}, nil)
	if err == nil || err.Error() != `probe "shop": the header Sec-Websocket-Key is set by the prober itself; leave it out` {
		t.Errorf("got %v", err)
	}
}

func TestAWebSocketOverTLS(t *testing.T) {
	ours := newAuthority(t)
	serve := func(name string) string {
		config := &tls.Config{Certificates: []tls.Certificate{ours.issue(t, leaf{names: []string{name}})}}
		answer := shaking(t, func(_ *http.Request, accept string) string {
			return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + accept + "\r\n\r\n"
		})
		return listen(t, func(conn net.Conn) { answer(tls.Server(conn, config)) })
	}
	env := &Environment{Roots: ours.pool}
	probeOnce(t, Spec{URL: "wss://" + serve("127.0.0.1")}, env).wantUp(t)
	probeOnce(t, Spec{URL: "wss://" + serve("other.example")}, env).want(t, "DOWN", "cert", "the certificate is for other.example, not for 127.0.0.1")
}
