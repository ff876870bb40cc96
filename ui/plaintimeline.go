package ui

import "context"

// Timeline writes everything that the timeline of a room holds, oldest first, in the lines
// of Plain. With follow it goes on with what happens from then on, as Plain does, and
// returns as Plain does.
func Timeline(ctx context.Context, o PlainOptions, follow bool) error {
	t := newTeller(o)
	t.out = newLedger(t.played.word, o.ASCII) // without what a reader of Plain is told first
	for _, e := range t.shown.Timeline.Events {
		t.tellEvent(e)
	}
	if err := t.flush(ctx); err != nil || !follow {
		return err
	}
	t.opened, t.beat = true, t.now
	return t.tellOn(ctx)
}
