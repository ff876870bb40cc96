package probe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"github.com/miekg/dns"
)

// exchange asks once, over UDP each address of the name server until one answers, and waits
// for the answer.
func (d *dnsProbe) exchange(ctx context.Context, t *target, transport string, watch *stopwatch, found *outcome) (*dns.Msg, *failure) {
	if transport == overUDP {
		return d.askEach(ctx, t, watch)
	}
	conn, f := open(ctx, t, t.endpoint, watch)
	if f != nil {
		return nil, f
	}
	defer conn.Close()
	if transport == overTLS {
		if found.ignored, f = handshake(t, t.endpoint, conn, watch); f != nil {
			return nil, f
		}
	}
	return d.askOver(t, conn.Conn, watch)
}

// askEach asks the addresses in turn over UDP. Each gets its share of the time that is left,
// so that one that is silent cannot take it all. Nothing is sent to connect; the socket is
// tied to the server's address, so that answers of others are not seen.
func (d *dnsProbe) askEach(ctx context.Context, t *target, watch *stopwatch) (*dns.Msg, *failure) {
	addresses, f := t.addresses(ctx, t.endpoint, watch)
	if f != nil {
		return nil, f
	}
	var told *failure
	for i, address := range addresses {
		watch.reached = netip.AddrPortFrom(address, t.endpoint.port)
		conn, err := new(net.Dialer).DialContext(ctx, "udp", watch.reached.String())
		if err != nil {
			watch.lap(phaseConnect)
			f = unconnected(t, t.endpoint, address, err)
		} else {
			now := time.Now()
			opened := tied(ctx, conn, now.Add(t.deadline(watch).Sub(now)/time.Duration(len(addresses)-i)))
			var answer *dns.Msg
			answer, f = d.askOver(t, opened.Conn, watch)
			opened.Close()
			if f == nil {
				return answer, nil
			}
		}
		// What says something about the endpoint outweighs what says something about us.
		if told == nil || f.class != classError {
			told = f
		}
		if ctx.Err() != nil {
			break
		}
	}
	return nil, told
}

// datagramLimit is how large an answer over UDP may be: more than the 512 octets that one
// who asks without EDNS is given (RFC 1035, section 4.2.1), for servers that do not count.
const datagramLimit = 4096

// askOver asks on a connection that is there.
func (d *dnsProbe) askOver(t *target, conn net.Conn, watch *stopwatch) (*dns.Msg, *failure) {
	question := new(dns.Msg)
	question.SetQuestion(d.name, d.kind) // with a random id
	question.RecursionDesired = d.recurse
	wire := &dns.Conn{Conn: conn, UDPSize: datagramLimit}
	if err := wire.WriteMsg(question); err != nil {
		watch.lap(phaseFirstByte)
		return nil, d.unanswered(t, err)
	}
	answer, f := d.await(t, wire, question)
	watch.lap(phaseFirstByte)
	return answer, f
}

// await reads until the answer to the question comes. Others are not ours: a wrong id or
// question is somebody's guess, or too late, as is a datagram without a whole header.
func (d *dnsProbe) await(t *target, wire *dns.Conn, question *dns.Msg) (*dns.Msg, *failure) {
	_, datagrams := wire.Conn.(net.PacketConn)
	for {
		packet, err := wire.ReadMsgHeader(nil)
		if datagrams && errors.Is(err, dns.ErrShortRead) {
			continue
		}
		if err != nil {
			return nil, d.unanswered(t, err)
		}
		answer := new(dns.Msg)
		wrong := answer.Unpack(packet)
		if answer.Id != question.Id || !answer.Response {
			continue
		}
		if wrong != nil {
			return nil, &failure{class: classProtocol, phase: phaseFirstByte, reason: fmt.Sprintf("%s gives an answer that is no valid DNS message", t.endpoint), cause: wrong}
		}
		if len(answer.Question) == 0 && answer.Rcode != dns.RcodeSuccess {
			return answer, nil // a server that could not read the question does not repeat it
		}
		if len(answer.Question) == 1 && strings.EqualFold(answer.Question[0].Name, d.name) && answer.Question[0].Qtype == d.kind && answer.Question[0].Qclass == dns.ClassINET {
			return answer, nil
		}
	}
}

// unanswered says why no answer came.
func (d *dnsProbe) unanswered(t *target, err error) *failure {
	if own := ownTrouble(phaseFirstByte, err); own != nil {
		return own
	}
	switch {
	case errors.Is(err, dns.ErrShortRead), isDNSError(err):
		return &failure{class: classProtocol, phase: phaseFirstByte, reason: fmt.Sprintf("%s gives an answer that is no valid DNS message", t.endpoint), cause: err}
	case errors.Is(err, syscall.ECONNREFUSED): // ICMP: port unreachable
		return &failure{class: classConnect, phase: phaseFirstByte, reason: fmt.Sprintf("nothing listens at %s", t.endpoint), cause: err}
	}
	if told := alerted(t.endpoint, phaseFirstByte, err); told != nil {
		return told
	}
	return brokenOff(t, phaseFirstByte, err, "an answer came")
}

func isDNSError(err error) bool {
	_, ok := errors.AsType[*dns.Error](err)
	return ok
}
