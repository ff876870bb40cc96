package ui

import (
	"slices"
	"strings"

	"warroom/internal/room"
)

// sight is the Snapshot in which a filter looks up what a row does not say of itself.
type sight struct {
	*room.Snapshot
	byKey map[string]*room.Signal // made when it is first needed
}

// signal finds a signal by its key, or nil.
func (in *sight) signal(key string) *room.Signal {
	if in == nil || key == "" {
		return nil
	}
	if in.byKey == nil {
		in.byKey = map[string]*room.Signal{}
		for _, kind := range room.Kinds {
			for _, s := range in.Of(kind).Signals {
				in.byKey[s.Key] = s
			}
		}
	}
	return in.byKey[key]
}

// What is: can ask for. The first three are standings.
const (
	isUnacknowledged = "unacknowledged"
	isAcknowledged   = "acknowledged"
	isCleared        = "cleared"
	isClaimed        = "claimed"
	isPinned         = "pinned"
	isPending        = "pending"
)

var isWords = []string{isUnacknowledged, isAcknowledged, isCleared, isClaimed, isPinned, isPending}

// isAnything says whether a word of is: begins as it is typed.
func isAnything(typed string) bool {
	return slices.ContainsFunc(isWords, func(word string) bool { return strings.HasPrefix(word, typed) })
}

// isSignal says whether a signal is what was typed the beginning of.
func (in *sight) isSignal(typed string, s *room.Signal) bool {
	for _, word := range isWords {
		if strings.HasPrefix(word, typed) && in.isWord(word, s) {
			return true
		}
	}
	return false
}

func (in *sight) isWord(word string, s *room.Signal) bool {
	switch word {
	case isUnacknowledged:
		return s.Standing == room.Unacknowledged
	case isAcknowledged:
		return s.Standing == room.Acknowledged
	case isCleared:
		return s.Standing == room.Cleared
	case isClaimed:
		return s.Claim != nil
	case isPending:
		return in != nil && pending(in.Snapshot, s)
	}
	return false
}

// isEvent says the same of a line of the timeline: of itself, or of the signal that it
// is about as that is now.
func (in *sight) isEvent(typed string, e *room.Event) bool {
	if in == nil {
		return false
	}
	if strings.HasPrefix(isPinned, typed) && in.Timeline.Pinned[e.ID] != nil || strings.HasPrefix(isPending, typed) && in.Pending(e) {
		return true
	}
	s := in.signal(aboutOf(e))
	return s != nil && !strings.HasPrefix(isPending, typed) && in.isSignal(typed, s)
}

// pending says whether an act about a signal is not on disk yet.
func pending(shown *room.Snapshot, s *room.Signal) bool {
	return s.Ack != nil && shown.Pending(s.Ack) || s.Claim != nil && shown.Pending(s.Claim)
}
