package room

// applied remembers which events were folded, so that one that is delivered again
// changes nothing. A node numbers its events from 1 on without a gap, so for each
// node one number stands for all up to it, and only those that have come before
// their turn are kept one by one: the memory does not grow with the room's age.
type applied map[string]*folded

// folded is what has come from one node.
type folded struct {
	upTo  uint64              // all from 1 up to this number
	early map[uint64]struct{} // beyond that, with a gap before them; and 0, which no room gives
}

// add notes an event and says whether it was not known yet.
func (a applied) add(id EventID) bool {
	node := a[id.Node]
	if node == nil {
		node = &folded{early: make(map[uint64]struct{})}
		a[id.Node] = node
	}
	if _, again := node.early[id.Number]; again || id.Number > 0 && id.Number <= node.upTo {
		return false
	}
	node.early[id.Number] = struct{}{}
	for {
		if _, ok := node.early[node.upTo+1]; !ok {
			return true
		}
		node.upTo++
		delete(node.early, node.upTo)
	}
}
