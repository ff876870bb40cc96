package history

import (
	"context"
	"time"

	"warroom/internal/journal"
	"warroom/internal/room"
)

// chartAge is how old a chart may be to stand for a moment: it shows hours, and what
// somebody had on a screen the day before says nothing.
const chartAge = 12 * time.Hour

// Chart implements room.History.
func (p *Past) Chart(ctx context.Context, alarm *room.Signal, at time.Time, length time.Duration) (*room.Chart, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.survey(); err != nil {
		return nil, err
	}
	from := int64(0)
	if i := p.stretchAt(at.Add(-chartAge)); i >= 0 {
		from = p.marks[i].N
	}
	upTo := int64(0)
	if i := p.stretchAt(at) + 1; i < len(p.marks) {
		upTo = p.marks[i].N
	}
	var last, other *room.Chart
	err := p.reader.Entries(ctx, from, upTo, journal.WantCharts, func(e journal.Entry) error {
		switch c := e.Record.Chart; {
		case c.Key != alarm.Key || c.To.After(at):
		case c.To.Sub(c.From) == length:
			last = c
		default:
			other = c
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, unreadable(err)
	case last != nil:
		return last, nil
	case other != nil:
		return other, nil
	}
	return &room.Chart{Key: alarm.Key, From: at.Add(-length), To: at, Note: "nobody had this alarm open by then, so its readings are not in the journal"}, nil
}
