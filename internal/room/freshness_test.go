package room

import (
	"testing"
	"time"
)

// TestARoomIsBlindAsSoonAsTheFirstOfItsProbesGrowsOld, and one moment of it may be asked
// for any time, in any order.
func TestARoomIsBlindAsSoonAsTheFirstOfItsProbesGrowsOld(t *testing.T) {
	scope := Scope{Source: "probe"}
	r := New(Options{Node: "test", Clock: &ticking{now: epoch}})
	for _, p := range []struct {
		name     string
		seen     time.Time
		interval time.Duration
	}{{"slow", epoch, time.Hour}, {"quick", epoch.Add(time.Second), 15 * time.Second}, {"middling", epoch, time.Minute}} {
		signal := Signal{
			Key: "probe/" + p.name, Kind: KindProbe, Scope: scope, Word: "UP", State: OK,
			Samples: []Sample{{At: p.seen, State: OK}}, Detail: &ProbeDetail{Interval: p.interval},
		}
		r.Observe(Observation{Scope: scope, Watch: signal.Key, At: p.seen, Signals: []Signal{signal}, Done: true, Interval: time.Hour})
	}
	r.Flush()
	s := r.Snapshot()
	old := epoch.Add(time.Second + staleAfter*15*time.Second)
	for _, c := range []struct {
		at   time.Time
		want Condition
	}{{old, Calm}, {old.Add(1), Blind}, {epoch.Add(time.Second), Calm}, {old.Add(time.Minute), Blind}, {old, Calm}} {
		if got := s.Condition(c.at); got != c.want {
			t.Errorf("%s after the beginning: %s, want %s", c.at.Sub(epoch), got, c.want)
		}
	}
}
