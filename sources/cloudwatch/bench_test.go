package cloudwatch

import (
	"runtime"
	"testing"
)

// testAlarms stays within the pages that are asked for without a pause; benchAlarms
// do not, and take a quarter of a minute.
const (
	testAlarms  = promptPages * pageSize
	benchAlarms = 10_000
)

// BenchmarkReadingOnePageOfAHundredAlarms goes through the SDK and loopback, so
// most of it is decoding.
func BenchmarkReadingOnePageOfAHundredAlarms(b *testing.B) {
	s := serve(b)
	s.alarms = alarms(pageSize)
	w := s.watch(nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := look(b, w); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkMemoryThatOneAlarmKeeps reports the bytes that stay alive for each alarm
// after a look at 10,000, with realistic names, reasons, descriptions and dimensions.
func BenchmarkMemoryThatOneAlarmKeeps(b *testing.B) {
	for b.Loop() {
		b.ReportMetric(keptPerAlarm(b, benchAlarms), "B/alarm")
	}
}

// keptPerAlarm measures the heap before and after the watch and the signals of its
// look are let go.
func keptPerAlarm(t testing.TB, count int) float64 {
	s := serve(t)
	s.alarms = alarms(count)
	w := s.watch(nil)
	pages, err := look(t, w)
	if err != nil {
		t.Fatal(err)
	}
	with := heap()
	runtime.KeepAlive(pages)
	runtime.KeepAlive(w)
	without := heap()
	runtime.KeepAlive(s)
	return float64(with-without) / float64(count)
}

func heap() int64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

// alarmBudget is what one alarm may keep alive by itself; the rest of the 1.5 KB
// that an alarm may cost belongs to the room.
const alarmBudget = 1200

func TestOneAlarmKeepsLittleAlive(t *testing.T) {
	if kept := keptPerAlarm(t, testAlarms); kept > alarmBudget {
		t.Errorf("one alarm keeps %.0f bytes alive, %d are allowed", kept, alarmBudget)
	}
}
