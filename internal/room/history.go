package room

import (
	"context"
	"errors"
	"time"
)

// History is a room's past. Safe for concurrent use; answers come within tens of
// milliseconds, so nobody who draws should wait for one. An error's text is for
// people.
type History interface {
	// Span is the room time of the first and of the last thing that is kept.
	Span() (first, last time.Time)
	// At is the truth as it was at a moment of room time, everything of that moment
	// included. ErrBeforeSpan, or another error if it cannot be read.
	At(ctx context.Context, moment time.Time) (*Snapshot, error)
	// Step is the moment of the by-th line of the timeline after another moment, or
	// before it if by is negative; lines recorded within the same second are one
	// step. ErrNoStep if there are not so many.
	Step(ctx context.Context, from time.Time, by int) (time.Time, error)
	// Chart is the chart of an alarm as it was at a moment: the last that anybody had
	// on a screen by then. Without Points, and with a Note, if nobody had.
	Chart(ctx context.Context, alarm *Signal, at time.Time, length time.Duration) (*Chart, error)
}

// What a History says of a moment that it cannot show.
var (
	ErrBeforeSpan = errors.New("nothing is kept from before then")
	ErrNoStep     = errors.New("nothing more happened in that direction")
)
