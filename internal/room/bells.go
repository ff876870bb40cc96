package room

import "sync"

// Bells are the viewers who want to know when there is something new. The zero Bells
// have none. Safe for concurrent use.
type Bells struct {
	mu   sync.Mutex
	hung map[chan struct{}]struct{}
}

// Join is that of Reader. The bell has already rung once.
func (b *Bells) Join() (bell <-chan struct{}, leave func()) {
	slot := make(chan struct{}, 1)
	slot <- struct{}{}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.hung == nil {
		b.hung = make(map[chan struct{}]struct{})
	}
	b.hung[slot] = struct{}{}
	return slot, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.hung, slot)
	}
}

// Ring rings every bell. It waits for nobody.
func (b *Bells) Ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for slot := range b.hung {
		select {
		case slot <- struct{}{}:
		default: // it has not been answered since the last ring, and what is new will be found then
		}
	}
}
