package probe

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strconv"
)

// probeHTTP asks over HTTP/1.1, or HTTP/2 where the Spec says so, on a fresh connection
// for each request, following redirects as far as the target wants.
func probeHTTP(ctx context.Context, t *target, watch *stopwatch) outcome {
	current, request := firstHop(t), t.request
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

// withAnswer makes one request on a connection of its own, and has take read the answer
// before that is closed.
func withAnswer(ctx context.Context, t *target, h *hop, request []byte, watch *stopwatch, found *outcome, take func(*http.Response) *failure) *failure {
	conn, f := reach(ctx, t, h, watch)
	if f != nil {
		return f
	}
	defer conn.Close()
	if h.url.Scheme == "https" {
		ignored, f := handshake(t, h.endpoint, conn, watch)
		if f != nil {
			return f
		}
		if ignored != "" {
			found.ignored = ignored
		}
	}
	var answer *http.Response
	if t.spec.Version == http2Version {
		ctx, cancel := context.WithDeadline(ctx, t.deadline(watch))
		defer cancel()
		answer, f = askHTTP2(ctx, t, h, conn.Conn, request, watch)
	} else {
		r := newResponseReader(conn)
		defer r.release()
		answer, f = askHTTP1(t, h, conn, r, request, watch)
	}
	if f != nil {
		return f
	}
	if h.proxy != nil && answer.StatusCode == http.StatusProxyAuthRequired && !h.proxy.tunnels(t, h) {
		return h.proxy.failed(h.proxy.refused(answer.StatusCode))
	}
	return take(answer)
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
	matched, cut, f := readBody(t, answer, search)
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
	if f := checkHeader(t.headers, answer.Header); f != nil {
		return f
	}
	if match == nil || matched {
		return values.failure(cut)
	}
	where := "the body"
	if cut > 0 {
		where = fmt.Sprintf("the body's first %d KiB", cut>>10)
	}
	if encoding := encodingOf(answer); encoding != "" && !isKnown(encoding) {
		where = fmt.Sprintf("%s, encoded as %s, which cannot be decoded,", where, escaped([]byte(encoding[:min(len(encoding), shownBytes)])))
	}
	return &failure{class: classAssert, phase: phaseTransfer, reason: match.missing(where)}
}
