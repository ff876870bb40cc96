package journal

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"warroom/internal/room"
)

func TestNoActWaitsForSomebodyWhoReads(t *testing.T) {
	place := PlaceOf(t.TempDir(), "read")
	r, j, err := openRoom(place, Options{Room: "read"})
	if err != nil {
		t.Fatal(err)
	}
	// Whatever waits for a reader waits for longer than this test.
	if _, err := j.conn.ExecContext(t.Context(), "PRAGMA busy_timeout = 600000"); err != nil {
		t.Fatal(err)
	}
	if err := note(r, "before"); err != nil {
		t.Fatal(err)
	}
	reader, err := OpenReader(place.Path())
	if err != nil {
		t.Fatal(err)
	}
	tx, err := reader.db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	var events int
	if err := tx.QueryRow("SELECT count(*) FROM events").Scan(&events); err != nil {
		t.Fatal(err)
	}
	acted := make(chan error, 1)
	go func() {
		filler := strings.Repeat("x", 1900)
		for i := 0; ; i++ {
			if err := note(r, fmt.Sprint(i, filler)); err != nil {
				acted <- err
				return
			}
			if _, written, taken, err := logOf(place); err != nil || taken > 0 && written > walLimit {
				if err == nil {
					err = note(r, "after")
				}
				acted <- err
				return
			}
		}
	}()
	select {
	case err = <-acted:
	case <-time.After(20 * time.Second):
		t.Error("an act waits for the reader")
	}
	if err != nil {
		t.Error(err)
	}
	_ = tx.Rollback()
	if err := reader.Close(); err != nil {
		t.Error(err)
	}
	if err := j.Close(); err != nil {
		t.Error(err)
	}
}

// logOf is how many pages SQLite's log of a journal has, and how many of them the file
// has taken.
func logOf(place Place) (busy, written, taken int, err error) {
	db, err := open(place.Path(), "")
	if err != nil {
		return 0, 0, 0, err
	}
	defer db.Close()
	err = db.QueryRow("PRAGMA wal_checkpoint(NOOP)").Scan(&busy, &written, &taken)
	return busy, written, taken, err
}

func TestNothingIsSummedUpBeforeItIsWritten(t *testing.T) {
	place := copied(t)
	j := &Journal{path: place.Path(), log: slog.New(slog.DiscardHandler), release: func() {}}
	if err := j.check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := j.ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer j.letGo()
	reading := &room.Reading{}
	batch := []item{{record: room.Record{Reading: reading}}, {due: new(room.Checkpoint)}}
	last := j.n
	for _, statement := range []string{"PRAGMA query_only = 1", "PRAGMA query_only = 0"} {
		if _, err := j.conn.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
		err := j.commit(batch)
		j.sum.Wait()
		if err != nil && len(j.queue) > 0 {
			t.Fatal("what could not be written is summed up")
		}
		if written := strings.HasSuffix(statement, "0"); written != (err == nil) {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	if len(j.queue) != 1 || j.queue[0].state == nil || j.queue[0].state.n != last+1 {
		t.Fatalf("%+v", j.queue)
	}
}
