package probe

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestAPhaseThatTakesTooLong(t *testing.T) {
	server := serving(t, func(http.ResponseWriter, *http.Request) {})
	look := func(limits map[string]time.Duration) reading {
		return probeOnce(t, Spec{URL: server.URL, Timeout: 30 * time.Second, Expect: Expect{Phases: limits}}, nil)
	}
	// Whatever happens takes longer than a nanosecond, and less than the timeout.
	look(map[string]time.Duration{"connect": 29 * time.Second, "first byte": 29 * time.Second, "transfer": 29 * time.Second}).wantUp(t)
	look(map[string]time.Duration{"resolve": 1, "tls": 1}).wantUp(t) // there are none
	for _, name := range []string{"connect", "first byte", "transfer"} {
		got := look(map[string]time.Duration{name: 1})
		got.want(t, "DOWN", "assert", "expected the phase "+name+" within 1ns, and it took longer")
		if got.sample.Phase != name || !strings.HasPrefix(got.sample.Text, name+" in ") || !strings.HasSuffix(got.sample.Text, ", expected within 1ns") {
			t.Errorf("phase %q, text %q", got.sample.Phase, got.sample.Text)
		}
	}
	broken := saying(t, "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n")
	wrong := probeOnce(t, Spec{URL: "http://" + broken, Expect: Expect{Phases: map[string]time.Duration{"connect": 1}}}, nil)
	wrong.want(t, "DOWN", "status", "expected status 200..299, got 500") // what is wrong goes before what is late
}

func TestPhasesThatAreRefused(t *testing.T) {
	for _, c := range []struct {
		url, name, reason string
		limit             time.Duration
	}{
		{"shop.example", "wait", `probes of https have no phase "wait"; their phases are resolve, connect, tls, first byte, transfer`, time.Second},
		{"tcp://db.example:1", "tls", `probes of tcp have no phase "tls"; their phases are resolve, connect, first byte, transfer`, time.Second},
		{"icmp://db.example", "connect", `probes of icmp have no phase "connect"; their phases are resolve, first byte`, time.Second},
		{"tls://db.example:1", "transfer", `probes of tls have no phase "transfer"; their phases are resolve, connect, tls`, time.Second},
		{"dns://192.0.2.1/x.example", "transfer", `probes of dns have no phase "transfer"; their phases are resolve, connect, tls, first byte`, time.Second},
		{"shop.example", "connect", "the limit of the phase connect is 5s; give a time between nothing and the timeout of 5s", 5 * time.Second},
		{"shop.example", "connect", "the limit of the phase connect is 0s; give a time between nothing and the timeout of 5s", 0},
	} {
		_, err := New(Spec{Name: "shop", URL: c.url, Expect: Expect{Phases: map[string]time.Duration{c.name: c.limit}}}, nil)
		if err == nil || err.Error() != `probe "shop": `+c.reason {
			t.Errorf("%s %s: got %v", c.url, c.name, err)
		}
	}
}
