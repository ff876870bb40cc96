package cli

import (
	"slices"
	"sync"

	"warroom/sources/probe"
)

// heldControls keeps the controls of one config for the next. Safe for concurrent use.
type heldControls struct {
	mu       sync.Mutex
	networks []string
	names    []string
	held     *probe.Controls
}

func (h *heldControls) of(networks, names []string) *probe.Controls {
	if h == nil {
		return probe.NewControls(networks, names, nil)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.held == nil || !slices.Equal(h.networks, networks) || !slices.Equal(h.names, names) {
		h.networks, h.names, h.held = networks, names, probe.NewControls(networks, names, nil)
	}
	return h.held
}
