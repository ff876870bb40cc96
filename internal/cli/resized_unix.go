//go:build unix

package cli

import (
	"os"
	"os/signal"
	"syscall"

	tea "charm.land/bubbletea/v2"
)

// resized tells of every new size of a terminal, of many the last one, until stop.
func resized(out *os.File, sizes chan tea.WindowSizeMsg) (stop func()) {
	changed, over := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(changed, syscall.SIGWINCH)
	go func() {
		for {
			select {
			case <-changed:
			case <-over:
				return
			}
			select {
			case <-sizes:
			default:
			}
			sizes <- sizeOf(out) // this goroutine alone puts sizes in
		}
	}()
	return func() {
		signal.Stop(changed)
		close(over)
	}
}
