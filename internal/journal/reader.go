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
