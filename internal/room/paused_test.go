package room

import (
	"testing"
	"time"
)

// TestAProbeThatIsPausedDoesNotGrowStale: its last reading does, and nobody waits for another.
func TestAProbeThatIsPausedDoesNotGrowStale(t *testing.T) {
	clock := new(ticking)
	r := New(Options{Node: "test", Clock: clock})
	scope := Scope{Source: "probe"}
	for _, word := range []string{"UP", Paused} {
		clock.now = clock.now.Add(time.Hour)
		signal := Signal{Key: "probe/shop", Kind: KindProbe, Scope: scope, Word: word, Detail: &ProbeDetail{Interval: time.Second}}
		if word == "UP" {
			signal.State, signal.Samples = OK, []Sample{{At: clock.now, State: OK}}
		}
		r.Observe(Observation{Scope: scope, Watch: signal.Key, At: clock.now, Signals: []Signal{signal}, Done: true, Interval: time.Second})
		r.Flush()
		s := r.Snapshot()
		if shown := s.Of(KindProbe).Signals[0]; s.Visibility(shown, clock.now) != Fresh || shown.Series.Len() != 1 {
			t.Errorf("%s: it is %s, with %d readings", word, s.Visibility(shown, clock.now), shown.Series.Len())
		}
		if s.Condition(clock.now) != Calm {
			t.Errorf("%s: the room is %s", word, s.Condition(clock.now))
		}
	}
}
