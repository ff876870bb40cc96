package ui

import (
	"cmp"
	"slices"
	"strings"

	"warroom/internal/room"
)

// order is one way of sorting the rows of a pane. The first is the room's own, worst
// first; the others are by name, so that equal rows keep their places.
type order struct {
	name    string
	compare func(a, b *room.Signal) int // nil keeps the room's order
}

// orders are all of them, as S goes through them.
var orders = []order{
	{name: "worst"},
	{name: "name", compare: func(a, b *room.Signal) int { return strings.Compare(a.Title, b.Title) }},
	{name: "newest", compare: func(a, b *room.Signal) int { return b.Since.Compare(a.Since) }},
	{name: "region", compare: func(a, b *room.Signal) int { return strings.Compare(a.Region, b.Region) }},
	{name: "service", compare: byService},
}

// byService puts what belongs to no service last.
func byService(a, b *room.Signal) int {
	if (a.Service == "") != (b.Service == "") {
		return cmp.Compare(len(b.Service), len(a.Service))
	}
	return strings.Compare(a.Service, b.Service)
}

func orderNames() []string {
	names := make([]string, len(orders))
	for i, o := range orders {
		names[i] = o.name
	}
	return names
}

// sorted is signals in an order. Within it the worst comes first, as in the room. The
// list itself, which is not ours, is left as it is.
func (o order) sorted(signals []*room.Signal) []*room.Signal {
	if o.compare == nil {
		return signals
	}
	return slices.SortedStableFunc(slices.Values(signals), o.compare)
}
