package cli

import (
	"slices"
	"sync"

	"warroom/sources"
)

// findings are what groups have found, as they come. Safe for concurrent use.
type findings struct {
	mu      sync.Mutex
	missing int // groups that are still looking
	watches []sources.Watch
	unsure  []string        // the sources of which some group has said that it is not sure, once for each
	swapped map[string]bool // names of watches that gave way before they were found
}

// add takes in what one group has found, and says whether it was the last. What gave way
// in the meantime is not among what it returns.
func (f *findings) add(watches []sources.Watch, unsure []string) (still []sources.Watch, last bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.missing--
	still = f.unswapped(watches)
	f.watches, f.unsure = append(f.watches, still...), append(f.unsure, unsure...)
	return still, f.missing == 0
}

// swap takes in that some watches are no more, and others have come. What is still
// being found gives way to it.
func (f *findings) swap(gone []string, came []sources.Watch) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.swapped == nil {
		f.swapped = map[string]bool{}
	}
	for _, name := range gone {
		f.swapped[name] = true
	}
	for _, w := range came {
		f.swapped[w.Name] = true
	}
	f.watches = append(slices.DeleteFunc(f.watches, func(w sources.Watch) bool { return f.swapped[w.Name] }), came...)
}

// still leaves out of some watches what has given way since they were found.
func (f *findings) still(watches []sources.Watch) []sources.Watch {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.unswapped(watches)
}

// unswapped is still for who holds the lock.
func (f *findings) unswapped(watches []sources.Watch) []sources.Watch {
	return slices.DeleteFunc(watches, func(w sources.Watch) bool { return f.swapped[w.Name] })
}

// settle takes in that a group is sure by now of what it was not sure of, and says whether
// all groups are found.
func (f *findings) settle(sure []string) (complete bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, source := range sure {
		if i := slices.Index(f.unsure, source); i >= 0 {
			f.unsure = slices.Delete(f.unsure, i, i+1)
		}
	}
	return f.missing == 0
}

// now is what has been found, and the sources of which it is not sure.
func (f *findings) now() (watches []sources.Watch, unsure []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.watches), slices.Clone(f.unsure)
}
