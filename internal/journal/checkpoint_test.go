package journal

import (
	"fmt"
	"os"
	"testing"
	"time"

	"warroom/internal/room"
)

// TestACheckpointOfBeforeReadingsWerePackedIsRead reads one that was written then: two
// probes, looked at by turns once a second from noon on, a thousand looks together.
func TestACheckpointOfBeforeReadingsWerePackedIsRead(t *testing.T) {
	state, err := os.ReadFile("testdata/checkpoint-of-samples.gob")
	if err != nil {
		t.Fatal(err)
	}
	old := &sumUp{n: 7, state: state}
	old.sum = old.digest()
	read, err := old.checkpoint()
	if err != nil {
		t.Fatal(err)
	}
	looks := 1000 // or a few less, since events count too
	for range 2 { // and the second time it is of this version's own writing
		r := room.Restore(room.Options{OnFlush: true}, read, nil)
		for _, probe := range r.Snapshot().Of(room.KindProbe).Signals {
			last, ok := probe.Series.Last()
			number := int(last.At.Sub(noon) / time.Second)
			if !ok || probe.Series.Len() != 240 || number < looks-6 {
				t.Fatalf("%s has %d readings, the last of %s", probe.Key, probe.Series.Len(), last.At)
			}
			number -= 2 * (240 - 1)
			for s := range probe.Series.All() {
				if want := lookOf(number); s != want {
					t.Fatalf("%s has\n%+v, not\n%+v", probe.Key, s, want)
				}
				number += 2
			}
			if w := probe.Looks.Over(last.At, time.Hour); w.Looks < looks/2-3 || w.P50 < 39*time.Millisecond || w.P50 > 41*time.Millisecond {
				t.Errorf("the looks at %s came to %+v", probe.Key, w)
			}
		}
		kept := new(lastCheckpoint)
		again := room.Restore(room.Options{Keeper: kept, OnFlush: true}, read, nil)
		for number := 0; kept.sum == nil; number++ {
			again.Observe(room.Observation{Scope: room.Scope{Source: "other"}, Watch: "w", At: noon, Done: true, Trouble: &room.Trouble{Why: fmt.Sprint(number)}})
		}
		written, err := sumUpOf(kept.sum, 8)
		if err != nil {
			t.Fatal(err)
		}
		if read, err = written.checkpoint(); err != nil {
			t.Fatal(err)
		}
		if len(read.Measured) > 0 || len(read.Series) != 2 {
			t.Fatalf("%d series are written, and %d in the old way", len(read.Series), len(read.Measured))
		}
	}
}

// TestACheckpointIsWrittenOfAnEndpointThatCouldNeverBeLookedAt: of its looks, from which
// nothing came, there is no sum.
func TestACheckpointIsWrittenOfAnEndpointThatCouldNeverBeLookedAt(t *testing.T) {
	kept := new(lastCheckpoint)
	r := room.New(room.Options{Keeper: kept, OnFlush: true})
	scope := room.Scope{Source: "probe"}
	for number := 0; kept.sum == nil; number++ {
		blind := room.Sample{At: noon.Add(time.Duration(number) * time.Second), State: room.Unknown, Total: room.Absent, Phases: room.NoPhases, Text: "no descriptor is left"}
		signal := room.Signal{Key: "probe:blind", Kind: room.KindProbe, Scope: scope, Title: "blind", State: room.Unknown, Word: "ERROR", Samples: []room.Sample{blind}}
		r.Observe(room.Observation{Scope: scope, Watch: "probe:blind", At: blind.At, Done: true, Complete: true, Signals: []room.Signal{signal}})
	}
	written, err := sumUpOf(kept.sum, 8)
	if err != nil {
		t.Fatal(err)
	}
	read, err := written.checkpoint()
	if err != nil {
		t.Fatal(err)
	}
	probe := room.Restore(room.Options{OnFlush: true}, read, nil).Snapshot().Of(room.KindProbe).Signals[0]
	if probe.Series.Len() == 0 || probe.Looks.Over(noon, time.Hour).Looks != 0 {
		t.Errorf("%d readings are left, and looks that came to %+v", probe.Series.Len(), probe.Looks.Over(noon, time.Hour))
	}
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// lookOf is what one of those looks had read.
func lookOf(number int) room.Sample {
	at := noon.Add(time.Duration(number) * time.Second)
	if number%10 == 9 {
		return room.Sample{
			At: at, State: room.Critical, Total: time.Duration(number) * time.Millisecond, Phases: room.NoPhases, Text: fmt.Sprint("no answer ", number),
			Class: "connect", Phase: "connect", Late: time.Second, Skipped: 1,
		}
	}
	return room.Sample{
		At: at, State: room.OK, Address: "192.0.2.1:443", Total: 40 * time.Millisecond, Status: 200, Text: "200 in 40ms",
		Phases: room.Phases{Resolve: room.Absent, Connect: 10 * time.Millisecond, TLS: 20 * time.Millisecond, FirstByte: 9 * time.Millisecond, Transfer: time.Millisecond},
	}
}

// lastCheckpoint keeps the last checkpoint of a room.
type lastCheckpoint struct{ sum *room.Checkpoint }

func (l *lastCheckpoint) Event(*room.Event)               {}
func (l *lastCheckpoint) Reading(*room.Reading)           {}
func (l *lastCheckpoint) Checkpoint(sum *room.Checkpoint) { l.sum = sum }

// TestACheckpointOfBeforeAlarmsSharedTheirRulesIsRead reads one that was written then: three
// alarms of which messages alone told, two of them on the same metric.
func TestACheckpointOfBeforeAlarmsSharedTheirRulesIsRead(t *testing.T) {
	state, err := os.ReadFile("testdata/checkpoint-of-flat-alarms.gob")
	if err != nil {
		t.Fatal(err)
	}
	read := &sumUp{n: 3, state: state}
	read.sum = read.digest()
	judging := room.Judging{Namespace: "AWS/EC2", Metric: "CPUUtilization", Statistic: "Average", Comparison: "GreaterThanThreshold", Threshold: "80", Period: 5 * time.Minute, Evaluate: 3, Breach: 2, Missing: "ignore"}
	for _, of := range []string{"then", "now"} {
		c, err := read.checkpoint()
		if err != nil {
			t.Fatalf("what was written %s: %v", of, err)
		}
		r := room.Restore(room.Options{OnFlush: true}, c, nil)
		alarms := map[string]*room.AlarmDetail{}
		for _, s := range r.Snapshot().Of(room.KindAlarm).Signals {
			alarms[s.Title] = s.Detail.(*room.AlarmDetail)
		}
		a, b := alarms["a"], alarms["b"]
		if len(alarms) != 3 || *a.Judging != judging || a.Judging != b.Judging || *alarms["c"].Judging != (room.Judging{}) || alarms["c"].Rule != "ALARM(a) OR ALARM(b)" ||
			a.Description != "Pages the team" || !a.Push.Equal(&room.Push{Defined: noon}) || len(a.Dimensions) != 1 {
			t.Errorf("what was written %s has %+v, %+v", of, a, a.Judging)
		}
		if read, err = sumUpOf(c, 3); err != nil {
			t.Fatal(err)
		}
	}
}

// TestACheckpointWhoseAlarmsHaveTheirRuleApartIsRead: for a while it was written so under the
// name of before.
func TestACheckpointWhoseAlarmsHaveTheirRuleApartIsRead(t *testing.T) {
	judging := room.Judging{Metric: "Latency", Threshold: "80"}
	signal := room.Signal{Key: "alarm/a", Kind: room.KindAlarm, Title: "a", Detail: &flatAlarm{ARN: "arn:a", Judging: &judging}}
	written, err := sumUpOf(&room.Checkpoint{Facts: []room.Fact{{Key: signal.Key, Signal: &signal}}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	c, err := written.checkpoint()
	if err != nil {
		t.Fatal(err)
	}
	if d, ok := c.Facts[0].Signal.Detail.(*room.AlarmDetail); !ok || d.ARN != "arn:a" || *d.Judging != judging {
		t.Errorf("the alarm is %+v", c.Facts[0].Signal.Detail)
	}
}
