package history

import (
	"context"
	"slices"
	"sort"
	"time"

	"warroom/internal/journal"
	"warroom/internal/room"
)

// keptLines is how many decoded lines of the timeline stay in memory: five times what
// a moment shows, at about one KB each.
const keptLines = 100_000

// linesUntil is the lines of the timeline before a stretch, in its order, the newest
// lineLimit of them.
func (p *Past) linesUntil(ctx context.Context, i int) ([]*room.Event, error) {
	var stretches [][]*room.Event
	for n := 0; i > 0 && n < lineLimit; {
		i--
		lines, err := p.linesIn(ctx, i)
		if err != nil {
			return nil, err
		}
		stretches = append(stretches, lines)
		n += len(lines)
	}
	slices.Reverse(stretches)
	lines := slices.Concat(stretches...)
	lines = lines[max(0, len(lines)-lineLimit):]
	room.SortLines(lines)
	return lines, nil
}

// linesIn is the lines of the timeline that a stretch which is over has, in the order
// in which they were recorded.
func (p *Past) linesIn(ctx context.Context, i int) ([]*room.Event, error) {
	from, upTo := p.marks[i].N, p.marks[i+1].N
	between := [2]int64{from, upTo}
	if known, ok := p.lines[between]; ok {
		return known, nil
	}
	lines, err := p.readLines(ctx, from, upTo)
	if err != nil {
		return nil, err
	}
	total := 0
	for _, known := range p.lines {
		total += len(known)
	}
	if total > keptLines {
		clear(p.lines)
	}
	p.lines[between] = lines
	return lines, nil
}

func (p *Past) readLines(ctx context.Context, from, upTo int64) ([]*room.Event, error) {
	records, err := p.reader.Records(ctx, from, upTo, journal.WantEvents)
	lines := []*room.Event{}
	for _, r := range records {
		if r.Event.Worth() {
			lines = append(lines, r.Event)
		}
	}
	return lines, err
}

// Step implements room.History.
func (p *Past) Step(ctx context.Context, from time.Time, by int) (time.Time, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.survey(); err != nil {
		return time.Time{}, err
	}
	at := from
	for ; by > 0; by-- {
		next, err := p.step(ctx, at, 1)
		if err != nil {
			return time.Time{}, err
		}
		at = next
	}
	for ; by < 0; by++ {
		next, err := p.step(ctx, at, -1)
		if err != nil {
			return time.Time{}, err
		}
		at = next
	}
	return at, nil
}

// step is the second of the next line, or of the one before: its last moment.
func (p *Past) step(ctx context.Context, from time.Time, direction int) (time.Time, error) {
	for i := max(0, p.stretchAt(from)); i >= 0 && i < len(p.marks); i += direction {
		lines, err := p.linesOf(ctx, i)
		if err != nil {
			return time.Time{}, unreadable(err)
		}
		if direction > 0 {
			end := endOfSecond(from)
			if n := sort.Search(len(lines), func(n int) bool { return lines[n].Stamp.Time().After(end) }); n < len(lines) {
				return endOfSecond(lines[n].Stamp.Time()), nil
			}
			continue
		}
		begin := from.Truncate(time.Second)
		if n := sort.Search(len(lines), func(n int) bool { return !lines[n].Stamp.Time().Before(begin) }); n > 0 {
			return endOfSecond(lines[n-1].Stamp.Time()), nil
		}
	}
	return time.Time{}, room.ErrNoStep
}

// linesOf is the lines of any stretch, the one that still grows included.
func (p *Past) linesOf(ctx context.Context, i int) ([]*room.Event, error) {
	if i+1 < len(p.marks) {
		return p.linesIn(ctx, i)
	}
	s, err := p.stretch(ctx, i)
	if err != nil {
		return nil, err
	}
	var lines []*room.Event
	for _, record := range s.records {
		if record.Event != nil && record.Event.Worth() {
			lines = append(lines, record.Event)
		}
	}
	return lines, nil
}

// endOfSecond is the last moment of a second, as far as stamps can tell.
func endOfSecond(t time.Time) time.Time {
	return t.Truncate(time.Second).Add(time.Second - time.Microsecond)
}
