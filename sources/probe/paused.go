package probe

import (
	"context"

	"warroom/internal/room"
	"warroom/sources"
)

// NewPaused makes the watch of an endpoint that is not looked at for now. It says so, so
// that nobody forgets it, and calls on nobody.
func NewPaused(spec Spec, env *Environment) (sources.Watch, error) {
	w, err := New(spec, env)
	if err != nil {
		return w, err
	}
	t, err := newTarget(spec, env)
	if err != nil {
		return w, err
	}
	signal := newLook(t).signal
	signal.State, signal.Word = room.Unknown, room.Paused
	signal.Reason = "it is not looked at until somebody lets it go on"
	signal.Since = t.clock.Now()
	w.Soon = nil
	w.Look = func(_ context.Context, report sources.Report) error {
		report([]room.Signal{signal})
		return nil
	}
	return w, nil
}
