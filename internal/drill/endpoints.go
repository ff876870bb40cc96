package drill

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
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
)

var behaviours = []string{doAnswer, doSlow, doRefuse, doFail, doHang, doLoseName, doNoAddress}

// stand is one endpoint that really listens, on a port of its own.
type stand struct {
	*endpoint
	clock   *Clock
	secure  *tls.Config
	address string // 127.0.0.1:port, kept through a refusal

	mu       sync.Mutex
	listener net.Listener
	server   *http.Server
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
	_, port, _ := net.SplitHostPort(s.address)
	u := url.URL{Scheme: s.cast.Scheme, Host: net.JoinHostPort(s.host(), port)}
	if u.Scheme == "" {
		u.Scheme = "https"
	}
	if u.Scheme != "tcp" {
		u.Path = "/health"
	}
	return u.String()
}

// open begins to listen: at any port the first time, at the same one ever after.
func (s *stand) open() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listener != nil {
		return nil
	}
	address := s.address
	if address == "" {
		address = "127.0.0.1:0"
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("the endpoint %s cannot listen on %s: %w", s.name, address, err)
	}
	s.address, s.listener = listener.Addr().String(), listener
	if s.cast.Scheme == "tcp" {
		go s.serveTCP(listener)
		return nil
	}
	if s.cast.Scheme != "http" {
		listener = tls.NewListener(listener, s.secure)
	}
	s.server = &http.Server{Handler: s, ReadHeaderTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0)}
	go func(server *http.Server) { _ = server.Serve(listener) }(s.server)
	return nil
}

// shut stops listening, so that connections are refused.
func (s *stand) shut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listener == nil {
		return
	}
	_ = s.listener.Close()
	if s.server != nil {
		_ = s.server.Close()
	}
	s.listener, s.server = nil, nil
}

// ServeHTTP answers as the script says.
func (s *stand) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	now := s.state(s.clock.Now())
	switch now.to {
	case doHang:
		<-r.Context().Done()
		return
	case doFail:
		wait(r.Context(), s.cast.Takes)
		http.Error(w, `{"status":"error","message":"upstream failed"}`, http.StatusServiceUnavailable)
		return
	case doSlow:
		wait(r.Context(), now.takes)
	default:
		wait(r.Context(), s.cast.Takes)
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = fmt.Fprintf(w, `{"status":"ok","service":%q,"region":%q}`, s.cast.Service, s.region)
}

// serveTCP takes connections and closes them again, or holds them while it hangs.
func (s *stand) serveTCP(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		_ = conn.Close()
	}
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

// follow opens and shuts the stand as the script says, until the context ends.
func (s *stand) follow(ctx context.Context) {
	defer s.shut()
	for _, t := range s.turns {
		if s.clock.Sleep(ctx, t.at) != nil {
			return
		}
		if s.state(s.clock.Now()).to == doRefuse {
			s.shut()
		} else if err := s.open(); err != nil {
			s.retry(ctx)
		}
	}
	<-ctx.Done()
}

// retryPort is how long, in real time, to wait for a port that somebody else took
// in the meantime.
const retryPort = 100 * time.Millisecond

func (s *stand) retry(ctx context.Context) {
	for ctx.Err() == nil && s.open() != nil {
		wait(ctx, retryPort)
	}
}

// expect is what the probe of an endpoint looks for in the body.
func (e *endpoint) expect() string {
	if strings.HasPrefix(e.cast.Scheme, "tcp") {
		return ""
	}
	return `"status":"ok"`
}
