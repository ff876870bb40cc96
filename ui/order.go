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

// sort puts items in an order. Within it the worst comes first, as in the room.
func (o order) sort(items []item) {
	if o.compare != nil {
		slices.SortStableFunc(items, func(a, b item) int { return o.compare(a.signal, b.signal) })
	}
}
