package record

import (
	"math"
	"time"

	"warroom/internal/room"
)

// reading is a room.Reading as it is written.
type reading struct {
	At       time.Time  `json:"at"`
	Scope    *scope     `json:"scope"`
	Watch    string     `json:"watch,omitempty"`
	Looked   time.Time  `json:"looked,omitzero"`
	Begins   bool       `json:"begins,omitempty"`
	Done     bool       `json:"done,omitempty"`
	Complete bool       `json:"complete,omitempty"`
	Gone     bool       `json:"gone,omitempty"`
	Signals  int        `json:"signals,omitempty"`
	Heard    int        `json:"heard,omitempty"`
	Trouble  *trouble   `json:"trouble,omitempty"`
	Interval int64      `json:"interval_ns,omitempty"`
	Next     time.Time  `json:"next,omitzero"`
	Measured []measured `json:"measured,omitempty"`
}

type measured struct {
	Key     string   `json:"key"`
	Samples []sample `json:"samples"`
}

// sample is a room.Sample as it is written. A phase that did not take place, and a
// look without a duration, is -1.
type sample struct {
	At      time.Time `json:"at"`
	State   word      `json:"state"`
	Total   int64     `json:"total_ns"`
	Phases  [5]int64  `json:"phases_ns"` // resolve, connect, TLS, first byte, transfer
	Address string    `json:"address,omitempty"`
	Text    string    `json:"text,omitempty"`
	Class   string    `json:"class,omitempty"`
	Phase   string    `json:"phase,omitempty"`
	Status  int       `json:"status,omitempty"`
	Late    int64     `json:"late_ns,omitempty"`
	Skipped int       `json:"skipped,omitempty"`
	Hops    []hop     `json:"hops,omitempty"`
}

// hop is a room.Hop as it is written.
type hop struct {
	Target  string   `json:"target"`
	Address string   `json:"address,omitempty"`
	Status  int      `json:"status,omitempty"`
	Total   int64    `json:"total_ns"`
	Phases  [5]int64 `json:"phases_ns"`
}

func readingOf(r *room.Reading) *reading {
	w := &reading{
		At: writable(r.At), Scope: scopeOf(r.Scope), Watch: r.Watch, Looked: writable(r.Looked), Begins: r.Begins, Done: r.Done, Complete: r.Complete,
		Gone: r.Gone, Signals: r.Signals, Heard: r.Heard, Trouble: troubleOf(r.Trouble), Interval: int64(r.Interval), Next: writable(r.Next),
	}
	for _, m := range r.Measured {
		each := measured{Key: m.Key, Samples: make([]sample, 0, len(m.Samples))}
		for i := range m.Samples {
			each.Samples = append(each.Samples, sampleOf(&m.Samples[i]))
		}
		w.Measured = append(w.Measured, each)
	}
	return w
}

func (w *reading) room() *room.Reading {
	r := &room.Reading{
		At: w.At, Watch: w.Watch, Looked: w.Looked, Begins: w.Begins, Done: w.Done, Complete: w.Complete, Gone: w.Gone,
		Signals: w.Signals, Heard: w.Heard, Trouble: w.Trouble.room(), Interval: time.Duration(w.Interval), Next: w.Next,
	}
	if w.Scope != nil {
		r.Scope = w.Scope.room()
	}
	for _, m := range w.Measured {
		each := room.Measured{Key: m.Key, Samples: make([]room.Sample, 0, len(m.Samples))}
		for i := range m.Samples {
			each.Samples = append(each.Samples, m.Samples[i].room())
		}
		r.Measured = append(r.Measured, each)
	}
	return r
}

func sampleOf(s *room.Sample) sample {
	w := sample{
		At: writable(s.At), State: word(s.State), Total: int64(s.Total), Phases: phasesOf(s.Phases),
		Address: s.Address, Text: s.Text, Class: s.Class, Phase: s.Phase, Status: s.Status, Late: int64(s.Late), Skipped: s.Skipped,
	}
	for _, h := range s.Hops.All() {
		w.Hops = append(w.Hops, hop{h.Target, h.Address, h.Status, int64(h.Total), phasesOf(h.Phases)})
	}
	return w
}

func (w *sample) room() room.Sample {
	s := room.Sample{
		At: w.At, State: room.State(w.State), Total: time.Duration(w.Total), Phases: phasesIn(w.Phases),
		Address: w.Address, Text: w.Text, Class: w.Class, Phase: w.Phase, Status: w.Status, Late: time.Duration(w.Late), Skipped: w.Skipped,
	}
	if len(w.Hops) > 0 {
		hops := make(room.Hops, 0, len(w.Hops))
		for _, h := range w.Hops {
			hops = append(hops, room.Hop{Target: h.Target, Address: h.Address, Status: h.Status, Total: time.Duration(h.Total), Phases: phasesIn(h.Phases)})
		}
		s.Hops = &hops
	}
	return s
}

func phasesOf(p room.Phases) [5]int64 {
	return [5]int64{int64(p.Resolve), int64(p.Connect), int64(p.TLS), int64(p.FirstByte), int64(p.Transfer)}
}

func phasesIn(written [5]int64) room.Phases {
	phase := func(i int) time.Duration { return time.Duration(written[i]) }
	return room.Phases{Resolve: phase(0), Connect: phase(1), TLS: phase(2), FirstByte: phase(3), Transfer: phase(4)}
}

// chart is a room.Chart as it is written.
type chart struct {
	Key    string    `json:"key"`
	Metric string    `json:"metric,omitempty"`
	Unit   string    `json:"unit,omitempty"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Period int64     `json:"period_ns,omitempty"`
	Points []point   `json:"points,omitempty"`
	Bounds [][]point `json:"bounds,omitempty"`
	Turns  []turn    `json:"turns,omitempty"`
	Note   string    `json:"note,omitempty"`

	Contributors []contributor `json:"contributors,omitempty"`
}

type contributor struct {
	Name   string    `json:"name"`
	Reason string    `json:"reason,omitempty"`
	Since  time.Time `json:"since,omitzero"`
}

type point struct {
	At    time.Time `json:"at"`
	Value float64   `json:"value"`
}

type turn struct {
	At    time.Time `json:"at"`
	State word      `json:"state"`
	Word  string    `json:"word"`
}

func chartOf(c *room.Chart) *chart {
	w := &chart{
		Key: c.Key, Metric: c.Metric, Unit: c.Unit, From: writable(c.From), To: writable(c.To), Period: int64(c.Period),
		Points: pointsOf(c.Points), Note: c.Note,
	}
	for _, bound := range c.Bounds {
		w.Bounds = append(w.Bounds, pointsOf(bound))
	}
	for _, t := range c.Turns {
		w.Turns = append(w.Turns, turn{writable(t.At), word(t.State), t.Word})
	}
	for _, part := range c.Contributors {
		w.Contributors = append(w.Contributors, contributor{part.Name, part.Reason, writable(part.Since)})
	}
	return w
}

func (w *chart) room() *room.Chart {
	c := &room.Chart{Key: w.Key, Metric: w.Metric, Unit: w.Unit, From: w.From, To: w.To, Period: time.Duration(w.Period), Points: pointsIn(w.Points), Note: w.Note}
	for _, bound := range w.Bounds {
		c.Bounds = append(c.Bounds, pointsIn(bound))
	}
	for _, t := range w.Turns {
		c.Turns = append(c.Turns, room.Turn{At: t.At, State: room.State(t.State), Word: t.Word})
	}
	for _, part := range w.Contributors {
		c.Contributors = append(c.Contributors, room.Contributor(part))
	}
	return c
}

func pointsOf(points []room.Point) []point {
	var written []point
	for _, p := range points {
		if !math.IsNaN(p.Value) && !math.IsInf(p.Value, 0) {
			written = append(written, point{writable(p.At), p.Value})
		}
	}
	return written
}

func pointsIn(written []point) []room.Point {
	var points []room.Point
	for _, w := range written {
		points = append(points, room.Point(w))
	}
	return points
}
