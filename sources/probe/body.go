package probe

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
)

const (
	// bodyLimit is how much of a body is read, on the wire and again after inflation.
	// What is expected has to be in it; the connection is closed on the rest.
	bodyLimit = 1 << 20
	// heavyLimit is the same on the wire for encodings whose decoders remember megabytes:
	// so much is held until it is the body's turn to be decoded.
	heavyLimit = 256 << 10
)

// heavyTurn is held while a body is decoded whose decoder remembers megabytes: fifty of them
// at once would fill the memory. Nobody waits for the network meanwhile.
var heavyTurn = make(chan struct{}, 1)

// readBody reads a body to its end, or to the limit, and looks for what is expected in it.
// cut is the limit beyond which it goes on; 0 if it was read to its end.
func readBody(t *target, answer *http.Response, match bodyReader) (matched bool, cut int, f *failure) {
	wire := &cappedReader{source: answer.Body, left: bodyLimit}
	encoding := encodingOf(answer)
	if !isKnown(encoding) {
		matched, err := match.in(wire)
		return matched, cutAt(wire.cut, bodyLimit), bodyFailure(t, answer, wire, err)
	}
	limit, source := bodyLimit, io.Reader(wire)
	if isHeavy(encoding) {
		limit, wire.left = heavyLimit, heavyLimit
		whole, err := io.ReadAll(wire)
		if err != nil {
			return false, 0, bodyFailure(t, answer, wire, err)
		}
		source = bytes.NewReader(whole)
		heavyTurn <- struct{}{}
		defer func() { <-heavyTurn }()
	}
	body := readers.Get().(*bufio.Reader)
	body.Reset(source)
	defer func() {
		body.Reset(nil) // the pool holds no body
		readers.Put(body)
	}()
	err := inflate(encoding, body, func(plain io.Reader) (err error) {
		capped := &cappedReader{source: plain, left: bodyLimit}
		matched, err = match.in(capped)
		cut = cutAt(capped.cut, bodyLimit)
		return err
	})
	if wire.cut { // the inflater takes our own cut for a broken stream
		err = nil
	}
	return matched, max(cut, cutAt(wire.cut, limit)), bodyFailure(t, answer, wire, err)
}

// cutAt is the limit at which a body was cut; 0 if it was not.
func cutAt(cut bool, limit int) int {
	if !cut {
		return 0
	}
	return limit
}

// cappedReader ends early, and says so, where a body is larger than the limit.
type cappedReader struct {
	source io.Reader
	left   int
	cut    bool
	broken error // how the source failed, if it did
}

// Read implements io.Reader.
func (r *cappedReader) Read(b []byte) (int, error) {
	if r.left == 0 {
		var one [1]byte
		n, err := r.source.Read(one[:])
		r.cut = n > 0
		if n > 0 || err == nil {
			err = io.EOF
		}
		return 0, err
	}
	n, err := r.source.Read(b[:min(len(b), r.left)])
	r.left -= n
	if err != nil && err != io.EOF {
		r.broken = err
	}
	return n, err
}

// bodyFailure says why a body did not come whole; nil if it did.
func bodyFailure(t *target, answer *http.Response, wire *cappedReader, err error) *failure {
	if err == nil {
		return nil
	}
	f := &failure{class: classBody, phase: phaseTransfer, cause: err}
	chunked := len(answer.TransferEncoding) > 0
	switch {
	case isTimeout(err):
		return timedOut(t, phaseTransfer)
	case isReset(err):
		f.reason = "the connection was reset in the middle of the body"
	case wire.broken != nil && answer.ProtoMajor == 2:
		f.reason = "the body ended before it was whole"
		if word := brokenOffBy(err); word != "" {
			f.reason = fmt.Sprintf("the body was cut off by the server (%s)", word)
		}
	case wire.broken == nil:
		f.reason = fmt.Sprintf("the body is not the %s that its header says it is", encodingOf(answer))
	case errors.Is(err, io.ErrUnexpectedEOF) && chunked:
		f.reason = "the body was cut off: its last chunk is missing"
	case errors.Is(err, io.ErrUnexpectedEOF):
		f.reason = "the body was cut off before its promised length"
	case chunked:
		f.reason = "the body's chunks are malformed"
	default:
		f.reason = "the connection broke in the middle of the body"
	}
	return f
}
