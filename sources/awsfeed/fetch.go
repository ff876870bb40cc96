package awsfeed

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"warroom/internal/clean"
)

const (
	// bodyLimit bounds one answer: the largest that is on record is 150 KB, and one of
	// a regional outage is several times that.
	bodyLimit = 4 << 20
	// dialTimeout bounds a connection, and its TLS once more.
	dialTimeout = 3 * time.Second
	// redirectLimit is how many redirects on the same host are followed.
	redirectLimit = 3
	// usualWait is how long a server that says 429 and no time is left alone, and
	// longestWait the most that it may ask for, in room time.
	usualWait, longestWait = 5 * time.Minute, time.Hour

	hostLimit = 100
)

// page is an answer of one address. The last that could be read is kept, so that the server
// can say that nothing has changed since.
type page struct {
	etag, modified string
	body           []byte
}

// wait is how long a server wants to be left alone.
type wait struct {
	until time.Time // room time
	why   string
}

// newClient makes the client of all requests. The resolver is the system's if nil.
func newClient(resolver *net.Resolver) *http.Client {
	dialer := &net.Dialer{Timeout: dialTimeout, Resolver: resolver}
	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext, TLSHandshakeTimeout: dialTimeout,
		ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 1, IdleConnTimeout: 90 * time.Second,
	}
	return &http.Client{Transport: transport, CheckRedirect: sameHost}
}

// sameHost lets redirects be followed that stay where they are: another host is a login
// page, or a vendor that has moved, and not the feed.
func sameHost(next *http.Request, before []*http.Request) error {
	from := before[0].URL
	if len(before) > redirectLimit || next.URL.Host != from.Host || next.URL.Scheme != from.Scheme {
		return http.ErrUseLastResponse
	}
	return nil
}

// fetch asks one address and gives its answer to be read. An answer that cannot be read is
// not kept, or the server would say for ever that it has not changed.
func (w *watch) fetch(ctx context.Context, address string, read func(text []byte) *trouble) *trouble {
	answer, err := w.request(ctx, address)
	if err != nil {
		return err
	}
	text, err := decode(answer.body)
	if err == nil {
		err = read(text)
	}
	if err == nil {
		w.pages[address] = answer
	}
	return err
}

// request is what an address answers, or has answered if it says that nothing has changed.
func (w *watch) request(ctx context.Context, address string) (*page, *trouble) {
	request, defect := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if defect != nil {
		return nil, &trouble{why: "its address cannot be read", cause: defect}
	}
	host := request.URL.Host
	if left := w.waits[host]; w.clock.Now().Before(left.until) {
		return nil, &trouble{why: left.why + "; it is left alone until " + left.until.UTC().Format("15:04:05Z"), calls: true}
	}
	request.Header.Set("User-Agent", "warroom")
	request.Header.Set("Accept", "*/*")
	last := w.pages[address]
	if last != nil && last.etag != "" {
		request.Header.Set("If-None-Match", last.etag)
	}
	if last != nil && last.modified != "" {
		request.Header.Set("If-Modified-Since", last.modified)
	}
	asked := last != nil && last.etag+last.modified != ""
	answer, failed := w.client.Do(request)
	if failed != nil {
		return nil, disconnected(ctx, failed)
	}
	defer answer.Body.Close()
	if answer.StatusCode == http.StatusNotModified && asked {
		return last, nil
	}
	if err := w.refusal(host, answer); err != nil {
		return nil, err
	}
	body, failed := io.ReadAll(io.LimitReader(answer.Body, bodyLimit+1))
	switch {
	case failed != nil:
		return nil, disconnected(ctx, failed)
	case len(body) > bodyLimit:
		return nil, unreadable(fmt.Sprintf("the answer is longer than %d MiB", bodyLimit>>20))
	}
	return &page{answer.Header.Get("ETag"), answer.Header.Get("Last-Modified"), body}, nil
}

// refusal is why an answer is none; nil if it is one.
func (w *watch) refusal(host string, answer *http.Response) *trouble {
	status := answer.StatusCode
	if status == http.StatusOK {
		return nil
	}
	why := fmt.Sprintf("it answered %d %s", status, http.StatusText(status))
	if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable && answer.Header.Get("Retry-After") != "" {
		if status == http.StatusTooManyRequests {
			why = "it was asked too often (429)"
		}
		now := w.clock.Now()
		w.waits[host] = wait{until: now.Add(retryAfter(answer.Header.Get("Retry-After"), now)), why: why}
	}
	if to, err := answer.Location(); err == nil && status/100 == 3 {
		why = "it redirects to " + clean.Line(to.Host, hostLimit) + ", which is not followed; a captive portal or a login may be in between"
	}
	return unreadable(why)
}

// retryAfter reads how long to wait, as seconds or as a date.
// Source: RFC 9110, section 10.2.3.
func retryAfter(text string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(text); err == nil && seconds >= 0 {
		return min(time.Duration(min(seconds, int(longestWait.Seconds())))*time.Second, longestWait)
	}
	if at, err := http.ParseTime(text); err == nil {
		return min(max(at.Sub(now), 0), longestWait)
	}
	return usualWait
}
