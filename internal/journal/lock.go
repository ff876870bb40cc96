package journal

import (
	"fmt"
	"os"
	"time"
)

// Busy is a journal that another process writes.
type Busy struct {
	Path  string
	PID   int       // 0 if it is not known
	Since time.Time // real time; zero if it is not known
}

func (e *Busy) Error() string {
	return fmt.Sprintf("another warroom (process %d) writes %s; close it first", e.PID, e.Path)
}

// take takes the lock of a place. The kernel takes it back from a process that ends.
func take(p Place) (release func(), err error) {
	file, err := os.OpenFile(p.lock(), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the journal cannot be locked: %s: %w; name another directory with --state", p.lock(), cause(err))
	}
	busy, err := lockFile(file)
	if err == nil && busy {
		found := &Busy{Path: p.Path()}
		var since int64
		if text, err := os.ReadFile(p.lock()); err == nil {
			if n, _ := fmt.Sscanf(string(text), "%d %d", &found.PID, &since); n == 2 {
				found.Since = time.Unix(since, 0)
			}
		}
		err = found
	}
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	if err := file.Truncate(0); err == nil {
		_, _ = file.WriteAt(fmt.Appendf(nil, "%d %d\n", os.Getpid(), time.Now().Unix()), 0)
	}
	return func() { _ = file.Close() }, nil
}
