package cli

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"warroom/sources/probe"
)

const (
	// skewWorth is from when on a wrong clock is worth a warning: ages and the order
	// of the timeline mislead by as much.
	skewWorth = 30 * time.Second
	// skewLimit is what AWS accepts. Source: IAM User Guide, "AWS Signature Version 4
	// for API requests": a request must reach AWS within five minutes of its time stamp.
	skewLimit = 5 * time.Minute
	// dateTick is the resolution of a Date header. Source: RFC 9110, 5.6.7.
	dateTick = time.Second

	// awsPatience is how long, in real time, AWS may take until the endpoints of the
	// probes are asked for the time as well.
	awsPatience = 3 * time.Second
	// dateTimeout bounds one question for the time, and dateAsked how many
	// endpoints get it: they are other people's.
	dateTimeout = 5 * time.Second
	dateAsked   = 3
)

// skew narrows down how far the clocks of servers are ahead of ours (behind, if
// negative). The Date of an answer was written between the request and the answer,
// and cuts off less than a second, so that each answer gives two bounds:
//
//	our clock      sent ────────── received
//	server's            Date ─┬─ < Date + 1 s
//	ahead by       more than Date - received, less than Date + 1 s - sent
//
// Safe for concurrent use.
type skew struct {
	mu        sync.Mutex
	known     bool
	low, high time.Duration
}

// hear takes in an answer. One from a cache has the time at which it was stored.
func (s *skew) hear(sent, received time.Time, header http.Header) {
	date, err := http.ParseTime(header.Get("Date"))
	if err != nil || header.Get("Age") != "" {
		return
	}
	low, high := date.Sub(received.Round(0)), date.Add(dateTick).Sub(sent.Round(0))
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case !s.known:
		s.low, s.high, s.known = low, high, true
	case max(low, s.low) <= min(high, s.high):
		s.low, s.high = max(low, s.low), min(high, s.high)
	case high-low < s.high-s.low: // servers that disagree; the surer one counts
		s.low, s.high = low, high
	}
}

// bounds are what is known so far.
func (s *skew) bounds() (low, high time.Duration, known bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.low, s.high, s.known
}

// dated passes requests on and hears the time in every answer, refusals included.
type dated struct {
	aws.HTTPClient
	skew *skew
}

// Do implements aws.HTTPClient.
func (d *dated) Do(request *http.Request) (*http.Response, error) {
	sent := time.Now()
	response, err := d.HTTPClient.Do(request)
	if err == nil {
		d.skew.hear(sent, time.Now(), response.Header)
	}
	return response, err
}

// clock compares our clock with that of AWS, or, where AWS does not answer, with
// those of the endpoints that are probed. aws waits for the calls to AWS.
func (c *checker) clock(ctx context.Context, aws func() []finding) []finding {
	called := make(chan struct{})
	go func() {
		defer close(called)
		aws()
	}()
	timer := time.NewTimer(awsPatience)
	defer timer.Stop()
	select {
	case <-called:
	case <-timer.C:
	}
	if _, _, known := c.aws.bounds(); !known {
		c.askDates(ctx)
	}
	<-called
	about := subject{topic: topicClock, name: "this machine"}
	for _, servers := range []struct {
		skew *skew
		name string
	}{{&c.aws, "AWS"}, {&c.web, "the endpoints of the probes"}} {
		if low, high, known := servers.skew.bounds(); known {
			return []finding{judgeClock(about, low, high, servers.name)}
		}
	}
	return []finding{about.skip("neither AWS nor an endpoint answered with the time", "mend the connection to one of them first")}
}

// judgeClock says how far off our clock is, and how sure that is.
func judgeClock(about subject, low, high time.Duration, servers string) finding {
	const fix = "set the clock: sudo timedatectl set-ntp true, or with chrony: sudo chronyc makestep; on macOS: sudo sntp -sS time.apple.com"
	if low <= 0 && high >= 0 {
		return about.ok("agrees with " + servers + ", within " + coarse(max(-low, high)))
	}
	off, doubt, where := (low+high)/2, (high-low)/2, "behind "
	if off < 0 {
		off, where = -off, "ahead of "
	}
	found := coarse(off) + " " + where + servers + ", give or take " + coarse(doubt)
	switch {
	case off > skewLimit:
		return about.fail(found+"; AWS refuses what is more than five minutes off (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-signing.html)", fix)
	case off > skewWorth:
		return about.warn(found+"; ages and the order of events are wrong by as much", fix)
	}
	return about.ok(found)
}

// askDates asks some endpoints for the time, on the way that their probes take, without any
// header or secret of theirs.
func (c *checker) askDates(ctx context.Context) {
	var asked sync.WaitGroup
	hosts := map[string]bool{}
	for _, p := range awake(c.cfg) {
		address := p.URL
		if !strings.Contains(address, "://") {
			address = "https://" + address
		}
		target, err := url.Parse(address)
		if err != nil || !p.IsHTTP() || p.Guarded || hosts[target.Host] || len(hosts) == dateAsked {
			continue
		}
		way, err := probe.Through(p.Through())
		if err != nil {
			continue // its probe says so
		}
		hosts[target.Host] = true
		client := &http.Client{
			Transport:     &http.Transport{Proxy: way, DisableKeepAlives: true},
			Timeout:       dateTimeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
		asked.Go(func() { c.askDate(ctx, client, target.Scheme+"://"+target.Host+"/") })
	}
	asked.Wait()
}

func (c *checker) askDate(ctx context.Context, client *http.Client, address string) {
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, address, nil)
	if err != nil {
		return
	}
	sent := time.Now()
	response, err := client.Do(request)
	if err != nil {
		return
	}
	defer response.Body.Close()
	c.web.hear(sent, time.Now(), response.Header)
}

// coarse is a time as precisely as people want it here.
func coarse(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return "less than 1ms"
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < time.Minute:
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}
