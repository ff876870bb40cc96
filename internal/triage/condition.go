// Package triage says what follows from a Snapshot: how the room is as a whole, and
// whether CloudWatch can be believed. Everything in it follows from what it is given.
package triage

import (
	"time"

	"warroom/internal/room"
)

// Condition judges the room at room time now: as the Snapshot does, and a room is not calm
// whose alarms are silent because CloudWatch is blind.
func Condition(s *room.Snapshot, now time.Time) room.Condition {
	condition := s.Condition(now)
	if condition == room.Calm && len(CloudWatch(s, now)) > 0 {
		return room.Blind
	}
	return condition
}
