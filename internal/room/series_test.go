package room

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// randomSample is any reading: of an even endpoint, of one that fails in several ways, with
// phases or without, and now and then with a time that jumps.
func randomSample(random *rand.Rand, at time.Time) Sample {
	s := Sample{At: at, State: State(random.IntN(4)), Total: Absent, Phases: NoPhases, Status: []int{0, 200, 503}[random.IntN(3)]}
	if random.IntN(8) > 0 {
		s.Total = 0
		for _, took := range s.Phases.inOrder() {
			if random.IntN(5) > 0 {
				*took = time.Duration(random.Int64N(int64(3*time.Second)) >> random.IntN(30))
				s.Total += *took
			}
		}
	}
	if random.IntN(10) == 0 {
		s.Total = time.Duration(random.Int64N(int64(time.Hour)))
	}
	if random.IntN(3) > 0 {
		s.Address = fmt.Sprintf("192.0.2.%d:443", random.IntN(3))
	}
	s.Text = fmt.Sprintf("%d in %dms", s.Status, random.IntN(30))
	if random.IntN(6) == 0 {
		s.Class, s.Phase = []string{"dns", "connect", "tls"}[random.IntN(3)], []string{"resolve", "connect", "TLS"}[random.IntN(3)]
		s.Text = strings.Repeat("no route to höst ", random.IntN(30))
	}
	if random.IntN(2) == 0 {
		s.Late, s.Skipped = time.Duration(random.Int64N(int64(time.Minute))), random.IntN(3)
	}
	return s
}

// randomSamples are readings about a second apart. The clock is put back now and then, and
// some have no time at all.
func randomSamples(random *rand.Rand, count int) []Sample {
	at, all := epoch, make([]Sample, 0, count)
	for range count {
		at = at.Add(time.Second + time.Duration(random.Int64N(int64(time.Millisecond))))
		if random.IntN(50) == 0 {
			at = at.Add(time.Duration(random.Int64N(int64(time.Hour))) - 30*time.Minute)
		}
		s := randomSample(random, at)
		if random.IntN(100) == 0 {
			s.At = time.Time{}
		}
		all = append(all, s)
	}
	return all
}

func seriesOf(samples []Sample) (series *Series) {
	for i := range samples {
		series = series.with(&samples[i])
	}
	return series
}

// sameToTheMicrosecond says whether one reading is the other, but for what lies below it.
func sameToTheMicrosecond(got, want Sample) bool {
	near := func(a, b time.Duration) bool {
		return (a == Absent) == (b == Absent) && max(a-b, b-a) <= time.Microsecond
	}
	same := near(got.Total, want.Total) && near(got.Late, want.Late) && max(got.At.Sub(want.At), want.At.Sub(got.At)) <= time.Microsecond
	wanted := want.Phases.inOrder()
	for i, took := range got.Phases.inOrder() {
		same = same && near(*took, *wanted[i])
	}
	got.At, got.Total, got.Phases, got.Late = want.At, want.Total, want.Phases, want.Late
	return same && got == want
}

func TestASeriesGivesTheNewestReadingsAsTheyWere(t *testing.T) {
	for seed := range uint64(10) {
		random := rand.New(rand.NewPCG(seed, 11))
		all := randomSamples(random, 1+random.IntN(1000))
		var series *Series
		for i := range all {
			series = series.with(&all[i])
			want := all[max(0, i+1-sampleLimit) : i+1]
			if series.Len() != len(want) {
				t.Fatalf("seed %d: after %d readings there are %d", seed, i+1, series.Len())
			}
			if last, ok := series.Last(); !ok || !sameToTheMicrosecond(last, all[i]) {
				t.Fatalf("seed %d: the newest is\n%+v, not\n%+v", seed, last, all[i])
			}
			if i%37 > 0 && i < len(all)-1 {
				continue
			}
			number := 0
			for got := range series.All() {
				if !sameToTheMicrosecond(got, want[number]) {
					t.Fatalf("seed %d: after %d readings number %d is\n%+v, not\n%+v", seed, i+1, number, got, want[number])
				}
				number++
			}
			if number != len(want) {
				t.Fatalf("seed %d: after %d readings All gives %d of %d", seed, i+1, number, len(want))
			}
		}
	}
}

func TestPhasesAddUpInASeriesAsTheyDidBefore(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 11))
	var series *Series
	for range sampleLimit {
		s := Sample{At: epoch, State: OK}
		for _, took := range s.Phases.inOrder() {
			*took = time.Duration(random.Int64N(int64(time.Second)) >> random.IntN(30))
			s.Total += *took
		}
		series = series.with(&s)
	}
	for s := range series.All() {
		sum := time.Duration(0)
		for _, took := range s.Phases.inOrder() {
			sum += *took
		}
		if sum != s.Total {
			t.Errorf("the phases of %+v come to %s", s, sum)
		}
	}
}

func TestTheHopsOfTheNewestReadingAreKept(t *testing.T) {
	hops := &Hops{{Target: "http://shop.example/", Status: 302, Phases: NoPhases}, {Target: "https://shop.example/", Status: 200, Phases: NoPhases}}
	var series *Series
	for i := range 2 * blockLength {
		series = series.with(&Sample{At: epoch.Add(time.Duration(i) * time.Second), Hops: hops})
		if last, _ := series.Last(); !slices.Equal(last.Hops.All(), *hops) {
			t.Fatalf("after %d readings the newest has the hops %v", i+1, last.Hops.All())
		}
	}
	for s := range series.All() {
		if s.Hops != nil {
			t.Fatalf("the history has hops: %v", s.Hops.All())
		}
	}
	series = series.with(&Sample{At: epoch.Add(time.Hour)})
	if last, _ := series.Last(); last.Hops.All() != nil {
		t.Errorf("a look without a redirect has the hops %v", last.Hops.All())
	}
}

func TestNoSeriesHasNoReadings(t *testing.T) {
	var none *Series
	_, ok := none.Last()
	if all := slices.Collect(none.All()); ok || none.Len() != 0 || all != nil {
		t.Errorf("%v, %d, %v", ok, none.Len(), all)
	}
}

func TestWhatASeriesGaveStandsWhenReadingsGoOn(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 11))
	all := randomSamples(random, 700)
	var series *Series
	var taken []*Series
	var given [][]Sample
	for i := range all {
		series = series.with(&all[i])
		taken, given = append(taken, series), append(given, slices.Collect(series.All()))
	}
	for i := range 100 {
		other := randomSample(random, epoch)
		taken[7*i].with(&other) // as a second room does that goes on from the same moment
	}
	for i, s := range taken {
		if again := slices.Collect(s.All()); !slices.Equal(again, given[i]) {
			t.Fatalf("after %d readings it gives something else now", i+1)
		}
	}
}

func TestASeriesIsStoredWhole(t *testing.T) {
	for _, count := range []int{1, blockLength - 1, blockLength, blockLength + 1, 3 * sampleLimit} {
		series := seriesOf(randomSamples(rand.New(rand.NewPCG(uint64(count), 13)), count))
		stored, err := series.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		again := new(Series)
		if err := again.UnmarshalBinary(stored); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(slices.Collect(again.All()), slices.Collect(series.All())) {
			t.Errorf("of %d readings it reads back something else", count)
		}
		for _, bad := range [][]byte{nil, {packedForm}, {packedForm + 1, 0, 0}, stored[:len(stored)-1]} {
			if err := new(Series).UnmarshalBinary(bad); err == nil {
				t.Errorf("it reads %d of %d bytes", len(bad), len(stored))
			}
		}
	}
}

func TestWhatIsNoSeriesIsReadWithoutHarm(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 17))
	stored, _ := seriesOf(randomSamples(random, 100)).MarshalBinary()
	for range 20_000 {
		bad := slices.Clone(stored[:1+random.IntN(len(stored))])
		for range 1 + random.IntN(5) {
			bad[random.IntN(len(bad))] = byte(random.IntN(256))
		}
		s := new(Series)
		if s.UnmarshalBinary(bad) == nil && len(slices.Collect(s.All())) != s.Len() {
			t.Fatalf("%x is read, and does not give what it says", bad)
		}
	}
}

// TestReadingsTakeASeventhOfTheirSamples counts bytes: a sample has 168, and a text of its own.
func TestReadingsTakeASeventhOfTheirSamples(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 19))
	var series *Series
	for i := range sampleLimit {
		took := time.Millisecond + time.Duration(random.Int64N(int64(time.Millisecond)))
		series = series.with(&Sample{
			At: epoch.Add(time.Duration(i)*time.Second + time.Duration(random.Int64N(int64(time.Millisecond)))), State: OK, Address: "192.0.2.1:443", Status: 200,
			Total: took + 1200*time.Microsecond, Phases: Phases{Resolve: Absent, Connect: 100_000, TLS: time.Millisecond, FirstByte: took, Transfer: 100_000},
			Text: fmt.Sprintf("200 in %.1fms", took.Seconds()*1e3+1.2), Late: time.Duration(random.Int64N(int64(time.Millisecond))),
		})
	}
	stored, _ := series.MarshalBinary()
	if each := len(stored) / sampleLimit; each > (168+16)/7 {
		t.Errorf("a reading takes %d bytes", each)
	}
}

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

// BenchmarkTheReadingsOfAProbeAreWalked reads all that are kept of one probe.
func BenchmarkTheReadingsOfAProbeAreWalked(b *testing.B) {
	series := seriesOf(randomSamples(rand.New(rand.NewPCG(1, 23)), 2*sampleLimit))
	b.ReportAllocs()
	for b.Loop() {
		slowest := Absent
		for s := range series.All() {
			slowest = max(slowest, s.Total)
		}
	}
}
