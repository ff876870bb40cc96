package journal

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"

	"warroom/internal/record"
	"warroom/internal/room"
)

// Salvage writes what a damaged journal still holds into a new one, with a chain of its
// own, and reports what was found and what is lost. The damaged one is left as it is.
func Salvage(from, to string) (Report, error) {
	r, err := openDamaged(from)
	if err != nil {
		return Report{Path: from}, err
	}
	defer r.Close()
	type found struct {
		n      int64
		record room.Record
	}
	var all []found
	v, err := newVerifier(context.Background(), r)
	if err != nil {
		return Report{Path: from}, inWords(err)
	}
	defer v.close()
	v.all(context.Background(), func(n int64, r room.Record) { all = append(all, found{n, r}) })
	slices.SortStableFunc(all, func(a, b found) int { return cmp.Compare(a.n, b.n) })
	if v.Removed > 0 {
		v.Remarks = append(v.Remarks, fmt.Sprintf("the %d events that were let go before, and what they amounted to, cannot be carried over: the new journal begins after them", v.Removed))
	}
	m := r.meta
	if v.unclear != nil { // what of it cannot be understood is made up from the events
		m.Schema = record.Schema
		if first := slices.IndexFunc(all, func(f found) bool { return f.record.Event != nil }); m.Node == "" && first >= 0 {
			m.Node = all[first].record.Event.ID.Node
		}
	}
	err = Create(to, m, func(yield func(room.Record, error) bool) {
		for _, each := range all {
			if !yield(each.record, nil) {
				return
			}
		}
	})
	return v.Report, err
}

// Compact gives back the room on disk that records which were let go have left, and
// returns the size of the files before and after, in bytes. *Busy if a process writes
// the journal.
func Compact(p Place) (before, after int64, err error) {
	exists, err := inspect(p.Path())
	if err != nil {
		return 0, 0, err
	}
	if !exists {
		return 0, 0, fmt.Errorf("there is no journal at %s", p.Path())
	}
	release, err := take(p)
	if err != nil {
		return 0, 0, err
	}
	defer release()
	before = sizeOf(p.Path())
	db, err := open(p.Path(), "_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		return 0, 0, inWords(err)
	}
	defer db.Close()
	for _, statement := range []string{"PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"} {
		if _, err := db.Exec(statement); err != nil {
			return 0, 0, fmt.Errorf("the journal was not compacted, and is as it was: %w", inWords(err))
		}
	}
	return before, sizeOf(p.Path()), nil
}

func sizeOf(path string) (size int64) {
	for _, end := range []string{"", "-wal"} {
		if info, err := os.Stat(path + end); err == nil {
			size += info.Size()
		}
	}
	return size
}
