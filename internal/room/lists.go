package room

import "slices"

// listBuilder keeps the sorted list of one kind. Changes gather until the next
// Snapshot, which then costs one pass over the list, however many there were.
type listBuilder struct {
	list    List
	pending map[string]*Signal // by key; nil means gone
}

func (b *listBuilder) set(key string, signal *Signal) {
	if b.pending == nil {
		b.pending = make(map[string]*Signal)
	}
	b.pending[key] = signal
}

// all gives what would be in the list if it were built now, in any order.
func (b *listBuilder) all(yield func(*Signal) bool) {
	for _, signal := range b.list.Signals {
		if _, replaced := b.pending[signal.Key]; !replaced && !yield(signal) {
			return
		}
	}
	for _, signal := range b.pending {
		if signal != nil && !yield(signal) {
			return
		}
	}
}

// build merges what is pending into a new list. The old one is left as it was:
// Snapshots hold it.
func (b *listBuilder) build() List {
	if len(b.pending) == 0 {
		return b.list
	}
	fresh := make([]*Signal, 0, len(b.pending))
	for _, signal := range b.pending {
		if signal != nil {
			fresh = append(fresh, signal)
		}
	}
	slices.SortFunc(fresh, compareSignals)

	old := b.list.Signals
	merged := List{
		Version: newVersion(),
		Signals: make([]*Signal, 0, len(old)+len(fresh)),
		Counts:  make(map[string]int),

		suppressors: new(suppressors),
	}
	for _, signal := range old {
		if _, replaced := b.pending[signal.Key]; replaced {
			continue
		}
		for len(fresh) > 0 && compareSignals(fresh[0], signal) < 0 {
			merged.add(fresh[0])
			fresh = fresh[1:]
		}
		merged.add(signal)
	}
	for _, signal := range fresh {
		merged.add(signal)
	}
	b.list, b.pending = merged, nil
	return merged
}

func (l *List) add(s *Signal) {
	l.Signals = append(l.Signals, s)
	l.Counts[s.Word]++
	l.States[s.State]++
	if s.Standing == Cleared && s.State == OK {
		l.Cleared++
	}
	if s.Ack != nil || s.Claim != nil {
		l.Acted++
	}
}
