package probe

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"warroom/internal/room"
)

func prefixes(texts ...string) (all []netip.Prefix) {
	for _, text := range texts {
		all = append(all, netip.MustParsePrefix(text))
	}
	return all
}

func TestQ6WhatAGuardDenies(t *testing.T) {
	for address, within := range map[string]string{
		"169.254.169.254": "169.254.169.254/32", "169.254.170.2": "169.254.170.2/32", "fd00:ec2::254": "fd00:ec2::254/128",
		"100.100.100.200": "100.100.100.200/32", "168.63.129.16": "168.63.129.16/32", "169.254.1.1": "169.254.0.0/16",
		"fe80::1": "fe80::/10", "fe80::1%eth0": "fe80::/10", "127.0.0.1": "127.0.0.0/8", "127.255.0.9": "127.0.0.0/8", "::1": "::1/128",
		"0.0.0.0": "0.0.0.0/8", "0.1.2.3": "0.0.0.0/8", "::": "::/128", "224.0.0.1": "224.0.0.0/4", "ff02::1": "ff00::/8",
		"255.255.255.255": "255.255.255.255/32", "240.0.0.1": "240.0.0.0/4",
		// other ways to write an IPv4 address
		"::ffff:127.0.0.1": "127.0.0.0/8", "::ffff:169.254.169.254": "169.254.169.254/32", "::ffff:a9fe:a9fe": "169.254.169.254/32",
		"64:ff9b::127.0.0.1": "127.0.0.0/8", "64:ff9b::a9fe:a9fe": "169.254.169.254/32", "64:ff9b:1::7f00:1": "64:ff9b:1::/48",
		"2002:7f00:1::": "127.0.0.0/8", "2002:a9fe:a9fe::1": "169.254.169.254/32", "::ffff:0:127.0.0.1": "127.0.0.0/8",
		"::127.0.0.1": "::/96", "2001:0:53aa:64c::1": "2001::/32",
		// allowed: the world, and what is inside
		"192.0.2.1": "", "2001:db8::1": "", "10.1.2.3": "", "172.16.0.1": "", "192.168.1.1": "", "fd12::1": "", "100.64.0.1": "",
		"64:ff9b::192.0.2.1": "", "2002:c000:201::": "", "::ffff:10.0.0.1": "",
	} {
		got := ""
		if denied := NewGuard(nil, nil).denial(netip.MustParseAddr(address)); denied != nil {
			got = denied.within.String()
		}
		if got != within {
			t.Errorf("%s is denied by %q, not %q", address, got, within)
		}
	}
}

func TestQ6TheSmallestRangeDecides(t *testing.T) {
	guard := NewGuard(
		prefixes("0.0.0.0/0", "127.0.0.0/8", "10.1.0.0/16", "192.0.2.0/24", "::1/128", "169.254.0.0/16"),
		prefixes("10.0.0.0/8", "198.51.100.0/24", "192.0.2.0/24", "127.9.0.0/16"))
	for address, allowed := range map[string]bool{
		"127.0.0.1": true, "::1": true, "64:ff9b::127.0.0.1": true, "127.9.0.1": false, "10.1.2.3": true, "10.2.0.1": false,
		"192.0.2.1": false, "198.51.100.7": false, "203.0.113.1": true, "224.0.0.1": false, "2002:a02:1::": false,
		"169.254.1.1": true, "169.254.169.254": false,
	} {
		if denied := guard.denial(netip.MustParseAddr(address)); (denied == nil) != allowed {
			t.Errorf("%s: the rule is %+v, and allowed is %v", address, denied, allowed)
		}
	}
	only := NewGuard(prefixes("10.0.0.0/8"), prefixes("0.0.0.0/0", "::/0"))
	for address, allowed := range map[string]bool{"10.0.0.1": true, "192.0.2.1": false, "2001:db8::1": false, "64:ff9b::10.0.0.1": false} {
		if denied := only.denial(netip.MustParseAddr(address)); (denied == nil) != allowed {
			t.Errorf("%s: the rule is %+v, and allowed is %v", address, denied, allowed)
		}
	}
}

// door is a port of an address, TCP and UDP, that knows whether somebody has been there.
type door struct {
	stream  net.Listener
	packets net.PacketConn
}

func newDoor(t *testing.T, address string) *door {
	t.Helper()
	for range 100 {
		stream, err := net.Listen("tcp", address+":0")
		if err != nil {
			t.Skipf("this system does not have %s: %v", address, err)
		}
		packets, err := net.ListenPacket("udp", stream.Addr().String())
		if err != nil {
			stream.Close()
			continue // the port is taken by somebody's UDP
		}
		t.Cleanup(func() { stream.Close(); packets.Close() })
		return &door{stream, packets}
	}
	t.Fatal("no port is free for TCP and UDP")
	return nil
}

func (d *door) port() string {
	_, port, _ := net.SplitHostPort(d.stream.Addr().String())
	return port
}

// untouched knocks and fails the test unless this is the first knock: connections and
// packets are kept in order.
func (d *door) untouched(t *testing.T) {
	t.Helper()
	conn, err := net.Dial("tcp", d.stream.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	first, err := d.stream.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	if first.RemoteAddr().String() != conn.LocalAddr().String() {
		t.Errorf("%s connected", first.RemoteAddr())
	}
	packet, err := net.Dial("udp", d.packets.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer packet.Close()
	if _, err := packet.Write([]byte("knock")); err != nil {
		t.Fatal(err)
	}
	buffer := make([]byte, 512)
	if n, from, err := d.packets.ReadFrom(buffer); err != nil || from.String() != packet.LocalAddr().String() {
		t.Errorf("%v sent %q, %v", from, buffer[:n], err)
	}
}

func TestQ6EveryProtocolIsGuarded(t *testing.T) {
	env := nameServer(t, func(question) *reply { return &reply{addresses: []string{"127.0.0.1", "::1"}} })
	closed := newDoor(t, "127.0.0.1")
	opened := pings.opened
	patterns := []string{"dns://HOST:PORT/www.example.com?transport=tcp", "dns://HOST:PORT/www.example.com?transport=tls"}
	for scheme := range protocols {
		switch scheme {
		case "icmp":
			patterns = append(patterns, "icmp://HOST")
		case "dns":
			patterns = append(patterns, "dns://HOST:PORT/www.example.com")
		default:
			patterns = append(patterns, scheme+"://HOST:PORT")
		}
	}
	for _, pattern := range patterns {
		url := strings.NewReplacer("HOST", "shop.example", "PORT", closed.port()).Replace(pattern)
		t.Run(url, func(t *testing.T) {
			where := "shop.example:" + closed.port()
			if strings.HasPrefix(url, "icmp") {
				where = "shop.example"
			}
			got := probeOnce(t, Spec{URL: url, Guard: NewGuard(nil, nil)}, env)
			got.want(t, "DOWN", "blocked", where+" is not probed: addresses of this machine (127.0.0.0/8) are closed to probes that were added from a screen")
			if got.sample.Text != "127.0.0.1 is not probed: addresses of this machine (127.0.0.0/8)" || got.sample.Phase != "connect" || got.sample.Address != "" {
				t.Errorf("got %+v", got.sample)
			}
		})
	}
	closed.untouched(t)
	if pings.opened != opened {
		t.Error("a socket was opened for pings")
	}
}

// TestQ6NoWayToWriteAnAddressGetsAround has a name server that answers as some C libraries
// read such hosts.
func TestQ6NoWayToWriteAnAddressGetsAround(t *testing.T) {
	env := nameServer(t, func(question) *reply { return &reply{addresses: []string{"127.0.0.1"}} })
	closed := newDoor(t, "127.0.0.1")
	for _, host := range []string{
		"127.0.0.1", "0x7f000001", "0x7f.0.0.1", "2130706433", "0177.0.0.1", "127.1", "0.0.0.0", "0", "①②⑦.⓪.⓪.①", "127.0.0.1.", "shop.example",
		"[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::127.0.0.1]", "[2002:7f00:1::1]", "[::127.0.0.1]",
	} {
		t.Run(host, func(t *testing.T) {
			watch, err := New(Spec{Name: "shop", URL: "http://" + host + ":" + closed.port() + "/", Guard: NewGuard(nil, nil)}, env)
			if err != nil {
				return // it is no host at all
			}
			got := lookOnce(t.Context(), t, watch)
			if got.Word != "DOWN" || got.sample.Class != "blocked" && got.sample.Class != "dns" {
				t.Errorf("got %s %s %s", got.Word, got.sample.Class, got.Reason)
			}
		})
	}
	for _, pinned := range []string{"127.0.0.1", "::ffff:127.0.0.1"} {
		spec := Spec{URL: "http://shop.example:" + closed.port(), Pin: netip.MustParseAddr(pinned), Guard: NewGuard(nil, nil)}
		if got := probeOnce(t, spec, env); got.sample.Class != "blocked" {
			t.Errorf("pinned to %s: %s %s", pinned, got.sample.Class, got.Reason)
		}
	}
	closed.untouched(t)
}

// TestQ6ANameThatChangesItsAddressDoesNotGetAround has a server on every address of this
// machine, of which one stands for the world.
func TestQ6ANameThatChangesItsAddressDoesNotGetAround(t *testing.T) {
	var connected, asked atomic.Int32
	listener, err := net.Listen("tcp4", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { connected.Add(1) })}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(listener) }()
	t.Cleanup(func() { server.Close(); <-done })
	env := nameServer(t, func(q question) *reply {
		if q.kind == dnsmessage.TypeA && asked.Add(1) > 1 {
			return &reply{addresses: []string{"127.0.0.2"}}
		}
		return &reply{addresses: []string{"127.0.0.1"}}
	})
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	watch := watchOf(t, Spec{URL: "http://shop.example:" + port + "/", Guard: NewGuard(prefixes("127.0.0.1/32"), nil)}, env)
	lookOnce(t.Context(), t, watch).wantUp(t)
	got := lookOnce(t.Context(), t, watch)
	got.want(t, "DOWN", "blocked", "shop.example:"+port+" is not probed: addresses of this machine (127.0.0.0/8) are closed to probes that were added from a screen")
	if !strings.HasPrefix(got.sample.Text, "127.0.0.2 ") || connected.Load() != 1 {
		t.Errorf("%d connections, and the text %q", connected.Load(), got.sample.Text)
	}
}

func TestQ6OfSeveralAddressesOnlyThoseAllowedAreTried(t *testing.T) {
	server := serving(t, func(http.ResponseWriter, *http.Request) {})
	env := nameServer(t, func(question) *reply { return &reply{addresses: []string{"127.0.0.2", "127.0.0.1"}} })
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	got := probeOnce(t, Spec{URL: "http://shop.example:" + port + "/", Guard: NewGuard(prefixes("127.0.0.1/32"), nil)}, env)
	got.wantUp(t)
	if got.sample.Address != "127.0.0.1:"+port {
		t.Errorf("reached %s", got.sample.Address)
	}
}

func TestR13ARedirectToADeniedAddressIsNotFollowed(t *testing.T) {
	closed := newDoor(t, "127.0.0.9")
	target := ""
	server := serving(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, target, http.StatusFound) })
	env := nameServer(t, func(question) *reply { return &reply{addresses: []string{"127.0.0.9"}} })
	here := netip.MustParseAddr("127.0.0.1")
	for _, host := range []string{"127.0.0.9", "shop.example", "[::ffff:127.0.0.9]", "169.254.169.254"} {
		target = "http://" + host + ":" + closed.port() + "/latest/meta-data/"
		spec := Spec{URL: server.URL, Guard: NewGuard([]netip.Prefix{netip.PrefixFrom(here, 32)}, nil), Header: map[string][]string{"Authorization": {"Bearer 1"}}}
		got := probeOnce(t, spec, env)
		if got.Word != "DOWN" || got.sample.Class != "blocked" || !strings.Contains(got.Reason, " is not probed: ") {
			t.Errorf("%s: %s %s %s", host, got.Word, got.sample.Class, got.Reason)
		}
	}
	closed.untouched(t)
}

func TestQ6UnixSocketsAreNotProbed(t *testing.T) {
	for _, url := range []string{"unix:///var/run/docker.sock", "http+unix://%2Fvar%2Frun%2Fdocker.sock/info", "http:///var/run/docker.sock", "tcp:///var/run/docker.sock"} {
		if _, err := New(Spec{Name: "shop", URL: url, Guard: NewGuard(nil, nil)}, nil); err == nil {
			t.Errorf("%s is probed", url)
		}
	}
}

func TestQ6EachAddressOfANameIsGuarded(t *testing.T) {
	closed := newDoor(t, "127.0.0.1")
	env := nameServer(t, func(question) *reply { return &reply{addresses: []string{"127.0.0.1", "169.254.169.254"}} })
	watch := watchOf(t, Spec{URL: "http://shop.example:" + closed.port(), Addresses: EveryAddress, Guard: NewGuard(nil, nil)}, env)
	blocked := 0
	err := watch.Look(t.Context(), func(signals []room.Signal) {
		for _, signal := range signals {
			for _, sample := range signal.Samples {
				if sample.Class == "blocked" && strings.Contains(sample.Text, " is not probed: ") {
					blocked++
				}
			}
		}
	})
	if err != nil || blocked < 2 {
		t.Errorf("%d addresses are blocked, %v", blocked, err)
	}
	closed.untouched(t)
}
