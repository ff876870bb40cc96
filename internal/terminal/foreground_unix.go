//go:build unix

package terminal

import (
	"os"

	"golang.org/x/sys/unix"
)

// foreground says whether this program may talk with the terminal. The kernel stops
// a background program that changes a terminal's modes. Where there is no job
// control, everybody may.
func foreground(tty *os.File) bool {
	group, err := unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP)
	return err != nil || group == unix.Getpgrp()
}
