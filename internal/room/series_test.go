package room

import (
	"fmt"
	"testing"
	"time"
)

// BenchmarkALookAtOneOfAThousandProbesIsFolded takes turns between a thousand probes, all
// of which have as many readings as are kept, and publishes after each round.
func BenchmarkALookAtOneOfAThousandProbesIsFolded(b *testing.B) {
	const probes = 1000
	r := New(Options{OnFlush: true})
	scope, now, keys := Scope{Source: "probe"}, epoch, make([]string, probes)
	for i := range keys {
		keys[i] = fmt.Sprintf("probe/%03d", i)
	}
	detail := &ProbeDetail{Interval: time.Second}
	look := func(number int) {
		at, took := now, time.Duration(1_000_000+number%997*1000)
		r.Observe(Observation{Scope: scope, Watch: keys[number%probes], At: at, Interval: time.Second, Done: true, Signals: []Signal{{
			Key: keys[number%probes], Kind: KindProbe, Scope: scope, State: OK, Word: "UP", Since: epoch, Detail: detail,
			Samples: []Sample{{
				At: at, State: OK, Address: "192.0.2.1:443", Total: 3*took + 300_000, Status: 200, Text: "200 in 4.3ms", Late: 70_000,
				Phases: Phases{Resolve: Absent, Connect: 100_000, TLS: took, FirstByte: 2 * took, Transfer: 200_000},
			}},
		}}})
		if number%probes == probes-1 {
			now = now.Add(time.Second)
			r.Flush()
		}
	}
	for number := range 300 * probes {
		look(number)
	}
	b.ReportAllocs()
	b.ResetTimer()
	for number := range b.N {
		look(number)
	}
}
