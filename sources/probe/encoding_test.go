package probe

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// encoded is text in an encoding.
func encoded(t testing.TB, encoding, text string) string {
	t.Helper()
	var out bytes.Buffer
	var writer io.WriteCloser
	var err error
	switch encoding {
	case "deflate":
		writer = zlib.NewWriter(&out)
	case "raw deflate":
		writer, err = flate.NewWriter(&out, flate.DefaultCompression)
	case "br":
		writer = brotli.NewWriter(&out)
	case "zstd":
		writer, err = zstd.NewWriter(&out)
	default:
		return text
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(writer, text); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// encodingAnswer is an answer whose header names an encoding.
func encodingAnswer(header, body string) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Encoding: %s\r\nContent-Length: %d\r\n\r\n%s", header, len(body), body)
}

func TestH26Encodings(t *testing.T) {
	text := strings.Repeat("much of the same ", 1000) + "all ok"
	bomb := strings.Repeat("\x00", 64<<20)
	for encoding, header := range map[string]string{"deflate": "deflate", "raw deflate": "Deflate", "br": "br", "zstd": "zstd"} {
		t.Run(encoding, func(t *testing.T) {
			whole := encoded(t, encoding, text)
			name := strings.ToLower(header)
			for _, c := range []struct {
				name, body, expect  string
				word, class, reason string
			}{
				{"decoded", whole, "all ok", "UP", "", ""},
				{"decoded to its end", whole, "/same all ok$/", "UP", "", ""},
				{"without what is expected", whole, "absent", "DOWN", "assert", `the body does not hold what it should: expected that it contains "absent"`},
				{"empty", "", "", "UP", "", ""},
				{"empty text", encoded(t, encoding, ""), "/^$/", "UP", "", ""},
				{"cut off", whole[:len(whole)-8], "", "DOWN", "body", "the body is not the " + name + " that its header says it is"},
				{"something else", "\xff\xff\xff all ok, I promise", "", "DOWN", "body", "the body is not the " + name + " that its header says it is"},
				{"H24 bomb", encoded(t, encoding, bomb), "needle", "DOWN", "assert", `the body's first 1024 KiB does not hold what it should: expected that it contains "needle"`},
			} {
				t.Run(c.name, func(t *testing.T) {
					got := probeOnce(t, Spec{URL: "http://" + saying(t, encodingAnswer(header, c.body)), Expect: Expect{Body: c.expect}}, nil)
					got.want(t, c.word, c.class, c.reason)
				})
			}
		})
	}
}

func TestH26WhatIsNotDecoded(t *testing.T) {
	for _, c := range []struct{ header, body, expect, word, reason string }{
		{"identity", "all ok", "all ok", "UP", ""},
		{"", "all ok", "all ok", "UP", ""},
		{"compress", "\x1f\x9d\x90", "", "UP", ""},
		{"compress", "\x1f\x9d\x90", "all ok", "DOWN", `the body, encoded as "compress", which cannot be decoded, does not hold what it should: expected that it contains "all ok"`},
		{"gzip, br", "\x1f\x9d\x90", "all ok", "DOWN", `the body, encoded as "gzip, br", which cannot be decoded, does not hold what it should: expected that it contains "all ok"`},
		{"\u202e" + strings.Repeat("x", 100), "", "all ok", "DOWN", `the body, encoded as "\u202exxxxxxxxxxxxx", which cannot be decoded, does not hold what it should: expected that it contains "all ok"`},
	} {
		got := probeOnce(t, Spec{URL: "http://" + saying(t, encodingAnswer(c.header, c.body)), Expect: Expect{Body: c.expect}}, nil)
		if got.Word != c.word || got.Reason != c.reason {
			t.Errorf("%q: %s %q", c.header, got.Word, got.Reason)
		}
	}
}

func TestH26OnlyWhatIsAskedForIsSaid(t *testing.T) {
	for given, want := range map[string]string{"": "gzip", "br, zstd": "br, zstd"} {
		spec := Spec{Name: "shop", URL: "shop.example"}
		if given != "" {
			spec.Header = map[string][]string{"accept-encoding": {given}}
		}
		target, err := newTarget(spec, new(Environment))
		if err != nil {
			t.Fatal(err)
		}
		if request := string(target.request); strings.Count(request, "Accept-Encoding") != 1 || !strings.Contains(request, "\r\nAccept-Encoding: "+want+"\r\n") {
			t.Errorf("with %q it asks %q", given, request)
		}
	}
}

func TestDecodersLeaveNothingBehind(t *testing.T) {
	addresses := []string{saying(t, encodingAnswer("zstd", encoded(t, "zstd", "all ok"))), saying(t, encodingAnswer("br", "x")), saying(t, encodingAnswer("zstd", "x"))}
	goroutines, files := runtime.NumGoroutine(), openFiles(t)
	for _, address := range addresses {
		watch := watchOf(t, Spec{URL: "http://" + address}, nil)
		for range 50 {
			lookOnce(t.Context(), t, watch)
		}
	}
	settles(t, goroutines, files)
}

func TestABodyWhoseDecoderRemembersALotIsReadLessFar(t *testing.T) { // Q2
	random := make([]byte, 2*heavyLimit)
	_, _ = rand.Read(random)
	text := base64.StdEncoding.EncodeToString(random) // three quarters of it are left when it is encoded
	for _, encoding := range []string{"br", "zstd"} {
		address := saying(t, encodingAnswer(encoding, encoded(t, encoding, text+"needle")))
		look := func(expected string) reading {
			return probeOnce(t, Spec{URL: "http://" + address, Expect: Expect{Body: expected}}, nil)
		}
		look(text[heavyLimit/4:][:100]).wantUp(t)
		look("needle").want(t, "DOWN", "assert", `the body's first 256 KiB does not hold what it should: expected that it contains "needle"`)
	}
}

// TestNothingOfABodyIsTakenForTheNextOne: what a decoder has read ahead, and not used, is of
// the first endpoint.
func TestNothingOfABodyIsTakenForTheNextOne(t *testing.T) {
	var text strings.Builder // of which a decoder reads more than it can give at once
	for i := range 20_000 {
		fmt.Fprintf(&text, "%d%s", i*7919, strings.Repeat("x", 1000))
	}
	for _, encoding := range []string{"br", "zstd"} {
		long := saying(t, encodingAnswer(encoding, encoded(t, encoding, text.String())))
		short := saying(t, encodingAnswer(encoding, encoded(t, encoding, "all ok")))
		for range 10 {
			probeOnce(t, Spec{URL: "http://" + long, Expect: Expect{Body: "not in it"}}, nil)
			probeOnce(t, Spec{URL: "http://" + short, Expect: Expect{Body: "all ok"}}, nil).wantUp(t)
		}
	}
}
