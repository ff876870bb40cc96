package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"warroom/internal/record"
	"warroom/internal/room"
)

// Want says which records are wanted.
type Want uint8

// The sorts of record.
const (
	WantEvents Want = 1 << iota
	WantReadings
	WantCharts
)

// Entry is a record at its place in the order.
type Entry struct {
	N      int64
	Record room.Record
	Hash   string // of an event, in hexadecimal: its link in the chain; "" for the others
}

// Entries gives the records of the wanted sorts with an order number above after, up to
// upTo or, if that is 0, to the end, in their order. It stops at the first error that
// do returns. *Broken at the first one that is not what was written.
func (r *Reader) Entries(ctx context.Context, after, upTo int64, want Want, do func(Entry) error) error {
	if upTo == 0 {
		upTo = 1<<63 - 1
	}
	// One look at all tables, since a writer may go on between two.
	tx, err := r.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	var all []*rows
	defer func() {
		for _, each := range all {
			_ = each.Close()
		}
	}()
	before, err := hashBefore(ctx, tx, r.meta, after)
	if err != nil {
		return err
	}
	for sort, query := range map[Want]string{
		WantEvents:   "SELECT n, payload, hash, 0, 0 FROM events WHERE n > ? AND n <= ? ORDER BY n",
		WantReadings: "SELECT n, payload, x'', at, sum FROM readings WHERE n > ? AND n <= ? ORDER BY n",
		WantCharts:   "SELECT n, payload, x'', at, sum FROM charts WHERE n > ? AND n <= ? ORDER BY n",
	} {
		if want&sort == 0 {
			continue
		}
		found, err := tx.QueryContext(ctx, query, after, upTo)
		if err != nil {
			return err
		}
		each := &rows{Rows: found, event: sort == WantEvents, before: before}
		all = append(all, each)
		if err := each.next(); err != nil {
			return err
		}
	}
	for {
		var first *rows
		for _, each := range all {
			if !each.over && (first == nil || each.entry.N < first.entry.N) {
				first = each
			}
		}
		if first == nil {
			return nil
		}
		if err := do(first.entry); err != nil {
			return err
		}
		if err := first.next(); err != nil {
			return err
		}
	}
}

// rows are the records of one sort.
type rows struct {
	*sql.Rows
	event  bool
	before hash
	entry  Entry
	over   bool
	text   sql.RawBytes
}

// Broken is a record that is not what was written.
type Broken struct{ N int64 }

func (e *Broken) Error() string { return fmt.Sprintf("record %d is not what was written", e.N) }

func (r *rows) next() error {
	if r.over = !r.Rows.Next(); r.over {
		return r.Rows.Err()
	}
	var n, at, sum int64
	var stored sql.RawBytes
	if err := r.Rows.Scan(&n, &r.text, &stored, &at, &sum); err != nil {
		return err
	}
	r.entry = Entry{N: n}
	if r.event {
		here := link(r.before, n, r.text)
		if string(here[:]) != string(stored) {
			return &Broken{n}
		}
		r.before = here
		r.entry.Hash = fmt.Sprintf("%x", here[:])
	} else if sumOf(n, at, r.text) != sum {
		return &Broken{n}
	}
	var err error
	if r.entry.Record, err = record.Decode(r.text); err != nil {
		return fmt.Errorf("record %d: %w", n, err)
	}
	return nil
}

// hashBefore is the hash of the last event up to an order number; where there is none,
// that of the newest seal, or the one before the first event of all.
func hashBefore(ctx context.Context, db querier, m Meta, n int64) (hash, error) {
	var text []byte
	err := db.QueryRowContext(ctx, "SELECT hash FROM events WHERE n <= ? ORDER BY n DESC LIMIT 1", n).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		err = db.QueryRowContext(ctx, "SELECT hash FROM seals ORDER BY n DESC LIMIT 1").Scan(&text)
	}
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return m.genesis(), nil
	case err != nil:
		return hash{}, err
	case len(text) != len(hash{}):
		return hash{}, &Broken{n}
	}
	return hash(text), nil
}

// Last is the order number of the last record.
func (r *Reader) Last() (n int64, err error) {
	err = r.db.QueryRowContext(context.Background(), "SELECT max(coalesce((SELECT max(n) FROM events), 0), coalesce((SELECT max(n) FROM readings), 0))").Scan(&n)
	return n, err
}
