package serve

import (
	"fmt"
	"net"
	"net/netip"
	"testing"
	"time"
)

func at(ip string) net.Addr { return &net.TCPAddr{IP: net.ParseIP(ip), Port: 1234} }

// clock is a time that a test moves.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

func TestTheDoorKeepsOutWhoTriesTooMuch(t *testing.T) {
	c := &clock{now: time.Unix(1e9, 0)}
	d := newDoor([]netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, c.Now)
	enters := func(ip string) bool {
		authenticated, refused := d.enter(at(ip))
		if refused == "" {
			authenticated()
		}
		return refused == ""
	}
	for i := range 3 {
		if !enters("192.0.2.1") {
			t.Fatalf("kept out after %d failures", i)
		}
		d.punish(at("192.0.2.1"), penaltyFailed)
	}
	if enters("192.0.2.1") || enters("192.0.2.77") {
		t.Error("three failures are 15 seconds, for the whole network")
	}
	if !enters("192.0.3.1") || !enters("10.1.1.1") {
		t.Error("others are kept out as well")
	}
	c.now = c.now.Add(time.Second)
	if !enters("192.0.2.1") {
		t.Error("a penalty below 15 seconds does not count")
	}
	for range 1000 {
		d.punish(at("192.0.2.1"), penaltyGrace)
		d.punish(at("10.1.1.1"), penaltyGrace)
	}
	if !enters("10.1.1.1") {
		t.Error("an exempt one is kept out")
	}
	c.now = c.now.Add(penaltyMost - penaltyLeast)
	if enters("192.0.2.1") {
		t.Error("the most is ten minutes")
	}
	c.now = c.now.Add(time.Second)
	if !enters("192.0.2.1") {
		t.Error("after the most it begins anew")
	}
}

func TestTheDoorBoundsWhoHasNotShownAKey(t *testing.T) {
	c := &clock{now: time.Unix(1e9, 0)}
	d := newDoor(nil, c.Now)
	var all []func()
	for i := range sourceStarts {
		authenticated, refused := d.enter(at("192.0.2.1"))
		if refused != "" {
			t.Fatalf("the %dth is refused: %s", i, refused)
		}
		all = append(all, authenticated)
	}
	if _, refused := d.enter(at("192.0.2.2")); refused == "" {
		t.Error("one more from that network is let in")
	}
	all[0]()
	all[0]() // twice does no harm
	if _, refused := d.enter(at("192.0.2.2")); refused != "" {
		t.Errorf("one has gone, and %s", refused)
	}
	let := 0
	for i := range 1000 {
		if _, refused := d.enter(at(fmt.Sprintf("198.51.%d.1", i%250))); refused == "" {
			let++
		}
	}
	if let < startupsFree-sourceStarts || let+sourceStarts > startupsFull {
		t.Errorf("%d more of 1,000 were let in at once", let)
	}
}

func TestTheDoorBoundsHowOftenOneComes(t *testing.T) {
	c := &clock{now: time.Unix(1e9, 0)}
	d := newDoor(nil, c.Now)
	let := 0
	for range 100 {
		if authenticated, refused := d.enter(at("2001:db8::1")); refused == "" {
			authenticated()
			let++
		}
	}
	if let != rateBurst {
		t.Errorf("%d of 100 at once were let in, want %d", let, rateBurst)
	}
	if _, refused := d.enter(at("2001:db8:0:0:ffff::9")); refused == "" {
		t.Error("another address of the same /64 is let in")
	}
	c.now = c.now.Add(rateEvery)
	if _, refused := d.enter(at("2001:db8::1")); refused != "" {
		t.Errorf("after a while: %s", refused)
	}
}

func TestTheDoorRemembersNoMoreSourcesThanItMay(t *testing.T) {
	c := &clock{now: time.Unix(1e9, 0)}
	d := newDoor(nil, c.Now)
	for i := range sourcesLimit + 1000 {
		d.punish(&net.TCPAddr{IP: net.IPv4(byte(i>>16)+1, byte(i>>8), byte(i), 1)}, penaltyGrace)
	}
	if n := len(d.sources); n > sourcesLimit {
		t.Errorf("%d sources are remembered", n)
	}
}
