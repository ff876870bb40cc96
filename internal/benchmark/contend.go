package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// task is what a process of this program is asked to do.
type task struct {
	Protocol   string
	Contestant string
	Rate       int // targets, each of which is looked at once a second
	Seconds    int
	Serving    serving
}

// figures are what one run came to.
type figures struct {
	Made        int           // probes, those before the measurement included
	Skipped     int           // turns for which it was too late; only warroom's runner skips any
	CPU         time.Duration // user and system time of the whole process, for one probe
	Allocations float64       // for one probe
	Bytes       float64       // the same
	Resident    float64       // MB at the end
	LatencyP50  time.Duration
	LatencyP99  time.Duration
	LagP50      time.Duration
	LagP99      time.Duration
}

// spent is what the process has used up.
type spent struct {
	cpu         time.Duration
	allocations uint64
	bytes       uint64
}

func spentSoFar() spent {
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage) // fails on a wrong argument only
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return spent{time.Duration(usage.Utime.Nano() + usage.Stime.Nano()), memory.Mallocs, memory.TotalAlloc}
}

// since shares out among probes what was used up since then.
func (f *figures) since(before spent, probes int) {
	now, n := spentSoFar(), float64(max(probes, 1))
	f.CPU = time.Duration(float64(now.cpu-before.cpu) / n)
	f.Allocations, f.Bytes = float64(now.allocations-before.allocations)/n, float64(now.bytes-before.bytes)/n
}

// contend is one run of one contestant: a second that is not counted, then the others.
func contend(t task) (figures, error) {
	if t.Contestant == scheduled {
		return schedule(t)
	}
	looks, err := looksOf(t)
	if err != nil {
		return figures{}, err
	}
	if err := drive(looks, 1).err(); err != nil {
		return figures{}, err
	}
	runtime.GC()
	before := spentSoFar()
	r := drive(looks, t.Seconds)
	f := figures{Made: t.Rate * (t.Seconds + 1)}
	f.since(before, t.Rate*t.Seconds)
	f.Resident = resident()
	f.times(r)
	return f, r.err()
}

func (f *figures) times(r *readings) {
	f.LatencyP50, f.LatencyP99 = percentile(r.latencies, 0.5), percentile(r.latencies, 0.99)
	f.LagP50, f.LagP99 = percentile(r.lags, 0.5), percentile(r.lags, 0.99)
}

func looksOf(t task) ([]look, error) {
	for _, c := range contestants[t.Protocol] {
		if c.name != t.Contestant {
			continue
		}
		lookAt, err := c.prepare(t.Protocol, t.Serving)
		if err != nil {
			return nil, err
		}
		var looks []look
		for number := range t.Rate {
			one, err := lookAt(number)
			if err != nil {
				return nil, err
			}
			looks = append(looks, one)
		}
		return looks, nil
	}
	return nil, fmt.Errorf("%s takes no part in %s", t.Contestant, t.Protocol)
}

// resident is this process's resident memory in MB, and 0 where the system does not say.
func resident() float64 {
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kilobytes, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kilobytes / 1024
		}
	}
	return 0
}

// kept is the heap that is in use, in MB, when all that is not has been given back.
func kept() float64 {
	debug.FreeOSMemory()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return float64(memory.HeapAlloc) / (1 << 20)
}
