package drill

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"time"
)

// port is one address of an endpoint, at which it listens or not.
type port struct {
	address  string // 127.0.0.1:port, kept through a refusal
	listener net.Listener
	server   *http.Server
}

// claim takes the addresses of a stand: 127.0.0.1 at any port, and 127.0.0.2 and so on at
// the same one. A machine that has only the first has the endpoint at that alone.
func (s *stand) claim() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	first := &port{address: "127.0.0.1:0"}
	if err := s.open(first); err != nil {
		return err
	}
	first.address = first.listener.Addr().String()
	s.ports = []*port{first}
	_, number, _ := net.SplitHostPort(first.address)
	for i := 2; i <= s.cast.Addresses; i++ {
		next := &port{address: net.JoinHostPort("127.0.0."+strconv.Itoa(i), number)}
		if s.open(next) != nil {
			break
		}
		s.ports = append(s.ports, next)
	}
	return nil
}

// listen takes connections at the first so many of its addresses, and at no others.
func (s *stand) listen(count int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, p := range s.ports {
		switch {
		case i >= count:
			p.shut()
		case p.listener == nil:
			if err := s.open(p); err != nil {
				return err
			}
		}
	}
	return nil
}

// open begins to listen. The lock is held.
func (s *stand) open(p *port) error {
	listener, err := net.Listen("tcp", p.address)
	if err != nil {
		return fmt.Errorf("the endpoint %s cannot listen on %s: %w", s.name, p.address, err)
	}
	p.listener = listener
	if s.cast.Scheme == "tcp" {
		go s.serveTCP(listener)
		return nil
	}
	if s.cast.Scheme != "http" {
		listener = tls.NewListener(listener, s.secure)
	}
	p.server = &http.Server{Handler: s, ReadHeaderTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0)}
	go func(server *http.Server) { _ = server.Serve(listener) }(p.server)
	return nil
}

// shut stops listening, so that connections are refused.
func (p *port) shut() {
	if p.listener == nil {
		return
	}
	_ = p.listener.Close()
	if p.server != nil {
		_ = p.server.Close()
	}
	p.listener, p.server = nil, nil
}

// addresses are the IPv4 addresses that its name has.
func (s *stand) addresses() [][4]byte {
	var all [][4]byte
	for i := range s.ports { // never changed after claim
		all = append(all, [4]byte{127, 0, 0, byte(i + 1)})
	}
	return all
}

// serveTCP takes connections and closes them again.
func (s *stand) serveTCP(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		_ = conn.Close()
	}
}
