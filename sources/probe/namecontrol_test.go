package probe

import (
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"warroom/internal/room"
)

// forget lets the next question be asked anew.
func (n *nameControl) forget() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.checked = time.Time{}
}

// TestNoEndpointIsBlamedForOurOwnNameServer: it answers, and says of every name outside that
// there is none, as a resolver does whose own way out is gone.
func TestNoEndpointIsBlamedForOurOwnNameServer(t *testing.T) { // S12
	const cannot = "our own name server finds no name at all, so nothing is known of the endpoint"
	var works atomic.Bool
	env := nameServer(t, func(q question) *reply {
		switch {
		case q.name == "empty.example":
			return &reply{}
		case q.name == "inside.example" || works.Load() && (q.name == "a.example" || q.name == "b.example"):
			return &reply{addresses: []string{"127.0.0.1"}}
		}
		return &reply{code: dnsmessage.RCodeNameError}
	})
	env.Controls = NewControls([]string{listen(t, untilClosed), listen(t, untilClosed)}, []string{"a.example", "b.example"}, env.Resolver)
	watches := env.Controls.Watches(time.Minute)
	if len(watches) != 2 || watches[1].Scope.Source != room.NameSource {
		t.Fatalf("there are %d watches", len(watches))
	}
	own, door := Spec{URL: "http://shop.example/"}, Spec{URL: "http://dynamodb.example/", Canary: true}
	quiet := func(when string) {
		t.Helper()
		env.Controls.names.forget()
		if err := lookOnce(t.Context(), t, watches[1]).err; err != nil {
			t.Errorf("%s the room is told %v", when, err)
		}
	}

	quiet("where no name was ever found")
	probeOnce(t, door, env).want(t, "ERROR", "error", cannot)
	probeOnce(t, own, env).want(t, "DOWN", "dns", "the name shop.example does not exist (NXDOMAIN)")

	works.Store(true)
	quiet("while names are found")
	probeOnce(t, door, env).want(t, "DOWN", "dns", "the name dynamodb.example does not exist (NXDOMAIN)")
	probeOnce(t, Spec{URL: "http://empty.example/", Canary: true}, env).want(t, "DOWN", "dns", "empty DNS answer: the name empty.example exists and has no address")

	works.Store(false)
	env.Controls.names.forget()
	probeOnce(t, own, env).want(t, "ERROR", "error", cannot)
	probeOnce(t, door, env).want(t, "ERROR", "error", cannot)
	refused := closedPort(t)
	probeOnce(t, Spec{URL: "tcp://" + refused}, env).want(t, "DOWN", "connect", "connection refused by "+refused)
	probeOnce(t, Spec{URL: "http://inside.example:1/"}, env).want(t, "DOWN", "connect", "connection refused by inside.example:1")
	want := "our own name server finds no name: none of a.example, b.example is found, and they do not depend on each other; " +
		"check the name server of this machine; until it is back no endpoint is called DOWN because its name is not found"
	if err := lookOnce(t.Context(), t, watches[1]).err; err == nil || err.Error() != want {
		t.Errorf("the room is told %v\nwant %s", err, want)
	}

	works.Store(true)
	quiet("once names are found again")
}

func TestWithoutNamesNoNameServerIsDoubted(t *testing.T) {
	env := nameServer(t, func(question) *reply { return &reply{code: dnsmessage.RCodeNameError} })
	env.Controls = NewControls([]string{listen(t, untilClosed), listen(t, untilClosed)}, nil, env.Resolver)
	if n := len(env.Controls.Watches(time.Minute)); n != 1 {
		t.Errorf("there are %d watches", n)
	}
	probeOnce(t, Spec{URL: "http://dynamodb.example/", Canary: true}, env).want(t, "DOWN", "dns", "the name dynamodb.example does not exist (NXDOMAIN)")
}
