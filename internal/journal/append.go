package journal

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"time"

	"warroom/internal/record"
	"warroom/internal/room"
)

const (
	// readingsWait is how long readings wait, in real time, for an event to ride with:
	// they may be lost in a crash, and a sync for each would wear out the disk.
	readingsWait = time.Second
	// queueReadings bounds what waits for a disk that does not work: beyond it readings
	// are given up. Events never are, since the room could not say of one that it is lost
	// and of a later one that it is kept; a bad night has some thousands, of a KB each.
	queueReadings = 20_000
	// batchLimit bounds one transaction, so that whoever waits for its first event does
	// not wait for a whole backlog.
	batchLimit = 2_000
)

// item is what waits to be written: a record, or a checkpoint, which is encoded once all
// before it is written, and waits again.
type item struct {
	record room.Record
	due    *room.Checkpoint
	n      int64 // of the last record in due, as it was written
	state  *sumUp
}

// Event implements room.Keeper.
func (j *Journal) Event(e *room.Event) { j.put(item{record: room.Record{Event: e}}) }

// Reading implements room.Keeper.
func (j *Journal) Reading(r *room.Reading) { j.put(item{record: room.Record{Reading: r}}) }

// Checkpoint implements room.Keeper.
func (j *Journal) Checkpoint(c *room.Checkpoint) { j.put(item{due: c}) }

// Chart keeps a chart that somebody had on a screen.
func (j *Journal) Chart(c *room.Chart) { j.put(item{record: room.Record{Chart: c}}) }

func (j *Journal) put(i item) {
	j.mu.Lock()
	j.queue = append(j.queue, i)
	j.mu.Unlock()
	if i.record.Event != nil {
		select {
		case j.wake <- struct{}{}:
		default:
		}
	}
}

// waiting counts the events, and all records, that are not written.
func (j *Journal) waiting() (events, records int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, i := range j.queue {
		if i.record.Event != nil {
			events++
		}
	}
	return events, len(j.queue)
}

// run is the writer. It ends when the journal is closed, after a last try.
func (j *Journal) run() {
	defer close(j.ended)
	tick := time.NewTicker(readingsWait)
	defer tick.Stop()
	for {
		select {
		case <-j.wake:
			if j.trouble == nil { // else the next tick tries again: a dead disk is not hammered
				j.write()
			}
		case <-tick.C:
			j.write()
			j.idle()
		case <-j.ending:
			j.sum.Wait()
			j.write()
			return
		}
	}
}

// write writes all that waits.
func (j *Journal) write() {
	for {
		j.mu.Lock()
		batch := j.queue[:min(len(j.queue), batchLimit)]
		j.queue = j.queue[len(batch):]
		j.mu.Unlock()
		if len(batch) == 0 && j.trouble == nil {
			return
		}
		err := j.commit(batch)
		if err != nil {
			j.putBack(batch)
		}
		j.report(err)
		if err != nil || len(batch) == 0 {
			return
		}
	}
}

// putBack puts a batch that could not be written before all that has come since, and
// gives up readings that are too many.
func (j *Journal) putBack(batch []item) {
	j.mu.Lock()
	defer j.mu.Unlock()
	queue := make([]item, 0, len(batch)+len(j.queue))
	queue = append(append(queue, batch...), j.queue...)
	if len(queue) > queueReadings {
		events := queue[:0]
		for _, i := range queue {
			switch {
			case i.record.Event != nil:
				events = append(events, i)
			case i.record != (room.Record{}): // a checkpoint is no loss
				j.lost++
			}
		}
		clear(queue[len(events):])
		queue = events
	}
	j.queue = queue
}

// commit writes a batch in one transaction. After an error nothing of it is written.
func (j *Journal) commit(batch []item) (err error) {
	if now, err := os.Stat(j.path); err != nil || !os.SameFile(now, j.file) {
		return errGone
	}
	ctx := context.Background()
	if _, err = j.conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	last, n, number := j.last, j.n, j.number
	for i := range batch {
		if err = j.putOne(ctx, &batch[i]); err != nil {
			break
		}
	}
	if err == nil {
		_, err = j.conn.ExecContext(ctx, "COMMIT")
	}
	if err != nil {
		j.last, j.n, j.number = last, n, number
		_, _ = j.conn.ExecContext(ctx, "ROLLBACK") // SQLite may have done so itself
		return err
	}
	for _, i := range batch {
		if i.due != nil { // not sooner: before what is tried again, readings may be given up
			j.encode(i.due, i.n)
		}
	}
	if j.last == last {
		return nil
	}
	if _, err := j.head.WriteAt([]byte(j.last.String()), 0); err != nil {
		j.log.Warn("the head of the journal cannot be written, so that a lost end would not show", "why", cause(err))
	}
	return nil // what was committed is kept, with or without it
}

// putOne writes one item at the end of the order.
func (j *Journal) putOne(ctx context.Context, i *item) error {
	switch {
	case i.due != nil:
		i.n = j.n
		return nil
	case i.state != nil:
		_, err := j.puts.checkpoint.ExecContext(ctx, i.state.n, i.state.at, i.state.state, i.state.sum[:])
		return err
	case i.record == (room.Record{}):
		return nil
	}
	payload, err := record.Encode(i.record)
	if err != nil {
		return err
	}
	n := j.n + 1
	at := i.record.At().UnixMicro()
	switch {
	case i.record.Event != nil:
		next := link(j.last.hash, n, payload)
		if _, err = j.puts.event.ExecContext(ctx, n, payload, next[:]); err == nil {
			j.last, j.number = head{n, next}, i.record.Event.ID.Number
		}
	case i.record.Reading != nil:
		_, err = j.puts.reading.ExecContext(ctx, n, at, payload, sumOf(n, at, payload))
	default:
		_, err = j.puts.chart.ExecContext(ctx, n, at, payload, sumOf(n, at, payload))
	}
	if err == nil {
		j.n = n
	}
	return err
}

// puts are the statements that write.
type puts struct{ event, reading, chart, checkpoint *sql.Stmt }

func (p *puts) prepare(ctx context.Context, conn *sql.Conn) error {
	for _, each := range []struct {
		statement **sql.Stmt
		text      string
	}{
		{&p.event, "INSERT INTO events VALUES (?, ?, ?)"},
		{&p.reading, "INSERT INTO readings VALUES (?, ?, ?, ?)"},
		{&p.chart, "INSERT INTO charts VALUES (?, ?, ?, ?)"},
		{&p.checkpoint, "INSERT OR IGNORE INTO checkpoints VALUES (?, ?, ?, ?)"},
	} {
		var err error
		if *each.statement, err = conn.PrepareContext(ctx, each.text); err != nil {
			return err
		}
	}
	return nil
}

func (p *puts) close() {
	for _, statement := range []*sql.Stmt{p.event, p.reading, p.chart, p.checkpoint} {
		if statement != nil {
			_ = statement.Close()
		}
	}
}

// report tells how far everything is kept.
func (j *Journal) report(err error) {
	j.trouble = nil
	if err != nil {
		j.trouble = troubleOf(err)
		j.log.Warn("what happens is not being kept", "why", j.trouble.Why, "cause", err)
	}
	j.mu.Lock()
	tell, keeping := j.tell, room.Keeping{UpTo: j.number, Trouble: j.trouble, Lost: j.lost}
	j.mu.Unlock()
	if tell != nil {
		tell(keeping)
	}
}

// errGone is that the file was moved or deleted while it was being written.
var errGone = errors.New("its file is not there any more")

// walLimit is how many pages of the log beside the file may wait, in all some megabytes,
// before they are taken into the file.
const walLimit = 1000

// idle is done when nothing waits: pages go from SQLite's log into the file, and what
// is too old is let go.
func (j *Journal) idle() {
	if j.trouble != nil {
		return
	}
	ctx := context.Background()
	var busy, written, taken int
	err := j.conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint(NOOP)").Scan(&busy, &written, &taken)
	if err == nil && written-taken > walLimit {
		// Not RESTART, which waits for readers, and all acts with it. Once all pages are
		// taken, the next commit begins the log anew, over the old one, by itself.
		_, _ = j.conn.ExecContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)")
	}
	j.sweep(ctx)
}

// inWords is an error of SQLite or the file system for people.
func inWords(err error) error {
	t := troubleOf(err)
	return errors.New(t.Why + "; " + t.Next)
}
