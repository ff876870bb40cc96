package ui

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"warroom/internal/room"
	"warroom/theme"
)

// TestAFailedLookIsNeverDrawnAsALatency, whatever its row says: in maintenance and before an
// endpoint has come its failures do not count, and are failures.
func TestAFailedLookIsNeverDrawnAsALatency(t *testing.T) {
	right := room.Sample{State: room.OK, Total: 80 * time.Millisecond, Text: "200 in 80ms"}
	fails := func(state room.State, class string) room.Sample {
		return room.Sample{State: state, Total: 100 * time.Microsecond, Class: class, Text: "connection refused"}
	}
	for _, c := range []struct {
		name, strip string
		looks       []room.Sample
		has, not    []string
	}{
		{"DOWN", "  ××", []room.Sample{fails(room.Critical, "connect"), fails(room.Critical, "connect")},
			[]string{"0.0% good", "no right answer"}, []string{"median", "slowest"}},
		{"MAINT and DOWN? that does not count", "  ××", []room.Sample{fails(room.Unknown, "connect"), fails(room.Unknown, "connect")},
			[]string{"last 2 looks", "no right answer"}, []string{"good", "median"}},
		{"our own trouble", "    ", []room.Sample{fails(room.Unknown, room.OwnTrouble), fails(room.Unknown, room.OwnTrouble)},
			[]string{"no right answer"}, []string{"median"}},
		{"both", "▃▃×▃", []room.Sample{right, right, fails(room.Unknown, "connect"), right},
			[]string{"fastest      80ms, median 80ms, slowest 80ms", "DOWN"}, []string{"µs", "p90", "p99"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			series := seriesOf(t, c.looks)
			p := &pen{theme: new(theme.Theme), marks: &theme.Unicode, now: noon}
			trend := trendOf(series)
			if got := p.spark(&trend, 4); got != c.strip {
				t.Errorf("the strip is %q, want %q", got, c.strip)
			}
			g := &page{pen: p, width: 100, height: 48}
			g.latencies(series, 15*time.Second)
			said := ansi.Strip(strings.Join(g.lines, "\n"))
			for _, want := range c.has {
				if !strings.Contains(said, want) {
					t.Errorf("%q is not in\n%s", want, said)
				}
			}
			for _, not := range c.not {
				if strings.Contains(said, not) {
					t.Errorf("%q is in\n%s", not, said)
				}
			}
		})
	}
}

// seriesOf are looks as a room keeps them, fifteen seconds apart.
func seriesOf(t *testing.T, looks []room.Sample) *room.Series {
	t.Helper()
	r := room.New(room.Options{})
	in := room.Scope{Source: "probe"}
	signal := room.Signal{Key: "probe/shop", Kind: room.KindProbe, Scope: in, State: room.OK, Word: "UP", Title: "shop", Detail: new(room.ProbeDetail)}
	for i, look := range looks {
		look.At, look.Phases = noon.Add(time.Duration(i-len(looks))*15*time.Second), room.NoPhases
		signal.Samples = append(signal.Samples, look)
	}
	r.Observe(room.Observation{Scope: in, Watch: "probe/shop", At: r.Now(), Done: true, Signals: []room.Signal{signal}})
	r.Flush()
	return r.Snapshot().Of(room.KindProbe).Signals[0].Series
}
