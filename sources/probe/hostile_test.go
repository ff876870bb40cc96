package probe

import (
	"bufio"
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"
	"golang.org/x/net/http2"

	"warroom/internal/room"
)

const (
	// hostileAtOnce is how many hostile endpoints are probed together, and hostileGrowth by
	// how much the process may grow meanwhile, their servers included.
	hostileAtOnce = 50
	hostileGrowth = 32 << 20
	// rude is what no terminal may be sent.
	rude = "\x1b]0;owned\x07\x9b31m\u202e\u200b"
)

// hostileEndpoint is one way to harm who asks.
type hostileEndpoint struct {
	name  string
	spec  Spec
	class string // of the failure; several where the order of events decides
}

// endlessly writes the same until the other side has enough.
func endlessly(w io.Writer, piece string) {
	for piece := []byte(piece); ; {
		if _, err := w.Write(piece); err != nil {
			return
		}
	}
}

// forever begins an answer of HTTP/1.1, goes on with a piece so many times, and then says
// nothing more.
func forever(t *testing.T, begins, piece string, times int) string {
	first, next := []byte(begins), []byte(piece)
	return "http://" + answering(t, func(conn net.Conn) {
		_, _ = conn.Write(first)
		for range times {
			_, _ = conn.Write(next)
		}
		untilClosed(conn)
	})
}

const (
	hostileHead = "HTTP/1.1 200 OK\r\n"
	// wideZstd and wideBrotli ask a decoder to remember 8 and 16 MiB (RFC 8878, section
	// 3.1.1.1; RFC 7932, sections 9.1 and 9.2), and begin a block of plain bytes.
	wideZstd, wideBrotli = "\x28\xb5\x2f\xfd\x00\x68\x00\x10\x00", "\xcf\xff\xff\xff"
)

// greedyBodies make a decoder hold as much as it can, and do not end.
func greedyBodies(t *testing.T) []hostileEndpoint {
	text, value := Expect{Body: "needle"}, Expect{JSON: map[string]string{"$.a": "1"}}
	filled := func(begins, with string) string {
		return forever(t, hostileHead+"\r\n"+begins, strings.Repeat(with, 1<<10), bodyLimit>>10-1)
	}
	encoded := func(encoding, begins string) string {
		return forever(t, hostileHead+"Content-Encoding: "+encoding+"\r\n\r\n"+begins, strings.Repeat("x", 512), 1)
	}
	return []hostileEndpoint{
		{"JSON of one text", Spec{URL: filled(`{"a": "`, "x"), Expect: value}, "timeout"},
		{"JSON of one text of broken characters", Spec{URL: filled(`{"a": "`, "\x80"), Expect: value}, "timeout"},
		{"JSON of blanks", Spec{URL: filled("{", " "), Expect: value}, "timeout"},
		{"JSON of one number", Spec{URL: filled(`{"a": 1`, "0"), Expect: value}, "timeout"},
		{"zstd with a window of 8 MiB", Spec{URL: encoded("zstd", wideZstd), Expect: text}, "timeout"},
		{"br with a window of 16 MiB", Spec{URL: encoded("br", wideBrotli), Expect: text}, "timeout"},
	}
}

// hostileHTTP1 are servers of HTTP/1.1 and WebSocket.
func hostileHTTP1(t *testing.T) []hostileEndpoint {
	var short strings.Builder
	for i := 0; short.Len() < headLimit-100; i++ {
		fmt.Fprintf(&short, "%x:\n", i)
	}
	filler, text := strings.Repeat("x", 1000), Expect{Body: "needle"}
	endless := func(begins, piece string) string {
		return answering(t, func(conn net.Conn) { _, _ = io.WriteString(conn, begins); endlessly(conn, piece) })
	}
	const upgrades = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
	bomb := encoded(t, "deflate", strings.Repeat("\x00", 16<<20))
	return []hostileEndpoint{
		{"a header of many short lines", Spec{URL: forever(t, hostileHead+short.String(), "", 0)}, "protocol"},
		{"a header of one line", Spec{URL: forever(t, hostileHead+"X: ", strings.Repeat("x", 1<<10), headLimit>>10-1)}, "timeout"},
		{"a bomb of deflate", Spec{URL: forever(t, hostileHead+"Content-Encoding: deflate\r\n\r\n"+bomb, "", 0), Expect: text}, "assert"},
		{"zstd without end", Spec{URL: "http://" + endless(hostileHead+"Content-Encoding: zstd\r\n\r\n"+wideZstd+strings.Repeat("x", 512), "\x00\x10\x00"+strings.Repeat("x", 512)), Expect: text}, "assert"},
		{"br without end", Spec{URL: "http://" + endless(hostileHead+"Content-Encoding: br\r\n\r\n"+wideBrotli, filler), Expect: text}, "assert"},
		{"a header and a body that are rude", Spec{URL: "http://" + endless("HTTP/1.1 200 "+rude+"\r\nX: "+rude+"\r\n\r\n", rude), Expect: text}, "protocol"},
		{"WebSocket: a handshake that is dripped", Spec{URL: "ws://" + answering(t, func(conn net.Conn) {
			_, _ = io.WriteString(conn, upgrades)
			for {
				if _, err := io.WriteString(conn, "X: y\r\n"); err != nil {
					return
				}
				<-time.After(10 * time.Millisecond)
			}
		})}, "timeout"},
		{"WebSocket: an endless header", Spec{URL: "ws://" + endless(upgrades, "X: "+filler+"\r\n")}, "protocol"},
		{"WebSocket: a rude protocol, and then frames", Spec{URL: "ws://" + listen(t, func(conn net.Conn) {
			request, err := http.ReadRequest(bufio.NewReader(conn))
			if err != nil {
				return
			}
			sum := sha1.Sum([]byte(request.Header.Get("Sec-WebSocket-Key") + acceptSuffix))
			_, _ = fmt.Fprintf(conn, "%sConnection: upgrade\r\nSec-WebSocket-Accept: %s\r\nSec-WebSocket-Protocol: \u202e\r\n\r\n", upgrades, base64.StdEncoding.EncodeToString(sum[:]))
			endlessly(conn, filler)
		})}, "protocol"},
	}
}

// hostileHTTP2 are servers of HTTP/2, and of gRPC over it.
func hostileHTTP2(t *testing.T) []hostileEndpoint {
	filler := strings.Repeat("x", 1000)
	h2 := func(name, class string, answer func(net.Conn, *http2.Framer, uint32)) hostileEndpoint {
		return hostileEndpoint{"HTTP/2: " + name, Spec{URL: "http://" + frames(t, answer), Version: http2Version, Expect: Expect{Body: "needle"}}, class}
	}
	grpc := func(name, class string, answer func(net.Conn, *http2.Framer, uint32)) hostileEndpoint {
		return hostileEndpoint{"gRPC: " + name, Spec{URL: "grpc://" + frames(t, answer)}, class}
	}
	begins := func(f *http2.Framer, stream uint32) {
		headed(f, stream, false, ":status", "200", "content-type", "application/grpc")
	}
	return []hostileEndpoint{
		h2("a header over CONTINUATION without end", "protocol", func(_ net.Conn, f *http2.Framer, stream uint32) {
			_ = f.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: fields(":status", "200")})
			for block := fields("x", filler); f.WriteContinuation(stream, false, block) == nil; {
			}
		}),
		h2("a CONTINUATION of nothing without end", "timeout protocol", func(_ net.Conn, f *http2.Framer, stream uint32) {
			_ = f.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: fields(":status", "200")})
			for f.WriteContinuation(stream, false, nil) == nil {
			}
		}),
		h2("a header that says a thing ten thousand times", "protocol", func(_ net.Conn, f *http2.Framer, stream uint32) {
			const newest = 0xbe // of the table of what was said (RFC 7541, section 6.1)
			block := append(fields(":status", "200", "x", strings.Repeat("x", 4000)), bytes.Repeat([]byte{newest}, 10_000)...)
			_ = f.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: block, EndHeaders: true})
		}),
		h2("settings without end", "timeout", func(_ net.Conn, f *http2.Framer, _ uint32) {
			for f.WriteSettings(http2.Setting{ID: http2.SettingMaxConcurrentStreams, Val: 7}) == nil {
			}
		}),
		h2("pings without end", "timeout", func(_ net.Conn, f *http2.Framer, _ uint32) {
			for f.WritePing(false, [8]byte{}) == nil {
			}
		}),
		h2("a frame of 16 MiB", "protocol", func(conn net.Conn, _ *http2.Framer, stream uint32) {
			_, _ = conn.Write(append([]byte{0xff, 0xff, 0xff, byte(http2.FrameData), 0}, binary.BigEndian.AppendUint32(nil, stream)...))
			endlessly(conn, filler)
		}),
		h2("interim answers without end", "protocol", func(_ net.Conn, f *http2.Framer, stream uint32) {
			for block := fields(":status", "103", "x", filler); f.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: block, EndHeaders: true}) == nil; {
			}
		}),
		h2("promises that nobody asked for", "protocol", func(_ net.Conn, f *http2.Framer, stream uint32) {
			for id := uint32(2); f.WritePushPromise(http2.PushPromiseParam{StreamID: stream, PromiseID: id, BlockFragment: fields(":method", "GET"), EndHeaders: true}) == nil; id += 2 {
			}
		}),
		h2("a body that does not wait for its window", "assert body", func(_ net.Conn, f *http2.Framer, stream uint32) {
			begins(f, stream)
			for piece := make([]byte, 16<<10); f.WriteData(stream, false, piece) == nil; {
			}
		}),
		grpc("a message of 4 GiB", "protocol", func(_ net.Conn, f *http2.Framer, stream uint32) {
			begins(f, stream)
			for piece := append([]byte{0, 0xff, 0xff, 0xff, 0xff}, make([]byte, 16<<10-5)...); f.WriteData(stream, false, piece) == nil; {
			}
		}),
		grpc("a long and rude message about its status", "grpc", func(_ net.Conn, f *http2.Framer, stream uint32) {
			headed(f, stream, true, ":status", "200", "content-type", "application/grpc", "grpc-status", "14",
				"grpc-message", strings.Repeat("%1b%5d0;owned%07%9b31m%e2%80%ae%00", 3000))
		}),
		grpc("trailers over CONTINUATION without end", "protocol", func(_ net.Conn, f *http2.Framer, stream uint32) {
			begins(f, stream)
			_ = f.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: fields("grpc-status", "0"), EndStream: true})
			for block := fields("x", filler); f.WriteContinuation(stream, false, block) == nil; {
			}
		}),
	}
}

// hostileText are servers whose words come before, or instead of, TLS.
func hostileText(t *testing.T) []hostileEndpoint {
	filler := rude + strings.Repeat("x", 1000)
	says := func(name, scheme, class, begins, piece string) hostileEndpoint {
		return hostileEndpoint{scheme + ": " + name, Spec{URL: scheme + "://" + listen(t, func(conn net.Conn) {
			_, _ = io.WriteString(conn, begins)
			endlessly(conn, piece)
		})}, class}
	}
	banner := says("a banner without end", "tcp", "assert", "", filler)
	banner.spec.Expect.Body = "/needle$/"
	return []hostileEndpoint{
		banner,
		says("a greeting of lines without end", "smtp", "protocol", "", "220-"+filler+"\r\n"),
		says("a line without end", "smtp", "protocol", "220 ", filler),
		says("news, and no answer", "imap", "protocol", "", "* OK "+filler+"\r\n"),
		says("a line without end", "pop3", "protocol", "+OK", filler),
		says("a message of 2 GiB", "ldap", "protocol", "\x30\x84\x7f\xff\xff\xff", filler),
		says("something else", "postgres", "protocol", "", filler),
		says("yes, and plain text", "postgres", "protocol", "", strings.Repeat("S", 1000)),
		says("records without a handshake", "tls", "tls", "", "\x16\x03\x03\x40\x00\x02\xff\xff\xff"+strings.Repeat("\x00", 16<<10-4)),
	}
}

// hostileNames are name servers.
func hostileNames(t *testing.T) []hostileEndpoint {
	asking := func(name, query, class string, answer func(question *dns.Msg, network string) [][]byte) hostileEndpoint {
		return hostileEndpoint{"DNS: " + name, Spec{URL: "dns://" + answersOf(t, answer) + "/www.example.com?" + query, Expect: Expect{Body: "needle"}}, class}
	}
	looping := func(q *dns.Msg, _ string) [][]byte {
		answer := packed(new(dns.Msg).SetReply(q))
		answer[7] = 1 // answers
		at := len(answer)
		return [][]byte{append(answer, 0xc0|byte(at>>8), byte(at), 0, 1, 0, 1, 0, 0, 0, 0, 0, 0)} // its name is where its name is
	}
	overflowing := strings.Repeat("\xff", 1<<16)
	return []hostileEndpoint{
		asking("a name that points at itself", "type=A", "protocol", looping),
		asking("the same over TCP", "transport=tcp", "protocol", looping),
		asking("as many records as a message holds", "type=TXT&transport=tcp", "assert", func(q *dns.Msg, _ string) [][]byte {
			answer := new(dns.Msg).SetReply(q)
			answer.Compress = true
			for range 1500 {
				answer.Answer = append(answer.Answer, &dns.TXT{Hdr: dns.RR_Header{Name: q.Question[0].Name, Rrtype: dns.TypeTXT, Class: dns.ClassINET}, Txt: []string{rude}})
			}
			return [][]byte{packed(answer)}
		}),
		asking("answers to other questions", "type=A", "timeout", func(q *dns.Msg, _ string) [][]byte {
			other := packed(new(dns.Msg).SetReply(new(dns.Msg).SetQuestion("other.example.com.", dns.TypeA)))
			return slices.Repeat([][]byte{other}, 1000)
		}),
		{"DNS: messages of 64 KiB without end", Spec{URL: "dns://" + listen(t, func(conn net.Conn) { endlessly(conn, overflowing) }) + "/www.example.com?transport=tcp"}, "timeout"},
	}
}

// hostileEndpoints are all of them. Those that nothing else ends are given a second.
func hostileEndpoints(t *testing.T) []hostileEndpoint {
	all := slices.Concat(greedyBodies(t), hostileHTTP1(t), hostileHTTP2(t), hostileText(t), hostileNames(t))
	for i := range all {
		all[i].spec.Timeout = time.Minute
		if strings.Contains(all[i].class, classTimeout) {
			all[i].spec.Timeout = time.Second
		}
	}
	return all
}

// judged checks that an endpoint came to its verdict, in words that a terminal may be sent.
// A machine that is too busy to notice that the time is up says so, which is no verdict.
func (e *hostileEndpoint) judged(t *testing.T, got reading) {
	t.Helper()
	tooBusy := e.spec.Timeout == time.Second && got.Reason == stalled(new(failure)).reason
	if !tooBusy && (got.Word != wordDown || !slices.Contains(strings.Fields(e.class), got.sample.Class)) {
		t.Errorf("%s: %s %q %q, want class %s", e.name, got.Word, got.sample.Class, got.Reason, e.class)
	}
	shown := got.Reason + got.sample.Text + strings.Join(got.Detail.(*room.ProbeDetail).Answers, "")
	if got.err != nil {
		shown += got.err.Error()
	}
	for _, r := range shown {
		if r < ' ' || r >= 0x7f && r < 0xa0 || strings.ContainsRune("\u202e\u200b", r) {
			t.Errorf("%s: it says %q", e.name, shown)
			break
		}
	}
}

func TestQ2AHostileEndpointOfAnyProtocolComesToAVerdict(t *testing.T) {
	var all sync.WaitGroup
	defer all.Wait()
	for _, e := range hostileEndpoints(t) {
		watch := watchOf(t, e.spec, nil)
		if e.class != classTimeout {
			e.judged(t, lookOnce(t.Context(), t, watch))
			continue
		}
		all.Go(func() { e.judged(t, lookOnce(t.Context(), t, watch)) })
	}
}

// held is what the Go runtime holds of the system's memory.
func held() int64 {
	sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(sample)
	return int64(sample[0].Value.Uint64() - sample[1].Value.Uint64())
}

func TestQ2FiftyHostileEndpointsOfAllProtocolsDoNotFillTheMemory(t *testing.T) {
	every, greedy := hostileEndpoints(t), greedyBodies(t)
	for i := range greedy {
		greedy[i].spec.Timeout = time.Second
	}
	kinds := map[string][]hostileEndpoint{"one of each": every}
	for _, e := range greedy { // the ones that it takes least to ask for much
		kinds[e.name] = []hostileEndpoint{e}
	}
	for name, kinds := range kinds {
		t.Run(name, func(t *testing.T) {
			runtime.GC()
			debug.FreeOSMemory()
			before, most := held(), int64(0)
			var all sync.WaitGroup
			for i := range hostileAtOnce {
				e := kinds[i%len(kinds)]
				watch := watchOf(t, e.spec, nil)
				all.Go(func() { e.judged(t, lookOnce(t.Context(), t, watch)) })
			}
			done := make(chan struct{})
			go func() { all.Wait(); close(done) }()
			for over := false; !over; {
				most = max(most, held())
				select {
				case <-done:
					over = true
				case <-time.After(2 * time.Millisecond):
				}
			}
			t.Logf("the process grew by %d MiB", (most-before)>>20)
			if most-before > hostileGrowth {
				t.Errorf("the process grew by %d MiB", (most-before)>>20)
			}
		})
	}
}
