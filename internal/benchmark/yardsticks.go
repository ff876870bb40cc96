package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// bodyLimit is how much of a body is read, as warroom does.
const bodyLimit = 1 << 20

// prepareTransport is how most would write it: one shared Transport without keep-alive, and
// a trace for the phases.
func prepareTransport(protocol string, at serving) (func(int) (look, error), error) {
	env, err := environmentOf(at)
	if err != nil {
		return nil, err
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: env.Roots}}}
	url := specOf(protocol, at, 0).URL
	return func(int) (look, error) {
		return func(ctx context.Context) (time.Duration, error) { return request(ctx, client, url) }, nil
	}, nil
}

// phases are the moments at which the parts of a request begin and end. The hooks of a
// trace may be called at the same time.
type phases struct {
	mu                                                     sync.Mutex
	connecting, connected, shaking, shaken, written, first time.Time
}

func (p *phases) note(moment *time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	*moment = time.Now()
}

func (p *phases) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		ConnectStart:         func(string, string) { p.note(&p.connecting) },
		ConnectDone:          func(string, string, error) { p.note(&p.connected) },
		TLSHandshakeStart:    func() { p.note(&p.shaking) },
		TLSHandshakeDone:     func(tls.ConnectionState, error) { p.note(&p.shaken) },
		WroteRequest:         func(httptrace.WroteRequestInfo) { p.note(&p.written) },
		GotFirstResponseByte: func() { p.note(&p.first) },
	}
}

func request(ctx context.Context, client *http.Client, url string) (time.Duration, error) {
	start := time.Now()
	p := new(phases)
	r, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, p.trace()), http.MethodGet, url, nil)
	if err != nil {
		return 0, err
	}
	answer, err := client.Do(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, bodyLimit))
	total := time.Since(start)
	switch {
	case err != nil:
		return 0, err
	case answer.StatusCode < 200 || answer.StatusCode > 299:
		return 0, fmt.Errorf("status %d", answer.StatusCode)
	case !bytes.Contains(text, []byte(wanted)):
		return 0, fmt.Errorf("the body does not hold %q", wanted)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.connecting.IsZero() || p.connected.IsZero() || p.first.IsZero() {
		return 0, fmt.Errorf("the connection was not a fresh one")
	}
	return total, nil
}

// prepareDialer connects and closes.
func prepareDialer(protocol string, at serving) (func(int) (look, error), error) {
	address := at.Addresses[protocol]
	return func(int) (look, error) {
		return func(ctx context.Context) (time.Duration, error) {
			start := time.Now()
			conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
			if err != nil {
				return 0, err
			}
			total := time.Since(start)
			return total, conn.Close()
		}, nil
	}, nil
}

// prepareExchange asks with the library that the other two use as well.
func prepareExchange(protocol string, at serving) (func(int) (look, error), error) {
	client := &dns.Client{Net: "udp", Timeout: timeout}
	address := at.Addresses[protocol]
	return func(int) (look, error) {
		return func(ctx context.Context) (time.Duration, error) {
			start := time.Now()
			answer, _, err := client.ExchangeContext(ctx, new(dns.Msg).SetQuestion(wantedName, dns.TypeA), address)
			if err != nil {
				return 0, err
			}
			for _, record := range answer.Answer {
				if a, ok := record.(*dns.A); ok && a.A.String() == wantedHost {
					return time.Since(start), nil
				}
			}
			return 0, fmt.Errorf("the answer does not hold %s", wantedHost)
		}, nil
	}, nil
}
