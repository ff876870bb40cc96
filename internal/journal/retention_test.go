package journal

import (
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"warroom/internal/room"
)

// swept lets a journal let go of what is too old, once.
func swept(t *testing.T, place Place, retain Retention) Report {
	t.Helper()
	j := &Journal{path: place.Path(), log: slog.New(slog.DiscardHandler), retain: retain.filled(), release: func() {}}
	if err := j.check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := j.ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	j.sweep(t.Context())
	j.letGo()
	report, err := Verify(place.Path())
	if err != nil || len(report.Damage) > 0 {
		t.Fatalf("%v\n%s", err, report)
	}
	return report
}

func TestReadingsAreLetGoByAgeAndByNumberAndTheChainHolds(t *testing.T) {
	place := copied(t)
	before, err := Verify(place.Path())
	if err != nil {
		t.Fatal(err)
	}
	old := swept(t, place, Retention{Readings: before.Last.Sub(before.First) / 2})
	if old.Readings == 0 || old.Readings >= before.Readings || old.Charts >= before.Charts || old.Events != before.Events {
		t.Fatalf("%s\n%s", before, old)
	}
	place = copied(t)
	few := swept(t, place, Retention{Rows: 100})
	if few.Readings == 0 || few.Readings > 100 || few.Events != before.Events {
		t.Fatal(few)
	}
	again := swept(t, place, Retention{Rows: 100})
	if again.Readings != few.Readings || again.Head != before.Head {
		t.Fatal(again)
	}
}

func TestReadingsAreLetGoAsFastAsTheyCome(t *testing.T) {
	place := copied(t)
	j := &Journal{path: place.Path(), log: slog.New(slog.DiscardHandler), retain: Retention{Rows: 500}.filled(), release: func() {}}
	if err := j.check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := j.ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer j.letGo()
	batch := make([]item, 2*sweepLimit+500)
	for i := range batch {
		batch[i].record.Reading = new(room.Reading)
	}
	if err := j.commit(batch); err != nil {
		t.Fatal(err)
	}
	for range 3 { // ticks of the writer, which are a second apart
		j.sweep(t.Context())
	}
	var left int
	if err := j.conn.QueryRowContext(t.Context(), "SELECT count(*) FROM readings").Scan(&left); err != nil || left != 500 {
		t.Fatalf("%d readings are left: %v", left, err)
	}
}

// sealed is a journal of which events were let go.
func sealed(t *testing.T) (Place, Report) {
	t.Helper()
	if sealedOnce.files == nil {
		sealedOnce.files, sealedOnce.report = makeSealed(t)
	}
	place := PlaceOf(t.TempDir(), "sealed")
	put(t, place, sealedOnce.files)
	return place, sealedOnce.report
}

// sealedOnce is what sealed copies.
var sealedOnce struct {
	files  map[string][]byte
	report Report
}

func makeSealed(t *testing.T) (map[string][]byte, Report) {
	t.Helper()
	place := PlaceOf(t.TempDir(), "sealed")
	r, j, err := openRoom(place, Options{Room: "sealed"})
	if err != nil {
		t.Fatal(err)
	}
	fill(r, j, 2300)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	before, err := Verify(place.Path())
	if err != nil || before.Checkpoints < 2 {
		t.Fatalf("%v\n%s", err, before)
	}
	after := swept(t, place, Retention{Events: time.Nanosecond})
	if after.Removed == 0 || after.Events == 0 || int(after.Removed)+after.Events != before.Events || after.Head != before.Head {
		t.Fatalf("%s\n%s", before, after)
	}
	files, err := filesOf(place)
	if err != nil {
		t.Fatal(err)
	}
	return files, after
}

func TestARoomWhoseOldestEventsWereLetGoGoesOnAsItWas(t *testing.T) {
	place, _ := sealed(t)
	r, j, err := openRoom(place, Options{Room: "sealed"})
	if err != nil {
		t.Fatal(err)
	}
	r.Flush()
	if n := len(r.Snapshot().Of(room.KindProbe).Signals); n != 20 {
		t.Errorf("%d signals", n)
	}
	if err := note(r, "and on"); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	report, err := Verify(place.Path())
	if err != nil || len(report.Damage) > 0 {
		t.Fatalf("%v\n%s", err, report)
	}
}

func TestASealThatWasTamperedWithIsFound(t *testing.T) {
	for what, statement := range map[string]string{
		"the seal on":                    "UPDATE seals SET removed = removed + 1",
		"the seal on the":                "UPDATE seals SET at = at + 1",
		"missing":                        "DELETE FROM seals",
		"the checkpoint that stands for": "UPDATE checkpoints SET state = x'00' WHERE n = (SELECT n FROM seals)",
		"stands for the":                 "DELETE FROM checkpoints WHERE n = (SELECT n FROM seals)",
		"its content was changed":        "UPDATE events SET payload = payload || x'20' WHERE n = (SELECT min(n) FROM events)",
		"is missing":                     "DELETE FROM events WHERE n = (SELECT min(n) FROM events)",
		"the seal on the ":               "UPDATE seals SET hash = zeroblob(32)",
		"removed up to record":           "UPDATE seals SET seal = zeroblob(32)",
		"what they amounted to is lost":  "UPDATE seals SET sum = zeroblob(32)",
	} {
		place, _ := sealed(t)
		alter(t, place.Path(), statement)
		report, err := Verify(place.Path())
		if err != nil || !strings.Contains(strings.Join(report.Damage, "\n"), what) {
			t.Errorf("%s: %v %q", statement, err, report.Damage)
		}
	}
}

func TestSalvageOfASealedJournalSaysWhatItCannotCarryOver(t *testing.T) {
	place, before := sealed(t)
	to := filepath.Join(t.TempDir(), "saved.db")
	report, err := Salvage(place.Path(), to)
	if err != nil || !strings.Contains(report.String(), "cannot be carried over") {
		t.Fatalf("%v\n%s", err, report)
	}
	saved, err := Verify(to)
	if err != nil || len(saved.Damage) > 0 || saved.Events != before.Events {
		t.Fatalf("%v\n%s", err, saved)
	}
}

func TestOfOldCheckpointsOneADayIsLeft(t *testing.T) {
	place := PlaceOf(t.TempDir(), "prod")
	j, err := Open(place, Options{Room: "prod", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, newest := t.Context(), time.Date(2025, 10, 20, 12, 0, 0, 0, time.UTC)
	for hour := range 10 * 24 { // an old one is from before a week ago
		at := newest.Add(-time.Duration(hour) * time.Hour)
		if _, err := j.conn.ExecContext(ctx, "INSERT INTO checkpoints VALUES (?, ?, x'00', x'00')", 1000-hour, at.UnixMicro()); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.thin(ctx); err != nil {
		t.Fatal(err)
	}
	count := func(where string) (n int) {
		if err := j.conn.QueryRowContext(ctx, "SELECT count(*) FROM checkpoints WHERE "+where, newest.Add(-7*24*time.Hour).UnixMicro()).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if young, old := count("at >= ?"), count("at < ?"); young != 7*24+1 || old < 3 || old > 4 {
		t.Fatalf("%d young and %d old ones are left", young, old)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
}
