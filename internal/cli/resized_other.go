//go:build !unix

package cli

import (
	"os"

	tea "charm.land/bubbletea/v2"
)

// resized would tell of new sizes; this system does not.
func resized(*os.File, chan tea.WindowSizeMsg) (stop func()) { return func() {} }
