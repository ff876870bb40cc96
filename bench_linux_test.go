package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// ticksASecond is the unit of times in /proc. Source: proc(5); sysconf(_SC_CLK_TCK) is
// 100 on every Linux that Go runs on.
const ticksASecond = 100

// worked is the processor time that a process has had so far.
func worked(t testing.TB, pid int) time.Duration {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(stat), ") ") // the name before may hold blanks
	fields := strings.Fields(after)
	var ticks int
	for _, field := range fields[11:13] { // utime and stime, the 14th and 15th of all
		n, err := strconv.Atoi(field)
		if err != nil {
			t.Fatal(err)
		}
		ticks += n
	}
	return time.Duration(ticks) * time.Second / ticksASecond
}

// idleFor is how long an idle screen is watched, in real time.
const idleFor = 40 * time.Second

// BenchmarkAnIdleScreensShareOfACore is a calm live room: the clock ticks, a probe looks
// every fifteen seconds.
func BenchmarkAnIdleScreensShareOfACore(b *testing.B) {
	for _, size := range [][2]int{{80, 24}, {130, 40}, {200, 60}} {
		b.Run(fmt.Sprintf("at %dx%d", size[0], size[1]), func(b *testing.B) {
			s := calm(b, size[0], size[1])
			<-time.After(2 * time.Second) // starting is over
			share := 0.0
			for b.Loop() {
				before := worked(b, s.command.Process.Pid)
				<-time.After(idleFor)
				share += float64(worked(b, s.command.Process.Pid)-before) / float64(idleFor)
			}
			b.ReportMetric(100*share/float64(b.N), "%core")
		})
	}
}
