package journal

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestAWriterKilledWhileItMakesItsJournalLeavesARoomThatOpens(t *testing.T) {
	unmade := 0
	for seed := range seeds(60) {
		random := rand.New(rand.NewPCG(seed, 7))
		dir := t.TempDir()
		cmd := asWriter(t.Context(), dir)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		place := PlaceOf(dir, "crash")
		for begun := false; !begun; _, begun = isThere(place.lock()) { // it begins with its lock
			time.Sleep(50 * time.Microsecond)
		}
		time.Sleep(time.Duration(random.IntN(15000)) * time.Microsecond) // any moment will do
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if !place.Exists() {
			unmade++
		}
		r, j, err := openRoom(place, Options{Room: "crash"})
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if err := note(r, "and on"); err != nil {
			t.Fatal(err)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		check(t, place.Path(), map[string]bool{"and on": true})
		if _, left := isThere(place.Path() + ".new"); left {
			t.Fatalf("seed %d: a half made journal is left", seed)
		}
	}
	t.Logf("%d of %d were killed before they had one", unmade, seeds(60))
}

// isThere says whether a file is there, and how big it is.
func isThere(path string) (size int64, there bool) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, false
	}
	return info.Size(), true
}

// young is a journal of a writer that was killed, of which the newest events are in
// SQLite's log alone.
func young(t *testing.T) Place {
	t.Helper()
	dir := t.TempDir()
	cmd := asWriter(t.Context(), dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	place := PlaceOf(dir, "crash")
	if size, _ := isThere(place.Path() + "-wal"); size == 0 {
		t.Fatal("there is nothing in the log")
	}
	return place
}

func TestAJournalThatIsGoneWhileMoreIsKnownOfItIsNotBegunAnew(t *testing.T) {
	for what, c := range map[string]struct {
		place Place
		gone  func(string) error
		say   string
	}{
		"an emptied file":             {copied(t), func(path string) error { return os.Truncate(path, 0) }, "its file is empty; there were events up to record"},
		"an emptied file with a log":  {young(t), func(path string) error { return os.Truncate(path, 0) }, "its file is empty; there were events up to record"},
		"a removed file with its log": {young(t), os.Remove, "its file is missing; there were events up to record"},
	} {
		if err := c.gone(c.place.Path()); err != nil {
			t.Fatal(err)
		}
		before := sizes(t, c.place)
		_, err := Open(c.place, Options{Room: "crash"})
		var damaged *Damaged
		if !errors.As(err, &damaged) || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%s: opened: %v", what, err)
		}
		if report, err := Verify(c.place.Path()); err != nil || !strings.Contains(report.String(), "DAMAGED  "+c.say) {
			t.Errorf("%s: verified: %v\n%s", what, err, report)
		}
		for name, size := range sizes(t, c.place) {
			if before[name] != size && filepath.Ext(name) != ".lock" {
				t.Errorf("%s: %s had %d bytes and has %d", what, name, before[name], size)
			}
		}
	}
}

// sizes is how big every file in the directory of a place is.
func sizes(t *testing.T, place Place) map[string]int64 {
	t.Helper()
	files, err := os.ReadDir(filepath.Dir(place.Path()))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]int64{}
	for _, file := range files {
		all[file.Name()], _ = isThere(filepath.Join(filepath.Dir(place.Path()), file.Name()))
	}
	return all
}

func TestAJournalThatWasPutAwayIsBegunAnew(t *testing.T) {
	place := copied(t)
	if err := os.Remove(place.Path()); err != nil {
		t.Fatal(err)
	}
	r, j, err := openRoom(place, Options{Room: "whole"})
	if err != nil {
		t.Fatal(err)
	}
	if err := note(r, "first"); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	check(t, place.Path(), map[string]bool{"first": true})
}
