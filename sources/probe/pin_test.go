package probe

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

func TestAPinnedAddressIsConnectedToAndTheNameStays(t *testing.T) { // A5
	var host string
	server := serving(t, func(w http.ResponseWriter, r *http.Request) {
		host = r.Host
		if r.URL.Path == "/" {
			http.Redirect(w, r, "/there", http.StatusFound)
		}
	})
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(server.URL, "http://"))
	env := nameServer(t, func(question) *reply { return &reply{code: dnsmessage.RCodeNameError} })
	spec := Spec{URL: "http://shop.example:" + port + "/", Pin: netip.MustParseAddr("127.0.0.1")}
	got := probeOnce(t, spec, env)
	got.wantUp(t)
	if host != "shop.example:"+port || got.sample.Address != "127.0.0.1:"+port || got.sample.Phases.Resolve >= 0 {
		t.Errorf("host %q, address %q, phases %+v", host, got.sample.Address, got.sample.Phases)
	}
	spec.Pin = netip.Addr{}
	probeOnce(t, spec, env).want(t, "DOWN", "dns", "the name shop.example does not exist (NXDOMAIN)")
}

func TestAllAddressesOfANameAreFound(t *testing.T) {
	var all []string
	for i := range 9 {
		all = append(all, fmt.Sprintf("192.0.2.%d", i+1))
	}
	all = append(all, "2001:db8::1")
	env := nameServer(t, func(question) *reply { return &reply{addresses: all} })
	got, err := Addresses(t.Context(), Spec{Name: "shop", URL: "https://shop.example/"}, env)
	if err != nil || len(got) != len(all) {
		t.Errorf("got %v, %v", got, err)
	}
	literal, err := Addresses(t.Context(), Spec{Name: "shop", URL: "https://[::1]/"}, env)
	if err != nil || len(literal) != 1 || literal[0] != netip.MustParseAddr("::1") {
		t.Errorf("got %v, %v", literal, err)
	}
	none := nameServer(t, func(question) *reply { return &reply{} })
	if _, err := Addresses(t.Context(), Spec{Name: "shop", URL: "https://shop.example/"}, none); err == nil || err.Error() != "empty DNS answer: the name shop.example exists and has no address" {
		t.Errorf("got %v", err)
	}
}
