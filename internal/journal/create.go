package journal

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"log/slog"
	"os"
	"path/filepath"

	"warroom/internal/room"
)

// Create writes a new journal of the given records, in their order, and checkpoints as
// the room would have made them. The file must not be there; after an error it is not.
func Create(path string, m Meta, records iter.Seq2[room.Record, error]) error {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is there already; move it away, or name another room with --room", path)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("nothing can be written in %s: %w", filepath.Dir(path), cause(err))
	}
	err := create(path, m, records)
	if err != nil {
		for _, file := range []string{path, path + "-wal", path + "-shm", headOf(path)} {
			_ = os.Remove(file)
		}
	}
	return err
}

func create(path string, m Meta, records iter.Seq2[room.Record, error]) error {
	ctx := context.Background()
	j := &Journal{path: path, meta: m, log: slog.New(slog.DiscardHandler), release: func() {}}
	if err := j.create(ctx); err != nil {
		return err
	}
	defer j.letGo()
	if err := j.ready(ctx); err != nil {
		return err
	}
	batch, again := make([]item, 0, batchLimit), newSummer(m)
	flush := func() error {
		if err := j.commit(batch); err != nil {
			return inWords(err)
		}
		batch = batch[:0]
		return nil
	}
	for r, err := range records {
		if err != nil {
			return err
		}
		batch = append(batch, item{record: r})
		if due := again.add(r); due != nil {
			batch = append(batch, item{due: due})
		}
		if len(batch) >= batchLimit {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if err := flush(); err != nil {
		return err
	}
	j.sum.Wait()
	batch = append(batch, j.queue...)
	if err := flush(); err != nil {
		return err
	}
	_, err := j.conn.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	if err != nil {
		return inWords(err)
	}
	return nil
}

// summer plays records in a room, for its checkpoints.
type summer struct {
	room *room.Room
	due  *room.Checkpoint
}

func newSummer(m Meta) *summer {
	s := new(summer)
	s.room = room.New(room.Options{Node: m.Node, OnFlush: true, Keeper: s})
	return s
}

func (s *summer) add(r room.Record) (due *room.Checkpoint) {
	s.due = nil
	s.room.Replay(r)
	return s.due
}

// Event implements room.Keeper.
func (s *summer) Event(*room.Event) {}

// Reading implements room.Keeper.
func (s *summer) Reading(*room.Reading) {}

// Checkpoint implements room.Keeper.
func (s *summer) Checkpoint(c *room.Checkpoint) { s.due = c }
