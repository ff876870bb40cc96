package config

import (
	"net/netip"
	"net/url"
	"slices"
)

// familyWords are what addresses: can be beside an address.
var familyWords = []string{"ipv4", "ipv6", "all"}

// checkAddresses looks at which addresses a probe goes to, and from which.
func (r *reader) checkAddresses(path string, p *Probe) {
	var host netip.Addr // valid if the URL names an address
	if u, err := url.Parse(p.URL); err == nil {
		host, _ = netip.ParseAddr(u.Hostname())
	}
	pin := p.Pin()
	switch {
	case p.Addresses == "":
	case p.Proxy != "":
		r.wrong(path+".addresses", "the proxy resolves the name, so there is nothing to choose here; take this away, or proxy")
	case !pin.IsValid() && !slices.Contains(familyWords, p.Addresses):
		r.wrong(path+".addresses", "%s is none of ipv4, ipv6 and all, and no address%s", quote(p.Addresses), Meant(p.Addresses, familyWords, ""))
	case host.IsValid():
		r.wrong(path+".addresses", "the URL names an address, so there is nothing to choose; take this away")
	}
	from, err := netip.ParseAddr(p.From)
	switch {
	case p.From == "":
	case err != nil || from.Zone() != "":
		r.wrong(path+".from", "%s is no address; write one of this machine, such as 192.0.2.10", quote(p.From))
	case slices.Contains([]string{"dns", "icmp"}, p.Scheme()):
		r.wrong(path+".from", "%s probes cannot choose the address that they come from; take this away", p.Scheme())
	case host.IsValid() && host.Unmap().Is4() != from.Is4(), pin.IsValid() && pin.Unmap().Is4() != from.Is4(),
		p.Addresses == "ipv4" && !from.Is4(), p.Addresses == "ipv6" && from.Is4():
		r.wrong(path+".from", "%s is of another family than the address that is probed; take one of that family", quote(p.From))
	}
}

// Pin is the one address that a probe goes to; the zero Addr if its name is resolved.
func (p *Probe) Pin() netip.Addr {
	pin, _ := netip.ParseAddr(p.Addresses) // what is no address is a word
	return pin.Unmap()
}
