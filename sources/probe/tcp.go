package probe

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// prepareTCP makes the prober of a tcp URL.
func prepareTCP(t *target) (prober, error) {
	if err := t.speaksNoHTTP(); err != nil {
		return nil, err
	}
	if t.url.Path != "" && t.url.Path != "/" || t.url.RawQuery != "" {
		return nil, errors.New("a TCP probe has no path; write its URL as tcp://host:port")
	}
	if err := t.readSteps(); err != nil {
		return nil, err
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

// probeTCP connects, and says and waits for what the steps have.
func probeTCP(ctx context.Context, t *target, watch *stopwatch) outcome {
	conn, f := open(ctx, t, t.endpoint, watch)
	if f != nil {
		return outcome{failure: f}
	}
	defer conn.Close()
	found := outcome{did: "connected"}
	over := &talk{target: t, conn: conn.Conn, watch: watch, stage: phaseFirstByte}
	for i := range t.steps {
		if t.steps[i].expect != nil {
			found.did = "answered"
		}
		if found.failure = over.take(i); found.failure != nil {
			break
		}
	}
	return found
}
