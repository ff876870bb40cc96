package history

import (
	"log/slog"
	"testing"

	"warroom/internal/journal"
	"warroom/internal/room"
)

func TestARoomIsFollowedFromBeforeAnythingHappensInIt(t *testing.T) {
	place := journal.PlaceOf(t.TempDir(), "fresh")
	j, err := journal.Open(place, journal.Options{Room: "fresh", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	reader, err := journal.OpenReader(place.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	follower, err := Follow(t.Context(), reader, room.Wall{}, func(err error) { t.Error(err) })
	if err != nil {
		t.Fatal(err)
	}
	bell, leave := follower.Join()
	defer leave()
	r := room.New(room.Options{Name: "fresh", Node: j.Node(), Keeper: j})
	j.Tell(r.Kept)
	if err := r.Desk("ana").Act(room.Act{Do: room.EventNote, Text: "the first line"}); err != nil {
		t.Fatal(err)
	}
	for len(follower.Snapshot().Timeline.Events) == 0 {
		<-bell
	}
}
