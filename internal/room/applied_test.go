package room

import (
	"math/rand/v2"
	"testing"
)

func TestEveryEventIsNewOnceAndMemoryIsForGapsOnly(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	const count = 2000
	known := applied{}
	seen := map[EventID]bool{}
	var ids []EventID
	for number := range uint64(count) {
		for _, node := range []string{"a", "b"} {
			ids = append(ids, EventID{Node: node, Number: number + 1})
		}
	}
	random.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
	for _, id := range append(ids, ids[:count]...) { // some are delivered twice
		if known.add(id) == seen[id] {
			t.Fatalf("%s is new: %v, and it was seen: %v", id, !seen[id], seen[id])
		}
		seen[id] = true
	}
	for node, folded := range known {
		if folded.upTo != count || len(folded.early) != 0 {
			t.Errorf("of %s all is known up to %d, and %d are kept one by one", node, folded.upTo, len(folded.early))
		}
	}
	if zero := (EventID{Node: "c"}); !known.add(zero) || known.add(zero) || !known.add(EventID{Node: "c", Number: 1}) {
		t.Error("number 0 is not an event like any other")
	}
	known.add(EventID{Node: "a", Number: count + 2})
	if len(known["a"].early) != 1 || !known.add(EventID{Node: "a", Number: count + 1}) || len(known["a"].early) != 0 {
		t.Errorf("after a gap was filled: %+v", known["a"])
	}
}

func TestARoomsOwnEventsAreRememberedInOneNumber(t *testing.T) {
	r := New(Options{Node: "n"})
	desk := r.Desk("ana")
	for range 500 {
		if err := desk.Act(Act{Do: EventNote, Text: "a line"}); err != nil {
			t.Fatal(err)
		}
	}
	if known := r.truth.applied["n"]; known == nil || known.upTo != 500 || len(known.early) != 0 {
		t.Errorf("%+v", known)
	}
}
