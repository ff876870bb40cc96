// Package journal is the durable log of one room: an SQLite file in which every event,
// reading and chart is kept in the order in which it came, the events chained by their
// hashes, so that what is lost or changed shows.
//
//	room ── Event, Reading, Checkpoint ─▶ queue ─▶ one writer: one transaction, one sync ─▶ Keeping ─▶ room
//	                                                        └─▶ the head's hash, in a file apart
//
// One process writes a journal; any number read it.
package journal

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"warroom/internal/record"
	"warroom/internal/room"
)

// Options are what a journal that is opened needs to know.
type Options struct {
	Room   string
	Drill  string // the scenario, if the room is a drill
	Log    *slog.Logger
	Retain Retention
}

// Journal writes the log of one room. It implements room.Keeper. Safe for concurrent use.
type Journal struct {
	path    string
	meta    Meta
	log     *slog.Logger
	retain  Retention
	release func()

	db   *sql.DB
	conn *sql.Conn
	file os.FileInfo // of the file that is written, to find out if it was put away
	head *os.File
	puts puts

	mu     sync.Mutex // guards what follows
	queue  []item
	tell   func(room.Keeping)
	lost   int // records that were given up
	wake   chan struct{}
	ending chan struct{}
	ended  chan struct{}

	// What follows belongs to the writer.
	last    head  // the newest event
	n       int64 // the newest record
	number  uint64
	trouble *room.Trouble
	sum     sync.WaitGroup // checkpoints that are being encoded
	swept   time.Time      // when old records were let go last
}

// Open opens the journal at a place for writing, and makes it if there is none. *Busy
// if another process writes it, *Newer if a later version of this program has written
// it, *Damaged if something of it is lost or changed; it is left as it is then. Any
// other error says in words why it cannot be written, and what to do.
func Open(p Place, o Options) (*Journal, error) {
	ctx := context.Background()
	if err := os.MkdirAll(filepath.Dir(p.Path()), 0o700); err != nil {
		return nil, errNoPlace(filepath.Dir(p.Path()), err)
	}
	exists, err := inspect(p.Path())
	if err != nil {
		return nil, err
	}
	release, err := take(p)
	if err != nil {
		return nil, err
	}
	j := &Journal{
		path: p.Path(), log: o.Log, retain: o.Retain.filled(), release: release,
		wake: make(chan struct{}, 1), ending: make(chan struct{}), ended: make(chan struct{}),
	}
	if exists {
		err = j.check(ctx)
	} else {
		var id [4]byte
		_, _ = rand.Read(id[:]) // never fails: crypto/rand ends the program instead
		j.meta = Meta{Room: o.Room, Node: hex.EncodeToString(id[:]), Drill: o.Drill, Created: time.Now().UTC().Truncate(time.Microsecond), Schema: record.Schema}
		err = j.create(ctx)
	}
	if err == nil {
		err = j.ready(ctx)
	}
	if err != nil {
		j.letGo()
		return nil, err
	}
	go j.run()
	return j, nil
}

// Node is the name of this room's own events.
func (j *Journal) Node() string { return j.meta.Node }

// Path is the file that is written.
func (j *Journal) Path() string { return j.path }

// check looks whether a journal that is there can be gone on with, without touching it.
func (j *Journal) check(ctx context.Context) error {
	r, err := OpenReader(j.path)
	if err != nil {
		return err
	}
	defer r.Close()
	j.meta = r.meta
	damage, err := r.recent(ctx)
	if err != nil {
		return inWords(err)
	}
	if len(damage) > 0 {
		return &Damaged{Path: j.path, Damage: damage}
	}
	return nil
}

// ready opens the journal for writing, at its end.
func (j *Journal) ready(ctx context.Context) (err error) {
	// Pages go from the log to the file when nothing else is to be done: see idle.
	if j.db, err = open(j.path, "_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=wal_autocheckpoint(0)"); err != nil {
		return inWords(err)
	}
	if j.conn, err = j.db.Conn(ctx); err != nil {
		return inWords(err)
	}
	if j.last, err = lastEvent(ctx, j.conn, j.meta); err != nil {
		return inWords(err)
	}
	for _, table := range []string{"events", "readings", "charts", "seals"} {
		var n int64
		if err := j.conn.QueryRowContext(ctx, "SELECT coalesce(max(n), 0) FROM "+table).Scan(&n); err != nil {
			return inWords(err)
		}
		j.n = max(j.n, n)
	}
	if j.number, err = lastNumber(ctx, j.conn, j.meta.Node); err != nil {
		return inWords(err)
	}
	if err := j.puts.prepare(ctx, j.conn); err != nil {
		return inWords(err)
	}
	if j.file, err = os.Stat(j.path); err != nil {
		return inWords(err)
	}
	if j.head, err = os.OpenFile(headOf(j.path), os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return fmt.Errorf("nothing can be kept: %s: %w", headOf(j.path), cause(err))
	}
	return nil
}

// lastEvent is the newest event, or the seal on those that were let go.
func lastEvent(ctx context.Context, db querier, m Meta) (head, error) {
	for _, query := range []string{"SELECT n, hash FROM events ORDER BY n DESC LIMIT 1", "SELECT n, hash FROM seals ORDER BY n DESC LIMIT 1"} {
		var n int64
		var text []byte
		err := db.QueryRowContext(ctx, query).Scan(&n, &text)
		switch {
		case errors.Is(err, sql.ErrNoRows):
		case err != nil:
			return head{}, err
		case len(text) != len(hash{}):
			return head{}, errors.New("the newest event has no hash")
		default:
			return head{n, hash(text)}, nil
		}
	}
	return head{0, m.genesis()}, nil
}

// lastNumber is the number of the newest event of the room's own: the numbers of a
// node have no gap, so that it is that of its last event.
func lastNumber(ctx context.Context, db querier, node string) (uint64, error) {
	rows, err := db.QueryContext(ctx, "SELECT payload FROM events ORDER BY n DESC")
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var payload []byte
		if err := rows.Scan(&payload); err != nil {
			return 0, err
		}
		r, err := record.Decode(payload)
		if err != nil {
			return 0, err
		}
		if r.Event.ID.Node == node {
			return r.Event.ID.Number, nil
		}
	}
	return 0, rows.Err()
}

// Tell names who is told how far what was handed over is kept. It is called after each
// commit and whenever trouble comes or goes, from one goroutine.
func (j *Journal) Tell(tell func(room.Keeping)) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.tell = tell
}

// Close writes what waits, and lets go of the journal. The error says what is not kept.
func (j *Journal) Close() error {
	close(j.ending)
	<-j.ended
	var err error
	switch waiting, _ := j.waiting(); {
	case j.trouble != nil && waiting > 0:
		err = fmt.Errorf("%d events of this room could not be kept: %s", waiting, j.trouble.Why)
	case waiting > 0: // from a look that nobody waited for
		err = fmt.Errorf("%d events of this room came too late to be kept", waiting)
	case j.trouble == nil:
		_, _ = j.conn.ExecContext(context.Background(), "PRAGMA wal_checkpoint(TRUNCATE)") // what it leaves, the next one takes up
	}
	j.letGo()
	return err
}

func (j *Journal) letGo() {
	j.puts.close()
	if j.conn != nil {
		_ = j.conn.Close()
	}
	if j.db != nil {
		_ = j.db.Close()
	}
	if j.head != nil {
		_ = j.head.Close()
	}
	j.release()
}
