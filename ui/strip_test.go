package ui

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"

	"warroom/internal/room"
)

// stateless answers with turns and no readings.
type stateless struct {
	clock *standing
	turns []room.Turn
	note  string
}

func (c stateless) Chart(_ context.Context, alarm *room.Signal, _ time.Time, length time.Duration) (*room.Chart, error) {
	return &room.Chart{Key: alarm.Key, From: c.clock.ago(length), To: c.clock.now, Turns: c.turns, Note: c.note}, nil
}

func turnAt(clock *standing, minute int, state room.State, word string) room.Turn {
	return room.Turn{At: clock.ago(minutes(minute)), State: state, Word: word}
}

func TestAnAlarmWithoutReadingsHasAStripOfItsStates(t *testing.T) {
	clock := &standing{now: noon}
	r := world(clock)
	charts := stateless{clock: clock, note: "A PromQL alarm has no metric that could be drawn: it looks at the results of its query", turns: []room.Turn{
		turnAt(clock, 90, room.OK, "OK"), turnAt(clock, 50, room.Critical, "ALARM"), turnAt(clock, 41, room.Unknown, "NO DATA"),
		turnAt(clock, 30, room.OK, "OK"), turnAt(clock, 12, room.Critical, "ALARM"), {At: clock.ago(12*time.Minute - 5*time.Second), State: room.OK, Word: "OK"},
		turnAt(clock, 3, room.Critical, "ALARM"),
	}}
	for _, size := range [][2]int{{160, 60}, {80, 50}, {40, 50}} {
		for _, ascii := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d/ascii=%v", size[0], ascii), func(t *testing.T) {
				m := screen(t, r, clock, size[0], size[1], func(o *Options) { o.Charts, o.ASCII = charts, ascii })
				play(t, m, press(m, "2", "enter"))
				golden.RequireEqual(t, plainFrame(m))
			})
		}
	}
}

func TestAStripSaysWhatIsKnownAndNoMore(t *testing.T) {
	clock := &standing{now: noon}
	for want, turns := range map[string][]room.Turn{
		"not in ALARM within the last 1h00m":                                 {turnAt(clock, 600, room.OK, "OK")},
		"in ALARM for 1h00m of the last 1h00m":                               {turnAt(clock, 600, room.Critical, "ALARM")},
		"in ALARM for 10m of the last 1h00m, 1 change, nothing known before": {turnAt(clock, 10, room.Critical, "ALARM")},
		"in ALARM for 5m of the last 1h00m, 2 changes":                       {turnAt(clock, 61, room.OK, "OK"), turnAt(clock, 10, room.Critical, "ALARM"), turnAt(clock, 5, room.Unknown, "NO DATA")},
		"not in ALARM within the last 1h00m, 1 change":                       {turnAt(clock, 60, room.OK, "OK"), turnAt(clock, 5, room.Unknown, "BLIND")},
	} {
		g := &strip{clock.ago(time.Hour), clock.now, turns}
		if got := g.sum(); got != want {
			t.Errorf("%v is told as %q, want %q", turns, got, want)
		}
	}
}

func TestEveryStateOfAStripIsSeenHoweverShortItWas(t *testing.T) {
	clock := &standing{now: noon}
	p := &screen(t, world(clock), clock, 130, 40).pen
	turns := []room.Turn{turnAt(clock, 100, room.OK, "OK"), turnAt(clock, 30, room.Critical, "ALARM"), {At: clock.ago(30*time.Minute - time.Second), State: room.Unknown, Word: "BLIND"}}
	lines := (&strip{clock.ago(time.Hour), clock.now, turns}).lines(p, plotLeastWidth)
	if len(lines) != 5 || strings.Count(lines[0], "█") != 1 {
		t.Errorf("the strip is\n%s", strings.Join(lines, "\n"))
	}
	if (&strip{clock.ago(time.Hour), clock.now, turns}).lines(p, plotLeastWidth-1) != nil || (&strip{clock.ago(time.Hour), clock.now, nil}).lines(p, 80) != nil {
		t.Error("a strip is drawn without room, or without knowledge")
	}
}
