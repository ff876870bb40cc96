package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"warroom/internal/record"
	"warroom/internal/room"
)

// wholeJournal is the files of a journal of a hundred events, a thousand
// readings, charts and checkpoints, by their ending.
var wholeJournal = sync.OnceValues(func() (map[string][]byte, error) {
	dir, err := os.MkdirTemp("", "warroom-test-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	place := PlaceOf(dir, "whole")
	r, j, err := openRoom(place, Options{Room: "whole"})
	if err != nil {
		return nil, err
	}
	looks := 1200
	if raceEnabled { // too few for a checkpoint, of which nothing runs at the same time
		looks = 300
	}
	fill(r, j, looks)
	if err := j.Close(); err != nil {
		return nil, err
	}
	return filesOf(place)
})

// filesOf is the files of a journal that nobody writes, by their ending.
func filesOf(place Place) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, end := range []string{".db", ".head"} {
		var err error
		if files[end], err = os.ReadFile(place.base + end); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// put puts the files of a journal at a place.
func put(t *testing.T, place Place, files map[string][]byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(place.Path()), 0o700); err != nil {
		t.Fatal(err)
	}
	for end, content := range files {
		if err := os.WriteFile(place.base+end, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// fill lets a room see looks at twenty probes, of which every tenth finds another
// state, and somebody have a chart on a screen now and then.
func fill(r *room.Room, j *Journal, looks int) {
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for i := range looks {
		at := start.Add(time.Duration(i) * time.Second)
		key := fmt.Sprintf("probe/%02d", i%20)
		state := []room.State{room.OK, room.Critical}[i/200%2]
		scope := room.Scope{Source: "probe", Region: "eu-west-1"}
		r.Observe(room.Observation{
			Scope: scope, Watch: key, At: at, Done: true, Interval: 20 * time.Second,
			Signals: []room.Signal{{
				Key: key, Kind: room.KindProbe, Scope: scope, State: state, Word: "UP", Title: key, Since: at.Truncate(200 * time.Second),
				Samples: []room.Sample{{At: at, State: state, Total: time.Duration(i) * time.Microsecond}},
			}},
		})
		if i%100 == 50 {
			j.Chart(&room.Chart{Key: key, From: at.Add(-time.Hour), To: at, Points: []room.Point{{At: at, Value: float64(i)}}})
		}
		if i%400 == 300 {
			_ = r.Desk("ana").Act(room.Act{Do: room.EventNote, Text: fmt.Sprint("look ", i)})
		}
	}
}

// copied is a journal of its own for one test.
func copied(t *testing.T) Place {
	t.Helper()
	files, err := wholeJournal()
	if err != nil {
		t.Fatal(err)
	}
	place := PlaceOf(t.TempDir(), "whole")
	put(t, place, files)
	return place
}

// stored is every record of a journal as it is written, by its table and number.
func stored(t *testing.T, path string) map[string]string {
	t.Helper()
	found, err := readBack(path)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// readBack is what can be read of a journal, or the error.
func readBack(path string) (map[string]string, error) {
	r, err := OpenReader(path)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	found := map[string]string{}
	err = r.Entries(context.Background(), 0, 0, WantEvents|WantReadings|WantCharts, func(e Entry) error {
		text, err := record.Encode(e.Record)
		found[fmt.Sprint(e.N)] = string(text)
		return err
	})
	return found, err
}

// alter changes a journal behind its back.
func alter(t *testing.T, path, statement string, args ...any) {
	t.Helper()
	if n := altered(t, path, statement, args...); n != 1 {
		t.Fatalf("%s changed %d rows", statement, n)
	}
}

func altered(t *testing.T, path, statement string, args ...any) int64 {
	t.Helper()
	db, err := open(path, "_pragma=journal_mode(DELETE)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	done, err := db.Exec(statement, args...)
	if err != nil {
		return 0
	}
	n, _ := done.RowsAffected()
	return n
}

// pick picks a row of a table.
func pick(t *testing.T, path, table string, random *rand.Rand) (n int64) {
	t.Helper()
	r, err := OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var rows int
	if err := r.db.QueryRow("SELECT count(*) FROM " + table).Scan(&rows); err != nil {
		t.Fatal(err)
	}
	if err := r.db.QueryRow("SELECT n FROM "+table+" ORDER BY n LIMIT 1 OFFSET ?", random.IntN(rows)).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// flip flips one bit in a column of a row.
func flip(t *testing.T, path, table, column string, n int64, random *rand.Rand) {
	t.Helper()
	r, err := OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	var value any
	err = r.db.QueryRow("SELECT "+column+" FROM "+table+" WHERE n = ?", n).Scan(&value)
	_ = r.Close()
	if err != nil {
		t.Fatal(err)
	}
	for { // a number that another row has is refused
		var next any
		switch value := value.(type) {
		case []byte:
			changed := bytes.Clone(value)
			changed[random.IntN(len(changed))] ^= 1 << random.IntN(8)
			next = changed
		case int64:
			next = value ^ 1<<random.IntN(40)
		}
		if altered(t, path, "UPDATE "+table+" SET "+column+" = ? WHERE n = ?", next, n) == 1 {
			return
		}
	}
}

// salvaged makes sure that what was salvaged is whole, and gives it.
func salvaged(t *testing.T, path string) (Report, map[string]bool) {
	t.Helper()
	to := filepath.Join(t.TempDir(), "rooms", "saved.db")
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	report, err := Salvage(path, to)
	if err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(before, after) {
		t.Fatalf("what was salvaged from was changed: %v", err)
	}
	if again, err := Verify(to); err != nil || len(again.Damage) > 0 {
		t.Fatalf("what was salvaged is damaged: %v\n%s", err, again)
	}
	texts := map[string]bool{}
	for _, text := range stored(t, to) {
		texts[text] = true
	}
	return report, texts
}

// seeds is how often something random is tried: as often as asked for, or, where all is
// slow, a sixth of that.
func seeds(asked uint64) uint64 {
	if testing.Short() || raceEnabled {
		return (asked + 5) / 6
	}
	return asked
}

// columns are all that a journal holds, but for what it says of itself.
var columns = map[string][]string{
	"events":      {"n", "payload", "hash"},
	"readings":    {"n", "at", "payload", "sum"},
	"charts":      {"n", "at", "payload", "sum"},
	"checkpoints": {"n", "at", "state", "sum"},
}

func TestAFlippedBitIsFoundAndNamedAndCostsNoOtherRecord(t *testing.T) {
	for table, names := range columns {
		if table == "checkpoints" && raceEnabled {
			continue
		}
		for _, column := range names {
			t.Run(table+"."+column, func(t *testing.T) {
				t.Parallel()
				for seed := range seeds(3) {
					random := rand.New(rand.NewPCG(seed, 1))
					place := copied(t)
					whole := stored(t, place.Path())
					n := pick(t, place.Path(), table, random)
					flip(t, place.Path(), table, column, n, random)
					report, texts := salvaged(t, place.Path())
					if len(report.Damage) == 0 {
						t.Fatalf("seed %d: record %d: not found", seed, n)
					}
					if said := report.String(); !strings.Contains(said, fmt.Sprintf("record %d", n)) && column != "n" {
						t.Fatalf("seed %d: record %d is not named: %s", seed, n, said)
					}
					if len(report.Damage) > 2 || len(report.Damage) > 1 && column != "n" && column != "payload" {
						t.Fatalf("seed %d: more is named than was changed, which is record %d: %q", seed, n, report.Damage)
					}
					lost := 0
					for number, text := range whole {
						if texts[text] {
							continue
						}
						if lost++; table == "checkpoints" || number != fmt.Sprint(n) {
							t.Fatalf("seed %d: record %d was changed and record %s is lost: %q", seed, n, number, report.Damage)
						}
					}
					if kept := column == "n" || column == "hash"; table == "events" && kept == (lost > 0) {
						t.Fatalf("seed %d: record %d: %d lost: %q", seed, n, lost, report.Damage)
					}
					nothingMadeUp(t, whole, texts)
				}
			})
		}
	}
}

func nothingMadeUp(t *testing.T, whole map[string]string, texts map[string]bool) {
	t.Helper()
	written := map[string]bool{}
	for _, text := range whole {
		written[text] = true
	}
	for text := range texts {
		if !written[text] {
			t.Fatalf("this was never written: %s", text)
		}
	}
}

func TestAFlippedBitOfWhatAJournalSaysOfItselfIsFound(t *testing.T) {
	for seed := range seeds(24) {
		random := rand.New(rand.NewPCG(seed, 2))
		place := copied(t)
		whole := stored(t, place.Path())
		key := []string{"room", "node", "created", "schema", "genesis"}[seed%5]
		column := []string{"key", "value"}[seed/5%2]
		r, err := OpenReader(place.Path())
		if err != nil {
			t.Fatal(err)
		}
		var value string
		if err := r.db.QueryRow("SELECT "+column+" FROM meta WHERE key = ?", key).Scan(&value); err != nil {
			t.Fatal(err)
		}
		_ = r.Close()
		changed := []byte(value)
		changed[random.IntN(len(changed))] ^= 1 << random.IntN(7)
		alter(t, place.Path(), "UPDATE meta SET "+column+" = ? WHERE key = ?", string(changed), key)
		if report, err := Verify(place.Path()); err == nil && len(report.Damage) == 0 {
			t.Fatalf("%s of %s is %q instead of %q and that is not found", column, key, changed, value)
		} else if err != nil {
			if key != "schema" { // a newer schema cannot be read at all
				t.Fatalf("%s of %s is %q: %v", column, key, changed, err)
			}
			continue
		}
		report, texts := salvaged(t, place.Path())
		for number, text := range whole {
			if !texts[text] {
				t.Fatalf("%s of %s is %q and record %s is lost: %q", column, key, changed, number, report.Damage)
			}
		}
	}
}

func TestARowThatIsDeletedIsFoundAndTheOthersAreSaved(t *testing.T) {
	for _, table := range []string{"events", "readings", "charts"} {
		for seed := range seeds(6) {
			random := rand.New(rand.NewPCG(seed, 3))
			place := copied(t)
			whole := stored(t, place.Path())
			n := pick(t, place.Path(), table, random)
			if text := whole[fmt.Sprint(n)]; fmt.Sprint(len(whole)) == fmt.Sprint(n) && table != "events" {
				t.Logf("%s is the last, and only the last event is known apart", text)
				continue
			}
			alter(t, place.Path(), "DELETE FROM "+table+" WHERE n = ?", n)
			report, texts := salvaged(t, place.Path())
			if !strings.Contains(report.String(), fmt.Sprintf("record %d is missing", n)) && !strings.Contains(report.String(), "the end is lost") {
				t.Fatalf("%s: record %d is not missed: %q", table, n, report.Damage)
			}
			for number, text := range whole {
				if !texts[text] && number != fmt.Sprint(n) {
					t.Fatalf("%s: record %d was deleted and record %s is lost: %q", table, n, number, report.Damage)
				}
			}
		}
	}
}

func TestRowsThatChangedPlacesAreFoundAndPutBack(t *testing.T) {
	for seed := range seeds(12) {
		random := rand.New(rand.NewPCG(seed, 4))
		place := copied(t)
		whole := stored(t, place.Path())
		a := pick(t, place.Path(), "events", random)
		b := pick(t, place.Path(), "events", random)
		if a == b {
			continue
		}
		for _, move := range [][2]int64{{a, -1}, {b, a}, {-1, b}} {
			alter(t, place.Path(), "UPDATE events SET n = ? WHERE n = ?", move[1], move[0])
		}
		report, texts := salvaged(t, place.Path())
		for _, n := range []int64{a, b} {
			if !strings.Contains(report.String(), fmt.Sprintf("its place was changed; it was written as record %d", n)) {
				t.Fatalf("seed %d: records %d and %d: %q", seed, a, b, report.Damage)
			}
		}
		for number, text := range whole {
			if !texts[text] {
				t.Fatalf("seed %d: record %s is lost: %q", seed, number, report.Damage)
			}
		}
	}
}

func TestAFlippedBitOfTheFileIsFoundOrDoesNoHarm(t *testing.T) {
	whole := stored(t, copied(t).Path())
	harmless := 0
	for seed := range seeds(40) {
		random := rand.New(rand.NewPCG(seed, 5))
		place := copied(t)
		content, err := os.ReadFile(place.Path())
		if err != nil {
			t.Fatal(err)
		}
		at := random.IntN(len(content))
		content[at] ^= 1 << random.IntN(8)
		if err := os.WriteFile(place.Path(), content, 0o600); err != nil {
			t.Fatal(err)
		}
		report, err := Verify(place.Path())
		if err != nil || len(report.Damage) > 0 {
			continue
		}
		harmless++
		back, err := readBack(place.Path())
		if err != nil || len(back) != len(whole) {
			t.Fatalf("byte %d: nothing is found, and %d of %d records are read: %v", at, len(back), len(whole), err)
		}
		for n, text := range whole {
			if back[n] != text {
				t.Fatalf("byte %d: nothing is found, and record %s reads %s", at, n, back[n])
			}
		}
	}
	t.Logf("%d of %d were in bytes that nothing uses", harmless, seeds(40))
	if harmless > int(seeds(40))*3/4 {
		t.Error("nearly none is found")
	}
}

func TestATruncatedFileIsFoundAndWhatIsLeftIsSaved(t *testing.T) {
	saved := 0
	for seed := range seeds(16) {
		random := rand.New(rand.NewPCG(seed, 6))
		place := copied(t)
		whole := stored(t, place.Path())
		info, err := os.Stat(place.Path())
		if err != nil {
			t.Fatal(err)
		}
		size := random.Int64N(info.Size()-1) + 1
		if err := os.Truncate(place.Path(), size); err != nil {
			t.Fatal(err)
		}
		report, err := Verify(place.Path())
		if err == nil && len(report.Damage) == 0 {
			t.Fatalf("%d of %d bytes are left and nothing is found", size, info.Size())
		}
		if err != nil {
			continue
		}
		refuses(t, place)
		_, texts := salvaged(t, place.Path())
		saved += len(texts)
		nothingMadeUp(t, whole, texts)
	}
	if saved == 0 && !raceEnabled {
		t.Error("nothing was saved of any")
	}
}

// refuses makes sure that a damaged journal is not written, and left as it is.
func refuses(t *testing.T, place Place) {
	t.Helper()
	before, err := os.ReadFile(place.Path())
	if err != nil {
		t.Fatal(err)
	}
	j, err := Open(place, Options{Room: "whole"})
	if err == nil {
		_ = j.Close()
		t.Fatal("it is gone on with")
	}
	after, err := os.ReadFile(place.Path())
	if err != nil || !bytes.Equal(before, after) {
		t.Fatalf("it was changed: %v", err)
	}
}

func TestADamagedEndIsNotGoneOnWith(t *testing.T) {
	for what, damage := range map[string]func(place Place){
		"the last event is gone": func(p Place) { alter(t, p.Path(), "DELETE FROM events WHERE n = (SELECT max(n) FROM events)") },
		"the last event was changed": func(p Place) {
			alter(t, p.Path(), "UPDATE events SET payload = x'7b7d' WHERE n = (SELECT max(n) FROM events)")
		},
		"its hash was changed": func(p Place) {
			alter(t, p.Path(), "UPDATE events SET hash = zeroblob(32) WHERE n = (SELECT max(n) FROM events)")
		},
		"the head was changed":        func(p Place) { alterHead(t, p) },
		"the file was cut in the end": func(p Place) { cut(t, p) },
	} {
		place := copied(t)
		damage(place)
		before, err := os.ReadFile(place.Path())
		if err != nil {
			t.Fatal(err)
		}
		_, err = Open(place, Options{Room: "whole"})
		var damaged *Damaged
		if !errors.As(err, &damaged) && what != "the file was cut in the end" || err == nil {
			t.Errorf("%s: %v", what, err)
		}
		if after, err := os.ReadFile(place.Path()); err != nil || !bytes.Equal(before, after) {
			t.Errorf("%s: it was changed: %v", what, err)
		}
	}
}

func alterHead(t *testing.T, p Place) {
	t.Helper()
	text, err := os.ReadFile(headOf(p.Path()))
	if err != nil {
		t.Fatal(err)
	}
	text[60] ^= 1
	if err := os.WriteFile(headOf(p.Path()), text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func cut(t *testing.T, p Place) {
	t.Helper()
	info, err := os.Stat(p.Path())
	if err == nil {
		err = os.Truncate(p.Path(), info.Size()-3*4096)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestAMissingHeadIsSaid(t *testing.T) {
	place := copied(t)
	if err := os.Remove(headOf(place.Path())); err != nil {
		t.Fatal(err)
	}
	report, err := Verify(place.Path())
	if err != nil || len(report.Damage) > 0 || len(report.Remarks) != 1 || !strings.Contains(report.String(), "no head") {
		t.Fatalf("%v %s", err, report)
	}
}

func TestALostLogOfAKilledWriterIsFound(t *testing.T) {
	for seed := range seeds(6) {
		random := rand.New(rand.NewPCG(seed, 7))
		dir := t.TempDir()
		place := PlaceOf(dir, "crash")
		cmd := asWriter(t.Context(), dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		line := make([]byte, 512)
		for read := 0; read < 2000; {
			n, err := out.Read(line)
			if err != nil {
				t.Fatal(err)
			}
			read += n
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		log := place.Path() + "-wal"
		info, err := os.Stat(log)
		if err != nil {
			t.Fatal(err)
		}
		if seed%2 == 0 {
			err = os.Remove(log)
		} else {
			err = os.Truncate(log, random.Int64N(info.Size()/2))
		}
		if err != nil {
			t.Fatal(err)
		}
		report, err := Verify(place.Path())
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(report.String(), "the end is lost") {
			t.Fatalf("seed %d: %s", seed, report)
		}
		refuses(t, place)
		if report.Events > 0 {
			salvaged(t, place.Path())
		}
	}
}

func TestAJournalThatIsBeingWrittenIsWhole(t *testing.T) {
	place := copied(t)
	r, j, err := openRoom(place, Options{Room: "whole"})
	if err != nil {
		t.Fatal(err)
	}
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
				fill(r, j, 3)
				_ = r.Desk("bo").Act(room.Act{Do: room.EventNote, Text: fmt.Sprint("meanwhile ", i)})
			}
		}
	}()
	for range 12 {
		report, err := Verify(place.Path())
		if err != nil || len(report.Damage) > 0 {
			t.Errorf("%v %s", err, report)
			break
		}
	}
	close(stop)
	<-done
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestAJournalWithoutAnyEventIsWhole(t *testing.T) {
	place := PlaceOf(t.TempDir(), "quiet")
	for range 2 {
		j, err := Open(place, Options{Room: "quiet"})
		if err != nil {
			t.Fatal(err)
		}
		j.Chart(&room.Chart{Key: "alarm/a", To: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)})
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		if report, err := Verify(place.Path()); err != nil || len(report.Damage) > 0 {
			t.Fatalf("%v\n%s", err, report)
		}
	}
}
