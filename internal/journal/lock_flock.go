//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package journal

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// lockFile locks a file for the life of the process; busy is true if another has it.
// Where a file system knows no locks, everybody gets it.
func lockFile(file *os.File) (busy bool, err error) {
	for {
		err = unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case errors.Is(err, unix.EWOULDBLOCK):
			return true, nil
		case errors.Is(err, unix.ENOLCK), errors.Is(err, errors.ErrUnsupported):
			return false, nil
		}
		return false, err
	}
}
