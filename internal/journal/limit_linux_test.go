package journal

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// limitFiles lets the system refuse files beyond a size, as a full disk does.
func limitFiles() {
	var most uint64
	if n, _ := fmt.Sscan(os.Getenv(limitFile), &most); n == 1 {
		signal.Ignore(syscall.SIGXFSZ)
		_ = syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: most, Max: 1 << 40})
	}
}
