package probe

import (
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"warroom/internal/room"
)

// TestEverySequenceOfEightLooksAgainstTheDefinition (S8) compares what is counted on
// the way with what the rule says of the whole sequence.
func TestEverySequenceOfEightLooksAgainstTheDefinition(t *testing.T) {
	failed := func(looks []grade) int {
		return len(slices.DeleteFunc(slices.Clone(looks), func(g grade) bool { return g != bad }))
	}
	var isDown func(rule Confirm, looks []grade) bool
	isDown = func(rule Confirm, looks []grade) bool {
		n := len(looks)
		switch {
		case n == 0:
			return false
		case looks[n-1] == bad && failed(looks[max(0, n-rule.Of):]) >= rule.Down:
			return true
		case n >= rule.Up && failed(looks[n-rule.Up:]) == 0:
			return false
		}
		return isDown(rule, looks[:n-1])
	}
	for _, rule := range []Confirm{{1, 1, 1}, {2, 2, 1}, {2, 3, 1}, {2, 3, 2}, {3, 3, 2}, {3, 5, 3}, {1, 4, 4}} {
		for sequence := range 1 << 8 {
			counted := newTally(rule)
			var looks []grade
			for i := range 8 {
				one := good
				if sequence>>i&1 == 1 {
					one = bad
				}
				looks = append(looks, one)
				counted.take(one)
				want := isDown(rule, looks)
				if got := counted.standing == bad; got != want {
					t.Fatalf("rule %+v, looks %v: down is %v, want %v", rule, looks, got, want)
				}
				if got := counted.unconfirmed(); got != (one == bad && !want) {
					t.Fatalf("rule %+v, looks %v: unconfirmed is %v", rule, looks, got)
				}
			}
		}
	}
}

func TestWhatTheLooksAmountTo(t *testing.T) {
	words := func(counted *tally) string {
		switch {
		case counted.standing == bad:
			return "D"
		case counted.flapping:
			return "F"
		case counted.unconfirmed():
			return "?"
		case counted.standing == tardy:
			return "S"
		}
		return "U"
	}
	for _, c := range []struct {
		name, looks, words string
		rule               Confirm
	}{
		{"each look is believed at once", "gbgsg", "UDUSU", Confirm{}},
		{"one slow look is nothing, two are", "gsgssgg", "UUUUSSU", Confirm{2, 2, 2}},
		{"a failure after slow looks is unconfirmed", "ssb", "US?", Confirm{2, 2, 1}},
		{"back from down it is slow at once", "bbss", "?DSS", Confirm{2, 2, 1}},
		{"one failure in three begins to flap and goes on", "gbggbggbggb", "U?UU?UU?FFF", Confirm{3, 3, 1}},
		{"and ends once it is calm", strings.Repeat("gbg", 4) + strings.Repeat("g", 20), "U?UU?UU?" + strings.Repeat("F", 19) + strings.Repeat("U", 5), Confirm{3, 3, 1}},
		{"what takes turns evenly is down and stays so", "gbgbgbgb", "U?UDDDDD", Confirm{2, 3, 2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			counted, got := newTally(c.rule), ""
			for _, look := range c.looks {
				counted.take(map[rune]grade{'g': good, 's': tardy, 'b': bad}[look])
				got += words(counted)
			}
			if got != c.words {
				t.Errorf("looks %s\ngot   %s\nwant  %s", c.looks, got, c.words)
			}
		})
	}
}

func TestAnEndpointThatWasDownIsStillDownAfterARestart(t *testing.T) {
	var asked []string
	left := func(word string) *Environment {
		return &Environment{Known: func(key string) *room.Signal {
			asked = append(asked, key)
			return &room.Signal{Word: word, Reason: "the same as before"}
		}}
	}
	refused := Spec{URL: "tcp://" + closedPort(t), Confirm: Confirm{Down: 2, Of: 3, Up: 2}}
	reason := "connection refused by " + refused.URL[len("tcp://"):]
	probeOnce(t, refused, left("DOWN")).want(t, "DOWN", "connect", reason)
	probeOnce(t, refused, left("UP")).want(t, "DOWN?", "connect", reason)
	well := Spec{URL: "tcp://" + listen(t, untilClosed), Confirm: Confirm{Down: 2, Of: 3, Up: 2}}
	watch := watchOf(t, well, left("DOWN"))
	lookOnce(t.Context(), t, watch).want(t, "DOWN", "", "the same as before")
	lookOnce(t.Context(), t, watch).wantUp(t)
	if len(asked) != 3 || asked[0] != "probe/shop" {
		t.Errorf("asked for %v", asked)
	}
}

func TestAnEndpointIsDownOnceItsFailureIsBorneOut(t *testing.T) {
	var well atomic.Bool
	server := serving(t, func(w http.ResponseWriter, r *http.Request) {
		if !well.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	watch := watchOf(t, Spec{URL: server.URL, Confirm: Confirm{Down: 2, Of: 3, Up: 2}}, nil)
	look := func(works bool, state room.State, word, reason string, soon bool) {
		t.Helper()
		well.Store(works)
		got := lookOnce(t.Context(), t, watch)
		if got.State != state || got.Word != word || got.Reason != reason || watch.Soon() != soon {
			t.Errorf("got %s %s %q, soon %v; want %s %s %q, soon %v", got.State, got.Word, got.Reason, watch.Soon(), state, word, reason, soon)
		}
		if works != (got.sample.State == room.OK) {
			t.Errorf("the look by itself is %s", got.sample.State)
		}
	}
	const reason = "expected status 200..299, got 503"
	look(true, room.OK, "UP", "", false)
	look(false, room.Warning, "DOWN?", reason, true)
	look(true, room.OK, "UP", "", false)
	look(false, room.Critical, "DOWN", reason, false)
	look(true, room.Critical, "DOWN", reason, false)
	look(true, room.OK, "UP", "", false)
}
