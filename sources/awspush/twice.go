package awspush

// twiceLimit is how many messages at least are remembered: more than a bad day brings, of
// some dozens of bytes each.
const twiceLimit = 10_000

// twice remembers what was heard, to pass over what comes again: SQS and EventBridge
// deliver at least once, and AWS Health sends each event to two regions. What it has
// forgotten the room still knows.
type twice struct{ young, old map[string]bool }

func newTwice() *twice { return &twice{young: make(map[string]bool)} }

func (t *twice) has(id string) bool { return t.young[id] || t.old[id] }

func (t *twice) add(id string) {
	if len(t.young) == twiceLimit {
		t.young, t.old = make(map[string]bool), t.young
	}
	t.young[id] = true
}
