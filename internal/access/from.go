package access

import (
	"net"
	"net/netip"
	"strings"
)

// patternLimit bounds how many addresses one line may name.
const patternLimit = 100

// From is from where a key may be used, as the option from says it: addresses and
// networks with commas between, "!" before those that may not. The zero From allows
// every address. Source: sshd(8), AUTHORIZED_KEYS FILE FORMAT; ssh_config(5), PATTERNS.
// Names of hosts are not taken, since who answers a reverse look-up decides what they
// say.
type From struct{ patterns []pattern }

type pattern struct {
	not     bool
	network netip.Prefix
	single  bool // written as an address
}

// ParseFrom reads such a list. The error says what is wrong and what next.
func ParseFrom(list string) (From, error) {
	var f From
	some := false
	for word := range strings.SplitSeq(list, ",") {
		word = strings.Trim(word, " \t")
		p := pattern{}
		if rest, not := strings.CutPrefix(word, "!"); not {
			p.not, word = true, rest
		}
		var err error
		if p.network, p.single, err = parseNetwork(word); err != nil {
			return From{}, err
		}
		some = some || !p.not
		if f.patterns = append(f.patterns, p); len(f.patterns) > patternLimit {
			return From{}, wrong("name networks instead", "from names more than %d addresses", patternLimit)
		}
	}
	if !some {
		return From{}, wrong("name one that may, such as 0.0.0.0/0", "from says only which addresses may not")
	}
	return f, nil
}

// parseNetwork reads an address or a network. As in sshd, a network with bits behind its
// length is refused: it is not clear what was meant.
func parseNetwork(word string) (network netip.Prefix, single bool, err error) {
	const example = "write an address or a network, such as 192.0.2.7 or 10.0.0.0/8"
	if address, err := netip.ParseAddr(word); err == nil && address.Zone() == "" {
		address = address.Unmap()
		return netip.PrefixFrom(address, address.BitLen()), true, nil
	}
	network, err = netip.ParsePrefix(word)
	switch {
	case word == "":
		return network, false, wrong(example, "an address in from is empty")
	case err != nil && strings.ContainsAny(word, "*?"), err != nil && isHost(word):
		return network, false, wrong(example, "from has the name of a host, %s, and takes only addresses", quote(word))
	case err != nil:
		return network, false, wrong(example, "%s is not an address", quote(word))
	case network.Masked() != network:
		return network, false, wrong("write "+network.Masked().String(), "%s is not a network: it has bits behind its length", quote(word))
	}
	if address := network.Addr(); address.Is4In6() && network.Bits() >= 96 {
		network = netip.PrefixFrom(address.Unmap(), network.Bits()-96)
	}
	return network, false, nil
}

// isHost says whether a word that is no address has letters as a host's name has them.
func isHost(word string) bool {
	return !strings.ContainsAny(word, ":/") && strings.ContainsFunc(word, func(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' })
}

// String is the list as ParseFrom reads it; "" for the zero From.
func (f From) String() string {
	words := make([]string, len(f.patterns))
	for i, p := range f.patterns {
		words[i] = p.network.String()
		if p.single {
			words[i] = p.network.Addr().String()
		}
		if p.not {
			words[i] = "!" + words[i]
		}
	}
	return strings.Join(words, ",")
}

// allows says whether somebody may come from an address. An address that must not
// match wins over all that match; where there is a list, no address is on it that is
// not known.
func (f From) allows(from net.Addr) bool {
	if len(f.patterns) == 0 {
		return true
	}
	address, known := addressOf(from)
	if !known {
		return false
	}
	allowed := false
	for _, p := range f.patterns {
		if p.network.Contains(address) {
			if p.not {
				return false
			}
			allowed = true
		}
	}
	return allowed
}

// addressOf is the address of a client, an IPv4 one never in the clothes of IPv6.
func addressOf(from net.Addr) (netip.Addr, bool) {
	if from == nil {
		return netip.Addr{}, false
	}
	where, err := netip.ParseAddrPort(from.String())
	if err != nil {
		return netip.Addr{}, false
	}
	return where.Addr().Unmap().WithZone(""), true
}

// shownAddress is a client's address for a log.
func shownAddress(from net.Addr) string {
	if address, known := addressOf(from); known {
		return address.String()
	}
	return "an address that is not known"
}
