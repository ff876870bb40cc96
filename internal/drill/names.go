package drill

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// nameServer is a DNS server on loopback that knows the endpoints' made-up names,
// and loses them when the script says so.
type nameServer struct {
	clock *Clock
	hosts map[string]*stand // by host name, with the final dot
	udp   net.PacketConn
	tcp   net.Listener
}

// answerTTL is how long an answer may be kept: not at all, so that a name that is
// lost is lost at once.
const answerTTL = 0

func openNames(clock *Clock, stands []*stand) (*nameServer, error) {
	n := &nameServer{clock: clock, hosts: make(map[string]*stand, len(stands))}
	for _, s := range stands {
		n.hosts[s.host()+"."] = s
	}
	var err error
	if n.udp, err = net.ListenPacket("udp", "127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("the drill's name server cannot listen: %w", err)
	}
	if n.tcp, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		_ = n.udp.Close()
		return nil, fmt.Errorf("the drill's name server cannot listen: %w", err)
	}
	go n.serveUDP()
	go n.serveTCP()
	return n, nil
}

func (n *nameServer) close() {
	_ = n.udp.Close()
	_ = n.tcp.Close()
}

// resolver asks this server and no other.
func (n *nameServer) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, StrictErrors: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		var dialer net.Dialer
		if strings.HasPrefix(network, "tcp") {
			return dialer.DialContext(ctx, "tcp", n.tcp.Addr().String())
		}
		return dialer.DialContext(ctx, "udp", n.udp.LocalAddr().String())
	}}
}

func (n *nameServer) serveUDP() {
	buffer := make([]byte, 4096)
	for {
		length, from, err := n.udp.ReadFrom(buffer)
		if err != nil {
			return
		}
		if answer := n.answer(buffer[:length]); answer != nil {
			_, _ = n.udp.WriteTo(answer, from)
		}
	}
}

func (n *nameServer) serveTCP() {
	for {
		conn, err := n.tcp.Accept()
		if err != nil {
			return
		}
		go n.converse(conn)
	}
}

// converse answers one query over TCP. Source: RFC 1035, section 4.2.2.
func (n *nameServer) converse(conn net.Conn) {
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(time.Second))
	var length [2]byte
	if _, err := io.ReadFull(conn, length[:]); err != nil {
		return
	}
	query := make([]byte, binary.BigEndian.Uint16(length[:]))
	if _, err := io.ReadFull(conn, query); err != nil {
		return
	}
	if answer := n.answer(query); answer != nil {
		_, _ = conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...))
	}
}

// answer makes the reply to a query, or nil for what is no query.
func (n *nameServer) answer(query []byte) []byte {
	var parser dnsmessage.Parser
	header, err := parser.Start(query)
	if err != nil {
		return nil
	}
	question, err := parser.Question()
	if err != nil {
		return nil
	}
	known := n.hosts[strings.ToLower(question.Name.String())]
	reply := dnsmessage.Header{ID: header.ID, Response: true, Authoritative: true, RecursionDesired: header.RecursionDesired, RecursionAvailable: true}
	does := doLoseName
	if known != nil {
		does = known.state(n.clock.Now()).to
	}
	if does == doLoseName {
		reply.RCode = dnsmessage.RCodeNameError
	}
	builder := dnsmessage.NewBuilder(nil, reply)
	if builder.StartQuestions() != nil || builder.Question(question) != nil || builder.StartAnswers() != nil {
		return nil
	}
	if known != nil && does != doLoseName && does != doNoAddress && question.Type == dnsmessage.TypeA {
		resource := dnsmessage.ResourceHeader{Name: question.Name, Class: dnsmessage.ClassINET, TTL: answerTTL}
		for _, address := range known.addresses() {
			if builder.AResource(resource, dnsmessage.AResource{A: address}) != nil {
				return nil
			}
		}
	}
	message, err := builder.Finish()
	if err != nil {
		return nil
	}
	return message
}
