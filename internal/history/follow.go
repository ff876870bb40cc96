package history

import (
	"context"
	"math"
	"time"

	"warroom/internal/journal"
	"warroom/internal/room"
)

// followEvery is the real time between two looks at a journal that another process
// writes.
const followEvery = 250 * time.Millisecond

// Follow makes a room that shows what another process writes into a journal, until the
// context ends. A look that fails is told to trouble, nil when one succeeds again.
func Follow(ctx context.Context, reader *journal.Reader, clock room.Clock, trouble func(error)) (*room.Room, error) {
	past := New(reader)
	if err := past.survey(); err != nil {
		return nil, err
	}
	s := &stretch{} // of a journal in which nothing has happened yet
	if newest := len(past.marks) - 1; newest >= 0 {
		var err error
		if s, err = past.stretch(ctx, newest); err != nil {
			return nil, err
		}
	}
	meta := reader.Meta()
	r := room.Restore(room.Options{Name: meta.Room, Node: meta.Node, Clock: clock}, s.checkpoint, s.before)
	r.Replay(s.records...)
	r.Kept(room.Keeping{UpTo: math.MaxUint64})
	go follow(ctx, reader, r, s.upTo, trouble)
	return r, nil
}

func follow(ctx context.Context, reader *journal.Reader, r *room.Room, upTo int64, trouble func(error)) {
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	failed := false
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		var records []room.Record
		err := reader.Entries(ctx, upTo, 0, journal.WantEvents|journal.WantReadings, func(e journal.Entry) error {
			records, upTo = append(records, e.Record), e.N
			return nil
		})
		if len(records) > 0 {
			r.Replay(records...)
		}
		if (err != nil) != failed && ctx.Err() == nil {
			failed = err != nil
			trouble(err)
		}
	}
}
