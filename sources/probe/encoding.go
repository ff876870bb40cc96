package probe

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// zstdWindow is how much a body may ask a decoder to remember (RFC 9659, section 3).
const zstdWindow = 8 << 20

var (
	inflaters = sync.Pool{New: func() any { return new(gzip.Reader) }}
	zstds     = sync.Pool{New: func() any {
		decoder, _ := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(zstdWindow))
		return decoder // these options are never refused
	}}
)

// encodingOf is how a body is encoded (RFC 9110, section 8.4), "" if it is not.
func encodingOf(answer *http.Response) string {
	encoding := strings.ToLower(strings.TrimSpace(strings.Join(answer.Header["Content-Encoding"], ", ")))
	switch encoding {
	case "x-gzip":
		return "gzip"
	case "identity":
		return ""
	}
	return encoding
}

// isKnown says whether inflate knows an encoding. Several of them one on the other are
// never seen, and not known.
func isKnown(encoding string) bool {
	switch encoding {
	case "gzip", "deflate", "br", "zstd":
		return true
	}
	return false
}

// isHeavy says whether the decoder of an encoding remembers megabytes, because a body may
// ask it to.
func isHeavy(encoding string) bool { return encoding == "br" || encoding == "zstd" }

// inflate hands what a body was before it was encoded to read, and gives its error.
func inflate(encoding string, body *bufio.Reader, read func(io.Reader) error) error {
	if _, err := body.Peek(1); err == io.EOF { // no body at all is an empty one
		return read(http.NoBody)
	}
	var plain io.Reader
	switch encoding {
	case "gzip":
		inflater := inflaters.Get().(*gzip.Reader)
		defer inflaters.Put(inflater)
		if err := inflater.Reset(body); err != nil {
			return err
		}
		plain = inflater
	case "deflate":
		plain = flate.NewReader(body)
		if start, _ := body.Peek(2); isZlib(start) {
			inflater, err := zlib.NewReader(body)
			if err != nil {
				return err
			}
			plain = inflater
		}
	case "br":
		start, _ := body.Peek(1)
		narrowWindow(start)
		plain = brotli.NewReader(body) // its Reset keeps what it has read ahead of the body before
	case "zstd":
		inflater := zstds.Get().(*zstd.Decoder)
		defer zstds.Put(inflater)
		if err := inflater.Reset(body); err != nil {
			return err
		}
		plain = inflater
	}
	return read(plain)
}

// narrowWindow has a body in br ask its decoder to remember 2 MiB at the most, and not 16: nothing
// that is read of it can refer to what lies further back. The first byte holds, after a one,
// three bits for windows of 256 KiB (1) to 16 MiB (7) (RFC 7932, section 9.1).
func narrowWindow(start []byte) {
	const marked, windowBits, twoMiB = 1, 7 << 1, 4 << 1
	if len(start) > 0 && start[0]&marked != 0 && start[0]&windowBits > twoMiB {
		start[0] = start[0]&^windowBits | twoMiB
	}
}

// isZlib says whether a body begins like the deflate of RFC 9110, which is that of zlib
// (RFC 1950, section 2.2). Some servers leave its frame out.
func isZlib(start []byte) bool {
	return len(start) == 2 && start[0]&0x0f == 8 && (int(start[0])<<8|int(start[1]))%31 == 0
}
