package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// bannerLimit is how much a TCP endpoint may say before what is expected.
const bannerLimit = 64 << 10

// prepareTCP makes the prober of a tcp URL.
func prepareTCP(t *target) (prober, error) {
	if err := t.speaksNoHTTP(); err != nil {
		return nil, err
	}
	if t.url.Path != "" && t.url.Path != "/" || t.url.RawQuery != "" {
		return nil, errors.New("a TCP probe has no path; write its URL as tcp://host:port")
	}
	return probeTCP, nil
}

// speaksNoHTTP refuses what only HTTP has.
func (t *target) speaksNoHTTP() error {
	if s := &t.spec; s.Method != "" || len(s.Header) > 0 || s.Expect.Status != "" {
		return fmt.Errorf("a %s probe has no method, headers or status; leave them out, or use an http URL", strings.ToUpper(t.url.Scheme))
	}
	return nil
}

// probeTCP connects, says what the Spec has to say, and waits for what it expects.
func probeTCP(ctx context.Context, t *target, watch *stopwatch) outcome {
	conn, f := open(ctx, t, t.endpoint, watch)
	if f != nil {
		return outcome{failure: f}
	}
	defer conn.Close()
	found := outcome{did: "connected"}
	if t.spec.Body != "" {
		if _, err := conn.Write([]byte(t.spec.Body)); err != nil {
			watch.lap(phaseFirstByte)
			found.failure = brokenOff(t, phaseFirstByte, err, "everything was sent")
			return found
		}
	}
	if t.text != nil {
		found.did = "answered"
		found.failure = awaitBanner(t, conn, watch)
	}
	return found
}

// awaitBanner reads until the expected text has come. Unlike an HTTP body a banner
// has no end, so each piece is looked at as it comes.
func awaitBanner(t *target, conn io.Reader, watch *stopwatch) *failure {
	banner := make([]byte, 0, 512)
	stage := phaseFirstByte
	for {
		if len(banner) == cap(banner) {
			banner = append(banner, 0)[:len(banner)]
		}
		n, err := conn.Read(banner[len(banner):min(cap(banner), bannerLimit)])
		watch.lap(stage)
		banner = banner[:len(banner)+n]
		if n > 0 && t.text.found(banner) {
			return nil
		}
		where := "the banner"
		switch {
		case len(banner) == bannerLimit:
			where = fmt.Sprintf("the banner's first %d KiB", bannerLimit>>10)
		case err == nil:
			stage = phaseTransfer
			continue
		case !isEnd(err) || len(banner) == 0:
			return brokenOff(t, stage, err, "the expected text came")
		}
		return &failure{class: classAssert, phase: stage, reason: t.text.missing(where), cause: err}
	}
}
