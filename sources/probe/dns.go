package probe

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

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
	expected  *answersMatch // nil if any answer will do
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
	var err error
	if d.expected, err = parseAnswers(&t.spec.Expect.Answers, d.kind); err != nil {
		return nil, err
	}
	t.answers = d.expected
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

// judge says what is wrong with an answer.
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
	var records []dns.RR
	owner := d.name // of what was asked for; an alias hands on to another
	for _, record := range answer.Answer {
		head := record.Header()
		if !strings.EqualFold(head.Name, owner) {
			continue
		}
		if alias, ok := record.(*dns.CNAME); ok && d.kind != dns.TypeCNAME {
			owner = alias.Target
		} else if head.Rrtype == d.kind {
			records = append(records, record)
		}
	}
	if len(records) == 0 {
		return wrong("%s", emptyAnswer(name, kind+" record"))
	}
	values := make([]string, len(records))
	for i, record := range records {
		values[i] = valueOf(record)
	}
	slices.Sort(values)
	found.answers = values
	found.did = fmt.Sprintf("%d %s", len(values), kind)
	if t.text != nil && !t.text.found([]byte(strings.Join(values, "\n"))) {
		return &failure{class: classAssert, phase: phaseFirstByte, reason: t.text.missing("the answer"), text: "got " + someOf(values), came: "got " + someOf(values)}
	}
	if d.expected == nil {
		return nil
	}
	return d.expected.failure(records, answer.Authoritative)
}
