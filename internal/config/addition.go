package config

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"time"
)

// Additions is what holds for probes that say guarded: those that were added from a
// screen which others share. Whoever can write the file is trusted with all the rest.
type Additions struct {
	Allow    []string      `yaml:"allow,omitempty" doc:"Addresses and ranges that they may reach although a larger range, or what is usually denied, says no; the smallest range decides." example:"[127.0.0.1, 10.1.0.0/16]"`
	Deny     []string      `yaml:"deny,omitempty" doc:"Addresses and ranges that they may not reach, beside this machine, link-local, multicast and reserved addresses and the metadata services of clouds. Private ranges may be reached unless they stand here, since endpoints inside are what one probes." example:"[10.0.0.0/8, \"fd00::/8\"]"`
	Interval time.Duration `yaml:"interval" doc:"The shortest interval that they may have, and the shortest time between two looks at one probe that people who join ask for by :probe run; 1s or more." default:"5s"`
	Limit    float64       `yaml:"limit" doc:"How many of them there may be." default:"50" minimum:"0"`
}

// rangePattern is roughly an address or a range of them.
var rangePattern = regexp.MustCompile(`^[0-9A-Fa-f:.]+(/[0-9]{1,3})?$`)

// Ranges are the addresses under allow and deny.
func (a *Additions) Ranges() (allow, deny []netip.Prefix) {
	return rangesOf(a.Allow), rangesOf(a.Deny)
}

func rangesOf(texts []string) []netip.Prefix {
	var ranges []netip.Prefix
	for _, text := range texts {
		if within, wrong := parseRange(text); wrong == "" {
			ranges = append(ranges, within)
		}
	}
	return ranges
}

// parseRange reads an address or a range, and otherwise says in words what is wrong.
func parseRange(text string) (within netip.Prefix, wrong string) {
	if !strings.Contains(text, "/") {
		if address, err := netip.ParseAddr(text); err == nil && address.Zone() == "" {
			within = netip.PrefixFrom(address, address.BitLen())
		}
	} else if parsed, err := netip.ParsePrefix(text); err == nil {
		within = parsed
	}
	switch address := within.Addr(); {
	case !within.IsValid():
		return netip.Prefix{}, quote(text) + " is no address and no range of them; write it like 10.1.2.3, 10.0.0.0/8 or fd00::/8"
	case address.Is4In6():
		return netip.Prefix{}, quote(text) + " stands for IPv4 addresses; write them as such, like 10.0.0.0/8"
	case within != within.Masked():
		return netip.Prefix{}, fmt.Sprintf("%s begins inside a range; write %s for the range, or %s for the address", quote(text), within.Masked(), address)
	}
	return within, ""
}

func (r *reader) checkAdditions(c *Config) {
	a := &c.Additions
	for _, ranges := range []struct {
		path  string
		texts []string
	}{{"additions.allow", a.Allow}, {"additions.deny", a.Deny}} {
		for i, text := range ranges.texts {
			if _, wrong := parseRange(text); wrong != "" {
				r.wrong(fmt.Sprintf("%s[%d]", ranges.path, i), "%s", wrong)
			}
		}
	}
	r.checkInterval("additions.interval", a.Interval, leastProbes)
	if a.Limit != float64(int(a.Limit)) || a.Limit < 0 {
		r.wrong("additions.limit", "this is no number of probes; write a whole one, or 0 so that none can be added")
	}
	count := 0
	for i := range c.Probes {
		p, path := &c.Probes[i], fmt.Sprintf("probes[%d]", i)
		if !p.Guarded {
			continue
		}
		if p.Interval < a.Interval && !r.failed[path+".interval"] {
			r.wrong(path+".interval", "%s is too often for a probe that was added from a screen; write %s or more, or less under additions.interval", plain(p.Interval), plain(a.Interval))
		}
		if count++; count == int(a.Limit)+1 && !r.failed["additions.limit"] {
			r.wrong(path+".guarded", "%d probes can be added from a screen, and this is one more; take one away, or write more under additions.limit", int(a.Limit))
		}
	}
}
