package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"
)

// bar is what one of warroom's figures should not exceed.
type bar struct {
	protocol string
	rate     int
	against  string        // a contestant, of whose CPU ours should be no more than share
	share    float64       //
	most     time.Duration // of CPU for one probe, if it is against nobody
}

var bars = []bar{
	{"http", 1000, ours, 0, 170 * time.Microsecond},
	{"http", 1000, "net/http", 0.7, 0},
	{"http", 1000, "blackbox", 0.5, 0},
	{"http", 4000, ours, 0, 90 * time.Microsecond},
	{"http", 4000, "net/http", 0.7, 0},
	{"http", 4000, "blackbox", 0.5, 0},
	{"https", 300, ours, 0, 850 * time.Microsecond},
	{"https", 1000, ours, 0, 650 * time.Microsecond},
	{"icmp", 1000, ours, 0, 60 * time.Microsecond},
	{"http", 1000, scheduled, 0, 170 * time.Microsecond},
}

// Bars of memory, in MB, and of time.
const (
	memoryBar     = 40
	configuredBar = 200
	startBar      = time.Second
)

// onTime is how late one look in a hundred may begin. More of them come in bursts, which
// cost less CPU and measure each other.
const onTime = 20 * time.Millisecond

// printRuns prints the medians of each contestant's runs, and how ours stand to them.
func printRuns(w io.Writer, protocol string, rate int, names []string, runs map[string][]figures) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "contestant\tCPU a probe\tleast, most\tallocations\tKB\tlatency p50, p99\tlag p50, p99\tresident\tours to it\tbar")
	own := median(runs[ours], cpu)
	for _, name := range names {
		all := runs[name]
		if len(all) == 0 {
			continue
		}
		ratio := "-"
		if own > 0 && name != ours {
			ratio = fmt.Sprintf("%.2f", float64(own)/float64(median(all, cpu)))
		}
		fmt.Fprintf(table, "%s\t%d µs\t%d, %d\t%.0f\t%.1f\t%d, %d µs\t%d, %d µs\t%.0f MB\t%s\t%s\n", name,
			median(all, cpu).Microseconds(), slices.MinFunc(all, byCPU).CPU.Microseconds(), slices.MaxFunc(all, byCPU).CPU.Microseconds(),
			median(all, func(f figures) float64 { return f.Allocations }), median(all, func(f figures) float64 { return f.Bytes / 1024 }),
			median(all, func(f figures) int64 { return f.LatencyP50.Microseconds() }), median(all, func(f figures) int64 { return f.LatencyP99.Microseconds() }),
			median(all, func(f figures) int64 { return f.LagP50.Microseconds() }), median(all, func(f figures) int64 { return f.LagP99.Microseconds() }),
			median(all, func(f figures) float64 { return f.Resident }), ratio, judged(protocol, rate, name, own, median(all, cpu)))
	}
	table.Flush()
	for _, name := range names {
		if late := median(runs[name], func(f figures) time.Duration { return f.LagP99 }); late > onTime {
			fmt.Fprintf(w, "%s did not keep to the schedule (lag p99 %s): this machine has too little left to say anything at this rate\n", name, late.Round(time.Millisecond))
		}
	}
}

func cpu(f figures) time.Duration { return f.CPU }

func byCPU(a, b figures) int { return cmp.Compare(a.CPU, b.CPU) }

// median is the middle one of several runs, each figure by itself; nothing if there are none.
func median[T cmp.Ordered](runs []figures, of func(figures) T) (middle T) {
	var values []T
	for _, run := range runs {
		values = append(values, of(run))
	}
	if len(values) == 0 {
		return middle
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// judged says which bar there is, and whether it is met.
func judged(protocol string, rate int, name string, own, its time.Duration) string {
	for _, b := range bars {
		switch {
		case b.protocol != protocol || b.rate != rate || b.against != name || own == 0 && b.share > 0:
		case b.share > 0:
			return fmt.Sprintf("%.2f, %s", b.share, met(float64(own) <= b.share*float64(its)))
		default:
			return fmt.Sprintf("%d µs, %s", b.most.Microseconds(), met(its <= b.most))
		}
	}
	return "-"
}

func met(is bool) string {
	if is {
		return "met"
	}
	return "missed"
}

func printMemory(c capacity) {
	fmt.Printf("%d endpoints with %s of history: %.1f MB resident (%.1f MB at the start), %.1f MB of heap after a collection; bar %d MB resident, %s\n",
		c.Endpoints, history, c.Resident, c.Before, c.Heap, memoryBar, met(c.Resident <= memoryBar))
}

func printConfigured(c capacity) {
	fmt.Printf("%d endpoints configured: made ready in %s and begun with after %s, bar %s, %s; all looked at once after %s; %.1f MB of heap after a collection, bar %d MB, %s; %.1f MB resident\n",
		c.Endpoints, c.Built.Round(time.Millisecond), c.Begun.Round(time.Millisecond), startBar, met(c.Begun <= startBar),
		c.Looked.Round(time.Millisecond), c.Heap, configuredBar, met(c.Heap <= configuredBar), c.Resident)
}
