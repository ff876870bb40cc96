package awspush

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"warroom/internal/clean"
	"warroom/internal/room"
	"warroom/sources"
)

const (
	// oddHeld is for how long, in real time, a message that was not understood is put off.
	oddHeld = 10 * time.Minute
	// oddFor is for how long, in room time, one is spoken of after it came last: until it
	// would have come again.
	oddFor = oddHeld + hidden
	// reasonLimit bounds why a message is not understood, in runes.
	reasonLimit = 160
)

// odd is messages that were not understood, by their id. They are left on the queue: its
// dead-letter queue takes them after some tries, and nothing is lost.
type odd map[string]oddity

type oddity struct {
	why  string
	seen time.Time
}

// add notes a message, and says whether it is the first time.
func (o odd) add(id string, why error, now time.Time) bool {
	_, known := o[id]
	o[id] = oddity{clean.Line(why.Error(), reasonLimit), now}
	return !known
}

// failure is the warning about such messages, or nil: the same words for as long as there
// are any, so that they are told once.
func (o odd) failure(queue string, now time.Time) error {
	var all []oddity
	for id, each := range o {
		if now.Sub(each.seen) > oddFor {
			delete(o, id)
			continue
		}
		all = append(all, each)
	}
	if len(all) == 0 {
		return nil
	}
	first := slices.MinFunc(all, func(a, b oddity) int { return cmp.Or(a.seen.Compare(b.seen), cmp.Compare(a.why, b.why)) })
	return &sources.Failure{Partial: true, Trouble: room.Trouble{
		What: fmt.Sprintf("%s on the push queue %s not understood", plural(len(all), "message"), queue),
		Why:  first.why,
		Next: "left there for its dead-letter queue; all else is taken in. See that only the rules of docs/aws fill this queue",
	}}
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
