package history

import (
	"context"
	"sync/atomic"
	"time"

	"warroom/internal/playback"
	"warroom/internal/room"
)

// playEvery is the real time between two looks of a replay at its past: as often as a
// live room publishes.
const playEvery = 100 * time.Millisecond

// Player plays a past again as a room that one can look at. It implements room.Reader;
// its Clock steers it. Safe for concurrent use.
type Player struct {
	past  *Past
	clock *playback.Clock
	bells room.Bells
	shown atomic.Pointer[room.Snapshot]
}

// Play plays a past on a clock until the context ends. The error is about the first
// moment; one that cannot be read later leaves the last that could on the screen, and
// is told to trouble.
func Play(ctx context.Context, past *Past, clock *playback.Clock, trouble func(error)) (*Player, error) {
	p := &Player{past: past, clock: clock}
	first, err := past.At(ctx, clock.Now())
	if err != nil {
		return nil, err
	}
	p.shown.Store(first)
	go p.run(ctx, trouble)
	return p, nil
}

// Name implements room.Reader.
func (p *Player) Name() string { return p.past.name }

// Now implements room.Reader.
func (p *Player) Now() time.Time { return p.clock.Now() }

// Snapshot implements room.Reader.
func (p *Player) Snapshot() *room.Snapshot { return p.shown.Load() }

// Join implements room.Reader.
func (p *Player) Join() (<-chan struct{}, func()) { return p.bells.Join() }

// run shows what has become of the room as time passes. While time stands still it
// waits for the clock to be steered.
func (p *Player) run(ctx context.Context, trouble func(error)) {
	tick := time.NewTicker(playEvery)
	defer tick.Stop()
	for ctx.Err() == nil {
		changed := p.clock.Changed()
		stands := p.clock.Paused() || p.clock.Over() // before the moment is read: the end is to be shown, and not what was just before it
		p.show(ctx, p.clock.Now(), trouble)
		next := tick.C
		if stands {
			next = nil
		}
		select {
		case <-next:
		case <-changed:
		case <-ctx.Done():
		}
	}
}

func (p *Player) show(ctx context.Context, moment time.Time, trouble func(error)) {
	next, err := p.past.At(ctx, moment)
	switch {
	case err != nil && ctx.Err() == nil:
		trouble(err)
	case err == nil && p.shown.Swap(next) != next:
		p.bells.Ring()
	}
}
