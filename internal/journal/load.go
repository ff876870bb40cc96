package journal

import (
	"context"
	"database/sql"
	"errors"

	"warroom/internal/room"
)

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
	end, err := r.Last()
	if err == nil {
		l.Tail, err = r.Records(ctx, from, end, WantEvents|WantReadings)
	}
	return l, err
}

func (r *Reader) lines(ctx context.Context, after, upTo int64) ([]*room.Event, error) {
	records, err := r.Records(ctx, after, upTo, WantEvents)
	var lines []*room.Event
	for _, each := range records {
		if each.Event.Worth() {
			lines = append(lines, each.Event)
		}
	}
	return lines, err
}
