package drill

import "warroom/internal/playback"

// The speeds at which a drill can be played.
const (
	Slowest = playback.Slowest
	Fastest = playback.Fastest
)

// Clock is the one clock that rules a drill. It implements room.Clock and room.Drill.
type Clock struct {
	*playback.Clock
	name string
}

// Scenario implements room.Drill.
func (c *Clock) Scenario() string { return c.name }
