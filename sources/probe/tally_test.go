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
		case counted.down:
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
		{"what was down and came back flaps, and is not down at each turn", strings.Repeat("bbbgg", 6), "??DDU??DDU??DDU" + strings.Repeat("F", 15), Confirm{3, 3, 2}},
		{"what flapped and stays wrong is down after ten looks", strings.Repeat("bgg", 4) + strings.Repeat("b", 11) + "gg", "?UU?UU?UUFFF" + "FFFFFFFFFDD" + "DF", Confirm{2, 2, 2}},
		{"and after as many as its own rule asks for, if that is more", strings.Repeat("bgg", 4) + strings.Repeat("b", 13), "?UU?UU?UUFFF" + "FFFFFFFFFFFDD", Confirm{12, 12, 2}},
		{"what flapped and is right once in ten looks is down", strings.Repeat("bgg", 4) + strings.Repeat("gbbbbbbbbb", 3), "?UU?UU?UUFFF" + strings.Repeat("F", 15) + strings.Repeat("D", 15), Confirm{2, 2, 2}},
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

// TestS8WhatFlapsIsNotDownAgainAndAgainAndADownSaysItsFailure: a person is called for a
// failure, and not for each turn of one.
func TestS8WhatFlapsIsNotDownAgainAndAgainAndADownSaysItsFailure(t *testing.T) {
	var well atomic.Bool
	server := serving(t, func(w http.ResponseWriter, r *http.Request) {
		if !well.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	const refused = "expected status 200..299, got 503"
	said := map[string]string{"UP": "", "DOWN?": refused, "DOWN": refused, "FLAPS": flapping}
	turns := func(rule Confirm, turn string, most int) (downs int, last string) {
		watch := watchOf(t, Spec{URL: server.URL, Confirm: rule}, nil)
		for i := range most {
			well.Store(turn[i%len(turn)] == 'g')
			got := lookOnce(t.Context(), t, watch)
			if got.Reason != said[got.Word] {
				t.Errorf("look %d of %s is %s %q", i, turn, got.Word, got.Reason)
			}
			if got.Word == "DOWN" && last != "DOWN" {
				downs++
			}
			last = got.Word
		}
		for i := 0; last == "FLAPS" && i < 20; i++ { // and now it stays wrong
			well.Store(false)
			got := lookOnce(t.Context(), t, watch)
			last = got.Word
			if last == "DOWN" {
				got.want(t, "DOWN", "status", refused)
			}
		}
		return downs, last
	}
	for _, c := range []struct {
		rule  Confirm
		turn  string
		downs int
	}{
		{Confirm{Down: 3, Of: 3, Up: 2}, "bbbgg", 3}, // the first three are no flapping yet
		{Confirm{Down: 2, Of: 3, Up: 2}, "gb", 1},    // never right for long enough to come back
		{Confirm{Down: 3, Of: 3, Up: 1}, "gbg", 0},
		{Confirm{}, "gb", 3},
	} {
		if downs, last := turns(c.rule, c.turn, 60); downs != c.downs || last != "DOWN" {
			t.Errorf("%s by the rule %+v is DOWN %d times, want %d, and %s once it stays wrong", c.turn, c.rule, downs, c.downs, last)
		}
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

// TestWhatFlapsAndStaysWrongIsLookedAtSoon: ten looks at one every five minutes would be the
// better part of an hour.
func TestWhatFlapsAndStaysWrongIsLookedAtSoon(t *testing.T) {
	counted, soon := newTally(Confirm{2, 2, 2}), ""
	for _, look := range strings.Repeat("bgg", 4) + strings.Repeat("b", 11) {
		counted.take(map[rune]grade{'g': good, 'b': bad}[look])
		soon += map[bool]string{true: "s", false: "-"}[counted.worsens()]
	}
	if want := strings.Repeat("-", 12) + "----" + "sssss" + "--"; soon != want {
		t.Errorf("it is looked at soon %s\nwant %s", soon, want)
	}
}
