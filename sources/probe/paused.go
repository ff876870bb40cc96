package probe

import (
	"context"

	"warroom/internal/room"
	"warroom/sources"
)

// NewPaused makes the watch of an endpoint that is not looked at for now. It says so, so
// that nobody forgets it, and calls on nobody.
func NewPaused(spec Spec, env *Environment) (sources.Watch, error) {
	if env == nil {
		env = new(Environment)
	}
	t, err := newTarget(spec, env)
	if err != nil {
		return sources.Watch{}, err
	}
	left := newLook(t)
	signal := left.signal
	signal.State, signal.Word, signal.Reason = left.yetToCome(room.Unknown, room.Paused, "it is not looked at until somebody lets it go on")
	signal.Since = t.clock.Now()
	return sources.Watch{
		Scope: signal.Scope, Name: signal.Key, Interval: t.spec.Interval, Timeout: lookGrace,
		Look: func(_ context.Context, report sources.Report) error {
			report([]room.Signal{signal})
			return nil
		},
	}, nil
}
