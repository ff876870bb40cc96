package sourcetest

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"warroom/internal/room"
	"warroom/sources"
)

// lookEvery is the interval of the watch in the room, short because nobody waits
// for a real one.
const lookEvery = 100 * time.Millisecond

// patience is how long the room may take to show what it must.
const patience = 20 * time.Second

// inARoom plays good, broken and healed, for every fault that heals, through the real
// runner into a real room: the last good data stays with its age and the trouble's
// words, and goes on from there when the server does.
func inARoom(t *testing.T, s Subject) {
	server, names := newServer(s), newNames(t)
	defer server.close()
	defer names.close()
	watch := s.New(t, server.url(), names.resolver())
	watch.Interval, watch.Timeout = lookEvery, lookTimeout

	r := room.New(room.Options{Name: "test"})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		sources.NewRunner(room.Wall{}, r, slog.New(slog.DiscardHandler)).Run(ctx, []sources.Watch{watch})
	}()
	defer func() { cancel(); <-done }()

	good := await(t, r, "good data", func(v view) bool { return v.well() && !v.seen.IsZero() })
	for _, f := range faults(s) {
		if !f.heals {
			continue
		}
		server.set(f.handler, 0)
		if s.Probe {
			await(t, r, "DOWN when the server "+f.name, func(v view) bool { return v.down })
		} else {
			inTrouble(t, r, f.name, good.count)
		}
		server.set(s.Good, 0)
		broken := look(r.Snapshot())
		good = await(t, r, "recovery after the server "+f.name, func(v view) bool {
			return v.well() && v.seen.After(broken.seen) && v.count == good.count
		})
	}
}

// inTrouble waits until the room tells of a fault, and holds what it shows then
// against what it must.
func inTrouble(t *testing.T, r *room.Room, fault string, count int) {
	t.Helper()
	broken := await(t, r, "trouble in words when the server "+fault, func(v view) bool { return v.trouble != nil })
	if broken.count != count {
		t.Errorf("there were %d signals, and %d when the server %s", count, broken.count, fault)
	}
	for _, problem := range examineText("the trouble", broken.trouble.String()) {
		t.Errorf("when the server %s: %s", fault, problem)
	}
	if !strings.Contains(broken.trouble.Next, "trying again at") {
		t.Errorf("when the server %s people are not told when the next try is: %q", fault, broken.trouble.Next)
	}
	later := await(t, r, "another try when the server "+fault, func(v view) bool { return v.tried.After(broken.tried) })
	if !later.seen.Equal(broken.seen) {
		t.Errorf("a failed look made the data look newer: seen %s, then %s", broken.seen, later.seen)
	}
}

// view is what the room shows of the one watch.
type view struct {
	count       int
	down        bool
	trouble     *room.Trouble
	seen, tried time.Time
}

// well says whether there is data and nothing is wrong with it.
func (v view) well() bool { return v.count > 0 && v.trouble == nil && !v.down }

func look(s *room.Snapshot) view {
	var v view
	for _, kind := range room.Kinds {
		list := s.Of(kind)
		v.count += len(list.Signals)
		v.down = v.down || kind == room.KindProbe && list.States[room.Critical] > 0
	}
	for _, status := range s.Scopes.List {
		v.trouble, v.seen, v.tried = status.Trouble, status.Seen, status.Tried
	}
	return v
}

// await waits for the room to show something.
func await(t *testing.T, r *room.Room, what string, ok func(view) bool) view {
	t.Helper()
	bell, leave := r.Join()
	defer leave()
	timeout := time.After(patience)
	for {
		if v := look(r.Snapshot()); ok(v) {
			return v
		}
		select {
		case <-bell:
		case <-timeout:
			t.Fatalf("the room never showed %s; it shows %+v", what, look(r.Snapshot()))
		}
	}
}
