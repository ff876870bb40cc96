package config

import (
	"fmt"
	"testing"
)

func TestGroupsAreMadeOfWhatProbesHave(t *testing.T) {
	const probes = `probes:
  - {name: shop-east, url: a.example.com, region: us-east-1, tags: {team: store, tier: "1"}}
  - {name: shop-west, url: b.example.com, region: us-west-2, tags: {team: store}}
  - {name: pay-east, url: c.example.com, region: us-east-1, service: payments, tags: {team: money}}
  - {name: Search, url: d.example.com}
services:
  - {name: shop, match: {probes: ["shop-*"]}}
  - {name: payments}
  - {name: found, match: {probes: [search]}}
groups:
`
	for _, c := range []struct{ group, want string }{
		{"{by: service}", "[{service found found  [Search] 1} {service payments payments us-east-1 [pay-east] 1} {service shop shop  [shop-east shop-west] 1}]"},
		{"{by: region}", "[{region us-east-1  us-east-1 [shop-east pay-east] 1} {region us-west-2 shop us-west-2 [shop-west] 1}]"},
		{"{by: region, name: in, probes: [shop-*]}", "[{in us-east-1 shop us-east-1 [shop-east] 1} {in us-west-2 shop us-west-2 [shop-west] 1}]"},
		{"{tag: team}", "[{team money payments us-east-1 [pay-east] 1} {team store shop  [shop-east shop-west] 1}]"},
		{"{tag: tier}", "[{tier 1 shop us-east-1 [shop-east] 1}]"},
		{"{name: shops, probes: [SHOP-*, search]}", "[{shops   [shop-east shop-west Search] 2}]"},
		{"{name: all, down: 1}", "[{all   [shop-east shop-west pay-east Search] 1}]"},
		{"{name: all, down: 3 of 4}", "[{all   [shop-east shop-west pay-east Search] 3}]"},
		{"{name: all, down: 100%}", "[{all   [shop-east shop-west pay-east Search] 4}]"},
		{"{name: all, down: 1%}", "[{all   [shop-east shop-west pay-east Search] 1}]"},
		{"{name: all, down: 51%}", "[{all   [shop-east shop-west pay-east Search] 3}]"},
		{"{tag: team, down: 2}", "[{team money payments us-east-1 [pay-east] 1} {team store shop  [shop-east shop-west] 2}]"},
	} {
		if got := fmt.Sprint(load(t, probes+"  - "+c.group).ProbeGroups()); got != c.want {
			t.Errorf("%s makes\n%s, want\n%s", c.group, got, c.want)
		}
	}
	if got := load(t, "groups: [{by: region}, {name: a, down: 3}]").ProbeGroups(); len(got) != 0 {
		t.Errorf("without probes there are %v", got)
	}
}
