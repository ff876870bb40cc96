package probe

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"warroom/internal/room"
	"warroom/sources"
)

func TestS9AnEndpointThatIsYetToComeCallsNobody(t *testing.T) {
	var status atomic.Int32
	server := serving(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(int(status.Load())) })
	spec := Spec{URL: server.URL, Await: true, Confirm: Confirm{Down: 2, Of: 3, Up: 2}}
	const wrong = "expected status 200..299, got 503"
	watch := watchOf(t, spec, nil)
	var last room.Signal
	for i, c := range []struct {
		status       int32
		word, reason string
		counts       bool // in the share of good looks
	}{
		{503, "DOWN?", neverUp + wrong, false}, {503, "DOWN?", neverUp + wrong, false}, {503, "DOWN?", neverUp + wrong, false},
		{200, "UP", "", true}, // at once, whatever Confirm.Up is for one that was DOWN
		{503, "DOWN?", wrong, true}, {503, "DOWN", wrong, true}, {200, "DOWN", wrong, true}, {200, "UP", "", true},
	} {
		status.Store(c.status)
		got := lookOnce(t.Context(), t, watch)
		if got.Word != c.word || got.Reason != c.reason || (got.State == room.Critical) != (c.word == "DOWN") || (got.sample.State != room.Unknown) != c.counts {
			t.Errorf("look %d: %s %s %q, reading %+v", i, got.State, got.Word, got.Reason, got.sample)
		}
		if i == 0 {
			last = got.Signal
		}
	}
	status.Store(503)
	after := func(left room.Signal) reading {
		watch := watchOf(t, spec, &Environment{Known: func(string) *room.Signal { return &left }})
		lookOnce(t.Context(), t, watch)
		return lookOnce(t.Context(), t, watch)
	}
	if got := after(last); got.Word != "DOWN?" || got.Reason != neverUp+wrong {
		t.Errorf("after a restart before it came: %s %q", got.Word, got.Reason)
	}
	if got := after(room.Signal{Word: "UP"}); got.Word != "DOWN" {
		t.Errorf("after a restart once it had come: %s %q", got.Word, got.Reason)
	}
	spec.Await = false
	if got := after(last); got.Word != "DOWN" {
		t.Errorf("when nobody awaits it any more: %s %q", got.Word, got.Reason)
	}
}

// TestAnEndpointThatIsYetToComeStaysSoWhateverItSaysMeanwhile: it is paused, we fail
// ourselves, it is in maintenance, and each time the room is left and found again.
func TestAnEndpointThatIsYetToComeStaysSoWhateverItSaysMeanwhile(t *testing.T) {
	quiet := fullBacklog(t)
	cut := NewControls([]string{quiet, quiet}, nil, nil)
	cut.answered = true // our own connection worked before, and is down now
	const slow = "timed out after 100ms waiting for the connection"
	awaited := Spec{URL: "tcp://" + quiet, Timeout: 100 * time.Millisecond, Await: true}
	maintained := awaited
	maintained.Maintenance = func(at time.Time) (time.Time, bool) { return at, true }
	paused := func(env *Environment) reading {
		spec := awaited
		spec.Name = "shop"
		watch, err := NewPaused(spec, env)
		if err != nil {
			t.Fatal(err)
		}
		var got reading
		_ = watch.Look(t.Context(), func(signals []room.Signal) { got.Signal = signals[0] })
		return got
	}
	var left *room.Signal
	for i, c := range []struct {
		word, reason string
		look         func(*Environment) reading
	}{
		{room.Paused, neverUp + "it is not looked at until somebody lets it go on", paused},
		{"DOWN?", neverUp + slow, func(env *Environment) reading { return probeOnce(t, awaited, env) }},
		{"ERROR", neverUp + "our own connection is down, so nothing is known of the endpoint", func(env *Environment) reading {
			env.Controls = cut
			return probeOnce(t, awaited, env)
		}},
		{room.Paused, neverUp + "it is not looked at until somebody lets it go on", paused},
		{room.Maintenance, "", func(env *Environment) reading { return probeOnce(t, maintained, env) }},
		{"DOWN?", neverUp + slow, func(env *Environment) reading { return probeOnce(t, awaited, env) }},
	} {
		got := c.look(&Environment{Known: func(string) *room.Signal { return left }})
		if got.Word != c.word || c.reason != "" && got.Reason != c.reason || got.State == room.Critical {
			t.Errorf("step %d: %s %s %q", i, got.State, got.Word, got.Reason)
		}
		if failure, ok := errors.AsType[*sources.Failure](got.err); ok && strings.Contains(failure.Why, neverUp) {
			t.Errorf("step %d: our own trouble is told as %q", i, failure.Why)
		}
		left = &got.Signal
	}
	came := awaited
	came.URL = "tcp://" + listen(t, untilClosed)
	for _, look := range []func(*Environment) reading{func(env *Environment) reading { return probeOnce(t, came, env) }, paused} {
		got := look(&Environment{Known: func(string) *room.Signal { return left }})
		if strings.Contains(got.Reason, neverUp) {
			t.Errorf("once it has come it says %s %q", got.Word, got.Reason)
		}
		left = &got.Signal
	}
	probeOnce(t, awaited, &Environment{Known: func(string) *room.Signal { return left }}).want(t, "DOWN", "timeout", slow)
}

// TestAnEndpointWithManyAddressesHasComeOnceOneOfThemWasUp: that its name resolves is not
// enough, and a pause, in which its addresses are forgotten, is not a beginning.
func TestAnEndpointWithManyAddressesHasComeOnceOneOfThemWasUp(t *testing.T) {
	b := balance(t, "127.0.0.1", "127.0.0.2")
	b.servers["127.0.0.1"].Close()
	b.servers["127.0.0.2"].Close()
	b.names(dnsmessage.RCodeSuccess, "127.0.0.1", "127.0.0.2")
	env, r := b.environment(), room.New(room.Options{})
	env.Known = func(key string) *room.Signal {
		for _, s := range r.Snapshot().Of(room.KindProbe).Signals {
			if s.Key == key {
				return s
			}
		}
		return nil
	}
	spec := b.spec()
	spec.Await = true
	watch := watchOf(t, spec, env)
	want := func(when, whole, first, second string) {
		t.Helper()
		if got := inRoom(t, r, watch); got["shop"] != whole || got["shop 127.0.0.1"] != first || got["shop 127.0.0.2"] != second {
			t.Errorf("%s the room shows %v", when, got)
		}
	}
	want("before it comes", "DOWN?", "DOWN?", "DOWN?")
	b.names(dnsmessage.RCodeNameError)
	want("without its name", "DOWN?", "DOWN?", "DOWN?")
	b.names(dnsmessage.RCodeSuccess, "127.0.0.1", "127.0.0.2")
	b.start("127.0.0.1")
	inRoom(t, r, watch)
	want("when one address has come", "1/2", "UP", "DOWN")

	paused, err := NewPaused(spec, env)
	if err != nil {
		t.Fatal(err)
	}
	_ = paused.Look(t.Context(), func(signals []room.Signal) {
		r.Observe(room.Observation{Scope: paused.Scope, Watch: paused.Name, At: room.Wall{}.Now(), Interval: paused.Interval, Begins: true, Signals: signals})
	})
	r.Flush()
	b.servers["127.0.0.1"].Close()
	watch = watchOf(t, spec, env)
	want("after a pause", "DOWN", "DOWN", "DOWN")
}
