package cli

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

const (
	// garbageMost is how much memory, in bytes, may wait to be collected. Go lets as much
	// wait as is in use, which a small room does not notice and one of 50,000 alarms does.
	garbageMost = 16 << 20
	// garbageLeast is how much may wait in any case, in per cent of what is in use, so that
	// a very large room is not collected all the time.
	garbageLeast = 25
	// garbageUsual is what Go itself does.
	garbageUsual = 100
)

// boundGarbage keeps the garbage of this process within these bounds, once and for as long
// as it lives. Whoever has set GOGC has decided it.
var boundGarbage = sync.OnceFunc(func() {
	if os.Getenv("GOGC") != "" {
		return
	}
	boundAgain(&collected{live: []metrics.Sample{{Name: "/gc/heap/live:bytes"}}})
})

// collected is an object that nobody holds, so that each collection comes upon it.
type collected struct {
	live    []metrics.Sample // what it has left
	percent int              // the bound that was set
}

// boundAgain sets the bound by what the last collection has left, and again after the next.
func boundAgain(c *collected) {
	metrics.Read(c.live)
	if percent := garbageOf(c.live[0].Value.Uint64()); percent != c.percent {
		c.percent = percent
		debug.SetGCPercent(percent)
	}
	runtime.SetFinalizer(c, boundAgain)
}

// garbageOf is how much garbage may wait beside so many bytes in use, in per cent of them.
func garbageOf(live uint64) int {
	return int(max(garbageLeast, min(garbageUsual, garbageMost*100/max(1, live))))
}
