package cli

import (
	"slices"
	"sync"

	"warroom/sources"
)

// claims keeps two scopes of a config from watching the same thing, which only
// AWS's answer to "who am I" can tell. Two passes over one scope, mixed, would each
// take away what the other has yet to show. Safe for concurrent use.
type claims struct {
	mu    sync.Mutex
	names map[string]bool
}

// claim leaves out what is watched already.
func (c *claims) claim(watches []sources.Watch) []sources.Watch {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.names == nil {
		c.names = map[string]bool{}
	}
	return slices.DeleteFunc(watches, func(w sources.Watch) bool {
		again := c.names[w.Name]
		c.names[w.Name] = true
		return again
	})
}

// release lets watches that are gone be claimed anew.
func (c *claims) release(watches []sources.Watch) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, w := range watches {
		delete(c.names, w.Name)
	}
}
