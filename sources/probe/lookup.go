package probe

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"time"
)

// resolutionDelay is how long a name that has addresses of one kind is given to
// show those of the other (RFC 8305, section 3). Without it a resolver that drops
// AAAA questions would cost every probe five seconds.
const resolutionDelay = 50 * time.Millisecond

// addressLimit is how many addresses of a name are tried: each gets a share of
// the time that is left, and a smaller share would fail slow endpoints.
const addressLimit = 4

// families are the two questions that a name is asked, in the order in which
// their answers are used.
var families = [...]struct{ network, record string }{{"ip4", "A"}, {"ip6", "AAAA"}}

// lookup turns names into addresses.
type lookup struct{ resolver *net.Resolver }

// answer is what one family's question came to.
type answer struct {
	family    int
	addresses []netip.Addr
	err       error
	seen      *witness
}

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

// Addresses are all that the name of a Spec's endpoint resolves to now, IPv4 first; an
// address is itself. The error is a plain sentence.
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
	addresses, f := t.lookup.addresses(ctx, t.endpoint.host)
	if f != nil {
		return nil, errors.New(f.reason)
	}
	return addresses, nil
}

// addresses asks for both kinds of address at once. It returns when both answers
// are there, or shortly after the first one that is of use.
func (l *lookup) addresses(ctx context.Context, host string) ([]netip.Addr, *failure) {
	ctx, cancel := context.WithCancel(ctx)
	incoming := make(chan answer, len(families))
	for family := range families {
		go func() { incoming <- l.ask(ctx, host, family) }()
	}
	var answers [len(families)]answer
	var enough <-chan time.Time
	count := 0
	for waiting := true; waiting && count < len(families); {
		select {
		case one := <-incoming:
			answers[one.family] = one
			count++
			if len(one.addresses) > 0 && enough == nil {
				timer := time.NewTimer(resolutionDelay)
				defer timer.Stop()
				enough = timer.C
			}
		case <-enough:
			waiting = false
		}
	}
	cancel()
	for ; count < len(families); count++ {
		<-incoming // it ends at once; nothing is left behind
	}
	var found []netip.Addr
	for _, one := range answers {
		found = append(found, one.addresses...)
	}
	if len(found) == 0 {
		return nil, unresolved(host, answers[:])
	}
	return found, nil
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
