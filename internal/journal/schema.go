package journal

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the driver

	"warroom/internal/record"
)

// version is the layout of the file. It grows when an older program would misread it.
const version = 1

// applicationID marks a file as a journal: "warr". Source: SQLite "Database File
// Format", 1.3.16.
const applicationID = 0x77617272

// schema is the layout. All records share one order, n. Events are chained by their
// hashes; readings and charts, of which the oldest are let go, have a sum each.
const schema = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE events (n INTEGER PRIMARY KEY, payload BLOB NOT NULL, hash BLOB NOT NULL);
CREATE TABLE readings (n INTEGER PRIMARY KEY, at INTEGER NOT NULL, payload BLOB NOT NULL, sum INTEGER NOT NULL);
CREATE TABLE charts (n INTEGER PRIMARY KEY, at INTEGER NOT NULL, payload BLOB NOT NULL, sum INTEGER NOT NULL);
CREATE TABLE checkpoints (n INTEGER PRIMARY KEY, at INTEGER NOT NULL, state BLOB NOT NULL, sum BLOB NOT NULL);
CREATE TABLE seals (n INTEGER PRIMARY KEY, hash BLOB NOT NULL, removed INTEGER NOT NULL, sum BLOB NOT NULL, at INTEGER NOT NULL, seal BLOB NOT NULL);
`

// Meta is what a journal says of itself.
type Meta struct {
	Room    string
	Node    string    // of the room's own events
	Drill   string    // the scenario, if the room was a drill; else ""
	Created time.Time // real time
	Schema  int       // of the records in it
}

// hash is a link of the chain.
type hash [sha256.Size]byte

func digest(text []byte) hash { return sha256.Sum256(text) }

// genesis is the hash before the first event. It covers what the journal says of
// itself, which therefore cannot be changed either.
func (m Meta) genesis() hash {
	return digest(fmt.Appendf(nil, "warroom journal %d\n%q %q %q %d %d", version, m.Room, m.Node, m.Drill, m.Created.UnixMicro(), m.Schema))
}

// link is the hash of an event that follows another.
func link(before hash, n int64, payload []byte) hash {
	sum := sha256.New()
	sum.Write(before[:])
	var number [8]byte
	binary.BigEndian.PutUint64(number[:], uint64(n))
	sum.Write(number[:])
	sum.Write(payload)
	return hash(sum.Sum(nil))
}

// Chain follows the hashes of a journal's events, for whoever has them without it. Not
// safe for concurrent use.
type Chain struct {
	before hash
	open   bool // where it begins is not known: the first hash is taken as it is
}

// NewChain begins the chain of a journal. One whose first events were let go begins
// with any hash.
func NewChain(m Meta, letGo bool) *Chain { return &Chain{before: m.genesis(), open: letGo} }

// Follows says whether a hash, in hexadecimal, is that of the event which comes next.
// payload is the event as record.Encode writes it.
func (c *Chain) Follows(n int64, payload []byte, text string) bool {
	decoded, err := hex.DecodeString(text)
	if err != nil || len(decoded) != len(c.before) {
		return false
	}
	here := link(c.before, n, payload)
	fits := c.open || here == hash(decoded)
	c.before, c.open = hash(decoded), false
	return fits
}

// sumOf is the sum of a reading or a chart.
func sumOf(n, at int64, payload []byte) int64 {
	var numbers [16]byte
	binary.BigEndian.PutUint64(numbers[:], uint64(n))
	binary.BigEndian.PutUint64(numbers[8:], uint64(at))
	return int64(crc32.Update(crc32.ChecksumIEEE(numbers[:]), crc32.IEEETable, payload))
}

// Newer is a journal that a later version of the program has written.
type Newer struct {
	Path    string
	Version int
}

func (e *Newer) Error() string {
	return fmt.Sprintf("%s was written by a newer warroom (layout %d, this one knows %d); it is left as it is. Use that version, or another room with --room", e.Path, e.Version, version)
}

// errForeign is a file that is no journal.
func errForeign(path, why string) error {
	return fmt.Errorf("%s is no journal of warroom: %s; it is left as it is. Move it away, or name another room with --room", path, why)
}

// inspect reads the header of a file, without SQLite, which would change what it opens.
// A file that is not there is fine.
func inspect(path string) (exists bool, err error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("the journal %s cannot be read: %w", path, cause(err))
	}
	defer file.Close()
	var header [100]byte
	n, err := file.ReadAt(header[:], 0)
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return true, fmt.Errorf("the journal %s cannot be read: %w; name another room with --room", path, cause(err))
	case n == 0:
		return false, nil // made, and nothing was ever written
	case n < len(header) || string(header[:16]) != "SQLite format 3\x00":
		return true, errForeign(path, "it is no SQLite file")
	case binary.BigEndian.Uint32(header[68:]) != applicationID:
		return true, errForeign(path, "another program has made it")
	}
	if v := int(binary.BigEndian.Uint32(header[60:])); v > version {
		return true, &Newer{path, v}
	}
	return true, nil
}

// cause is the error of a file system, without the call and the path.
func cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// open opens the database. Times are real time.
func open(path, options string) (*sql.DB, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	return sql.Open("sqlite", "file:"+(&url.URL{Path: absolute}).EscapedPath()+"?_pragma=busy_timeout(3000)&"+options)
}

// lay makes the tables of a new journal.
func lay(ctx context.Context, db *sql.Conn, m Meta) error {
	for _, statement := range []string{
		"BEGIN IMMEDIATE", fmt.Sprintf("PRAGMA application_id = %d", applicationID), fmt.Sprintf("PRAGMA user_version = %d", version), schema,
	} {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	for key, value := range map[string]string{"room": m.Room, "node": m.Node, "drill": m.Drill, "created": m.Created.UTC().Format(time.RFC3339Nano), "schema": fmt.Sprint(m.Schema), "genesis": fmt.Sprintf("%x", m.genesis())} {
		if _, err := db.ExecContext(ctx, "INSERT INTO meta VALUES (?, ?)", key, value); err != nil {
			return err
		}
	}
	_, err := db.ExecContext(ctx, "COMMIT")
	return err
}

// querier is a database, or one connection of it.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// readMeta reads what a journal says of itself. With an error, what of it can be understood.
func readMeta(ctx context.Context, db querier) (Meta, error) {
	rows, err := db.QueryContext(ctx, "SELECT key, value FROM meta")
	if err != nil {
		return Meta{}, err
	}
	defer rows.Close()
	m, found := Meta{}, 0
	var unclear error
	for rows.Next() {
		var key, value string
		if err := rows.Scan(&key, &value); err != nil {
			return Meta{}, err
		}
		switch found++; key {
		case "room":
			m.Room = value
		case "node":
			m.Node = value
		case "drill":
			m.Drill = value
		case "created":
			m.Created, err = time.Parse(time.RFC3339Nano, value)
		case "schema":
			_, err = fmt.Sscan(value, &m.Schema)
		default:
			found--
		}
		if err != nil {
			unclear = fmt.Errorf("what it says of itself cannot be understood: %s is %q", key, value)
		}
	}
	if err := rows.Err(); err != nil {
		return Meta{}, err
	}
	switch {
	case unclear != nil:
		return m, unclear
	case found < 5 || m.Node == "":
		return m, errors.New("what it says of itself is not complete")
	}
	if m.Schema > record.Schema {
		return m, fmt.Errorf("its records have the newer schema %d, and this warroom knows %d", m.Schema, record.Schema)
	}
	return m, nil
}
