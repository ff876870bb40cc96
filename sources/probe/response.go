package probe

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
)

const (
	// headLimit is how large an answer's header may be. net/http takes 10 MiB,
	// which lets a broken endpoint pass; servers and proxies stop at 8 to 128 KiB.
	headLimit = 256 << 10
	// headLines is how many lines it may have: short ones take far more memory than they
	// are long.
	headLines = 16 << 10
	// interimLimit is how many 1xx answers may come before the real one.
	interimLimit = 5
	// shownBytes is how much is shown of an answer that is not HTTP.
	shownBytes = 16
)

var headTooLarge = fmt.Sprintf("the answer's header is larger than %d KiB", headLimit>>10)

var (
	errHeadTooLarge = errors.New("the header is larger than the limit")
	errHeadTooLong  = errors.New("the header has more lines than the limit")
)

var responseReaders = sync.Pool{New: func() any {
	r := new(responseReader)
	r.buffered = bufio.NewReader(r)
	return r
}}

// responseReader reads one answer from a connection, its header bounded.
type responseReader struct {
	conn     io.Reader
	headLeft int   // bytes of header still allowed; negative while the body is read
	lines    int   // of the header that have come
	broken   error // how the connection ended, which http.ReadResponse may hide behind half a line
	buffered *bufio.Reader
}

func newResponseReader(conn io.Reader) *responseReader {
	r := responseReaders.Get().(*responseReader)
	r.conn, r.headLeft, r.lines, r.broken = conn, headLimit, 0, nil
	r.buffered.Reset(r)
	return r
}

func (r *responseReader) release() {
	r.conn = nil
	responseReaders.Put(r)
}

// Read implements io.Reader for the buffer.
func (r *responseReader) Read(b []byte) (int, error) {
	switch {
	case r.headLeft == 0:
		r.broken = errHeadTooLarge
		return 0, r.broken
	case r.headLeft > 0 && r.lines > headLines:
		r.broken = errHeadTooLong
		return 0, r.broken
	}
	if r.headLeft > 0 && len(b) > r.headLeft {
		b = b[:r.headLeft]
	}
	n, err := r.conn.Read(b)
	if r.headLeft > 0 {
		r.headLeft -= n
		r.lines += bytes.Count(b[:n], []byte{'\n'})
	}
	if n > 0 {
		return n, nil // an error beside data comes again with the next call
	}
	r.broken = err
	return 0, err
}

// head reads up to the end of the final answer's header. The first-byte phase
// ends with the first byte of that answer, not of an interim one.
func (r *responseReader) head(t *target, h *hop, watch *stopwatch) (*http.Response, *failure) {
	for range interimLimit + 1 {
		_, err := r.buffered.Peek(1)
		watch.lap(phaseFirstByte)
		if err != nil {
			if f := alerted(h.endpoint, phaseFirstByte, err); f != nil {
				return nil, f
			}
			return nil, brokenOff(t, phaseFirstByte, err, "an answer came")
		}
		answer, f := r.parse(t, h)
		if f != nil {
			watch.lap(phaseTransfer)
			return nil, f
		}
		if !isInterim(answer.StatusCode) {
			r.headLeft = -1
			return answer, nil
		}
	}
	watch.lap(phaseTransfer)
	return nil, tooManyInterim(nil)
}

func tooManyInterim(cause error) *failure {
	return &failure{
		class: classProtocol, phase: phaseFirstByte, cause: cause,
		reason: fmt.Sprintf("more than %d interim answers (1xx) and no final one", interimLimit),
	}
}

func isInterim(status int) bool {
	return status >= 100 && status < 200 && status != http.StatusSwitchingProtocols
}

// httpPrefix is how every answer of HTTP/1.0 and 1.1 begins.
var httpPrefix = []byte("HTTP/")

func (r *responseReader) parse(t *target, h *hop) (*http.Response, *failure) {
	start, err := r.buffered.Peek(len(httpPrefix))
	if !bytes.HasPrefix(httpPrefix, start) {
		start, _ = r.buffered.Peek(min(shownBytes, r.buffered.Buffered()))
		return nil, notHTTP(h, start)
	}
	if err != nil {
		return nil, brokenOff(t, phaseTransfer, err, "the answer's header was whole")
	}
	answer, err := http.ReadResponse(r.buffered, &http.Request{Method: h.method})
	if err == nil {
		return answer, nil
	}
	if r.broken != nil {
		err = r.broken
	}
	switch {
	case errors.Is(err, errHeadTooLarge):
		return nil, malformed(err, headTooLarge)
	case errors.Is(err, errHeadTooLong):
		return nil, malformed(err, fmt.Sprintf("the answer's header has more than %d lines", headLines))
	case isTimeout(err), isReset(err), isEnd(err):
		return nil, brokenOff(t, phaseTransfer, err, "the answer's header was whole")
	case strings.Contains(err.Error(), "Content-Length"):
		return nil, malformed(err, "the answer's Content-Length headers make no sense")
	}
	return nil, malformed(err, "the answer's header is not valid HTTP/1.1")
}

func malformed(cause error, reason string) *failure {
	return &failure{class: classProtocol, phase: phaseTransfer, reason: reason, cause: cause}
}

// An alert of TLS begins with these two bytes (RFC 8446, section 5.1).
const alertRecord, tlsMajor = 0x15, 0x03

// notHTTP shows the beginning of an answer in some other protocol.
func notHTTP(h *hop, start []byte) *failure {
	reason := fmt.Sprintf("%s does not speak HTTP/1.1: it begins with %s", h.endpoint, escaped(start))
	if len(start) > 1 && start[0] == alertRecord && start[1] == tlsMajor {
		reason = fmt.Sprintf("%s speaks TLS, not plain HTTP; use %s://", h.endpoint, h.url.Scheme+"s")
	}
	return &failure{class: classProtocol, phase: phaseFirstByte, reason: reason}
}
