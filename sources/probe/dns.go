package probe

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"syscall"

	"github.com/miekg/dns"

	"warroom/internal/clean"
)

// How a question can get to a name server.
const (
	overUDP = "udp"
	overTCP = "tcp"
	overTLS = "tls" // RFC 7858
)

// answersShown is how many values of an answer people are shown.
const answersShown = 4

// dnsProbe is a question that is asked again and again.
type dnsProbe struct {
	name      string // with the last dot
	kind      uint16
	transport string
	recurse   bool
}

// prepareDNS makes the prober of a URL such as dns://192.0.2.53/www.example.com?type=AAAA,
// with transport=udp, tcp or tls, and recurse=no for what the server itself knows.
func prepareDNS(t *target) (prober, error) {
	if err := t.speaksNoHTTP(); err != nil {
		return nil, err
	}
	if t.spec.Body != "" {
		return nil, errors.New("a DNS probe sends its question and nothing else; leave the body out")
	}
	d := &dnsProbe{kind: dns.TypeA, transport: overUDP, recurse: true}
	for name, values := range t.url.Query() {
		value := strings.ToLower(values[len(values)-1])
		known, right := false, true
		switch name {
		case "type":
			d.kind, known = dns.StringToType[strings.ToUpper(value)]
			right = known && d.kind != dns.TypeANY && d.kind != dns.TypeAXFR && d.kind != dns.TypeIXFR
		case "transport":
			d.transport = value
			right = slices.Contains([]string{overUDP, overTCP, overTLS}, value)
		case "recurse":
			d.recurse = value != "no"
			right = value == "no" || value == "yes"
		default:
			return nil, fmt.Errorf("its URL asks for %q, which a DNS probe does not know; use type, transport and recurse", clean.Line(name, nameLimit))
		}
		if !right {
			return nil, fmt.Errorf("its URL has the %s %q; write one such as type=AAAA, transport=tcp, recurse=no", name, clean.Line(value, nameLimit))
		}
	}
	given, err := parseURL(t.spec.URL) // t.url has lost a port that is the usual one
	if err == nil && given.Port() == "" && d.transport == overTLS {
		t.endpoint.port = 853 // RFC 7858, section 3.1
	}
	t.secure = tlsConfig(t.endpoint)
	t.secure.NextProtos = nil
	return d.probe, d.ask(strings.Trim(t.url.Path, "/"))
}

// ask sets the name that is asked for; an address is turned around for a PTR.
func (d *dnsProbe) ask(name string) error {
	if address, err := netip.ParseAddr(name); err == nil && d.kind == dns.TypePTR {
		d.name, err = dns.ReverseAddr(address.Unmap().String())
		return err
	}
	ascii, err := asciiHost(strings.TrimSuffix(name, "."))
	if err != nil || ascii == "" {
		return errors.New("its URL does not say which name to ask for; write it like dns://resolver/www.example.com?type=A")
	}
	d.name = dns.Fqdn(ascii)
	return nil
}

func (d *dnsProbe) probe(ctx context.Context, t *target, watch *stopwatch) outcome {
	var found outcome
	answer, f := d.exchange(ctx, t, d.transport, watch, &found)
	if f == nil && answer.Truncated && d.transport == overUDP {
		answer, f = d.exchange(ctx, t, overTCP, watch, &found) // RFC 7766, section 5
	}
	if f == nil {
		f = d.judge(t, answer, &found)
	}
	found.failure = f
	return found
}

// exchange asks once and waits for the answer.
func (d *dnsProbe) exchange(ctx context.Context, t *target, transport string, watch *stopwatch, found *outcome) (*dns.Msg, *failure) {
	conn, f := d.connect(ctx, t, transport, watch)
	if f != nil {
		return nil, f
	}
	defer conn.Close()
	if transport == overTLS {
		if found.ignored, f = handshake(t, t.endpoint, conn, watch); f != nil {
			return nil, f
		}
	}
	question := new(dns.Msg)
	question.SetQuestion(d.name, d.kind) // with a random id
	question.RecursionDesired = d.recurse
	wire := &dns.Conn{Conn: conn.Conn, UDPSize: dns.MaxMsgSize}
	if err := wire.WriteMsg(question); err != nil {
		watch.lap(phaseFirstByte)
		return nil, d.unanswered(t, err)
	}
	answer, f := d.await(t, wire, question)
	watch.lap(phaseFirstByte)
	return answer, f
}

// connect opens the way to the name server. Over UDP nothing is sent for it; the socket
// is tied to the server's address, so that answers of others are not seen.
func (d *dnsProbe) connect(ctx context.Context, t *target, transport string, watch *stopwatch) (*openConn, *failure) {
	if transport != overUDP {
		return open(ctx, t, t.endpoint, watch)
	}
	addresses, f := t.addresses(ctx, t.endpoint, watch)
	if f != nil {
		return nil, f
	}
	watch.reached = netip.AddrPortFrom(addresses[0], t.endpoint.port)
	conn, err := new(net.Dialer).DialContext(ctx, "udp", watch.reached.String())
	if err != nil {
		watch.lap(phaseConnect)
		return nil, unconnected(t, t.endpoint, addresses[0], err)
	}
	return t.tied(ctx, conn, watch), nil
}

// await reads until the answer to the question comes. Others are not ours: a wrong id or
// question is somebody's guess, or too late.
func (d *dnsProbe) await(t *target, wire *dns.Conn, question *dns.Msg) (*dns.Msg, *failure) {
	for {
		packet, err := wire.ReadMsgHeader(nil)
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

// judge says what is wrong with an answer. That a name exists and has nothing of the kind
// is what 2025-10-20 began with, and has a sentence of its own.
func (d *dnsProbe) judge(t *target, answer *dns.Msg, found *outcome) *failure {
	name, kind := strings.TrimSuffix(d.name, "."), dns.TypeToString[d.kind]
	wrong := func(sentence string, about ...any) *failure {
		return &failure{class: classDNS, phase: phaseFirstByte, reason: fmt.Sprintf(sentence, about...)}
	}
	switch answer.Rcode {
	case dns.RcodeSuccess:
	case dns.RcodeNameError:
		return wrong("the name %s does not exist (NXDOMAIN)", name)
	case dns.RcodeServerFailure:
		return wrong("the name server failed at %s (SERVFAIL), which may pass", name)
	case dns.RcodeRefused:
		return wrong("the name server refuses to say anything of %s (REFUSED)", name)
	default:
		said := cmp.Or(dns.RcodeToString[answer.Rcode], fmt.Sprintf("code %d", answer.Rcode))
		return wrong("the name server answers %s with %s", name, said)
	}
	var values []string
	owner := d.name // of what was asked for; an alias hands on to another
	for _, record := range answer.Answer {
		head := record.Header()
		if !strings.EqualFold(head.Name, owner) {
			continue
		}
		if alias, ok := record.(*dns.CNAME); ok && d.kind != dns.TypeCNAME {
			owner = alias.Target
		} else if head.Rrtype == d.kind {
			values = append(values, strings.TrimPrefix(record.String(), head.String()))
		}
	}
	if len(values) == 0 {
		return wrong("empty answer: the name %s exists and has no %s record", name, kind)
	}
	slices.Sort(values)
	found.did = fmt.Sprintf("%d %s", len(values), kind)
	if t.text == nil || t.text.found([]byte(strings.Join(values, "\n"))) {
		return nil
	}
	got := values[:min(len(values), answersShown)]
	for i := range got {
		got[i] = clean.Line(got[i], textLimit)
	}
	return &failure{
		class: classAssert, phase: phaseFirstByte, reason: t.text.missing("the answer"),
		text: "got " + strings.Join(got, ", "),
	}
}
