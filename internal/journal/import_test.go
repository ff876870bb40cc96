package journal

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"warroom/internal/room"
)

func TestAnImportAppearsWholeOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	place := PlaceOf(dir, "prod")
	meta := Meta{Room: "prod", Node: "0a0a0a0a", Created: time.Date(2025, 10, 20, 6, 48, 0, 0, time.UTC), Schema: 1}
	mine := &room.Event{ID: room.EventID{Node: meta.Node, Number: 1}, Stamp: room.Stamp{Wall: meta.Created.UnixMicro(), Node: meta.Node}, At: meta.Created, Type: room.EventNote, Actor: "ana", Text: "hello"}
	broken := errors.New("line 3 is broken")
	for _, ends := range []error{broken, nil} {
		err := Import(place, meta, func(yield func(room.Record, error) bool) {
			for range batchLimit + 1 { // more than are written at once
				if !yield(room.Record{Reading: &room.Reading{At: meta.Created, Scope: room.Scope{Source: "probe"}, Watch: "probe/a", Looked: meta.Created}}, nil) {
					return
				}
			}
			if place.Exists() || len(Rooms(dir)) > 0 {
				t.Error("a half of it is taken for a room")
			}
			if _, err := Open(place, Options{Room: "prod"}); !errors.As(err, new(*Busy)) {
				t.Errorf("another process can begin the room meanwhile: %v", err)
			}
			if yield(room.Record{Event: mine}, nil) && ends != nil {
				yield(room.Record{}, ends)
			}
		})
		if !errors.Is(err, ends) {
			t.Fatal(err)
		}
		if place.Exists() != (ends == nil) {
			t.Fatalf("after %v there is a room: %v", ends, place.Exists())
		}
	}
	if report, err := Verify(place.Path()); err != nil || len(report.Damage) > 0 || report.Events != 1 || report.Readings != batchLimit+1 {
		t.Fatalf("%v\n%s", err, report)
	}
	if _, err := os.Stat(filepath.Join(dir, "rooms", "%imports")); !errors.Is(err, os.ErrNotExist) {
		t.Error("something is left of the making")
	}
	if err := Import(place, meta, func(func(room.Record, error) bool) {}); err == nil || !strings.Contains(err.Error(), "there already") {
		t.Errorf("a room that is there is taken away: %v", err)
	}
}
