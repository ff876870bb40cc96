package groups

import (
	"strings"
	"testing"
	"time"

	"warroom/internal/room"
	"warroom/sources"
)

// ticking is a clock that a test moves.
type ticking struct {
	room.Wall
	now time.Time
}

func (c *ticking) Now() time.Time { return c.now }

// seen lets a room see a probe in a state.
func seen(r *room.Room, now time.Time, i int, word string) {
	p := probed(i, word)
	p.Samples[0].At = now
	r.Observe(room.Observation{Scope: p.Scope, Watch: p.Key, At: now, Signals: []room.Signal{*p}, Done: true, Interval: interval})
}

// judged lets a room see what a first look at groups tells, and gives the groups that are
// there.
func judged(t *testing.T, r *room.Room, groups ...Group) string {
	t.Helper()
	return judgedBy(t, r, New(groups, r, interval))
}

// judgedBy is judged by a watch that may have looked before.
func judgedBy(t *testing.T, r *room.Room, watch sources.Watch) string {
	t.Helper()
	r.Flush()
	o := room.Observation{Scope: watch.Scope, Watch: watch.Name, At: r.Now(), Done: true, Complete: watch.Whole, Interval: interval}
	if err := watch.Look(t.Context(), func(signals []room.Signal) { o.Signals = signals }); err != nil {
		t.Fatal(err)
	}
	r.Observe(o)
	r.Flush()
	var all []string
	for _, signal := range r.Snapshot().Of(room.KindGroup).Signals {
		all = append(all, signal.Title+" "+signal.Word)
	}
	return strings.Join(all, ", ")
}

func TestAGroupFollowsItsProbesInARoom(t *testing.T) {
	clock := &ticking{now: noon}
	r := room.New(room.Options{Node: "test", Clock: clock})
	shop := Group{Name: "shop", Probes: []string{"probe/0", "probe/1", "probe/2"}, Limit: 2}
	one := Group{Name: "one", Probes: []string{"probe/2"}, Limit: 1}
	watches := map[int]sources.Watch{} // by how many groups there are
	begins := func(i int) {
		r.Observe(room.Observation{Scope: room.Scope{Source: probeSource}, Watch: probed(i, "UP").Key, At: clock.now, Begins: true, Interval: interval})
	}
	for _, step := range []struct {
		name string
		do   func()
		in   []Group
		want string
	}{
		{"nothing has been looked at", func() { begins(0); begins(1); begins(2) }, []Group{shop}, ""},
		{"one has not", func() { seen(r, clock.now, 0, "UP"); seen(r, clock.now, 1, "UP") }, []Group{shop}, ""},
		{"all are UP", func() { seen(r, clock.now, 2, "UP") }, []Group{shop, one}, "one UP, shop UP"},
		{"one is DOWN", func() { seen(r, clock.now, 2, "DOWN") }, []Group{shop, one}, "one DOWN, shop 2/3"},
		{"two are", func() { seen(r, clock.now, 1, "DOWN") }, []Group{shop, one}, "one DOWN, shop DOWN"},
		{"a new one is waited for", func() { begins(3); seen(r, clock.now, 1, "UP") }, []Group{shop, one}, "one DOWN, shop DOWN"},
		{"it came", func() { seen(r, clock.now, 3, "UP") }, []Group{shop, one}, "one DOWN, shop 2/3"},
		{"one group is no more", func() {}, []Group{shop}, "shop 2/3"},
		{"all grow old but one", func() { clock.now = clock.now.Add(3 * interval); seen(r, clock.now, 0, "UP") }, []Group{shop}, "shop ?"},
		{"they are seen again", func() { seen(r, clock.now, 1, "UP"); seen(r, clock.now, 2, "UP") }, []Group{shop}, "shop UP"},
	} {
		step.do()
		if watches[len(step.in)].Look == nil {
			watches[len(step.in)] = New(step.in, r, interval)
		}
		if got := judgedBy(t, r, watches[len(step.in)]); got != step.want {
			t.Fatalf("%s: there is %q, want %q", step.name, got, step.want)
		}
	}
	var lines []string
	for _, e := range r.Snapshot().Timeline.Events {
		if e.Signal != nil && e.Signal.Title == "shop" {
			lines = append(lines, e.WasTo+" → "+e.Signal.Word)
		}
	}
	if got := strings.Join(lines, ", "); got != "UP → 2/3, 2/3 → DOWN, DOWN → 2/3, 2/3 → ?, ? → UP" {
		t.Errorf("the timeline has %s", got)
	}
}

// TestAGroupThatStaysAsItIsIsToldOnce: its probes may turn under it.
func TestAGroupThatStaysAsItIsIsToldOnce(t *testing.T) {
	clock := &ticking{now: noon}
	r := room.New(room.Options{Node: "test", Clock: clock})
	shop := Group{Name: "shop", Probes: []string{"probe/0", "probe/1", "probe/2"}, Limit: 2}
	for i := range 3 {
		seen(r, clock.now, i, "UP")
	}
	judged(t, r, shop)
	var since time.Time
	for i := range 3 {
		clock.now = clock.now.Add(interval)
		for j := range 3 {
			seen(r, clock.now, j, map[bool]string{true: "DOWN", false: "UP"}[i == j])
		}
		if got := judged(t, r, shop); got != "shop 2/3" {
			t.Fatalf("it is %s", got)
		}
		signal := r.Snapshot().Of(room.KindGroup).Signals[0]
		if i > 0 && !signal.Since.Equal(since) {
			t.Errorf("it has been so since %s, and then since %s", since, signal.Since)
		}
		since = signal.Since
	}
	lines := 0
	for _, e := range r.Snapshot().Timeline.Events {
		if e.Signal.Kind == room.KindGroup {
			lines++
		}
	}
	if lines != 1 {
		t.Errorf("the timeline has %d lines about it", lines)
	}
}

// TestGroupsStayAsTheyWereUntilTheirProbesAreSeenAgain: the program was started anew ten
// minutes later, with what it knew before.
func TestGroupsStayAsTheyWereUntilTheirProbesAreSeenAgain(t *testing.T) {
	clock := &ticking{now: noon}
	r := room.New(room.Options{Node: "test", Clock: clock})
	shop := Group{Name: "shop", Probes: []string{"probe/0", "probe/1", "probe/2"}, Limit: 2, Paused: []string{"probe/2"}}
	see := func(words ...string) {
		for i, word := range words {
			seen(r, clock.now, i, word)
		}
	}
	see("DOWN", "DOWN", "UP")
	if got := judged(t, r, shop); got != "shop DOWN" {
		t.Fatalf("it is %s", got)
	}
	since, lines := r.Snapshot().Of(room.KindGroup).Signals[0].Since, r.Snapshot().Timeline.Total
	clock.now = clock.now.Add(10 * time.Minute)
	watch := New([]Group{shop}, r, interval)
	for i, step := range []func(){func() {}, func() { see("DOWN") }, func() { see("DOWN", "DOWN") }} {
		step()
		if got := judgedBy(t, r, watch); got != "shop DOWN" {
			t.Errorf("after step %d it is %s", i, got)
		}
		clock.now = clock.now.Add(time.Second)
	}
	if now := r.Snapshot(); !now.Of(room.KindGroup).Signals[0].Since.Equal(since) || now.Timeline.Total != lines {
		t.Errorf("it is so since %s and not %s, or the timeline has lines: %d", now.Of(room.KindGroup).Signals[0].Since, since, now.Timeline.Total-lines)
	}
	see("UP", "UP")
	if got := judgedBy(t, r, watch); got != "shop UP" {
		t.Errorf("after all were seen it is %s", got)
	}
}

// TestAGroupIsJudgedWithoutTheOneThatNeverAnswersItsFirstLook: it may be DOWN, and is told
// apart, but the others are not held up by it for ever.
func TestAGroupIsJudgedWithoutTheOneThatNeverAnswersItsFirstLook(t *testing.T) {
	clock := &ticking{now: noon}
	r := room.New(room.Options{Node: "test", Clock: clock})
	shop := Group{Name: "shop", Probes: []string{"probe/0", "probe/1", "probe/2"}, Limit: 2}
	other := Group{Name: "other", Probes: []string{"probe/0", "probe/1"}, Limit: 1}
	r.Flush()
	watch := New([]Group{shop, other}, r, interval)
	look := func() string {
		var said []string
		if err := watch.Look(t.Context(), func(signals []room.Signal) {
			for _, s := range signals {
				said = append(said, s.Title+" "+s.Word+" "+s.Reason)
			}
		}); err != nil {
			t.Fatal(err)
		}
		return strings.Join(said, ", ")
	}
	r.Observe(room.Observation{Scope: room.Scope{Source: probeSource}, Watch: "probe/2", At: clock.now, Begins: true, Interval: interval})
	for range 4 {
		seen(r, clock.now, 0, "UP")
		seen(r, clock.now, 1, "UP")
		r.Flush()
		if got := look(); got != "" {
			t.Fatalf("%s after it began it is waited for no more: %s", clock.now.Sub(noon), got)
		}
		clock.now = clock.now.Add(interval)
	}
	for word, want := range map[string]string{"UP": "shop UP 1 WAITING, other UP ", "DOWN": "shop ? 1 of 3 DOWN: b; 1 WAITING; it is DOWN with 2 and may be, other DOWN 1 of 2 DOWN: b"} {
		seen(r, clock.now, 0, "UP")
		seen(r, clock.now, 1, word)
		r.Flush()
		if got := look(); got != want {
			t.Errorf("while one is %s it says %q, want %q", word, got, want)
		}
	}
	seen(r, clock.now, 1, "UP")
	seen(r, clock.now, 2, "UP")
	r.Flush()
	if got := look(); got != "shop UP , other UP " {
		t.Errorf("after it has answered it says %q", got)
	}
}
