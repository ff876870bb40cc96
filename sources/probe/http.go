package probe

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strconv"

	"warroom/internal/room"
)

// probeHTTP asks over HTTP/1.1, or HTTP/2 where the Spec says so, following redirects as
// far as the target wants: on a fresh connection for each request, or on those that are
// kept from the look before.
func probeHTTP(ctx context.Context, t *target, watch *stopwatch) outcome {
	first := firstHop(t)
	if t.kept == nil {
		return askAll(ctx, t, first, watch)
	}
	first.keeping = &keeping{before: t.kept.take(t.spec.Pin), now: connections{}}
	found := askAll(ctx, t, first, watch)
	found.reused = found.reused && watch.laps[phaseConnect] == room.Absent // each of several requests
	first.keeping.end(t, found.failure != nil)
	return found
}

// askAll makes the first request and those that it is redirected to.
func askAll(ctx context.Context, t *target, first *hop, watch *stopwatch) outcome {
	current, request := first, t.request
	var found outcome
	for {
		next, f := ask(ctx, t, current, request, watch, &found)
		if next != nil || current.number > 0 {
			watch.leave(current.shown(t), current.status)
		}
		if f != nil {
			found.failure = current.blamed(f)
			return found
		}
		if next == nil {
			return found
		}
		found.exposed = found.exposed || current.url.Scheme == "https" && next.url.Scheme == "http"
		watch.follow()
		current, request = next, next.request(t)
	}
}

// ask makes one request and judges the answer, unless it leads on to another hop.
func ask(ctx context.Context, t *target, h *hop, request []byte, watch *stopwatch, found *outcome) (next *hop, f *failure) {
	f = withAnswer(ctx, t, h, request, watch, found, func(answer *http.Response) (f *failure) {
		found.status, h.status = answer.StatusCode, answer.StatusCode
		found.did = strconv.Itoa(answer.StatusCode)
		if next, f = h.follow(t, answer); f != nil || next != nil {
			watch.lap(phaseTransfer)
			return f
		}
		return judge(t, h, answer, watch)
	})
	return next, f
}

// withAnswer makes one request on a connection of its own, or on one that was kept, and has
// take read the answer. Whatever but time ends a kept one before an answer came, the server
// may have closed it since: only a fresh one tells.
func withAnswer(ctx context.Context, t *target, h *hop, request []byte, watch *stopwatch, found *outcome, take func(*http.Response) *failure) *failure {
	if conn := h.keeping.take(t, h); conn != nil {
		conn.wake(ctx, t, watch)
		answered, f := conn.exchange(ctx, t, h, request, watch, found, take)
		if answered || f.class == classTimeout || ctx.Err() != nil {
			return f
		}
	}
	conn, f := connected(ctx, t, h, watch)
	if f != nil {
		return f
	}
	_, f = conn.exchange(ctx, t, h, request, watch, found, take)
	return f
}

// connected opens a connection to the endpoint of a hop, with TLS where it has that.
func connected(ctx context.Context, t *target, h *hop, watch *stopwatch) (*connection, *failure) {
	open, f := reach(ctx, t, h, watch)
	if f != nil {
		return nil, f
	}
	conn := &connection{openConn: open, reached: watch.reached}
	if h.url.Scheme == "https" {
		conn.files, _ = t.filesFor(h.endpoint) // the handshake says what is wrong with them
		if conn.ignored, f = handshake(t, h.endpoint, open, watch); f != nil {
			open.Close()
			return nil, f
		}
		conn.shown = watch.shown
	}
	if t.spec.Version == http2Version {
		conn.http2 = openHTTP2(open.Conn)
	}
	return conn, nil
}

// exchange makes one request and has take read the answer, if one comes. Afterwards the
// connection is closed, or kept.
func (c *connection) exchange(ctx context.Context, t *target, h *hop, request []byte, watch *stopwatch, found *outcome, take func(*http.Response) *failure) (answered bool, f *failure) {
	rests := false
	defer func() {
		if !rests {
			c.Close()
		}
	}()
	var answer *http.Response
	var r *responseReader // over HTTP/1.1
	if c.http2 != nil {
		ctx, cancel := context.WithDeadline(ctx, t.deadline(watch))
		defer cancel()
		answer, f = askHTTP2(ctx, t, h, c, request, watch)
	} else {
		r = newResponseReader(c)
		defer r.release()
		answer, f = askHTTP1(t, h, c, r, request, watch)
	}
	if f != nil {
		return false, f
	}
	if c.used && answer.StatusCode == http.StatusRequestTimeout { // which servers say when they close an idle connection
		return false, malformed(nil, "the server has closed the connection")
	}
	if found.reused = c.used; c.ignored != "" {
		found.ignored = c.ignored
	}
	if h.proxy != nil && answer.StatusCode == http.StatusProxyAuthRequired && !h.proxy.tunnels(t, h) {
		return true, h.proxy.failed(h.proxy.refused(answer.StatusCode))
	}
	if f = take(answer); f != nil || h.keeping == nil {
		return true, f
	}
	if rests = c.rests(answer, r); !rests {
		watch.skip()
		return true, nil
	}
	h.keeping.put(h, c)
	watch.lap(phaseTransfer)
	return true, nil
}

// reach connects to the endpoint of a hop, by way of its proxy if it has one.
func reach(ctx context.Context, t *target, h *hop, watch *stopwatch) (*openConn, *failure) {
	if h.proxy != nil {
		return h.proxy.open(ctx, t, h, watch)
	}
	return open(ctx, t, h.endpoint, watch)
}

func askHTTP1(t *target, h *hop, conn net.Conn, r *responseReader, request []byte, watch *stopwatch) (*http.Response, *failure) {
	_, writeError := conn.Write(request) // an answer may be there all the same: 413, 400
	answer, f := r.head(t, h, watch)
	if f != nil && f.phase == phaseFirstByte && f.class == classProtocol && writeError != nil {
		f.cause = writeError
	}
	return answer, f
}

// wrongPort is what web servers say to plain HTTP where they expect TLS.
var wrongPort = &textMatch{pattern: regexp.MustCompile(`(?i)http request (was sent )?to (an )?https|speaking plain http to an ssl`)}

// gatewayTrouble is what a proxy says, too, when it does not get through.
var gatewayTrouble = []int{http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout}

// judge reads the body and says what is wrong with the last answer: first the
// status, then whether the body was whole, then what was expected of it.
func judge(t *target, h *hop, answer *http.Response, watch *stopwatch) *failure {
	right := t.accepts.accept(answer.StatusCode)
	match := t.text
	if !right {
		match = nil
		if answer.StatusCode == http.StatusBadRequest && h.url.Scheme == "http" {
			match = wrongPort
		}
	}
	var search bodyReader = match
	var values *jsonSearch
	if right && len(t.values) > 0 {
		values = newJSONSearch(t.values)
		search = &textAndJSON{match, values}
	}
	begins := &excerpt{bodyReader: search}
	if match != nil {
		search = begins
	}
	matched, cut, f := readBody(t, answer, search)
	answer.Close = answer.Close || cut > 0 // nobody waits for the rest
	watch.lap(phaseTransfer)
	if !right {
		reason := fmt.Sprintf("expected status %s, got %d", t.accepts.text, answer.StatusCode)
		if matched {
			reason += ": the server expects TLS there; use https://"
		}
		if h.proxy != nil && !h.proxy.tunnels(t, h) && slices.Contains(gatewayTrouble, answer.StatusCode) {
			reason += ", from the endpoint or from the proxy before it"
		}
		return &failure{class: classStatus, phase: phaseFirstByte, reason: reason}
	}
	if f != nil {
		return f
	}
	if f := checkHeader(t, answer.Header); f != nil {
		return f
	}
	if match == nil || matched {
		return values.failure(t.withoutSecrets, cut)
	}
	where := "the body"
	if cut > 0 {
		where = fmt.Sprintf("the body's first %d KiB", cut>>10)
	}
	came := begins.shown(t)
	if encoding := encodingOf(answer); encoding != "" && !isKnown(encoding) {
		came = ""
		where = fmt.Sprintf("%s, encoded as %s, which cannot be decoded,", where, escaped([]byte(encoding[:min(len(encoding), shownBytes)])))
	}
	return unlike(match, where, came)
}
