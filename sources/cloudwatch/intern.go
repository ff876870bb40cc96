package cloudwatch

import (
	"slices"

	"warroom/internal/room"
)

// internLimit bounds what is remembered: more metric names, thresholds, resources
// and texts of descriptions than most regions have.
const internLimit = 8192

// interner keeps one copy of each text that many alarms share. What comes after
// internLimit different texts is used as it is.
type interner map[string]string

func (i interner) intern(s string) string {
	if known, ok := i[s]; ok {
		return known
	}
	if len(i) < internLimit {
		i[s] = s
	}
	return s
}

// alike keeps one copy of what many alarms of a region have in common: the rule by which
// those of one kind judge, and the resource of which several alarms look at a metric each.
type alike struct {
	judgings map[room.Judging]*room.Judging
	lists    map[room.Dimension][][]room.Dimension // by their last one, which mostly names the resource
	count    int                                   // of lists
}

func newAlike() alike {
	return alike{judgings: make(map[room.Judging]*room.Judging), lists: make(map[room.Dimension][][]room.Dimension)}
}

func (a *alike) judging(j room.Judging) *room.Judging {
	if known := a.judgings[j]; known != nil {
		return known
	}
	if len(a.judgings) < internLimit {
		a.judgings[j] = &j
	}
	return &j
}

// listsLimit bounds how many lists are compared that end in the same dimension.
const listsLimit = 8

func (a *alike) dimensions(list []room.Dimension) []room.Dimension {
	last := list[len(list)-1]
	known := a.lists[last]
	for _, other := range known {
		if slices.Equal(other, list) {
			return other
		}
	}
	if a.count < internLimit && len(known) < listsLimit {
		a.lists[last] = append(known, list)
		a.count++
	}
	return list
}
