package drill

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// What a scenario can make an endpoint do.
const (
	doAnswer    = "answer"
	doSlow      = "slow"       // answers, after the step's takes
	doRefuse    = "refuse"     // nobody listens
	doFail      = "fail"       // answers 503
	doHang      = "hang"       // takes the connection and says nothing
	doLoseName  = "lose-name"  // its name does not exist
	doNoAddress = "no-address" // its name exists and has no address, as in 2025-10-20
	doAlternate = "alternate"  // answers 503 and right in turn, like two backends of which one is broken
	doLoseOne   = "lose-one"   // nobody listens at the last of its addresses
	doLeadAway  = "lead-away"  // redirects to another address of this machine
)

var behaviours = []string{doAnswer, doSlow, doRefuse, doFail, doHang, doLoseName, doNoAddress, doAlternate, doLoseOne, doLeadAway}

// tokenPath is where every endpoint gives tokens for others (RFC 6749, section 4.4).
const tokenPath = "/token"

// elsewhere is where nobody listens and a guarded probe may not go.
const elsewhere = "http://127.0.0.9:1/latest/meta-data/"

// stand is one endpoint that really listens, on a port of its own.
type stand struct {
	*endpoint
	clock  *Clock
	secure *tls.Config
	asked  atomic.Uint64 // how often, for what it does in turn

	mu    sync.Mutex
	ports []*port // its addresses, one or more
}

// host is the made-up name that the drill's own name server knows.
func (e *endpoint) host() string { return e.cast.Name + "." + e.region + ".acme.example" }

// state is what the endpoint does at a time.
func (e *endpoint) state(at time.Time) turn {
	if now, ok := latest(e.turns, at); ok {
		return now
	}
	return turn{to: doAnswer}
}

// url is what is probed.
func (s *stand) url() string {
	_, port, _ := net.SplitHostPort(s.ports[0].address)
	u := url.URL{Scheme: s.cast.Scheme, Host: net.JoinHostPort(s.host(), port)}
	if u.Scheme == "" {
		u.Scheme = "https"
	}
	if u.Scheme != "tcp" {
		u.Path = "/health"
	}
	return u.String()
}

// ServeHTTP answers as the script says.
func (s *stand) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	now := s.state(s.clock.Now())
	if now.to == doAlternate && s.asked.Add(1)%2 == 1 {
		now.to = doFail
	}
	switch now.to {
	case doHang:
		<-r.Context().Done()
		return
	case doFail:
		wait(r.Context(), s.cast.Takes)
		http.Error(w, `{"status":"error","message":"upstream failed"}`, http.StatusServiceUnavailable)
		return
	case doLeadAway:
		http.Redirect(w, r, elsewhere, http.StatusFound)
		return
	case doSlow:
		wait(r.Context(), now.takes)
	default:
		wait(r.Context(), s.cast.Takes)
	}
	w.Header().Set("Content-Type", "application/json")
	if r.URL.Path == tokenPath {
		_, _ = fmt.Fprint(w, `{"access_token":"made-up","token_type":"Bearer","expires_in":0.1}`) // for one look
		return
	}
	_, _ = fmt.Fprintf(w, `{"status":"ok","service":%q,"region":%q}`, s.cast.Service, s.region)
}

// wait waits in real time, or until nobody wants the answer any more.
func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// follow opens and shuts the stand's addresses as the script says, until the context ends.
func (s *stand) follow(ctx context.Context) {
	defer func() { _ = s.listen(0) }()
	for _, t := range s.turns {
		if s.clock.Sleep(ctx, t.at) != nil {
			return
		}
		for s.listen(s.listening()) != nil && ctx.Err() == nil {
			wait(ctx, retryPort)
		}
	}
	<-ctx.Done()
}

// listening is at how many of its addresses it listens now.
func (s *stand) listening() int {
	switch s.state(s.clock.Now()).to {
	case doRefuse:
		return 0
	case doLoseOne:
		return len(s.ports) - 1
	}
	return len(s.ports)
}

// retryPort is how long, in real time, to wait for a port that somebody else took
// in the meantime.
const retryPort = 100 * time.Millisecond

// expect is what the probe of an endpoint looks for in the body.
func (e *endpoint) expect() string {
	if strings.HasPrefix(e.cast.Scheme, "tcp") {
		return ""
	}
	return `"status":"ok"`
}
