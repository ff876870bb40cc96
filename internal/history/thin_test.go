package history

import (
	"database/sql"
	"math/rand/v2"
	"testing"
	"time"

	"warroom/internal/journal"
	"warroom/internal/room"
)

func TestAPastThatIsLookedAtWhileOldCheckpointsAreLetGoIsTheSame(t *testing.T) {
	n, place, j := kept(t, rand.New(rand.NewPCG(11, 1)))
	n.pass(4*time.Hour, func(time.Time) {})
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	past := pastOf(t, place.Path())
	marks, err := past.reader.Marks()
	if err != nil || len(marks) < 6 {
		t.Fatalf("%d checkpoints: %v", len(marks), err)
	}
	at := marks[3].At.Add(time.Minute)
	lines := func() (events []*room.Event) {
		seen, err := past.At(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		return seen.Timeline.Events
	}
	before := lines()
	for _, mark := range marks[1:4] {
		if _, err := past.At(t.Context(), mark.At); err != nil { // so that it is decoded
			t.Fatal(err)
		}
	}
	db, err := sql.Open("sqlite", place.Path()) // as the writer does it, now and then
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("DELETE FROM checkpoints WHERE n > ? AND n < ?", marks[1].N, marks[len(marks)-1].N); err != nil {
		t.Fatal(err)
	}
	after := lines()
	if len(after) != len(before) {
		t.Fatalf("%d lines, were %d", len(after), len(before))
	}
	for i, e := range after {
		if e.ID != before[i].ID {
			t.Fatalf("line %d is %s, was %s", i, e.ID, before[i].ID)
		}
	}
	if report, err := journal.Verify(place.Path()); err != nil || len(report.Damage) > 0 {
		t.Fatalf("%v\n%s", err, report)
	}
}
