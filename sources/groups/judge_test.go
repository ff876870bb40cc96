package groups

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"warroom/internal/room"
)

// noon is the moment at which every room of these tests stands.
var noon = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)

const interval = 15 * time.Second

// states are those of probes, by what a test calls them.
var states = map[string]room.State{
	"UP": room.OK, "SLOW": room.Warning, "FLAPS": room.Warning, "DOWN?": room.Warning, "5/6": room.Warning, "MAINT": room.Warning,
	"DOWN": room.Critical, "ERROR": room.Unknown,
}

// probed is a probe in a state, the first called a. STALE was UP when it was last seen.
func probed(i int, word string) *room.Signal {
	s := &room.Signal{
		Key: fmt.Sprint("probe/", i), Kind: room.KindProbe, Scope: room.Scope{Source: probeSource}, State: states[word], Word: word,
		Title: string(rune('a' + i)), Since: noon.Add(time.Duration(i-60) * time.Minute),
		Detail:  &room.ProbeDetail{Interval: interval},
		Samples: []room.Sample{{At: noon}},
	}
	if word == "STALE" {
		s.State, s.Word = room.OK, wordUp
		s.Samples[0].At = noon.Add(-3 * interval)
	}
	return s
}

// inRoom gives a group probes in states, and what a room shows of them. Nothing is known of
// one that is none.
func inRoom(g *Group, words string) *room.Snapshot {
	r := room.New(room.Options{Node: "test", Clock: &ticking{now: noon}})
	for i, word := range strings.Fields(words) {
		p := probed(i, word)
		g.Probes = append(g.Probes, p.Key)
		switch word {
		case "none":
		case room.Paused:
			g.Paused = append(g.Paused, p.Key)
		default:
			r.Observe(room.Observation{Scope: p.Scope, Watch: p.Key, At: noon, Signals: []room.Signal{*p}, Done: true, Interval: interval})
		}
	}
	r.Flush()
	return r.Snapshot()
}

func TestProbesAreJudgedTogether(t *testing.T) {
	for _, c := range []struct {
		limit  int
		probes string
		want   string
	}{
		{3, "UP UP UP UP UP UP", "ok UP "},
		{3, "DOWN UP UP UP UP UP", "warning 5/6 1 of 6 DOWN: a"},
		{3, "DOWN DOWN UP UP UP UP", "warning 4/6 2 of 6 DOWN: a, b"},
		{3, "DOWN DOWN DOWN UP UP UP", "critical DOWN 3 of 6 DOWN: a, b, c"},
		{3, "DOWN DOWN DOWN DOWN UP UP", "critical DOWN 4 of 6 DOWN: a, b, c …"},
		{1, "DOWN", "critical DOWN 1 of 1 DOWN: a"},
		{1, "UP DOWN", "critical DOWN 1 of 2 DOWN: b"},
		{2, "UP DOWN", "warning 1/2 1 of 2 DOWN: b"},

		// Of what is not DOWN yet, slow, or flaps, nothing is made, unless nothing better is there.
		{2, "UP DOWN? FLAPS SLOW 5/6", "ok UP "},
		{2, "SLOW FLAPS", "warning SLOW none is UP: a is SLOW"},
		{2, "DOWN SLOW", "warning 1/2 1 of 2 DOWN: a"},

		// What cannot be seen may be DOWN.
		{2, "UP UP ERROR", "ok UP 1 ERROR"},
		{2, "UP ERROR STALE", "unknown ? 1 ERROR, 1 STALE; it is DOWN with 2 and may be"},
		{2, "UP UP none", "ok UP 1 STALE"},
		{2, "UP none none", "unknown ? 2 STALE; it is DOWN with 2 and may be"},
		{2, "DOWN ERROR UP", "unknown ? 1 of 3 DOWN: a; 1 ERROR; it is DOWN with 2 and may be"},
		{2, "DOWN DOWN ERROR", "critical DOWN 2 of 3 DOWN: a, b; 1 ERROR"},
		{1, "ERROR", "unknown ? 1 ERROR; it is DOWN with 1 and may be"},

		// What nobody wants to know of is left out, as long as there is enough left.
		{1, "UP PAUSED MAINT", "ok UP 1 MAINT, 1 PAUSED"},
		{2, "DOWN PAUSED UP UP MAINT", "warning 2/3 1 of 5 DOWN: a; 1 MAINT, 1 PAUSED"},
		{2, "DOWN DOWN MAINT", "critical DOWN 2 of 3 DOWN: a, b; 1 MAINT"},
		{2, "UP MAINT MAINT", "unknown ? 2 MAINT; it is DOWN with 2, and so many cannot be judged now"},
		{2, "DOWN PAUSED", "unknown ? 1 of 2 DOWN: a; 1 PAUSED; it is DOWN with 2, and so many cannot be judged now"},
		{1, "PAUSED PAUSED", "unknown ? 2 PAUSED; it is DOWN with 1, and so many cannot be judged now"},
		{3, "UP UP ERROR PAUSED", "unknown ? 1 ERROR, 1 PAUSED; it is DOWN with 3, and so many cannot be judged now"},
	} {
		t.Run(fmt.Sprint(c.limit, " of ", c.probes), func(t *testing.T) {
			g := Group{Name: "g", Limit: c.limit}
			s := inRoom(&g, c.probes)
			got := g.judge(s, byKey(s.Of(room.KindProbe)), noon)
			if text := fmt.Sprint(got.State, " ", got.Word, " ", got.Reason); text != c.want {
				t.Errorf("it is\n%q, want\n%q", text, c.want)
			}
			detail := got.Detail.(*room.GroupDetail)
			if down, all := strings.Count(" "+c.probes+" ", "DOWN")-strings.Count(c.probes, "DOWN?"), len(g.Probes); detail.Down != down || len(detail.Probes) != all {
				t.Errorf("%d of %d are DOWN, want %d of %d", detail.Down, len(detail.Probes), down, all)
			}
			if got.State == room.OK && detail.Down >= c.limit {
				t.Error("UP with so many DOWN")
			}
		})
	}
}

// TestAGroupIsDownSinceTheProbeThatMadeItSo: probe i turned at minute i-60.
func TestAGroupIsDownSinceTheProbeThatMadeItSo(t *testing.T) {
	for _, c := range []struct {
		probes string
		want   int // minutes before noon
	}{
		{"DOWN UP DOWN DOWN", 58},
		{"UP UP UP DOWN DOWN UP", 56},
		{"DOWN UP UP", 58},
		{"UP UP", 59},
		{"UP ERROR ERROR", 0},
	} {
		g := Group{Name: "g", Limit: 2}
		s := inRoom(&g, c.probes)
		if got := noon.Sub(g.judge(s, byKey(s.Of(room.KindProbe)), noon).Since); got != time.Duration(c.want)*time.Minute {
			t.Errorf("%s since %s, want %d minutes", c.probes, got, c.want)
		}
	}
}
