//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package cli

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// lockPatience is how long, in real time, another program may hold a lock: it
	// takes milliseconds, unless that program was stopped in the middle.
	lockPatience = 3 * time.Second
	// lockPause is the time between two tries.
	lockPause = 5 * time.Millisecond
)

// lockFile waits until nobody else, in this program or another, has locked the named
// file, which is made if there is none. The kernel takes the lock from a program that
// ends. Where a file system knows no locks, all go on at once.
func lockFile(path string) (unlock func(), err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	for began := time.Now(); ; time.Sleep(lockPause) {
		err = unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		switch {
		case err == nil, errors.Is(err, unix.ENOLCK), errors.Is(err, errors.ErrUnsupported):
			return func() { _ = file.Close() }, nil
		case errors.Is(err, unix.EINTR), errors.Is(err, unix.EWOULDBLOCK) && time.Since(began) < lockPatience:
			continue
		}
		_ = file.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			err = errors.New("another warroom has been writing there for too long")
		}
		return nil, err
	}
}
