package journal

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"time"
)

// Retention is how long a journal keeps what. The zero Retention keeps the usual.
type Retention struct {
	Readings time.Duration // readings and charts; a week if it is 0
	Rows     int           // only the newest so many records can be readings or charts, whatever their age; a million if it is 0
	Events   time.Duration // events; 400 days if it is 0
}

func (r Retention) filled() Retention {
	if r.Readings == 0 {
		r.Readings = 7 * 24 * time.Hour
	}
	if r.Rows == 0 {
		r.Rows = 1_000_000
	}
	if r.Events == 0 {
		r.Events = 400 * 24 * time.Hour
	}
	return r
}

const (
	// sweepEvery is the real time between two looks for what is too old, unless the last
	// one has left some of it.
	sweepEvery = 10 * time.Minute
	// sweepLimit is how many readings one look lets go at most: it takes some
	// milliseconds, for which nobody's act waits long.
	sweepLimit = 5_000
)

// sweep lets go of what is too old, a little at a time. Ages are counted back from the
// newest record, so that a drill of another year loses nothing.
func (j *Journal) sweep(ctx context.Context) {
	if time.Since(j.swept) < sweepEvery {
		return
	}
	more, err := j.letReadingsGo(ctx)
	if err != nil {
		j.log.Warn("old readings of the journal could not be let go", "cause", err)
	}
	if more {
		return // the next tick goes on
	}
	if err := j.thin(ctx); err != nil {
		j.log.Warn("old checkpoints of the journal could not be let go", "cause", err)
	}
	j.swept = time.Now()
	if err := j.letEventsGo(ctx); err != nil {
		j.log.Warn("old events of the journal could not be let go", "cause", err)
	}
}

// letReadingsGo removes the oldest readings and charts; more says that some are left
// that are too old. What it costs does not depend on how many stay.
func (j *Journal) letReadingsGo(ctx context.Context) (more bool, err error) {
	var newest, at int64
	err = j.conn.QueryRowContext(ctx, "SELECT n, at FROM readings ORDER BY n DESC LIMIT 1").Scan(&newest, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	gone, err := j.conn.ExecContext(ctx, "DELETE FROM readings WHERE n IN (SELECT n FROM readings ORDER BY n LIMIT ?) AND (at < ? OR n <= ?)",
		sweepLimit, at-j.retain.Readings.Microseconds(), newest-int64(j.retain.Rows))
	if err != nil {
		return false, err
	}
	// Charts go with the readings around them, so that no gap in the order is left behind.
	if _, err = j.conn.ExecContext(ctx, "DELETE FROM charts WHERE n < (SELECT min(n) FROM readings)"); err != nil {
		return false, err
	}
	rows, err := gone.RowsAffected()
	return rows == sweepLimit, err
}

// thin leaves one checkpoint a day of those that are as old as the readings that were let
// go: the events between two of them are few, and a checkpoint has a hundred KB.
func (j *Journal) thin(ctx context.Context) error {
	_, err := j.conn.ExecContext(ctx, `DELETE FROM checkpoints WHERE at < (SELECT max(at) FROM checkpoints) - ?1
		AND n NOT IN (SELECT min(n) FROM checkpoints GROUP BY at / ?2) AND n NOT IN (SELECT n FROM seals)`,
		j.retain.Readings.Microseconds(), (24 * time.Hour).Microseconds())
	return err
}

// letEventsGo removes events that are too old, up to a checkpoint that stands for
// them, and signs that off with a seal: the chain begins there from then on.
func (j *Journal) letEventsGo(ctx context.Context) error {
	var n, newest int64
	var sum []byte
	err := j.conn.QueryRowContext(ctx, "SELECT at FROM checkpoints ORDER BY n DESC LIMIT 1").Scan(&newest)
	if err == nil {
		err = j.conn.QueryRowContext(ctx, "SELECT n, sum FROM checkpoints WHERE at < ? AND n > (SELECT coalesce(max(n), 0) FROM seals) ORDER BY n DESC LIMIT 1",
			newest-j.retain.Events.Microseconds()).Scan(&n, &sum)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	chain, err := hashBefore(ctx, j.conn, j.meta, n)
	if err != nil {
		return err
	}
	s := seal{n: n, hash: chain, sum: hash(sum), at: time.Now().UnixMicro()}
	if err := j.conn.QueryRowContext(ctx, "SELECT count(*) FROM events WHERE n <= ?", n).Scan(&s.removed); err != nil {
		return err
	}
	before, err := lastSeal(ctx, j.conn, j.meta)
	if err != nil {
		return err
	}
	closing := s.close(before)
	if _, err := j.conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	for _, each := range []struct {
		statement string
		args      []any
	}{
		{"INSERT INTO seals VALUES (?, ?, ?, ?, ?, ?)", []any{s.n, s.hash[:], s.removed, s.sum[:], s.at, closing[:]}},
		{"DELETE FROM events WHERE n <= ?", []any{n}},
		{"DELETE FROM readings WHERE n <= ?", []any{n}},
		{"DELETE FROM charts WHERE n <= ?", []any{n}},
		{"DELETE FROM checkpoints WHERE n < ?", []any{n}},
	} {
		if _, err = j.conn.ExecContext(ctx, each.statement, each.args...); err != nil {
			break
		}
	}
	if err == nil {
		_, err = j.conn.ExecContext(ctx, "COMMIT")
	}
	if err != nil {
		_, _ = j.conn.ExecContext(ctx, "ROLLBACK")
	}
	return err
}

// seal signs off that events were let go: the hash with which the chain goes on, how
// many there were, and the checkpoint that stands for them.
type seal struct {
	n       int64
	hash    hash
	removed int64
	sum     hash
	at      int64
}

// close is the hash of a seal that follows another.
func (s seal) close(before hash) hash {
	text := append([]byte("warroom seal 1\n"), before[:]...)
	text = binary.BigEndian.AppendUint64(text, uint64(s.n))
	text = append(text, s.hash[:]...)
	text = binary.BigEndian.AppendUint64(text, uint64(s.removed))
	text = append(text, s.sum[:]...)
	return digest(binary.BigEndian.AppendUint64(text, uint64(s.at)))
}

// lastSeal is the hash of the newest seal, or the one before the first.
func lastSeal(ctx context.Context, db querier, m Meta) (hash, error) {
	var text []byte
	err := db.QueryRowContext(ctx, "SELECT seal FROM seals ORDER BY n DESC LIMIT 1").Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return m.genesis(), nil
	}
	if err == nil && len(text) != len(hash{}) {
		err = errors.New("the newest seal has no hash")
	}
	if err != nil {
		return hash{}, err
	}
	return hash(text), nil
}
