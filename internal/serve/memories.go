package serve

import (
	"sync"
	"time"

	"warroom/internal/presence"
)

// Times and bounds of what is remembered of guests who have left.
const (
	viewportKept  = 15 * time.Minute // whoever comes back later wants the usual view
	memoriesLimit = 1000             // keys
)

// memory is what the owner of a key looked at last.
type memory struct {
	viewport presence.Viewport
	at       time.Time
}

// memories are those of all keys. Safe for concurrent use; the zero memories has none.
type memories struct {
	mu   sync.Mutex
	keys map[string]memory
}

func (m *memories) of(key string) (memory, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	left, ok := m.keys[key]
	return left, ok
}

// keep remembers, and forgets the oldest if there are too many.
func (m *memories) keep(key string, left memory) {
	if key == openKey {
		return // many have it
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.keys == nil {
		m.keys = make(map[string]memory)
	}
	m.keys[key] = left
	if len(m.keys) <= memoriesLimit {
		return
	}
	oldest := key
	for each, left := range m.keys {
		if left.at.Before(m.keys[oldest].at) {
			oldest = each
		}
	}
	delete(m.keys, oldest)
}
