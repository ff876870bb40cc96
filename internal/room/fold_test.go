package room

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

var epoch = time.Date(2025, 10, 20, 6, 40, 0, 0, time.UTC)

// randomEvents makes a history in which several nodes speak about the same few
// signals and scopes, some of them at the very same microsecond.
func randomEvents(random *rand.Rand, count int) []Event {
	nodes := []string{"a", "b", "c"}
	events := make([]Event, count)
	for i := range events {
		node := nodes[random.IntN(len(nodes))]
		wall := epoch.Add(time.Duration(random.IntN(count/3+1)) * time.Second)
		e := Event{
			ID:    EventID{Node: node, Number: uint64(i) + 1},
			Stamp: Stamp{Wall: wall.UnixMicro(), Count: uint32(i), Node: node},
			At:    wall.Add(-time.Duration(random.IntN(90)) * time.Second),
		}
		switch random.IntN(6) {
		case 0:
			e.Type, e.Scope = EventScope, Scope{Source: "cloudwatch", Region: fmt.Sprint("r", random.IntN(3))}
			switch random.IntN(4) {
			case 0, 1:
				e.Trouble = &Trouble{What: "w", Why: fmt.Sprint(i), Next: "n"}
			case 2:
				e.Gone = true
			}
		case 1:
			acts := []EventType{EventNote, EventAck, EventUnack, EventClaim, EventRelease, EventPin, EventUnpin, EventRetract}
			e.Type, e.Actor, e.Text = acts[random.IntN(len(acts))], "ana", fmt.Sprint("note ", i)
			switch e.Type {
			case EventPin, EventUnpin, EventRetract:
				of := &events[random.IntN(i+1)]
				e.Of = of.ID
			default:
				e.Key = fmt.Sprint("k", random.IntN(7))
			}
		default:
			e.Type, e.Gone, e.Was = EventSignal, random.IntN(8) == 0, State(random.IntN(4))
			e.Signal = &Signal{
				Key: fmt.Sprint("k", random.IntN(7)), Kind: Kinds[random.IntN(2)],
				State: State(random.IntN(4)), Word: fmt.Sprint("W", random.IntN(3)), Since: wall,
			}
			e.Signal.Kind = Kinds[int(e.Signal.Key[1])%3]
			e.Raises = e.Signal.State.bad() && random.IntN(2) == 0
			e.Past = random.IntN(6) == 0
		}
		events[i] = e
	}
	return events
}

// describe is everything in a Snapshot that events decide.
func describe(s *Snapshot) string {
	out := ""
	for _, kind := range Kinds {
		list := s.Of(kind)
		out += fmt.Sprintf("%s %v %v\n", kind, list.States, list.Counts)
		for _, signal := range list.Signals {
			out += fmt.Sprintf("  %s %s %s %s %s %s %s\n", signal.Key, signal.State, signal.Word, signal.Since, signal.Standing, text(signal.Ack), text(signal.Claim))
		}
	}
	for _, status := range s.Scopes.List {
		out += fmt.Sprintf("%s %v %s\n", status.Scope, status.Trouble, status.Changed)
	}
	for _, e := range s.Timeline.Events {
		out += fmt.Sprintf("%s %s\n", e.ID, e.At)
	}
	out += fmt.Sprintln("pinned", texts(s.Timeline.Pinned)) + fmt.Sprintln("retracted", texts(s.Timeline.Retracted))
	return out + fmt.Sprint(s.Timeline.Total)
}

func text(e *Event) string {
	if e == nil {
		return "nobody"
	}
	return e.Text
}

func texts(events map[EventID]*Event) map[string]string {
	all := map[string]string{}
	for id, e := range events {
		all[id.String()] = text(e)
	}
	return all
}

func TestAnyOrderOfTheSameEventsGivesTheSameSnapshot(t *testing.T) {
	for seed := range uint64(60) {
		random := rand.New(rand.NewPCG(seed, 1))
		events := randomEvents(random, 40+random.IntN(200))
		want := describe(Fold(events))
		for range 6 {
			shuffled := slices.Clone(events)
			random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
			shuffled = append(shuffled, shuffled[:random.IntN(len(shuffled))]...) // delivered twice

			// In batches too, with Snapshots in between, as a slow network would.
			r := New(Options{Node: "x"})
			for len(shuffled) > 0 {
				n := 1 + random.IntN(len(shuffled))
				r.Apply(shuffled[:n]...)
				r.publish()
				shuffled = shuffled[n:]
			}
			if got := describe(r.Snapshot()); got != want {
				t.Fatalf("seed %d: order changed the outcome\n--- in order\n%s\n--- shuffled\n%s", seed, want, got)
			}
		}
	}
}

func TestFoldDoesNotTouchSnapshotsAlreadyPublished(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	events := randomEvents(random, 300)
	r := New(Options{Node: "x"})
	var published []*Snapshot
	var described []string
	for i := range events {
		r.Apply(events[i])
		r.publish()
		published = append(published, r.Snapshot())
		described = append(described, describe(r.Snapshot()))
	}
	for i, snapshot := range published {
		if describe(snapshot) != described[i] {
			t.Fatalf("snapshot %d changed after it was published", i)
		}
	}
}

func TestHybridClockNeverRepeatsAndFollowsOthers(t *testing.T) {
	now := epoch
	clock := NewHybridClock("a", func() time.Time { return now })
	first := clock.Next()
	now = epoch.Add(-time.Hour) // the wall clock was set back
	second := clock.Next()
	if second.Compare(first) <= 0 {
		t.Fatalf("%v does not come after %v", second, first)
	}
	other := Stamp{Wall: epoch.Add(time.Hour).UnixMicro(), Count: 9, Node: "b"}
	clock.Witness(other)
	if third := clock.Next(); third.Compare(other) <= 0 {
		t.Fatalf("%v does not come after the witnessed %v", third, other)
	}
}
