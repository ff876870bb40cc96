package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"warroom/internal/record"
	"warroom/internal/room"
)

// Reader reads a journal, whether or not a process writes it. Safe for concurrent use.
type Reader struct {
	path   string // as it was named
	db     *sql.DB
	meta   Meta
	remove func() // what it was copied to

	unclear error // what is wrong with the meta, if anything is and nobody minds
}

// OpenReader opens a journal for reading. It changes nothing. The error says in words
// what is wrong; *Newer if a later version of this program has written it.
func OpenReader(path string) (*Reader, error) {
	exists, err := inspect(path)
	if err != nil {
		return nil, err
	}
	if !exists {
		if damage := remains(path); damage != "" {
			return nil, &Damaged{Path: path, Damage: []string{damage}}
		}
		return nil, fmt.Errorf("there is no journal at %s", path)
	}
	return openAt(path, (*Reader).connect)
}

// openDamaged opens a journal of which what it says of itself may be damaged.
func openDamaged(path string) (*Reader, error) {
	r, err := OpenReader(path)
	if err == nil {
		return r, nil
	}
	if exists, foreign := inspect(path); !exists || foreign != nil {
		return nil, err
	}
	anyway, _ := openAt(path, func(r *Reader, path string) error {
		r.unclear = r.connect(path)
		if r.meta.Schema > record.Schema {
			return r.unclear
		}
		// writable_schema: SQLite then reads a file that is shorter than it should be.
		db, err := open(path, "mode=ro&_pragma=query_only(1)&_pragma=writable_schema(1)")
		if err != nil {
			return err
		}
		r.db = db
		if r.meta.Node == "" {
			r.meta, err = readMeta(context.Background(), db)
			r.unclear = err
		}
		return nil
	})
	if anyway == nil {
		return nil, err
	}
	return anyway, nil
}

func openAt(path string, connect func(*Reader, string) error) (*Reader, error) {
	r := &Reader{path: path, remove: func() {}}
	if err := connect(r, path); err == nil {
		return r, nil
	}
	// SQLite needs to write beside the file in order to read it while it is written. In
	// a directory where that cannot be, a copy is read.
	dir, err := os.MkdirTemp("", "warroom-")
	if err != nil {
		return nil, inWords(err)
	}
	r.remove = func() { _ = os.RemoveAll(dir) }
	copied := filepath.Join(dir, "journal.db")
	for _, end := range []string{"", "-wal"} {
		if err = copyFile(path+end, copied+end); err != nil && end == "" {
			break
		}
		err = nil
	}
	if err == nil {
		err = connect(r, copied)
	}
	if err != nil {
		r.remove()
		return nil, inWords(err)
	}
	return r, nil
}

func (r *Reader) connect(path string) (err error) {
	if r.db, err = open(path, "mode=ro&_pragma=query_only(1)"); err != nil {
		return err
	}
	if r.meta, err = readMeta(context.Background(), r.db); err != nil {
		_ = r.db.Close()
	}
	return err
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// Close lets go of the journal.
func (r *Reader) Close() error {
	err := r.db.Close()
	r.remove()
	return err
}

// Meta is what the journal says of itself.
func (r *Reader) Meta() Meta { return r.meta }

// Span is the room time of the first and of the last record; both zero if there is none.
func (r *Reader) Span() (first, last time.Time, err error) {
	ctx := context.Background()
	for _, table := range []string{"events", "readings"} {
		for _, order := range []string{"ASC", "DESC"} {
			var payload []byte
			err := r.db.QueryRowContext(ctx, "SELECT payload FROM "+table+" ORDER BY n "+order+" LIMIT 1").Scan(&payload)
			if errors.Is(err, sql.ErrNoRows) {
				break
			}
			if err != nil {
				return first, last, err
			}
			found, err := record.Decode(payload)
			if err != nil {
				return first, last, err
			}
			at := found.At()
			if order == "ASC" && (first.IsZero() || at.Before(first)) {
				first = at
			}
			if at.After(last) {
				last = at
			}
		}
	}
	return first, last, nil
}

// Mark is a checkpoint: the order number of the last record in it, and the room time.
type Mark struct {
	N  int64
	At time.Time
}

// Marks lists the checkpoints in their order. Where nothing was let go of the
// beginning, that is one as well: number 0, of which there is no Checkpoint.
func (r *Reader) Marks() ([]Mark, error) {
	ctx := context.Background()
	var marks []Mark
	sealed := false
	if err := r.db.QueryRowContext(ctx, "SELECT count(*) > 0 FROM seals").Scan(&sealed); err != nil {
		return nil, err
	}
	if !sealed {
		first, _, err := r.Span()
		if err != nil || first.IsZero() {
			return nil, err
		}
		marks = append(marks, Mark{0, first})
	}
	rows, err := r.db.QueryContext(ctx, "SELECT n, at FROM checkpoints ORDER BY n")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var n, at int64
		if err := rows.Scan(&n, &at); err != nil {
			return nil, err
		}
		marks = append(marks, Mark{n, time.UnixMicro(at).UTC()})
	}
	return marks, rows.Err()
}

// CheckpointAt reads the checkpoint of a mark.
func (r *Reader) CheckpointAt(n int64) (*room.Checkpoint, error) {
	s := &sumUp{n: n}
	var sum []byte
	if err := r.db.QueryRowContext(context.Background(), "SELECT at, state, sum FROM checkpoints WHERE n = ?", n).Scan(&s.at, &s.state, &sum); err != nil {
		return nil, err
	}
	copy(s.sum[:], sum)
	return s.checkpoint()
}

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

// Loaded is what a room that is opened again begins with.
type Loaded struct {
	Checkpoint *room.Checkpoint // nil if there is none
	Lines      []*room.Event    // of the timeline before it, in the order in which they were recorded
	Tail       []room.Record    // the records after it
}

// timelineLimit is how many lines a room shows; more need not be read.
const timelineLimit = 20_000

// Load reads what the room was left with.
func (j *Journal) Load() (Loaded, error) {
	r, err := OpenReader(j.path)
	if err != nil {
		return Loaded{}, err
	}
	defer r.Close()
	loaded, err := r.load(context.Background())
	if err != nil {
		return Loaded{}, inWords(err)
	}
	return loaded, nil
}

func (r *Reader) load(ctx context.Context) (Loaded, error) {
	var l Loaded
	marks, err := r.Marks()
	if err != nil || len(marks) == 0 {
		return l, err
	}
	from := int64(0)
	for i := len(marks) - 1; i >= 0; i-- { // one that cannot be read is done without, if there is one before
		from = marks[i].N
		if from == 0 {
			break
		}
		if l.Checkpoint, err = r.CheckpointAt(from); err == nil {
			break
		}
		if i == 0 {
			return l, err
		}
	}
	if from > 0 {
		var begin int64
		// Not every event is a line, so that this is one in most rooms and enough in all.
		err = r.db.QueryRowContext(ctx, "SELECT n FROM events WHERE n <= ? ORDER BY n DESC LIMIT 1 OFFSET ?", from, timelineLimit).Scan(&begin)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return l, err
		}
		if l.Lines, err = r.lines(ctx, begin, from); err != nil {
			return l, err
		}
	}
	err = r.Entries(ctx, from, 0, WantEvents|WantReadings, func(e Entry) error {
		l.Tail = append(l.Tail, e.Record)
		return nil
	})
	return l, err
}

func (r *Reader) lines(ctx context.Context, after, upTo int64) ([]*room.Event, error) {
	var lines []*room.Event
	err := r.Entries(ctx, after, upTo, WantEvents, func(e Entry) error {
		if e.Record.Event.Worth() {
			lines = append(lines, e.Record.Event)
		}
		return nil
	})
	return lines, err
}
