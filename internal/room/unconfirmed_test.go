package room

import "testing"

func TestASingleFailureCallsNobodyAndOneThatIsBorneOutDoes(t *testing.T) {
	clock := Wall{}
	r := New(Options{Name: "prod", Clock: clock})
	scope := Scope{Source: "probe"}
	look := func(state State, word string) *Signal {
		r.Observe(Observation{Scope: scope, Watch: "probe/shop", At: clock.Now(), Done: true, Signals: []Signal{{
			Key: "probe/shop", Kind: KindProbe, Scope: scope, State: state, Word: word, Title: "shop", Since: clock.Now(), Detail: new(ProbeDetail),
		}}})
		r.Flush()
		return r.Snapshot().Of(KindProbe).Signals[0]
	}
	look(OK, "UP")
	if got := look(Warning, Unconfirmed).Standing; got != Normal {
		t.Errorf("a single failure is %v", got)
	}
	if got := look(OK, "UP").Standing; got != Normal {
		t.Errorf("once it has passed, it is %v", got)
	}
	look(Warning, Unconfirmed)
	if got := look(Critical, "DOWN").Standing; got != Unacknowledged {
		t.Errorf("once it is borne out, it is %v", got)
	}
	if got := look(OK, "UP").Standing; got != Cleared {
		t.Errorf("an outage that nobody saw is %v", got)
	}
}
