package cli

import (
	"sync"

	"warroom/internal/config"
)

// heldRosters are organizations as they were listed last, so that their accounts are
// looked at on while they cannot be listed, and a config that has changed need not wait for
// a list. Safe for concurrent use; nil holds none.
type heldRosters struct {
	mu   sync.Mutex
	last map[string]roster // by the profile that lists
}

// hold keeps the newest list of an organization's accounts.
func (h *heldRosters) hold(scope config.Scope, listed roster) {
	if h == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.last == nil {
		h.last = map[string]roster{}
	}
	h.last[scope.Profile] = listed
}

// of is an organization as it was listed last, if it was.
func (h *heldRosters) of(scope config.Scope) (listed roster, ok bool) {
	if h == nil {
		return roster{}, false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	listed, ok = h.last[scope.Profile]
	return listed, ok
}
