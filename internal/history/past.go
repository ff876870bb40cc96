// Package history looks back into a journal: the room as it was at any moment, and the
// same room played again.
//
// A moment is made from the checkpoint before it and the records after that one, by
// the fold that made it the first time. What lies between two checkpoints is a
// stretch; the stretches that were looked at last stay decoded, so that walking back
// and forth costs no reading.
//
//	checkpoint      checkpoint           checkpoint
//	    ├── stretch ─────┼──── stretch ──────┼── stretch, still growing ─▶
//	                     └── records until the moment ──┤
package history

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sort"
	"sync"
	"time"

	"warroom/internal/journal"
	"warroom/internal/room"
)

// stretchLimit is how many decoded stretches are kept: the one that is looked at, and
// those around it. Each holds about as much as the room itself.
const stretchLimit = 4

// lineLimit is how many lines of the timeline a moment shows, as the room itself does.
const lineLimit = 20_000

// Past is the past of one room. It implements room.History. Safe for concurrent use.
type Past struct {
	reader *journal.Reader
	name   string

	mu     sync.Mutex
	marks  []journal.Mark             // where the stretches begin
	used   []*stretch                 // newest use last
	lines  map[[2]int64][]*room.Event // by the order numbers between which they are
	cursor cursor
}

// New looks back through a reader, which must stay open for as long as the Past is used.
func New(reader *journal.Reader) *Past {
	return &Past{reader: reader, name: reader.Meta().Room, lines: make(map[[2]int64][]*room.Event)}
}

// stretch is the records between two checkpoints.
type stretch struct {
	from       journal.Mark
	upTo       int64 // the last record that was read
	checkpoint *room.Checkpoint
	before     []*room.Event // lines of the timeline until then, in its order
	records    []room.Record
}

// cursor is the moment that was made last. A later one of the same stretch goes on
// from there.
type cursor struct {
	stretch *stretch
	room    *room.Room
	clock   *stopped
	next    int // the first record that is not in it
}

// stopped is a clock that stands where it was put.
type stopped struct {
	room.Wall
	mu  sync.Mutex
	now time.Time
}

func (c *stopped) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *stopped) set(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = now
}

// Span implements room.History.
func (p *Past) Span() (first, last time.Time) {
	first, last, err := p.reader.Span()
	if err != nil {
		return time.Time{}, time.Time{}
	}
	return first, last
}

// At implements room.History.
func (p *Past) At(ctx context.Context, moment time.Time) (*room.Snapshot, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.survey(); err != nil {
		return nil, err
	}
	at := p.stretchAt(moment)
	if at < 0 {
		return nil, room.ErrBeforeSpan
	}
	s, err := p.stretch(ctx, at)
	if err != nil {
		return nil, err
	}
	return p.make(s, moment), nil
}

// survey finds out which checkpoints there are by now.
func (p *Past) survey() error {
	marks, err := p.reader.Marks()
	if err != nil {
		return unreadable(err)
	}
	p.marks = marks
	return nil
}

// stretchAt is the index of the stretch that a moment lies in, or -1.
func (p *Past) stretchAt(moment time.Time) int {
	return sort.Search(len(p.marks), func(i int) bool { return p.marks[i].At.After(moment) }) - 1
}

// stretch gives a stretch with all its records, those that have come since the last
// time included. Its end is the next checkpoint, which is further away once some were
// let go.
func (p *Past) stretch(ctx context.Context, i int) (*stretch, error) {
	s, err := p.known(ctx, i)
	if err != nil {
		return nil, err
	}
	var end int64
	if i+1 < len(p.marks) {
		end = p.marks[i+1].N
	} else if end, err = p.reader.Last(); err != nil {
		return nil, unreadable(err)
	}
	if s.upTo >= end {
		return s, nil
	}
	more, err := p.reader.Records(ctx, s.upTo, end, journal.WantEvents|journal.WantReadings)
	if err != nil {
		p.forget(s)
		return nil, unreadable(err)
	}
	s.records, s.upTo = append(s.records, more...), end
	return s, nil
}

// known finds a stretch among those that are decoded, or begins it.
func (p *Past) known(ctx context.Context, i int) (*stretch, error) {
	mark := p.marks[i]
	for at, s := range p.used {
		if s.from.N == mark.N {
			p.used = append(slices.Delete(p.used, at, at+1), s)
			return s, nil
		}
	}
	s := &stretch{from: mark, upTo: mark.N}
	if mark.N > 0 {
		var err error
		if s.checkpoint, err = p.reader.CheckpointAt(mark.N); err != nil {
			return nil, unreadable(err)
		}
		if s.before, err = p.linesUntil(ctx, i); err != nil {
			return nil, unreadable(err)
		}
	}
	if p.used = append(p.used, s); len(p.used) > stretchLimit {
		p.used = slices.Delete(p.used, 0, 1)
	}
	return s, nil
}

func (p *Past) forget(s *stretch) {
	p.used = slices.DeleteFunc(p.used, func(known *stretch) bool { return known == s })
	if p.cursor.stretch == s {
		p.cursor = cursor{}
	}
}

// make makes a moment of a stretch. A later one than the last goes on from that.
func (p *Past) make(s *stretch, moment time.Time) *room.Snapshot {
	end := sort.Search(len(s.records), func(i int) bool { return s.records[i].At().After(moment) })
	c := &p.cursor
	if c.stretch != s || c.next > end {
		clock := &stopped{now: moment}
		*c = cursor{stretch: s, clock: clock}
		c.room = room.Restore(room.Options{Name: p.name, Node: p.reader.Meta().Node, Clock: clock, OnFlush: true}, s.checkpoint, s.before)
		c.room.Kept(room.Keeping{UpTo: math.MaxUint64}) // or it would not be here
	}
	c.clock.set(moment)
	c.room.Replay(s.records[c.next:end]...)
	c.next = end
	c.room.Flush()
	return c.room.Snapshot()
}

// unreadable says in words that the past cannot be shown.
func unreadable(err error) error {
	return fmt.Errorf("the journal cannot be read there: %w; `warroom journal verify` says what is wrong", err)
}
