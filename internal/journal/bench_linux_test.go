package journal

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"warroom/internal/room"
)

// benchRoom is a room that is kept, for a benchmark.
func benchRoom(b *testing.B) *room.Room {
	b.Helper()
	r, j, err := openRoom(PlaceOf(b.TempDir(), "bench"), Options{Room: "bench"})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := j.Close(); err != nil {
			b.Error(err)
		}
	})
	return r
}

// at is the duration below which a share of all lies. It sorts them.
func at(share float64, all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[int(float64(len(all)-1)*share)]
}

// BenchmarkAnActAloneAgainstABareSync takes turns between an act that waits for the
// disk and a write of 4 KB with a sync, on the same file system.
func BenchmarkAnActAloneAgainstABareSync(b *testing.B) {
	r := benchRoom(b)
	file, err := os.Create(filepath.Join(b.TempDir(), "bare"))
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	page := make([]byte, 4096)
	var acts, bare []time.Duration
	desk := r.Desk("ana")
	for b.Loop() {
		begin := time.Now()
		if err := desk.Act(room.Act{Do: room.EventNote, Text: "the load balancer in us-east-1 is being replaced"}); err != nil {
			b.Fatal(err)
		}
		acts = append(acts, time.Since(begin))
		begin = time.Now()
		if _, err := file.WriteAt(page, int64(len(bare))*4096); err != nil {
			b.Fatal(err)
		}
		if err := unix.Fdatasync(int(file.Fd())); err != nil {
			b.Fatal(err)
		}
		bare = append(bare, time.Since(begin))
	}
	b.ReportMetric(float64(at(0.5, acts).Microseconds()), "act-us")
	b.ReportMetric(float64(at(0.5, bare).Microseconds()), "bare-us")
	b.ReportMetric(float64(at(0.5, acts))/float64(at(0.5, bare)), "ratio")
}

// BenchmarkEventsASecondOfThirtyTwoWritersAgainstOne takes turns between a tenth of a
// second of one writer and one of 32.
func BenchmarkEventsASecondOfThirtyTwoWritersAgainstOne(b *testing.B) {
	r := benchRoom(b)
	var alone, together float64
	for b.Loop() {
		alone += eventsASecond(b, r, 1)
		together += eventsASecond(b, r, 32)
	}
	b.ReportMetric(alone/float64(b.N), "alone/s")
	b.ReportMetric(together/float64(b.N), "together/s")
	b.ReportMetric(together/alone, "ratio")
}

func eventsASecond(b *testing.B, r *room.Room, writers int) float64 {
	var done atomic.Int64
	var all sync.WaitGroup
	begin := time.Now()
	for w := range writers {
		all.Go(func() {
			desk := r.Desk(fmt.Sprint("writer", w))
			for time.Since(begin) < 100*time.Millisecond {
				if err := desk.Act(room.Act{Do: room.EventNote, Text: "the load balancer in us-east-1 is being replaced"}); err != nil {
					b.Error(err)
					return
				}
				done.Add(1)
			}
		})
	}
	all.Wait()
	return float64(done.Load()) / time.Since(begin).Seconds()
}

// BenchmarkAnActWhileAThousandProbesAreRead acts ten times a second while a thousand
// probes are looked at every five seconds.
func BenchmarkAnActWhileAThousandProbesAreRead(b *testing.B) {
	r := benchRoom(b)
	stop := make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			case <-tick.C:
				look(r, i%1000)
			}
		}
	})
	for i := range 1000 { // they are all known
		look(r, i)
	}
	desk := r.Desk("ana")
	var acts []time.Duration
	for b.Loop() {
		time.Sleep(10 * time.Millisecond) // people are not faster
		begin := time.Now()
		if err := desk.Act(room.Act{Do: room.EventNote, Text: "the load balancer in us-east-1 is being replaced"}); err != nil {
			b.Fatal(err)
		}
		acts = append(acts, time.Since(begin))
	}
	close(stop)
	all.Wait()
	b.ReportMetric(float64(at(0.5, acts).Microseconds())/1000, "median-ms")
	b.ReportMetric(float64(at(0.99, acts).Microseconds())/1000, "p99-ms")
}

func look(r *room.Room, i int) {
	now := r.Now()
	key := fmt.Sprintf("probe/endpoint-%03d", i)
	scope := room.Scope{Source: "probe", Region: "eu-west-1"}
	r.Observe(room.Observation{
		Scope: scope, Watch: key, At: now, Done: true, Interval: 5 * time.Second, Next: now.Add(5 * time.Second),
		Signals: []room.Signal{{
			Key: key, Kind: room.KindProbe, Scope: scope, State: room.OK, Word: "UP", Title: key,
			Detail:  &room.ProbeDetail{Target: "https://example.com/health", Interval: 5 * time.Second, Timeout: time.Second},
			Samples: []room.Sample{{At: now, State: room.OK, Total: 40 * time.Millisecond, Text: "200 in 40ms", Status: 200}},
		}},
	})
}
