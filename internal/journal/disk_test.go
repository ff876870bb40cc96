package journal

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"warroom/internal/failuremodes"
	"warroom/internal/room"
)

// until waits for a room to be as it should.
func until(t *testing.T, r *room.Room, what string, is func(*room.Snapshot) bool) {
	t.Helper()
	bell, leave := r.Join()
	defer leave()
	deadline := time.After(20 * time.Second)
	for !is(r.Snapshot()) {
		select {
		case <-bell:
		case <-deadline:
			t.Fatalf("never: %s; keeping %+v", what, r.Snapshot().Keeping)
		}
	}
}

func note(r *room.Room, text string) error {
	return r.Desk("ana").Act(room.Act{Do: room.EventNote, Text: text})
}

func TestAFullDiskIsSaidAndNothingIsClaimedAndAllIsKeptOnceThereIsRoom(t *testing.T) {
	place := PlaceOf(t.TempDir(), "full")
	r, j, err := openRoom(place, Options{Room: "full"})
	if err != nil {
		t.Fatal(err)
	}
	acknowledged := map[string]bool{}
	for i := range 5 {
		text := fmt.Sprint("before ", i)
		if err := note(r, text); err != nil {
			t.Fatal(err)
		}
		acknowledged[text] = true
	}
	if _, err := j.conn.ExecContext(t.Context(), "PRAGMA max_page_count = 1"); err != nil { // as many as there are
		t.Fatal(err)
	}
	filler := strings.Repeat("x", 1500)
	refused := []string{}
	for i := range 40 {
		text := fmt.Sprint("meanwhile ", i, filler)
		err := note(r, text)
		var notKept *room.NotKept
		switch {
		case err == nil:
			acknowledged[text] = true
		case !errors.As(err, &notKept):
			t.Fatal(err)
		case !strings.Contains(err.Error(), "the disk is full"):
			t.Fatalf("it does not say why: %v", err)
		default:
			refused = append(refused, text)
		}
	}
	if len(refused) == 0 {
		t.Fatal("the disk is not full")
	}
	until(t, r, "the trouble is on the screen", func(s *room.Snapshot) bool { return s.Keeping.Trouble != nil })
	says := r.Snapshot().Keeping.Trouble.String()
	if r.Snapshot().Keeping.Waiting < len(refused) {
		t.Fatalf("%d were not kept, and %d wait", len(refused), r.Snapshot().Keeping.Waiting)
	}
	check(t, place.Path(), acknowledged)
	there := texts(t, place.Path())
	for _, text := range refused {
		if there[text] > 0 {
			t.Fatalf("%.20s is there and was not acknowledged", text)
		}
		acknowledged[text] = true
	}
	if _, err := j.conn.ExecContext(t.Context(), "PRAGMA max_page_count = 1000000"); err != nil {
		t.Fatal(err)
	}
	until(t, r, "the trouble ends", func(s *room.Snapshot) bool { return s.Keeping.Trouble == nil && s.Keeping.Waiting == 0 })
	if err := note(r, "after"); err != nil {
		t.Fatal(err)
	}
	acknowledged["after"] = true
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	check(t, place.Path(), acknowledged)
	failuremodes.Check(t, failuremodes.Row{Fault: "a full disk", Says: says, Age: failuremodes.AgeFresh,
		Meanwhile: "the room goes on in memory, and what is not kept waits", Over: "when there is room again"})
}

func TestAFileSystemThatTakesNoMoreLosesNothingAcknowledged(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only here the system can be told to refuse")
	}
	dir := t.TempDir()
	cmd := asWriter(t.Context(), dir, writerActs+"=40", limitFile+"=200000")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	acknowledged, refused := map[string]bool{}, 0
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if text, kept := strings.CutPrefix(lines.Text(), "kept "); kept {
			acknowledged[text] = true
		} else if refused++; !strings.Contains(lines.Text(), "not kept on disk: the disk") {
			t.Fatal(lines.Text())
		}
	}
	_ = cmd.Wait() // it says itself that not all is kept
	if refused == 0 || len(acknowledged) == 0 {
		t.Fatalf("%d kept, %d refused", len(acknowledged), refused)
	}
	check(t, PlaceOf(dir, "crash").Path(), acknowledged)
}

func TestAJournalThatIsMovedAwayIsSaidAndNothingIsClaimed(t *testing.T) {
	place := PlaceOf(t.TempDir(), "moved")
	r, j, err := openRoom(place, Options{Room: "moved"})
	if err != nil {
		t.Fatal(err)
	}
	if err := note(r, "before"); err != nil {
		t.Fatal(err)
	}
	away := place.Path() + ".away"
	if err := os.Rename(place.Path(), away); err != nil {
		t.Fatal(err)
	}
	var notKept *room.NotKept
	if err := note(r, "meanwhile"); !errors.As(err, &notKept) || !strings.Contains(err.Error(), "moved or deleted") {
		t.Fatalf("%v", err)
	}
	if err := os.Rename(away, place.Path()); err != nil {
		t.Fatal(err)
	}
	until(t, r, "the trouble ends", func(s *room.Snapshot) bool { return s.Keeping.Trouble == nil && s.Keeping.Waiting == 0 })
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	check(t, place.Path(), map[string]bool{"before": true, "meanwhile": true})
}

func TestAJournalClosedInTroubleSaysWhatIsNotKept(t *testing.T) {
	place := PlaceOf(t.TempDir(), "moved")
	r, j, err := openRoom(place, Options{Room: "moved"})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(place.Path()); err != nil {
		t.Fatal(err)
	}
	_ = note(r, "into the void")
	if err := j.Close(); err == nil || !strings.Contains(err.Error(), "1 events of this room could not be kept") {
		t.Fatal(err)
	}
}

func TestADirectoryThatCannotBeIsSaid(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "rooms"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Open(PlaceOf(dir, "a"), Options{Room: "a"})
	if err == nil || !strings.Contains(err.Error(), "nothing can be kept in") || !strings.Contains(err.Error(), "--state") {
		t.Fatal(err)
	}
	if os.Getuid() == 0 {
		return // whom no permission stops
	}
	dir = t.TempDir()
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	if _, err = Open(PlaceOf(dir, "a"), Options{Room: "a"}); err == nil || !strings.Contains(err.Error(), "permission denied; name another directory with --state") {
		t.Fatal(err)
	}
}

func TestWhatWaitsTooLongLosesReadingsAndNeverEventsAndCountsThem(t *testing.T) {
	j := new(Journal)
	batch := []item{{record: room.Record{Event: new(room.Event)}}, {record: room.Record{Reading: new(room.Reading)}}}
	j.queue = make([]item, queueReadings-2)
	for i := range j.queue {
		j.queue[i].record.Reading = new(room.Reading)
	}
	j.putBack(batch)
	if len(j.queue) != queueReadings || j.lost != 0 || j.queue[0] != batch[0] {
		t.Fatalf("%d wait, %d are lost", len(j.queue), j.lost)
	}
	j.queue = append(j.queue, item{record: room.Record{Event: new(room.Event)}})
	j.putBack(nil)
	if len(j.queue) != 2 || j.lost != queueReadings-1 {
		t.Fatalf("%d wait, %d are lost", len(j.queue), j.lost)
	}
	const events = 5 * queueReadings
	j.queue = append(make([]item, events), item{due: new(room.Checkpoint)})
	for i := range events {
		j.queue[i].record.Event = new(room.Event)
	}
	j.putBack(batch[:1])
	if len(j.queue) != events+1 || j.lost != queueReadings-1 || j.queue[0] != batch[0] {
		t.Fatalf("%d wait, %d are lost", len(j.queue), j.lost)
	}
}
