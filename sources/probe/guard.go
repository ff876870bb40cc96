package probe

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// Guard says which addresses may be reached by a probe that whoever looks at a shared
// screen can add: it is made from where the server stands, which sees what they may not.
// It is asked about the address that is connected to, after resolution, so that neither
// a name whose addresses change nor a redirect gets around it. Immutable, and safe for
// concurrent use.
type Guard struct{ rules []rule }

// rule is a range of addresses that may or may not be reached.
type rule struct {
	within netip.Prefix
	denied bool
	what   string // who lives there, in the plural
}

// usualRules is what is denied unless something else is said. Private addresses are not
// in it: endpoints inside are what one probes.
// Source: the IANA special-purpose address registries, and for the metadata services the
// documentation of AWS, Google Cloud, Alibaba Cloud, Azure and Oracle Cloud.
var usualRules = []rule{
	denies("169.254.169.254/32", metadata), denies("169.254.170.2/32", metadata), denies("169.254.170.23/32", metadata),
	denies("fd00:ec2::254/128", metadata), denies("fd00:ec2::23/128", metadata), denies("fd20:ce::254/128", metadata),
	denies("100.100.100.200/32", metadata), denies("168.63.129.16/32", metadata), denies("192.0.0.192/32", metadata),
	denies("169.254.0.0/16", "link-local addresses"), denies("fe80::/10", "link-local addresses"),
	denies("127.0.0.0/8", "addresses of this machine"), denies("::1/128", "addresses of this machine"),
	denies("0.0.0.0/8", "unspecified addresses"), denies("::/128", "unspecified addresses"),
	denies("224.0.0.0/4", "multicast addresses"), denies("ff00::/8", "multicast addresses"),
	denies("255.255.255.255/32", "broadcast addresses"), denies("240.0.0.0/4", "reserved addresses"),
	// Where these lead cannot be told for sure (RFC 8215, RFC 4380), or is nowhere by now
	// (RFC 4291, section 2.5.5.1).
	denies("64:ff9b:1::/48", "translated addresses"), denies("2001::/32", "translated addresses"), denies("::/96", "translated addresses"),
}

const metadata = "metadata services of clouds"

func denies(within, what string) rule { return rule{netip.MustParsePrefix(within), true, what} }

// NewGuard makes a guard that denies the usual and what is said here. The smallest range
// that an address is in decides; of two of the same size the one that denies. So
// allowing 0.0.0.0/0 opens nothing that is usually denied, and denying it leaves what is
// allowed by name.
func NewGuard(allow, deny []netip.Prefix) *Guard {
	g := &Guard{}
	for _, within := range deny {
		g.rules = append(g.rules, rule{within.Masked(), true, "addresses under additions.deny"})
	}
	for _, within := range allow {
		g.rules = append(g.rules, rule{within.Masked(), false, ""})
	}
	g.rules = append(g.rules, usualRules...) // last: what is allowed in so many words comes before
	slices.SortStableFunc(g.rules, func(a, b rule) int { return b.within.Bits() - a.within.Bits() })
	return g
}

// denial is the rule that keeps an address from being reached, nil if none does. An
// address that stands for another must not be denied under either of the two.
func (g *Guard) denial(address netip.Addr) *rule {
	for _, one := range meanings(address) {
		for i := range g.rules {
			if found := &g.rules[i]; found.within.Contains(one) {
				if found.denied {
					return found
				}
				break
			}
		}
	}
	return nil
}

// embedded are the ranges of IPv6 addresses that stand for an IPv4 address, and where in
// their bytes it begins.
var embedded = []struct {
	within netip.Prefix
	at     int
}{
	{netip.MustParsePrefix("64:ff9b::/96"), 12},    // NAT64 (RFC 6052)
	{netip.MustParsePrefix("2002::/16"), 2},        // 6to4 (RFC 3056)
	{netip.MustParsePrefix("::ffff:0:0:0/96"), 12}, // IPv4-translated (RFC 2765)
}

// meanings are an address without its zone and, if it stands for an IPv4 address, that one.
func meanings(address netip.Addr) []netip.Addr {
	address = address.WithZone("").Unmap()
	all := []netip.Addr{address}
	for _, form := range embedded {
		if form.within.Contains(address) {
			bytes := address.As16()
			all = append(all, netip.AddrFrom4([4]byte(bytes[form.at:form.at+4])))
		}
	}
	return all
}

// guarded leaves out the addresses of an endpoint that may not be reached. If none is
// left, the failure says which one was refused, and under which rule.
func (t *target) guarded(e endpoint, addresses []netip.Addr) ([]netip.Addr, *failure) {
	if t.spec.Guard == nil {
		return addresses, nil
	}
	var allowed []netip.Addr
	var refused *failure
	for _, address := range addresses {
		denied := t.spec.Guard.denial(address)
		if denied == nil {
			allowed = append(allowed, address)
			continue
		}
		if refused == nil {
			refused = &failure{
				class: classBlocked, phase: phaseConnect,
				reason: fmt.Sprintf("%s is not probed: %s (%s) are closed to probes that were added from a screen", strings.TrimSuffix(e.String(), ":0"), denied.what, denied.within),
				text:   fmt.Sprintf("%s is not probed: %s (%s)", address, denied.what, denied.within),
			}
		}
	}
	if len(allowed) > 0 {
		return allowed, nil
	}
	return nil, refused
}
