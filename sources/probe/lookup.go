package probe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"time"
)

// resolutionDelay is how long a name that has addresses of one kind is given to
// show those of the other (RFC 8305, section 3). Without it a resolver that drops
// AAAA questions would cost every probe five seconds.
const resolutionDelay = 50 * time.Millisecond

// everyDelay is the same where each address of a name is probed by itself: those of a slow
// answer are worth more there than the time, but not the whole timeout.
const everyDelay = time.Second

// addressLimit is how many addresses of a name are tried: each gets a share of
// the time that is left, and a smaller share would fail slow endpoints.
const addressLimit = 4

// families are the two questions that a name is asked, in the order in which
// their answers are used. any stands for all addresses of a family.
var families = [...]struct {
	network, record, kind string
	any                   netip.Addr
}{
	{"ip4", "A", "IPv4", netip.IPv4Unspecified()}, {"ip6", "AAAA", "IPv6", netip.IPv6Unspecified()},
}

// lookup turns names into addresses.
type lookup struct{ resolver *net.Resolver }

// answer is what one family's question came to.
type answer struct {
	family    int
	addresses []netip.Addr
	err       error
	seen      *witness
}

// missing says whether the name is known to have no address of the family.
func (a *answer) missing() bool {
	if dns, ok := errors.AsType[*net.DNSError](a.err); ok {
		return dns.IsNotFound
	}
	_, other := errors.AsType[*net.AddrError](a.err) // the file of hosts has it in the other family
	return other
}

// failed says whether nothing was found out about the family.
func (a *answer) failed() bool { return len(a.addresses) == 0 && !a.missing() }

// newLookup makes a lookup like the given resolver, or like the system's for nil.
// It has a resolver of its own, because a shared one merges questions about the
// same name, and then two probes would have one measurement.
func newLookup(given *net.Resolver) *lookup {
	own := &net.Resolver{}
	dial := new(net.Dialer).DialContext
	if given != nil {
		own.PreferGo, own.StrictErrors = given.PreferGo, given.StrictErrors
		if given.Dial != nil {
			dial = given.Dial
		}
	}
	own.Dial = witnessed(dial)
	return &lookup{own}
}

// Addresses are all that the name of a Spec's endpoint resolves to now of the families that
// it asks for, IPv4 first; an address is itself. The error is a plain sentence.
func Addresses(ctx context.Context, spec Spec, env *Environment) ([]netip.Addr, error) {
	if env == nil {
		env = new(Environment)
	}
	t, err := newTarget(spec, env)
	if err != nil {
		return nil, err
	}
	if t.endpoint.literal.IsValid() {
		return []netip.Addr{t.endpoint.literal}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, t.spec.Timeout)
	defer cancel()
	addresses, f := t.found(ctx, t.endpoint.host, t.lookup.answers(ctx, t.endpoint.host, t.families(), everyDelay))
	if f != nil {
		return nil, errors.New(f.reason)
	}
	return addresses, nil
}

// families are those that the target is probed over, by their place in families.
func (t *target) families() []int {
	var wanted []int
	for family := range families {
		if t.usable(families[family].any) {
			wanted = append(wanted, family)
		}
	}
	return wanted
}

// answers asks for the addresses of each wanted family at once, and no other. It returns,
// in their order, when all answers are there, or so long after the first one that is of use.
func (l *lookup) answers(ctx context.Context, host string, wanted []int, patience time.Duration) []answer {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	incoming := make(chan answer, len(wanted))
	for _, family := range wanted {
		go func() { incoming <- l.ask(ctx, host, family) }()
	}
	answers := make([]answer, 0, len(wanted))
	var enough <-chan time.Time
	for len(answers) < len(wanted) {
		select {
		case one := <-incoming:
			answers = append(answers, one)
			if len(one.addresses) > 0 && enough == nil {
				timer := time.NewTimer(patience)
				defer timer.Stop()
				enough = timer.C
			}
		case <-enough:
			cancel() // the other answer ends at once; nothing is left behind
		}
	}
	slices.SortFunc(answers, func(a, b answer) int { return a.family - b.family })
	return answers
}

// found are the addresses in the answers, or why there are none.
func (t *target) found(ctx context.Context, host string, answers []answer) ([]netip.Addr, *failure) {
	var found []netip.Addr
	for _, one := range answers {
		found = append(found, one.addresses...)
	}
	if len(found) > 0 {
		return found, nil
	}
	f := unresolved(host, answers)
	if f.class == classDNS && ctx.Err() != nil {
		f = timedOut(t, phaseResolve)
		if blamed := blamed(answers); blamed != "" {
			f.reason = fmt.Sprintf("timed out after %s waiting for the %s records of %s", plainDuration(t.spec.Timeout), blamed, host)
		}
	}
	return nil, f
}

func (l *lookup) ask(ctx context.Context, host string, family int) answer {
	one := answer{family: family, seen: new(witness)}
	ctx = context.WithValue(ctx, witnessKey{}, one.seen)
	one.addresses, one.err = l.resolver.LookupNetIP(ctx, families[family].network, host)
	for i, address := range one.addresses {
		one.addresses[i] = address.Unmap()
	}
	return one
}
