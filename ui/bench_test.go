package ui

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/internal/room"
)

// fleet is a room of the given size, with names, reasons and dimensions as long as
// real ones.
func fleet(clock *standing, alarms, probes, events int) *room.Room {
	r := room.New(room.Options{Name: "prod", Node: "test", Clock: clock})
	load(r, clock, alarms)
	for i := range probes {
		p := probeIn(clock, fmt.Sprintf("endpoint-%03d", i), "us-east-1", []room.State{room.OK, room.Critical}[i%9/8], "UP", "", i)
		observed(r, room.Observation{Scope: p.Scope, Watch: p.Key, At: clock.now, Done: true, Signals: []room.Signal{p}}, 15)
	}
	var all []room.Signal
	for i := range events {
		all = append(all, health(clock, fmt.Sprintf("Service %d operational issue", i), fmt.Sprint("SERVICE", i), room.Critical, "OPEN", i))
	}
	observed(r, room.Observation{Scope: scope("health", "1", "global"), Watch: "h", At: clock.now, Signals: all, Done: true, Complete: true}, 60)
	r.Flush()
	return r
}

// load fills a room with alarms page by page, as CloudWatch hands them out.
func load(r *room.Room, clock *standing, alarms int) {
	in := scope("cloudwatch", "111111111111", "us-east-1")
	for done := 0; done < alarms; done += 100 {
		page := make([]room.Signal, 0, 100)
		for i := done; i < min(done+100, alarms); i++ {
			page = append(page, bigAlarm(clock, in, i))
		}
		observed(r, room.Observation{Scope: in, Watch: "a", At: clock.now, Signals: page, Done: done+100 >= alarms, Complete: done+100 >= alarms}, 30)
	}
}

func bigAlarm(clock *standing, in room.Scope, i int) room.Signal {
	name := fmt.Sprintf("prod-checkout-service-%05d-target-5xx-rate-high", i)
	a := alarmIn(clock, in, name, []room.State{room.OK, room.Critical}[i%50/49], "OK", i)
	if a.State == room.Critical {
		a.Word = "ALARM"
	}
	a.Reason = fmt.Sprintf("Threshold Crossed: 3 out of the last 5 datapoints [%d.0 (20/10/25 06:51:00), 118.0 (20/10/25 06:50:00), 97.0 (20/10/25 06:49:00)] were greater than the threshold (5.0) (minimum 3 datapoints for OK -> ALARM transition).", i)
	return a
}

func drawn60(b *testing.B, r *room.Room, clock *standing) *Model {
	m := screen(b, r, clock, 200, 60)
	m.View()
	return m
}

func BenchmarkAKeyPressDrawsANewFrameAt200x60With5000AlarmsAnd500Probes(b *testing.B) {
	clock := &standing{now: noon}
	m := drawn60(b, fleet(clock, 5000, 500, 200), clock)
	press(m, "2")
	keys := []tea.KeyPressMsg{key("j"), key("j"), key("k")}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		m.Update(keys[i%len(keys)])
		m.View()
	}
}

func BenchmarkAFrameInWhichNothingChanged(b *testing.B) {
	clock := &standing{now: noon}
	m := drawn60(b, fleet(clock, 5000, 500, 200), clock)
	b.ReportAllocs()
	for b.Loop() {
		m.Update(second{})
		m.View()
	}
}

func BenchmarkAClockTickDrawsOnlyWhatTimeHasChanged(b *testing.B) {
	clock := &standing{now: noon}
	m := drawn60(b, fleet(clock, 5000, 500, 200), clock)
	for b.Loop() {
		clock.now = clock.now.Add(time.Second)
		m.Update(second{})
		m.View()
	}
}

func BenchmarkAFilterKeystrokeOver5000Alarms(b *testing.B) {
	clock := &standing{now: noon}
	m := drawn60(b, fleet(clock, 5000, 500, 200), clock)
	filters := []string{"checkout", "checkout-service-04"}
	for i := 0; b.Loop(); i++ {
		m.setFilter(filters[i%2])
		m.View()
	}
}

// BenchmarkAKeyPressAmong10000Probes has the pane of probes before it, as a room of probes
// alone shows them.
func BenchmarkAKeyPressAmong10000Probes(b *testing.B) {
	clock := &standing{now: noon}
	m := drawn60(b, fleet(clock, 0, 10_000, 0), clock)
	press(m, "3")
	keys := []tea.KeyPressMsg{key("j"), key("j"), key("k")}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		m.Update(keys[i%len(keys)])
		m.View()
	}
}

// BenchmarkAFilterKeystrokeOver10000Probes also takes back what it typed, as a filter
// that only gets longer looks at what the one before has left.
func BenchmarkAFilterKeystrokeOver10000Probes(b *testing.B) {
	clock := &standing{now: noon}
	m := drawn60(b, fleet(clock, 0, 10_000, 0), clock)
	press(m, "3")
	filters := []string{"endpoint", "endpoint-04"}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		m.setFilter(filters[i%2])
		m.View()
	}
}

// BenchmarkALookIsDrawnAmong10000Probes is the frame after one of them was looked at.
func BenchmarkALookIsDrawnAmong10000Probes(b *testing.B) {
	clock := &standing{now: noon}
	r := fleet(clock, 0, 10_000, 0)
	m := drawn60(b, r, clock)
	press(m, "3")
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		clock.now = clock.now.Add(time.Second)
		p := probeIn(clock, fmt.Sprintf("endpoint-%03d", i%10_000), "us-east-1", room.OK, "UP", "", i)
		observed(r, room.Observation{Scope: p.Scope, Watch: p.Key, At: clock.now, Done: true, Signals: []room.Signal{p}}, 15)
		r.Flush()
		b.StartTimer()
		m.Update(changed{})
		m.View()
	}
}

// BenchmarkAKeyPressWhile10000AlarmsLoad presses a key after every page and reports
// the slowest and the heap that an alarm takes.
func BenchmarkAKeyPressWhile10000AlarmsLoad(b *testing.B) {
	const alarms = 10_000
	clock := &standing{now: noon}
	for b.Loop() {
		b.StopTimer()
		var before, after runtime.MemStats
		r := room.New(room.Options{Name: "prod", Node: "test", Clock: clock})
		m := drawn60(b, r, clock)
		press(m, "2")
		runtime.GC()
		runtime.ReadMemStats(&before)
		in := scope("cloudwatch", "111111111111", "us-east-1")
		var worst time.Duration
		b.StartTimer()
		for done := 0; done < alarms; done += 100 {
			b.StopTimer()
			page := make([]room.Signal, 0, 100)
			for i := range 100 {
				page = append(page, bigAlarm(clock, in, done+i))
			}
			observed(r, room.Observation{Scope: in, Watch: "a", At: clock.now, Signals: page, Done: done+100 == alarms, Complete: done+100 == alarms}, 30)
			r.Flush()
			b.StartTimer()
			start := time.Now()
			m.Update(changed{})
			m.Update(key("j"))
			m.View()
			worst = max(worst, time.Since(start))
		}
		b.StopTimer()
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(worst.Microseconds()), "µs/slowest-key")
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/alarms, "B/alarm")
		runtime.KeepAlive(m)
		b.StartTimer()
	}
}

// BenchmarkAChartOfThreeHoursIsDrawn draws 180 readings in 60x12 cells of braille.
func BenchmarkAChartOfThreeHoursIsDrawn(b *testing.B) {
	clock := &standing{now: noon}
	m := drawn60(b, fleet(clock, 1, 0, 0), clock)
	alarm := m.live.Of(room.KindAlarm).Signals[0]
	chart, err := chartOf{clock}.Chart(b.Context(), alarm, time.Time{}, 3*time.Hour)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		alarmPlot(&m.pen, chart, alarm.Detail.(*room.AlarmDetail)).lines(&m.pen, 60, 12)
	}
}
