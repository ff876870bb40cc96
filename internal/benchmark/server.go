package main

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"

	"github.com/miekg/dns"
)

// What the servers answer, and the part of it that every contestant asserts.
const (
	wanted     = "all systems operational"
	wantedName = "shop.example."
	wantedHost = "192.0.2.1"
)

// body is about as long as what a health endpoint says.
var body = `{"status": "` + wanted + `", "checks": [` + strings.Repeat(`{"name": "database", "healthy": true}, `, 12) + `{}]}`

// serving is where the servers listen, by protocol, and whose certificates they show.
type serving struct {
	Addresses map[string]string
	Authority string // PEM
}

// count is what a server has seen since it was last asked.
type count struct {
	Accepts  int64 // connections
	Requests int64
	Resumed  int64 // TLS handshakes that were not full ones
}

// counter counts for one server. Safe for concurrent use.
type counter struct{ accepts, requests, resumed atomic.Int64 }

func (c *counter) take() count {
	return count{c.accepts.Swap(0), c.requests.Swap(0), c.resumed.Swap(0)}
}

// counted is a listener that counts.
type counted struct {
	net.Listener
	counter *counter
}

func (l counted) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err == nil {
		l.counter.accepts.Add(1)
	}
	return conn, err
}

// servers are those of all protocols, on loopback.
type servers struct {
	serving
	counters map[string]*counter
}

// serve runs the servers until its input ends. It prints where they listen; for each line
// of its input, which is a protocol, it prints what was counted since the one before.
func serve() error {
	authority, certificate, err := certify()
	if err != nil {
		return err
	}
	s := &servers{serving{make(map[string]string), authority}, make(map[string]*counter)}
	quiet := log.New(io.Discard, "", 0) // connections that end without a word are what we probe with
	plain := &http.Server{Handler: s.page("http"), ErrorLog: quiet}
	secure := &http.Server{Handler: s.page("https"), ErrorLog: quiet}
	health := &http.Server{Handler: s.health("grpc"), ErrorLog: quiet, Protocols: new(http.Protocols)}
	health.Protocols.SetUnencryptedHTTP2(true)
	config := &tls.Config{Certificates: []tls.Certificate{certificate}, SessionTicketsDisabled: true, NextProtos: []string{"http/1.1"}}
	for protocol, run := range map[string]func(net.Listener) error{
		"http":  plain.Serve,
		"https": func(l net.Listener) error { return secure.Serve(tls.NewListener(l, config)) },
		"tcp":   untilClosed,
		"grpc":  health.Serve,
	} {
		listener, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			return err
		}
		s.Addresses[protocol] = listener.Addr().String()
		go run(counted{listener, s.counter(protocol)})
	}
	if err := s.names("dns"); err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	if err := out.Encode(s.serving); err != nil {
		return err
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		if err := out.Encode(s.counter(lines.Text()).take()); err != nil {
			return err
		}
	}
	return lines.Err()
}

// counter is that of a protocol. It is made before anything is served.
func (s *servers) counter(protocol string) *counter {
	if s.counters[protocol] == nil {
		s.counters[protocol] = new(counter)
	}
	return s.counters[protocol]
}

func (s *servers) page(protocol string) http.HandlerFunc {
	counter, answer := s.counter(protocol), []byte(body)
	return func(w http.ResponseWriter, r *http.Request) {
		counter.requests.Add(1)
		if r.TLS != nil && r.TLS.DidResume {
			counter.resumed.Add(1)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(answer)
	}
}

// health answers the health check of gRPC by hand: SERVING, and the status OK.
func (s *servers) health(protocol string) http.HandlerFunc {
	counter, answer := s.counter(protocol), []byte{0, 0, 0, 0, 2, 0x08, 0x01}
	return func(w http.ResponseWriter, r *http.Request) {
		counter.requests.Add(1)
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/grpc")
		_, _ = w.Write(answer)
		w.Header().Set(http.TrailerPrefix+"Grpc-Status", "0")
	}
}

// untilClosed takes connections and waits until the other side has closed them.
func untilClosed(listener net.Listener) error {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		go func() {
			_, _ = io.Copy(io.Discard, conn)
			conn.Close()
		}()
	}
}

// names is a name server that knows one address.
func (s *servers) names(protocol string) error {
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s.Addresses[protocol] = conn.LocalAddr().String()
	counter := s.counter(protocol)
	server := &dns.Server{PacketConn: conn, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, question *dns.Msg) {
		counter.requests.Add(1)
		answer := new(dns.Msg).SetReply(question)
		answer.Answer = []dns.RR{&dns.A{
			Hdr: dns.RR_Header{Name: wantedName, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 60},
			A:   net.ParseIP(wantedHost),
		}}
		_ = w.WriteMsg(answer)
	})}
	go server.ActivateAndServe()
	return nil
}
